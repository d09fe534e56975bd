// Written by `deno task api`. Types only: nothing of this is in the program that runs.
import type { Data, Item, List } from "./types.ts";

export interface Api {
  "/": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/access": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/access/acl": {
    GET: { params: { "exact"?: boolean | undefined; "path"?: string | undefined }; data: List<"path" | "propagate" | "roleid" | "ugid" | "ugid_type"> };
    PUT: { params: { "auth-id"?: string | undefined; "delete"?: boolean | undefined; "digest"?: string | undefined; "group"?: string | undefined; "path": string; "propagate"?: boolean | undefined; "role": "Admin" | "Audit" | "NoAccess" | "DatastoreAdmin" | "DatastoreReader" | "DatastoreBackup" | "DatastorePowerUser" | "DatastoreAudit" | "RemoteAudit" | "RemoteAdmin" | "RemoteSyncOperator" | "RemoteSyncPushOperator" | "RemoteDatastorePowerUser" | "RemoteDatastoreAdmin" | "TapeAudit" | "TapeAdmin" | "TapeOperator" | "TapeReader" }; data: null };
  };
  "/access/domains": {
    GET: { params: {  }; data: List<"comment" | "default" | "realm" | "type"> };
  };
  "/access/domains/{realm}/sync": {
    POST: { params: { "dry-run"?: boolean | undefined; "enable-new"?: boolean | undefined; "remove-vanished"?: string | undefined }; data: Data };
  };
  "/access/openid": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/access/openid/auth-url": {
    POST: { params: { "realm": string; "redirect-url": string }; data: Data };
  };
  "/access/openid/login": {
    POST: { params: { "code": string; "http-only"?: boolean | undefined; "redirect-url": string; "state": string }; data: Item<"CSRFPreventionToken" | "ticket" | "ticket-info" | "username"> };
  };
  "/access/password": {
    PUT: { params: { "confirmation-password"?: string | undefined; "password": string; "userid": string }; data: null };
  };
  "/access/permissions": {
    GET: { params: { "auth-id"?: string | undefined; "path"?: string | undefined }; data: Item<string> };
  };
  "/access/roles": {
    GET: { params: {  }; data: List<"comment" | "privs" | "roleid"> };
  };
  "/access/tfa": {
    GET: { params: {  }; data: List<"entries" | "tfa-locked-until" | "totp-locked" | "userid"> };
  };
  "/access/tfa/{userid}": {
    GET: { params: {  }; data: List<"created" | "description" | "enable" | "id" | "type"> };
    POST: { params: { "challenge"?: string | undefined; "description"?: string | undefined; "password"?: string | undefined; "totp"?: string | undefined; "type": "totp" | "u2f" | "webauthn" | "recovery" | "yubico"; "value"?: string | undefined }; data: Item<"challenge" | "id" | "recovery"> };
  };
  "/access/tfa/{userid}/{id}": {
    DELETE: { params: { "password"?: string | undefined }; data: null };
    GET: { params: {  }; data: null };
    PUT: { params: { "description"?: string | undefined; "enable"?: boolean | undefined; "password"?: string | undefined }; data: null };
  };
  "/access/ticket": {
    DELETE: { params: {  }; data: null };
    POST: { params: { "http-only"?: boolean | undefined; "password"?: string | undefined; "path"?: string | undefined; "port"?: number | undefined; "privs"?: string | undefined; "tfa-challenge"?: string | undefined; "username": string }; data: Item<"CSRFPreventionToken" | "ticket" | "ticket-info" | "username"> };
  };
  "/access/users": {
    GET: { params: { "include_tokens"?: boolean | undefined }; data: List<"comment" | "email" | "enable" | "expire" | "firstname" | "lastname" | "tfa-locked-until" | "tokens" | "totp-locked" | "userid"> };
    POST: { params: { "comment"?: string | undefined; "email"?: string | undefined; "enable"?: boolean | undefined; "expire"?: number | undefined; "firstname"?: string | undefined; "lastname"?: string | undefined; "password"?: string | undefined; "userid": string }; data: null };
  };
  "/access/users/{userid}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"comment" | "email" | "enable" | "expire" | "firstname" | "lastname" | "userid"> };
    PUT: { params: { "comment"?: string | undefined; "delete"?: readonly ("comment" | "firstname" | "lastname" | "email")[] | undefined; "digest"?: string | undefined; "email"?: string | undefined; "enable"?: boolean | undefined; "expire"?: number | undefined; "firstname"?: string | undefined; "lastname"?: string | undefined; "password"?: string | undefined }; data: null };
  };
  "/access/users/{userid}/token": {
    GET: { params: {  }; data: List<"comment" | "enable" | "expire" | "token-name" | "tokenid"> };
  };
  "/access/users/{userid}/token/{token-name}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"comment" | "enable" | "expire" | "tokenid"> };
    POST: { params: { "comment"?: string | undefined; "digest"?: string | undefined; "enable"?: boolean | undefined; "expire"?: number | undefined }; data: Item<"tokenid" | "value"> };
    PUT: { params: { "comment"?: string | undefined; "delete"?: readonly ("comment")[] | undefined; "digest"?: string | undefined; "enable"?: boolean | undefined; "expire"?: number | undefined; "regenerate"?: boolean | undefined }; data: Item<"secret"> };
  };
  "/access/users/{userid}/unlock-tfa": {
    PUT: { params: {  }; data: Data };
  };
  "/access/vncticket": {
    POST: { params: { "authid": string; "path": string; "port"?: number | undefined; "privs": string; "vncticket": string }; data: null };
  };
  "/admin": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/admin/datastore": {
    GET: { params: {  }; data: List<"backend-type" | "comment" | "maintenance" | "mount-status" | "store"> };
  };
  "/admin/datastore/{store}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/admin/datastore/{store}/active-operations": {
    GET: { params: {  }; data: Item<"read" | "write"> };
  };
  "/admin/datastore/{store}/catalog": {
    GET: { params: { "archive-name"?: string | undefined; "backup-id": string; "backup-time": number; "backup-type": "vm" | "ct" | "host"; "filepath": string; "ns"?: string | undefined }; data: List<"filepath" | "leaf" | "mtime" | "size" | "text" | "type"> };
  };
  "/admin/datastore/{store}/change-owner": {
    POST: { params: { "backup-id": string; "backup-type": "vm" | "ct" | "host"; "new-owner": string; "ns"?: string | undefined }; data: null };
  };
  "/admin/datastore/{store}/download": {
    GET: { params: { "backup-id": string; "backup-time": number; "backup-type": "vm" | "ct" | "host"; "file-name": string; "ns"?: string | undefined }; data: null };
  };
  "/admin/datastore/{store}/download-decoded": {
    GET: { params: { "backup-id": string; "backup-time": number; "backup-type": "vm" | "ct" | "host"; "file-name": string; "ns"?: string | undefined }; data: null };
  };
  "/admin/datastore/{store}/files": {
    GET: { params: { "backup-id": string; "backup-time": number; "backup-type": "vm" | "ct" | "host"; "ns"?: string | undefined }; data: List<"crypt-mode" | "filename" | "size"> };
  };
  "/admin/datastore/{store}/gc": {
    GET: { params: {  }; data: Item<"cache-stats" | "disk-bytes" | "disk-chunks" | "duration" | "index-data-bytes" | "index-file-count" | "last-run-endtime" | "last-run-state" | "next-run" | "pending-bytes" | "pending-chunks" | "removed-bad" | "removed-bytes" | "removed-chunks" | "schedule" | "still-bad" | "store" | "upid"> };
    POST: { params: {  }; data: Data };
  };
  "/admin/datastore/{store}/group-notes": {
    GET: { params: { "backup-id": string; "backup-type": "vm" | "ct" | "host"; "ns"?: string | undefined }; data: Data };
    PUT: { params: { "backup-id": string; "backup-type": "vm" | "ct" | "host"; "notes": string; "ns"?: string | undefined }; data: null };
  };
  "/admin/datastore/{store}/groups": {
    DELETE: { params: { "backup-id": string; "backup-type": "vm" | "ct" | "host"; "error-on-protected"?: boolean | undefined; "ns"?: string | undefined }; data: Item<"protected-snapshots" | "removed-groups" | "removed-snapshots"> };
    GET: { params: { "ns"?: string | undefined }; data: List<"backup-count" | "backup-id" | "backup-type" | "comment" | "files" | "last-backup" | "owner"> };
  };
  "/admin/datastore/{store}/mount": {
    POST: { params: {  }; data: Data };
  };
  "/admin/datastore/{store}/move-group": {
    POST: { params: { "backup-id": string; "backup-type": "vm" | "ct" | "host"; "merge-group"?: boolean | undefined; "ns"?: string | undefined; "target-ns"?: string | undefined }; data: Data };
  };
  "/admin/datastore/{store}/move-namespace": {
    POST: { params: { "delete-source"?: boolean | undefined; "max-depth"?: number | undefined; "merge-groups"?: boolean | undefined; "ns": string; "target-ns": string }; data: Data };
  };
  "/admin/datastore/{store}/namespace": {
    DELETE: { params: { "delete-groups"?: boolean | undefined; "error-on-protected"?: boolean | undefined; "ns": string }; data: Item<"protected-snapshots" | "removed-groups" | "removed-snapshots"> };
    GET: { params: { "max-depth"?: number | undefined; "parent"?: string | undefined }; data: List<"comment" | "ns"> };
    POST: { params: { "name": string; "parent"?: string | undefined }; data: Data };
  };
  "/admin/datastore/{store}/notes": {
    GET: { params: { "backup-id": string; "backup-time": number; "backup-type": "vm" | "ct" | "host"; "ns"?: string | undefined }; data: Data };
    PUT: { params: { "backup-id": string; "backup-time": number; "backup-type": "vm" | "ct" | "host"; "notes": string; "ns"?: string | undefined }; data: null };
  };
  "/admin/datastore/{store}/protected": {
    GET: { params: { "backup-id": string; "backup-time": number; "backup-type": "vm" | "ct" | "host"; "ns"?: string | undefined }; data: Data };
    PUT: { params: { "backup-id": string; "backup-time": number; "backup-type": "vm" | "ct" | "host"; "ns"?: string | undefined; "protected": boolean }; data: null };
  };
  "/admin/datastore/{store}/prune": {
    POST: { params: { "backup-id": string; "backup-type": "vm" | "ct" | "host"; "dry-run"?: boolean | undefined; "keep-daily"?: number | undefined; "keep-hourly"?: number | undefined; "keep-last"?: number | undefined; "keep-monthly"?: number | undefined; "keep-weekly"?: number | undefined; "keep-yearly"?: number | undefined; "ns"?: string | undefined; "use-task"?: boolean | undefined }; data: unknown };
  };
  "/admin/datastore/{store}/prune-datastore": {
    POST: { params: { "dry-run"?: boolean | undefined; "keep-daily"?: number | undefined; "keep-hourly"?: number | undefined; "keep-last"?: number | undefined; "keep-monthly"?: number | undefined; "keep-weekly"?: number | undefined; "keep-yearly"?: number | undefined; "max-depth"?: number | undefined; "ns"?: string | undefined }; data: Data };
  };
  "/admin/datastore/{store}/pxar-file-download": {
    GET: { params: { "archive-name"?: string | undefined; "backup-id": string; "backup-time": number; "backup-type": "vm" | "ct" | "host"; "filepath": string; "ns"?: string | undefined; "tar"?: boolean | undefined }; data: null };
  };
  "/admin/datastore/{store}/rrd": {
    GET: { params: { "cf": "MAX" | "AVERAGE"; "timeframe": "hour" | "day" | "week" | "month" | "year" | "decade" }; data: List<"available" | "io_ticks" | "read_bytes" | "read_ios" | "time" | "total" | "used" | "write_bytes" | "write_ios"> };
  };
  "/admin/datastore/{store}/s3-refresh": {
    PUT: { params: {  }; data: Data };
  };
  "/admin/datastore/{store}/snapshots": {
    DELETE: { params: { "backup-id": string; "backup-time": number; "backup-type": "vm" | "ct" | "host"; "ns"?: string | undefined }; data: null };
    GET: { params: { "backup-id"?: string | undefined; "backup-type"?: "vm" | "ct" | "host" | undefined; "ns"?: string | undefined }; data: List<"backup-id" | "backup-time" | "backup-type" | "comment" | "files" | "fingerprint" | "owner" | "protected" | "size" | "verification"> };
  };
  "/admin/datastore/{store}/status": {
    GET: { params: { "verbose"?: boolean | undefined }; data: Item<"avail" | "backend-type" | "counts" | "gc-status" | "s3-statistics" | "total" | "used"> };
  };
  "/admin/datastore/{store}/unmount": {
    POST: { params: {  }; data: Data };
  };
  "/admin/datastore/{store}/upload-backup-log": {
    POST: { params: { "backup-id": string; "backup-time": number; "backup-type": "vm" | "ct" | "host"; "ns"?: string | undefined }; data: null };
  };
  "/admin/datastore/{store}/verify": {
    POST: { params: { "backup-id"?: string | undefined; "backup-time"?: number | undefined; "backup-type"?: "vm" | "ct" | "host" | undefined; "ignore-verified"?: boolean | undefined; "max-depth"?: number | undefined; "ns"?: string | undefined; "outdated-after"?: number | undefined; "read-threads"?: number | undefined; "verify-threads"?: number | undefined }; data: Data };
  };
  "/admin/gc": {
    GET: { params: { "store"?: string | undefined }; data: List<"cache-stats" | "disk-bytes" | "disk-chunks" | "duration" | "index-data-bytes" | "index-file-count" | "last-run-endtime" | "last-run-state" | "next-run" | "pending-bytes" | "pending-chunks" | "removed-bad" | "removed-bytes" | "removed-chunks" | "schedule" | "still-bad" | "store" | "upid"> };
  };
  "/admin/gc/{store}": {
    GET: { params: {  }; data: List<"cache-stats" | "disk-bytes" | "disk-chunks" | "duration" | "index-data-bytes" | "index-file-count" | "last-run-endtime" | "last-run-state" | "next-run" | "pending-bytes" | "pending-chunks" | "removed-bad" | "removed-bytes" | "removed-chunks" | "schedule" | "still-bad" | "store" | "upid"> };
  };
  "/admin/metrics": {
    GET: { params: {  }; data: List<"comment" | "enable" | "name" | "server" | "type"> };
  };
  "/admin/prune": {
    GET: { params: { "store"?: string | undefined }; data: List<"comment" | "disable" | "id" | "keep-daily" | "keep-hourly" | "keep-last" | "keep-monthly" | "keep-weekly" | "keep-yearly" | "last-run-endtime" | "last-run-state" | "last-run-upid" | "max-depth" | "next-run" | "ns" | "schedule" | "store"> };
  };
  "/admin/prune/{id}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/admin/prune/{id}/run": {
    POST: { params: {  }; data: Data };
  };
  "/admin/s3/{s3-endpoint-id}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/admin/s3/{s3-endpoint-id}/check": {
    PUT: { params: { "bucket": string; "store-prefix"?: string | undefined }; data: null };
  };
  "/admin/s3/{s3-endpoint-id}/reset-counters": {
    PUT: { params: { "bucket": string; "store-prefix"?: string | undefined }; data: null };
  };
  "/admin/sync": {
    GET: { params: { "store"?: string | undefined; "sync-direction"?: "all" | "push" | "pull" | undefined }; data: List<"active-encryption-key" | "associated-key" | "burst-in" | "burst-out" | "comment" | "encrypted-only" | "group-filter" | "id" | "last-run-endtime" | "last-run-state" | "last-run-upid" | "max-depth" | "next-run" | "ns" | "owner" | "rate-in" | "rate-out" | "remote" | "remote-ns" | "remote-store" | "remove-vanished" | "resync-corrupt" | "run-on-mount" | "schedule" | "store" | "sync-direction" | "transfer-last" | "unmount-on-done" | "verified-only" | "worker-threads"> };
  };
  "/admin/sync/{id}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/admin/sync/{id}/run": {
    POST: { params: {  }; data: Data };
  };
  "/admin/traffic-control": {
    GET: { params: {  }; data: List<"burst-in" | "burst-out" | "comment" | "cur-rate-in" | "cur-rate-out" | "name" | "network" | "rate-in" | "rate-out" | "timeframe" | "users"> };
  };
  "/admin/verify": {
    GET: { params: { "store"?: string | undefined }; data: List<"comment" | "id" | "ignore-verified" | "last-run-endtime" | "last-run-state" | "last-run-upid" | "max-depth" | "next-run" | "ns" | "outdated-after" | "read-threads" | "schedule" | "store" | "verify-threads"> };
  };
  "/admin/verify/{id}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/admin/verify/{id}/run": {
    POST: { params: {  }; data: Data };
  };
  "/backup": {
    GET: { params: { "backup-id": string; "backup-time": number; "backup-type": "vm" | "ct" | "host"; "benchmark"?: boolean | undefined; "debug"?: boolean | undefined; "no-cache"?: boolean | undefined; "ns"?: string | undefined; "store": string }; data: null };
  };
  "/backup/_upgrade_": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/backup/_upgrade_/blob": {
    POST: { params: { "encoded-size": number; "file-name": string }; data: null };
  };
  "/backup/_upgrade_/dynamic_chunk": {
    POST: { params: { "digest": string; "encoded-size": number; "size": number; "wid": number }; data: null };
  };
  "/backup/_upgrade_/dynamic_close": {
    POST: { params: { "chunk-count": number; "csum": string; "size": number; "wid": number }; data: null };
  };
  "/backup/_upgrade_/dynamic_index": {
    POST: { params: { "archive-name": string }; data: null };
    PUT: { params: { "digest-list": readonly (string)[]; "offset-list": readonly (number)[]; "wid": number }; data: null };
  };
  "/backup/_upgrade_/finish": {
    POST: { params: {  }; data: null };
  };
  "/backup/_upgrade_/fixed_chunk": {
    POST: { params: { "digest": string; "encoded-size": number; "size": number; "wid": number }; data: null };
  };
  "/backup/_upgrade_/fixed_close": {
    POST: { params: { "chunk-count": number; "csum": string; "size": number; "wid": number }; data: null };
  };
  "/backup/_upgrade_/fixed_index": {
    POST: { params: { "archive-name": string; "reuse-csum"?: string | undefined; "size"?: number | undefined }; data: null };
    PUT: { params: { "digest-list": readonly (string)[]; "offset-list": readonly (number)[]; "wid": number }; data: null };
  };
  "/backup/_upgrade_/previous": {
    GET: { params: { "archive-name": string }; data: null };
  };
  "/backup/_upgrade_/previous_backup_time": {
    GET: { params: {  }; data: null };
  };
  "/backup/_upgrade_/speedtest": {
    POST: { params: {  }; data: null };
  };
  "/config": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/config/access": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/config/access/ad": {
    GET: { params: {  }; data: List<"base-dn" | "bind-dn" | "capath" | "comment" | "default" | "filter" | "mode" | "port" | "realm" | "server1" | "server2" | "sync-attributes" | "sync-defaults-options" | "user-classes" | "verify"> };
    POST: { params: { "base-dn"?: string | undefined; "bind-dn"?: string | undefined; "capath"?: string | undefined; "comment"?: string | undefined; "default"?: boolean | undefined; "filter"?: string | undefined; "mode"?: "ldap" | "ldap+starttls" | "ldaps" | undefined; "password"?: string | undefined; "port"?: number | undefined; "realm": string; "server1": string; "server2"?: string | undefined; "sync-attributes"?: string | undefined; "sync-defaults-options"?: string | undefined; "user-classes"?: string | undefined; "verify"?: boolean | undefined }; data: null };
  };
  "/config/access/ad/{realm}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"base-dn" | "bind-dn" | "capath" | "comment" | "default" | "filter" | "mode" | "port" | "realm" | "server1" | "server2" | "sync-attributes" | "sync-defaults-options" | "user-classes" | "verify"> };
    PUT: { params: { "base-dn"?: string | undefined; "bind-dn"?: string | undefined; "capath"?: string | undefined; "comment"?: string | undefined; "default"?: boolean | undefined; "delete"?: readonly ("server2" | "port" | "comment" | "default" | "verify" | "mode" | "bind-dn" | "password" | "filter" | "sync-defaults-options" | "sync-attributes" | "user-classes")[] | undefined; "digest"?: string | undefined; "filter"?: string | undefined; "mode"?: "ldap" | "ldap+starttls" | "ldaps" | undefined; "password"?: string | undefined; "port"?: number | undefined; "server1"?: string | undefined; "server2"?: string | undefined; "sync-attributes"?: string | undefined; "sync-defaults-options"?: string | undefined; "user-classes"?: string | undefined; "verify"?: boolean | undefined }; data: Item<"base-dn" | "bind-dn" | "capath" | "comment" | "default" | "filter" | "mode" | "port" | "realm" | "server1" | "server2" | "sync-attributes" | "sync-defaults-options" | "user-classes" | "verify"> };
  };
  "/config/access/ldap": {
    GET: { params: {  }; data: List<"base-dn" | "bind-dn" | "capath" | "comment" | "default" | "filter" | "mode" | "port" | "realm" | "server1" | "server2" | "sync-attributes" | "sync-defaults-options" | "user-attr" | "user-classes" | "verify"> };
    POST: { params: { "base-dn": string; "bind-dn"?: string | undefined; "capath"?: string | undefined; "comment"?: string | undefined; "default"?: boolean | undefined; "filter"?: string | undefined; "mode"?: "ldap" | "ldap+starttls" | "ldaps" | undefined; "password"?: string | undefined; "port"?: number | undefined; "realm": string; "server1": string; "server2"?: string | undefined; "sync-attributes"?: string | undefined; "sync-defaults-options"?: string | undefined; "user-attr": string; "user-classes"?: string | undefined; "verify"?: boolean | undefined }; data: null };
  };
  "/config/access/ldap/{realm}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"base-dn" | "bind-dn" | "capath" | "comment" | "default" | "filter" | "mode" | "port" | "realm" | "server1" | "server2" | "sync-attributes" | "sync-defaults-options" | "user-attr" | "user-classes" | "verify"> };
    PUT: { params: { "base-dn"?: string | undefined; "bind-dn"?: string | undefined; "capath"?: string | undefined; "comment"?: string | undefined; "default"?: boolean | undefined; "delete"?: readonly ("server2" | "port" | "comment" | "default" | "verify" | "mode" | "bind-dn" | "password" | "filter" | "sync-defaults-options" | "sync-attributes" | "user-classes")[] | undefined; "digest"?: string | undefined; "filter"?: string | undefined; "mode"?: "ldap" | "ldap+starttls" | "ldaps" | undefined; "password"?: string | undefined; "port"?: number | undefined; "server1"?: string | undefined; "server2"?: string | undefined; "sync-attributes"?: string | undefined; "sync-defaults-options"?: string | undefined; "user-attr"?: string | undefined; "user-classes"?: string | undefined; "verify"?: boolean | undefined }; data: Item<"base-dn" | "bind-dn" | "capath" | "comment" | "default" | "filter" | "mode" | "port" | "realm" | "server1" | "server2" | "sync-attributes" | "sync-defaults-options" | "user-attr" | "user-classes" | "verify"> };
  };
  "/config/access/openid": {
    GET: { params: {  }; data: List<"acr-values" | "audiences" | "autocreate" | "client-id" | "client-key" | "comment" | "default" | "issuer-url" | "prompt" | "realm" | "scopes" | "username-claim"> };
    POST: { params: { "acr-values"?: string | undefined; "audiences"?: string | undefined; "autocreate"?: boolean | undefined; "client-id": string; "client-key"?: string | undefined; "comment"?: string | undefined; "default"?: boolean | undefined; "issuer-url": string; "prompt"?: string | undefined; "realm": string; "scopes"?: string | undefined; "username-claim"?: string | undefined }; data: null };
  };
  "/config/access/openid/{realm}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"acr-values" | "audiences" | "autocreate" | "client-id" | "client-key" | "comment" | "default" | "issuer-url" | "prompt" | "realm" | "scopes" | "username-claim"> };
    PUT: { params: { "acr-values"?: string | undefined; "audiences"?: string | undefined; "autocreate"?: boolean | undefined; "client-id"?: string | undefined; "client-key"?: string | undefined; "comment"?: string | undefined; "default"?: boolean | undefined; "delete"?: readonly ("client-key" | "comment" | "default" | "autocreate" | "scopes" | "prompt" | "acr-values" | "audiences")[] | undefined; "digest"?: string | undefined; "issuer-url"?: string | undefined; "prompt"?: string | undefined; "scopes"?: string | undefined }; data: Item<"acr-values" | "audiences" | "autocreate" | "client-id" | "client-key" | "comment" | "default" | "issuer-url" | "prompt" | "realm" | "scopes" | "username-claim"> };
  };
  "/config/access/pam": {
    GET: { params: {  }; data: Item<"comment" | "default" | "realm" | "type"> };
    PUT: { params: { "comment"?: string | undefined; "default"?: boolean | undefined; "delete"?: readonly ("comment" | "default")[] | undefined; "digest"?: string | undefined }; data: Item<"comment" | "default" | "realm" | "type"> };
  };
  "/config/access/pbs": {
    GET: { params: {  }; data: Item<"comment" | "default" | "realm" | "type"> };
    PUT: { params: { "comment"?: string | undefined; "default"?: boolean | undefined; "delete"?: readonly ("comment" | "default")[] | undefined; "digest"?: string | undefined }; data: Item<"comment" | "default" | "realm" | "type"> };
  };
  "/config/access/tfa": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/config/access/tfa/webauthn": {
    GET: { params: {  }; data: Item<"allow-subdomains" | "id" | "origin" | "rp"> };
    PUT: { params: { "allow-subdomains"?: boolean | undefined; "delete"?: readonly ("origin" | "allow-subdomains")[] | undefined; "digest"?: string | undefined; "id"?: string | undefined; "origin"?: string | undefined; "rp"?: string | undefined }; data: null };
  };
  "/config/acme": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/config/acme/account": {
    GET: { params: {  }; data: List<"name"> };
    POST: { params: { "contact": string; "directory"?: string | undefined; "eab_hmac_key"?: string | undefined; "eab_kid"?: string | undefined; "name"?: string | undefined; "tos_url"?: string | undefined }; data: null };
  };
  "/config/acme/account/{name}": {
    DELETE: { params: { "force"?: boolean | undefined }; data: null };
    GET: { params: {  }; data: Item<"account" | "directory" | "location" | "tos"> };
    PUT: { params: { "contact"?: string | undefined }; data: null };
  };
  "/config/acme/challenge-schema": {
    GET: { params: {  }; data: List<"id" | "name" | "schema" | "type"> };
  };
  "/config/acme/directories": {
    GET: { params: {  }; data: List<"name" | "url"> };
  };
  "/config/acme/plugins": {
    GET: { params: {  }; data: List<"api" | "data" | "disable" | "plugin" | "type" | "validation-delay"> };
    POST: { params: { "api": string; "data": string; "disable"?: boolean | undefined; "id": string; "type": string; "validation-delay"?: number | undefined }; data: null };
  };
  "/config/acme/plugins/{id}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"api" | "data" | "disable" | "plugin" | "type" | "validation-delay"> };
    PUT: { params: { "api"?: string | undefined; "data"?: string | undefined; "delete"?: readonly ("disable" | "validation-delay")[] | undefined; "digest"?: string | undefined; "disable"?: boolean | undefined; "validation-delay"?: number | undefined }; data: null };
  };
  "/config/acme/tos": {
    GET: { params: { "directory"?: string | undefined }; data: Data };
  };
  "/config/changer": {
    GET: { params: {  }; data: List<"eject-before-unload" | "export-slots" | "name" | "path"> };
    POST: { params: { "eject-before-unload"?: boolean | undefined; "export-slots"?: string | undefined; "name": string; "path": string }; data: null };
  };
  "/config/changer/{name}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"eject-before-unload" | "export-slots" | "name" | "path"> };
    PUT: { params: { "delete"?: readonly ("export-slots" | "eject-before-unload")[] | undefined; "digest"?: string | undefined; "eject-before-unload"?: boolean | undefined; "export-slots"?: string | undefined; "path"?: string | undefined }; data: null };
  };
  "/config/datastore": {
    GET: { params: {  }; data: List<"backend" | "backing-device" | "comment" | "counter-reset-schedule" | "gc-on-unmount" | "gc-schedule" | "keep-daily" | "keep-hourly" | "keep-last" | "keep-monthly" | "keep-weekly" | "keep-yearly" | "maintenance-mode" | "name" | "notification-mode" | "notification-thresholds" | "notify" | "notify-user" | "path" | "prune-schedule" | "tuning" | "verify-new"> };
    POST: { params: { "backend"?: string | undefined; "backing-device"?: string | undefined; "comment"?: string | undefined; "counter-reset-schedule"?: string | undefined; "gc-on-unmount"?: boolean | undefined; "gc-schedule"?: string | undefined; "keep-daily"?: number | undefined; "keep-hourly"?: number | undefined; "keep-last"?: number | undefined; "keep-monthly"?: number | undefined; "keep-weekly"?: number | undefined; "keep-yearly"?: number | undefined; "maintenance-mode"?: string | undefined; "name": string; "notification-mode"?: "legacy-sendmail" | "notification-system" | undefined; "notification-thresholds"?: string | undefined; "notify"?: string | undefined; "notify-user"?: string | undefined; "overwrite-in-use"?: boolean | undefined; "path": string; "prune-schedule"?: string | undefined; "reuse-datastore"?: boolean | undefined; "tuning"?: string | undefined; "verify-new"?: boolean | undefined }; data: Data };
  };
  "/config/datastore/{name}": {
    DELETE: { params: { "destroy-data"?: boolean | undefined; "digest"?: string | undefined; "keep-job-configs"?: boolean | undefined }; data: Data };
    GET: { params: {  }; data: Item<"backend" | "backing-device" | "comment" | "counter-reset-schedule" | "gc-on-unmount" | "gc-schedule" | "keep-daily" | "keep-hourly" | "keep-last" | "keep-monthly" | "keep-weekly" | "keep-yearly" | "maintenance-mode" | "name" | "notification-mode" | "notification-thresholds" | "notify" | "notify-user" | "path" | "prune-schedule" | "tuning" | "verify-new"> };
    PUT: { params: { "comment"?: string | undefined; "counter-reset-schedule"?: string | undefined; "delete"?: readonly ("comment" | "gc-schedule" | "gc-on-unmount" | "prune-schedule" | "keep-last" | "keep-hourly" | "keep-daily" | "keep-weekly" | "keep-monthly" | "keep-yearly" | "verify-new" | "notify-user" | "notify" | "notification-mode" | "tuning" | "maintenance-mode" | "notification-thresholds" | "counter-reset-schedule")[] | undefined; "digest"?: string | undefined; "gc-on-unmount"?: boolean | undefined; "gc-schedule"?: string | undefined; "keep-daily"?: number | undefined; "keep-hourly"?: number | undefined; "keep-last"?: number | undefined; "keep-monthly"?: number | undefined; "keep-weekly"?: number | undefined; "keep-yearly"?: number | undefined; "maintenance-mode"?: string | undefined; "notification-mode"?: "legacy-sendmail" | "notification-system" | undefined; "notification-thresholds"?: string | undefined; "notify"?: string | undefined; "notify-user"?: string | undefined; "prune-schedule"?: string | undefined; "tuning"?: string | undefined; "verify-new"?: boolean | undefined }; data: null };
  };
  "/config/drive": {
    GET: { params: {  }; data: List<"changer" | "changer-drivenum" | "name" | "path"> };
    POST: { params: { "changer"?: string | undefined; "changer-drivenum"?: number | undefined; "name": string; "path": string }; data: null };
  };
  "/config/drive/{name}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"changer" | "changer-drivenum" | "name" | "path"> };
    PUT: { params: { "changer"?: string | undefined; "changer-drivenum"?: number | undefined; "delete"?: readonly ("changer" | "changer-drivenum")[] | undefined; "digest"?: string | undefined; "path"?: string | undefined }; data: null };
  };
  "/config/encryption-keys": {
    GET: { params: { "include-archived"?: boolean | undefined }; data: List<"archived-at" | "created" | "fingerprint" | "hint" | "id" | "kdf" | "modified" | "path"> };
    POST: { params: { "id": string; "key"?: string | undefined }; data: null };
  };
  "/config/encryption-keys/{id}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    POST: { params: { "digest"?: string | undefined }; data: null };
  };
  "/config/media-pool": {
    GET: { params: {  }; data: List<"allocation" | "comment" | "encrypt" | "name" | "retention" | "template"> };
    POST: { params: { "allocation"?: string | undefined; "comment"?: string | undefined; "encrypt"?: string | undefined; "name": string; "retention"?: string | undefined; "template"?: string | undefined }; data: null };
  };
  "/config/media-pool/{name}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"allocation" | "comment" | "encrypt" | "name" | "retention" | "template"> };
    PUT: { params: { "allocation"?: string | undefined; "comment"?: string | undefined; "delete"?: readonly ("allocation" | "retention" | "template" | "encrypt" | "comment")[] | undefined; "encrypt"?: string | undefined; "retention"?: string | undefined; "template"?: string | undefined }; data: null };
  };
  "/config/metrics": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/config/metrics/influxdb-http": {
    GET: { params: {  }; data: List<"bucket" | "comment" | "enable" | "max-body-size" | "name" | "organization" | "token" | "url" | "verify-tls"> };
    POST: { params: { "bucket"?: string | undefined; "comment"?: string | undefined; "enable"?: boolean | undefined; "max-body-size"?: number | undefined; "name": string; "organization"?: string | undefined; "token"?: string | undefined; "url": string; "verify-tls"?: boolean | undefined }; data: null };
  };
  "/config/metrics/influxdb-http/{name}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"bucket" | "comment" | "enable" | "max-body-size" | "name" | "organization" | "token" | "url" | "verify-tls"> };
    PUT: { params: { "bucket"?: string | undefined; "comment"?: string | undefined; "delete"?: readonly ("enable" | "token" | "bucket" | "organization" | "max-body-size" | "verify-tls" | "comment")[] | undefined; "digest"?: string | undefined; "enable"?: boolean | undefined; "max-body-size"?: number | undefined; "organization"?: string | undefined; "token"?: string | undefined; "url"?: string | undefined; "verify-tls"?: boolean | undefined }; data: null };
  };
  "/config/metrics/influxdb-udp": {
    GET: { params: {  }; data: List<"comment" | "enable" | "host" | "mtu" | "name"> };
    POST: { params: { "comment"?: string | undefined; "enable"?: boolean | undefined; "host": string; "mtu"?: number | undefined; "name": string }; data: null };
  };
  "/config/metrics/influxdb-udp/{name}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"comment" | "enable" | "host" | "mtu" | "name"> };
    PUT: { params: { "comment"?: string | undefined; "delete"?: readonly ("enable" | "mtu" | "comment")[] | undefined; "digest"?: string | undefined; "enable"?: boolean | undefined; "host"?: string | undefined; "mtu"?: number | undefined }; data: null };
  };
  "/config/notifications": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/config/notifications/endpoints": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/config/notifications/endpoints/gotify": {
    GET: { params: {  }; data: List<"comment" | "disable" | "filter" | "name" | "origin" | "server"> };
    POST: { params: { "comment"?: string | undefined; "disable"?: boolean | undefined; "filter"?: string | undefined; "name": string; "origin"?: "user-created" | "builtin" | "modified-builtin" | undefined; "server": string; "token": string }; data: null };
  };
  "/config/notifications/endpoints/gotify/{name}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"comment" | "disable" | "filter" | "name" | "origin" | "server"> };
    PUT: { params: { "comment"?: string | undefined; "delete"?: readonly ("comment" | "disable")[] | undefined; "digest"?: string | undefined; "disable"?: boolean | undefined; "server"?: string | undefined; "token"?: string | undefined }; data: null };
  };
  "/config/notifications/endpoints/sendmail": {
    GET: { params: {  }; data: List<"author" | "comment" | "disable" | "filter" | "from-address" | "mailto" | "mailto-user" | "name" | "origin"> };
    POST: { params: { "author"?: string | undefined; "comment"?: string | undefined; "disable"?: boolean | undefined; "filter"?: string | undefined; "from-address"?: string | undefined; "mailto"?: readonly (string)[] | undefined; "mailto-user"?: readonly (string)[] | undefined; "name": string; "origin"?: "user-created" | "builtin" | "modified-builtin" | undefined }; data: null };
  };
  "/config/notifications/endpoints/sendmail/{name}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"author" | "comment" | "disable" | "filter" | "from-address" | "mailto" | "mailto-user" | "name" | "origin"> };
    PUT: { params: { "author"?: string | undefined; "comment"?: string | undefined; "delete"?: readonly ("author" | "comment" | "disable" | "from-address" | "mailto" | "mailto-user")[] | undefined; "digest"?: string | undefined; "disable"?: boolean | undefined; "from-address"?: string | undefined; "mailto"?: readonly (string)[] | undefined; "mailto-user"?: readonly (string)[] | undefined }; data: null };
  };
  "/config/notifications/endpoints/smtp": {
    GET: { params: {  }; data: List<"author" | "comment" | "disable" | "from-address" | "mailto" | "mailto-user" | "mode" | "name" | "origin" | "port" | "server" | "username"> };
    POST: { params: { "author"?: string | undefined; "comment"?: string | undefined; "disable"?: boolean | undefined; "from-address": string; "mailto"?: readonly (string)[] | undefined; "mailto-user"?: readonly (string)[] | undefined; "mode"?: "insecure" | "starttls" | "tls" | undefined; "name": string; "origin"?: "user-created" | "builtin" | "modified-builtin" | undefined; "password"?: string | undefined; "port"?: number | undefined; "server": string; "username"?: string | undefined }; data: null };
  };
  "/config/notifications/endpoints/smtp/{name}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"author" | "comment" | "disable" | "from-address" | "mailto" | "mailto-user" | "mode" | "name" | "origin" | "port" | "server" | "username"> };
    PUT: { params: { "author"?: string | undefined; "comment"?: string | undefined; "delete"?: readonly ("author" | "comment" | "disable" | "mailto" | "mailto-user" | "password" | "port" | "username")[] | undefined; "digest"?: string | undefined; "disable"?: boolean | undefined; "from-address"?: string | undefined; "mailto"?: readonly (string)[] | undefined; "mailto-user"?: readonly (string)[] | undefined; "mode"?: "insecure" | "starttls" | "tls" | undefined; "password"?: string | undefined; "port"?: number | undefined; "server"?: string | undefined; "username"?: string | undefined }; data: null };
  };
  "/config/notifications/endpoints/webhook": {
    GET: { params: {  }; data: List<"body" | "comment" | "disable" | "header" | "method" | "name" | "origin" | "secret" | "url"> };
    POST: { params: { "body"?: string | undefined; "comment"?: string | undefined; "disable"?: boolean | undefined; "header"?: readonly (string)[] | undefined; "method": "post" | "put" | "get"; "name": string; "origin"?: "user-created" | "builtin" | "modified-builtin" | undefined; "secret"?: readonly (string)[] | undefined; "url": string }; data: null };
  };
  "/config/notifications/endpoints/webhook/{name}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"body" | "comment" | "disable" | "header" | "method" | "name" | "origin" | "secret" | "url"> };
    PUT: { params: { "body"?: string | undefined; "comment"?: string | undefined; "delete"?: readonly ("comment" | "disable" | "header" | "body" | "secret")[] | undefined; "digest"?: string | undefined; "disable"?: boolean | undefined; "header"?: readonly (string)[] | undefined; "method"?: "post" | "put" | "get" | undefined; "secret"?: readonly (string)[] | undefined; "url"?: string | undefined }; data: null };
  };
  "/config/notifications/matcher-field-values": {
    GET: { params: {  }; data: List<"comment" | "field" | "value"> };
  };
  "/config/notifications/matcher-fields": {
    GET: { params: {  }; data: List<"name"> };
  };
  "/config/notifications/matchers": {
    GET: { params: {  }; data: List<"comment" | "disable" | "invert-match" | "match-calendar" | "match-field" | "match-severity" | "mode" | "name" | "origin" | "target"> };
    POST: { params: { "comment"?: string | undefined; "disable"?: boolean | undefined; "invert-match"?: boolean | undefined; "match-calendar"?: readonly (string)[] | undefined; "match-field"?: readonly (string)[] | undefined; "match-severity"?: readonly (string)[] | undefined; "mode"?: "all" | "any" | undefined; "name": string; "origin"?: "user-created" | "builtin" | "modified-builtin" | undefined; "target"?: readonly (string)[] | undefined }; data: null };
  };
  "/config/notifications/matchers/{name}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"comment" | "disable" | "invert-match" | "match-calendar" | "match-field" | "match-severity" | "mode" | "name" | "origin" | "target"> };
    PUT: { params: { "comment"?: string | undefined; "delete"?: readonly ("comment" | "disable" | "invert-match" | "match-calendar" | "match-field" | "match-severity" | "mode" | "target")[] | undefined; "digest"?: string | undefined; "disable"?: boolean | undefined; "invert-match"?: boolean | undefined; "match-calendar"?: readonly (string)[] | undefined; "match-field"?: readonly (string)[] | undefined; "match-severity"?: readonly (string)[] | undefined; "mode"?: "all" | "any" | undefined; "target"?: readonly (string)[] | undefined }; data: null };
  };
  "/config/notifications/targets": {
    GET: { params: {  }; data: List<"comment" | "disable" | "name" | "origin" | "type"> };
  };
  "/config/notifications/targets/{name}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/config/notifications/targets/{name}/test": {
    POST: { params: {  }; data: null };
  };
  "/config/prune": {
    GET: { params: {  }; data: List<"comment" | "disable" | "id" | "keep-daily" | "keep-hourly" | "keep-last" | "keep-monthly" | "keep-weekly" | "keep-yearly" | "max-depth" | "ns" | "schedule" | "store"> };
    POST: { params: { "comment"?: string | undefined; "disable"?: boolean | undefined; "id": string; "keep-daily"?: number | undefined; "keep-hourly"?: number | undefined; "keep-last"?: number | undefined; "keep-monthly"?: number | undefined; "keep-weekly"?: number | undefined; "keep-yearly"?: number | undefined; "max-depth"?: number | undefined; "ns"?: string | undefined; "schedule": string; "store": string }; data: null };
  };
  "/config/prune/{id}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"comment" | "disable" | "id" | "keep-daily" | "keep-hourly" | "keep-last" | "keep-monthly" | "keep-weekly" | "keep-yearly" | "max-depth" | "ns" | "schedule" | "store"> };
    PUT: { params: { "comment"?: string | undefined; "delete"?: readonly ("comment" | "disable" | "ns" | "max-depth" | "keep-last" | "keep-hourly" | "keep-daily" | "keep-weekly" | "keep-monthly" | "keep-yearly")[] | undefined; "digest"?: string | undefined; "disable"?: boolean | undefined; "keep-daily"?: number | undefined; "keep-hourly"?: number | undefined; "keep-last"?: number | undefined; "keep-monthly"?: number | undefined; "keep-weekly"?: number | undefined; "keep-yearly"?: number | undefined; "max-depth"?: number | undefined; "ns"?: string | undefined; "schedule"?: string | undefined; "store"?: string | undefined }; data: null };
  };
  "/config/remote": {
    GET: { params: {  }; data: List<"auth-id" | "comment" | "fingerprint" | "host" | "name" | "port" | "use-node-proxy"> };
    POST: { params: { "auth-id": string; "comment"?: string | undefined; "fingerprint"?: string | undefined; "host": string; "name": string; "password": string; "port"?: number | undefined; "use-node-proxy"?: boolean | undefined }; data: null };
  };
  "/config/remote/{name}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"auth-id" | "comment" | "fingerprint" | "host" | "name" | "port" | "use-node-proxy"> };
    PUT: { params: { "auth-id"?: string | undefined; "comment"?: string | undefined; "delete"?: readonly ("comment" | "fingerprint" | "port" | "use-node-proxy")[] | undefined; "digest"?: string | undefined; "fingerprint"?: string | undefined; "host"?: string | undefined; "password"?: string | undefined; "port"?: number | undefined; "use-node-proxy"?: boolean | undefined }; data: null };
  };
  "/config/remote/{name}/scan": {
    GET: { params: {  }; data: List<"backend-type" | "comment" | "maintenance" | "mount-status" | "store"> };
  };
  "/config/remote/{name}/scan/{store}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/config/remote/{name}/scan/{store}/groups": {
    GET: { params: { "namespace"?: string | undefined }; data: List<"backup-count" | "backup-id" | "backup-type" | "comment" | "files" | "last-backup" | "owner"> };
  };
  "/config/remote/{name}/scan/{store}/namespaces": {
    GET: { params: {  }; data: List<"comment" | "ns"> };
  };
  "/config/s3": {
    GET: { params: {  }; data: List<"access-key" | "burst-in" | "burst-out" | "endpoint" | "fingerprint" | "id" | "path-style" | "port" | "provider-quirks" | "put-rate-limit" | "rate-in" | "rate-out" | "region"> };
    POST: { params: { "access-key": string; "burst-in"?: string | undefined; "burst-out"?: string | undefined; "endpoint": string; "fingerprint"?: string | undefined; "id": string; "limit-active-requests"?: number | undefined; "limit-passive-requests"?: number | undefined; "path-style"?: boolean | undefined; "port"?: number | undefined; "provider-quirks"?: readonly ("skip-if-none-match-header" | "delete-objects-via-delete-object")[] | undefined; "put-rate-limit"?: number | undefined; "rate-in"?: string | undefined; "rate-out"?: string | undefined; "region"?: string | undefined; "secret-key": string; "use-node-proxy"?: boolean | undefined }; data: null };
  };
  "/config/s3/{id}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"access-key" | "burst-in" | "burst-out" | "endpoint" | "fingerprint" | "id" | "path-style" | "port" | "provider-quirks" | "put-rate-limit" | "rate-in" | "rate-out" | "region"> };
    PUT: { params: { "access-key"?: string | undefined; "burst-in"?: string | undefined; "burst-out"?: string | undefined; "delete"?: readonly ("port" | "region" | "fingerprint" | "path-style" | "rate-in" | "burst-in" | "rate-out" | "burst-out" | "provider-quirks")[] | undefined; "digest"?: string | undefined; "endpoint"?: string | undefined; "fingerprint"?: string | undefined; "limit-active-requests"?: number | undefined; "limit-passive-requests"?: number | undefined; "path-style"?: boolean | undefined; "port"?: number | undefined; "provider-quirks"?: readonly ("skip-if-none-match-header" | "delete-objects-via-delete-object")[] | undefined; "put-rate-limit"?: number | undefined; "rate-in"?: string | undefined; "rate-out"?: string | undefined; "region"?: string | undefined; "secret-key"?: string | undefined; "use-node-proxy"?: boolean | undefined }; data: null };
  };
  "/config/s3/{id}/list-buckets": {
    GET: { params: {  }; data: null };
  };
  "/config/sync": {
    GET: { params: { "sync-direction"?: "all" | "push" | "pull" | undefined }; data: List<"active-encryption-key" | "associated-key" | "burst-in" | "burst-out" | "comment" | "encrypted-only" | "group-filter" | "id" | "max-depth" | "ns" | "owner" | "rate-in" | "rate-out" | "remote" | "remote-ns" | "remote-store" | "remove-vanished" | "resync-corrupt" | "run-on-mount" | "schedule" | "store" | "sync-direction" | "transfer-last" | "unmount-on-done" | "verified-only" | "worker-threads"> };
    POST: { params: { "active-encryption-key"?: string | undefined; "associated-key"?: readonly (string)[] | undefined; "burst-in"?: string | undefined; "burst-out"?: string | undefined; "comment"?: string | undefined; "encrypted-only"?: boolean | undefined; "group-filter"?: readonly (string)[] | undefined; "id": string; "max-depth"?: number | undefined; "ns"?: string | undefined; "owner"?: string | undefined; "rate-in"?: string | undefined; "rate-out"?: string | undefined; "remote"?: string | undefined; "remote-ns"?: string | undefined; "remote-store": string; "remove-vanished"?: boolean | undefined; "resync-corrupt"?: boolean | undefined; "run-on-mount"?: boolean | undefined; "schedule"?: string | undefined; "store": string; "sync-direction"?: "pull" | "push" | undefined; "transfer-last"?: number | undefined; "unmount-on-done"?: boolean | undefined; "verified-only"?: boolean | undefined; "worker-threads"?: number | undefined }; data: null };
  };
  "/config/sync/{id}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"active-encryption-key" | "associated-key" | "burst-in" | "burst-out" | "comment" | "encrypted-only" | "group-filter" | "id" | "max-depth" | "ns" | "owner" | "rate-in" | "rate-out" | "remote" | "remote-ns" | "remote-store" | "remove-vanished" | "resync-corrupt" | "run-on-mount" | "schedule" | "store" | "sync-direction" | "transfer-last" | "unmount-on-done" | "verified-only" | "worker-threads"> };
    PUT: { params: { "active-encryption-key"?: string | undefined; "associated-key"?: readonly (string)[] | undefined; "burst-in"?: string | undefined; "burst-out"?: string | undefined; "comment"?: string | undefined; "delete"?: readonly ("remote" | "owner" | "comment" | "schedule" | "remove-vanished" | "group-filter" | "rate-in" | "burst-in" | "rate-out" | "burst-out" | "ns" | "remote-ns" | "max-depth" | "transfer-last" | "encrypted-only" | "verified-only" | "run-on-mount" | "unmount-on-done" | "sync-direction" | "worker-threads" | "active-encryption-key" | "associated-key")[] | undefined; "digest"?: string | undefined; "encrypted-only"?: boolean | undefined; "group-filter"?: readonly (string)[] | undefined; "max-depth"?: number | undefined; "ns"?: string | undefined; "owner"?: string | undefined; "rate-in"?: string | undefined; "rate-out"?: string | undefined; "remote"?: string | undefined; "remote-ns"?: string | undefined; "remote-store"?: string | undefined; "remove-vanished"?: boolean | undefined; "resync-corrupt"?: boolean | undefined; "run-on-mount"?: boolean | undefined; "schedule"?: string | undefined; "store"?: string | undefined; "sync-direction"?: "pull" | "push" | undefined; "transfer-last"?: number | undefined; "unmount-on-done"?: boolean | undefined; "verified-only"?: boolean | undefined; "worker-threads"?: number | undefined }; data: null };
  };
  "/config/tape-backup-job": {
    GET: { params: {  }; data: List<"comment" | "drive" | "eject-media" | "export-media-set" | "group-filter" | "id" | "latest-only" | "max-depth" | "notification-mode" | "notify-user" | "ns" | "pool" | "schedule" | "store" | "worker-threads"> };
    POST: { params: { "comment"?: string | undefined; "drive": string; "eject-media"?: boolean | undefined; "export-media-set"?: boolean | undefined; "group-filter"?: readonly (string)[] | undefined; "id": string; "latest-only"?: boolean | undefined; "max-depth"?: number | undefined; "notification-mode"?: "legacy-sendmail" | "notification-system" | undefined; "notify-user"?: string | undefined; "ns"?: string | undefined; "pool": string; "schedule"?: string | undefined; "store": string; "worker-threads"?: number | undefined }; data: null };
  };
  "/config/tape-backup-job/{id}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"comment" | "drive" | "eject-media" | "export-media-set" | "group-filter" | "id" | "latest-only" | "max-depth" | "notification-mode" | "notify-user" | "ns" | "pool" | "schedule" | "store" | "worker-threads"> };
    PUT: { params: { "comment"?: string | undefined; "delete"?: readonly ("comment" | "schedule" | "eject-media" | "export-media-set" | "latest-only" | "notify-user" | "notification-mode" | "group-filter" | "max-depth" | "ns" | "worker-threads")[] | undefined; "digest"?: string | undefined; "drive"?: string | undefined; "eject-media"?: boolean | undefined; "export-media-set"?: boolean | undefined; "group-filter"?: readonly (string)[] | undefined; "latest-only"?: boolean | undefined; "max-depth"?: number | undefined; "notification-mode"?: "legacy-sendmail" | "notification-system" | undefined; "notify-user"?: string | undefined; "ns"?: string | undefined; "pool"?: string | undefined; "schedule"?: string | undefined; "store"?: string | undefined; "worker-threads"?: number | undefined }; data: null };
  };
  "/config/tape-encryption-keys": {
    GET: { params: {  }; data: List<"created" | "fingerprint" | "hint" | "kdf" | "modified" | "path"> };
    POST: { params: { "hint"?: string | undefined; "kdf"?: "none" | "scrypt" | "pbkdf2" | undefined; "key"?: string | undefined; "password": string }; data: Data };
  };
  "/config/tape-encryption-keys/{fingerprint}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"created" | "fingerprint" | "hint" | "kdf" | "modified" | "path"> };
    PUT: { params: { "digest"?: string | undefined; "force"?: boolean | undefined; "hint": string; "kdf"?: "none" | "scrypt" | "pbkdf2" | undefined; "new-password": string; "password"?: string | undefined }; data: null };
  };
  "/config/traffic-control": {
    GET: { params: {  }; data: List<"burst-in" | "burst-out" | "comment" | "name" | "network" | "rate-in" | "rate-out" | "timeframe" | "users"> };
    POST: { params: { "burst-in"?: string | undefined; "burst-out"?: string | undefined; "comment"?: string | undefined; "name": string; "network": readonly (string)[]; "rate-in"?: string | undefined; "rate-out"?: string | undefined; "timeframe"?: readonly (string)[] | undefined; "users"?: readonly (string)[] | undefined }; data: null };
  };
  "/config/traffic-control/{name}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"burst-in" | "burst-out" | "comment" | "name" | "network" | "rate-in" | "rate-out" | "timeframe" | "users"> };
    PUT: { params: { "burst-in"?: string | undefined; "burst-out"?: string | undefined; "comment"?: string | undefined; "delete"?: readonly ("rate-in" | "burst-in" | "rate-out" | "burst-out" | "comment" | "timeframe" | "users")[] | undefined; "digest"?: string | undefined; "network"?: readonly (string)[] | undefined; "rate-in"?: string | undefined; "rate-out"?: string | undefined; "timeframe"?: readonly (string)[] | undefined; "users"?: readonly (string)[] | undefined }; data: null };
  };
  "/config/verify": {
    GET: { params: {  }; data: List<"comment" | "id" | "ignore-verified" | "max-depth" | "ns" | "outdated-after" | "read-threads" | "schedule" | "store" | "verify-threads"> };
    POST: { params: { "comment"?: string | undefined; "id": string; "ignore-verified"?: boolean | undefined; "max-depth"?: number | undefined; "ns"?: string | undefined; "outdated-after"?: number | undefined; "read-threads"?: number | undefined; "schedule"?: string | undefined; "store": string; "verify-threads"?: number | undefined }; data: null };
  };
  "/config/verify/{id}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"comment" | "id" | "ignore-verified" | "max-depth" | "ns" | "outdated-after" | "read-threads" | "schedule" | "store" | "verify-threads"> };
    PUT: { params: { "comment"?: string | undefined; "delete"?: readonly ("ignore-verified" | "comment" | "schedule" | "outdated-after" | "ns" | "max-depth" | "read-threads" | "verify-threads")[] | undefined; "digest"?: string | undefined; "ignore-verified"?: boolean | undefined; "max-depth"?: number | undefined; "ns"?: string | undefined; "outdated-after"?: number | undefined; "read-threads"?: number | undefined; "schedule"?: string | undefined; "store"?: string | undefined; "verify-threads"?: number | undefined }; data: null };
  };
  "/nodes": {
    GET: { params: {  }; data: null };
  };
  "/nodes/{node}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/apt": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/apt/changelog": {
    GET: { params: { "name": string; "version"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/apt/repositories": {
    GET: { params: {  }; data: Item<"digest" | "errors" | "files" | "infos" | "standard-repos"> };
    POST: { params: { "digest"?: string | undefined; "enabled"?: boolean | undefined; "index": number; "path": string }; data: null };
    PUT: { params: { "digest"?: string | undefined; "handle": string }; data: null };
  };
  "/nodes/{node}/apt/update": {
    GET: { params: {  }; data: List<"Arch" | "Description" | "ExtraInfo" | "OldVersion" | "Origin" | "Package" | "Priority" | "Section" | "Title" | "Version"> };
    POST: { params: { "notify"?: boolean | undefined; "quiet"?: boolean | undefined }; data: Data };
  };
  "/nodes/{node}/apt/versions": {
    GET: { params: {  }; data: List<"Arch" | "Description" | "ExtraInfo" | "OldVersion" | "Origin" | "Package" | "Priority" | "Section" | "Title" | "Version"> };
  };
  "/nodes/{node}/certificates": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/certificates/acme": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/certificates/acme/certificate": {
    POST: { params: { "force"?: boolean | undefined }; data: null };
    PUT: { params: { "force"?: boolean | undefined }; data: null };
  };
  "/nodes/{node}/certificates/custom": {
    DELETE: { params: { "restart"?: boolean | undefined }; data: null };
    POST: { params: { "certificates": string; "force"?: boolean | undefined; "key"?: string | undefined; "restart"?: boolean | undefined }; data: List<"filename" | "fingerprint" | "issuer" | "notafter" | "notbefore" | "pem" | "public-key-bits" | "public-key-type" | "san" | "subject"> };
  };
  "/nodes/{node}/certificates/info": {
    GET: { params: {  }; data: List<"filename" | "fingerprint" | "issuer" | "notafter" | "notbefore" | "pem" | "public-key-bits" | "public-key-type" | "san" | "subject"> };
  };
  "/nodes/{node}/config": {
    GET: { params: {  }; data: Item<"acme" | "acmedomain0" | "acmedomain1" | "acmedomain2" | "acmedomain3" | "acmedomain4" | "ciphers-tls-1.2" | "ciphers-tls-1.3" | "consent-text" | "default-lang" | "description" | "email-from" | "http-proxy" | "location" | "task-log-max-days"> };
    PUT: { params: { "acme"?: string | undefined; "acmedomain0"?: string | undefined; "acmedomain1"?: string | undefined; "acmedomain2"?: string | undefined; "acmedomain3"?: string | undefined; "acmedomain4"?: string | undefined; "ciphers-tls-1.2"?: string | undefined; "ciphers-tls-1.3"?: string | undefined; "consent-text"?: string | undefined; "default-lang"?: "ar" | "ca" | "da" | "de" | "en" | "es" | "eu" | "fa" | "fr" | "gl" | "he" | "hu" | "it" | "ja" | "kr" | "nb" | "nl" | "nn" | "pl" | "pt_BR" | "ru" | "sl" | "sv" | "tr" | "zh_CN" | "zh_TW" | undefined; "delete"?: readonly ("acme" | "acmedomain0" | "acmedomain1" | "acmedomain2" | "acmedomain3" | "acmedomain4" | "http-proxy" | "email-from" | "ciphers-tls-1.3" | "ciphers-tls-1.2" | "default-lang" | "description" | "task-log-max-days" | "consent-text" | "location")[] | undefined; "description"?: string | undefined; "digest"?: string | undefined; "email-from"?: string | undefined; "http-proxy"?: string | undefined; "location"?: string | undefined; "task-log-max-days"?: number | undefined }; data: null };
  };
  "/nodes/{node}/disks": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/disks/directory": {
    GET: { params: {  }; data: List<"device" | "filesystem" | "name" | "options" | "path" | "removable" | "unitfile"> };
    POST: { params: { "add-datastore"?: boolean | undefined; "disk": string; "filesystem"?: "ext4" | "xfs" | undefined; "name": string; "removable-datastore"?: boolean | undefined }; data: Data };
  };
  "/nodes/{node}/disks/directory/{name}": {
    DELETE: { params: {  }; data: null };
  };
  "/nodes/{node}/disks/initgpt": {
    POST: { params: { "disk": string; "uuid"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/disks/list": {
    GET: { params: { "include-partitions"?: boolean | undefined; "skipsmart"?: boolean | undefined; "usage-type"?: "unused" | "mounted" | "lvm" | "zfs" | "devicemapper" | "partitions" | "filesystem" | undefined }; data: List<"devpath" | "disk-type" | "gpt" | "model" | "name" | "partitions" | "rpm" | "serial" | "size" | "status" | "used" | "vendor" | "wearout" | "wwn"> };
  };
  "/nodes/{node}/disks/smart": {
    GET: { params: { "disk": string; "healthonly"?: boolean | undefined }; data: Item<"attributes" | "status" | "wearout"> };
  };
  "/nodes/{node}/disks/wipedisk": {
    PUT: { params: { "disk": string }; data: Data };
  };
  "/nodes/{node}/disks/zfs": {
    GET: { params: {  }; data: List<"alloc" | "dedup" | "frag" | "free" | "health" | "name" | "size"> };
    POST: { params: { "add-datastore"?: boolean | undefined; "ashift"?: number | undefined; "compression"?: "gzip" | "lz4" | "lzjb" | "zle" | "zstd" | "on" | "off" | undefined; "devices": string; "name": string; "raidlevel": "single" | "mirror" | "raid10" | "raidz" | "raidz2" | "raidz3" }; data: Data };
  };
  "/nodes/{node}/disks/zfs/{name}": {
    GET: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/dns": {
    GET: { params: {  }; data: Item<"digest" | "dns1" | "dns2" | "dns3" | "search"> };
    PUT: { params: { "delete"?: readonly ("dns1" | "dns2" | "dns3")[] | undefined; "digest"?: string | undefined; "dns1"?: string | undefined; "dns2"?: string | undefined; "dns3"?: string | undefined; "search"?: string | undefined }; data: null };
  };
  "/nodes/{node}/identity": {
    GET: { params: {  }; data: Item<"pbs-instance-id"> };
  };
  "/nodes/{node}/journal": {
    GET: { params: { "endcursor"?: string | undefined; "identifiers"?: boolean | undefined; "kernel"?: boolean | undefined; "lastentries"?: number | undefined; "priority"?: string | undefined; "service"?: string | undefined; "since"?: number | undefined; "startcursor"?: string | undefined; "structured"?: boolean | undefined; "unit"?: string | undefined; "units"?: boolean | undefined; "until"?: number | undefined }; data: List<string> };
  };
  "/nodes/{node}/network": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: List<"active" | "altnames" | "autostart" | "bond-primary" | "bond_mode" | "bond_xmit_hash_policy" | "bridge_ports" | "bridge_vlan_aware" | "cidr" | "cidr6" | "comments" | "comments6" | "digest" | "gateway" | "gateway6" | "iface" | "method" | "method6" | "mtu" | "name" | "options" | "options6" | "slaves" | "type" | "vlan-id" | "vlan-raw-device"> };
    POST: { params: { "autostart"?: boolean | undefined; "bond-primary"?: string | undefined; "bond_mode"?: "balance-rr" | "active-backup" | "balance-xor" | "broadcast" | "802.3ad" | "balance-tlb" | "balance-alb" | undefined; "bond_xmit_hash_policy"?: "layer2" | "layer2+3" | "layer3+4" | undefined; "bridge_ports"?: string | undefined; "bridge_vlan_aware"?: boolean | undefined; "cidr"?: string | undefined; "cidr6"?: string | undefined; "comments"?: string | undefined; "comments6"?: string | undefined; "gateway"?: string | undefined; "gateway6"?: string | undefined; "iface": string; "method"?: "manual" | "static" | "dhcp" | "loopback" | "auto" | undefined; "method6"?: "manual" | "static" | "dhcp" | "loopback" | "auto" | undefined; "mtu"?: number | undefined; "slaves"?: string | undefined; "type"?: "loopback" | "eth" | "bridge" | "bond" | "vlan" | "alias" | "unknown" | undefined; "vlan-id"?: number | undefined; "vlan-raw-device"?: string | undefined }; data: null };
    PUT: { params: {  }; data: null };
  };
  "/nodes/{node}/network/{iface}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"active" | "altnames" | "autostart" | "bond-primary" | "bond_mode" | "bond_xmit_hash_policy" | "bridge_ports" | "bridge_vlan_aware" | "cidr" | "cidr6" | "comments" | "comments6" | "gateway" | "gateway6" | "method" | "method6" | "mtu" | "name" | "options" | "options6" | "slaves" | "type" | "vlan-id" | "vlan-raw-device"> };
    PUT: { params: { "autostart"?: boolean | undefined; "bond-primary"?: string | undefined; "bond_mode"?: "balance-rr" | "active-backup" | "balance-xor" | "broadcast" | "802.3ad" | "balance-tlb" | "balance-alb" | undefined; "bond_xmit_hash_policy"?: "layer2" | "layer2+3" | "layer3+4" | undefined; "bridge_ports"?: string | undefined; "bridge_vlan_aware"?: boolean | undefined; "cidr"?: string | undefined; "cidr6"?: string | undefined; "comments"?: string | undefined; "comments6"?: string | undefined; "delete"?: readonly ("cidr" | "cidr6" | "gateway" | "gateway6" | "method" | "method6" | "comments" | "comments6" | "mtu" | "autostart" | "bridge_ports" | "bridge_vlan_aware" | "slaves" | "bond-primary" | "bond_xmit_hash_policy")[] | undefined; "digest"?: string | undefined; "gateway"?: string | undefined; "gateway6"?: string | undefined; "method"?: "manual" | "static" | "dhcp" | "loopback" | "auto" | undefined; "method6"?: "manual" | "static" | "dhcp" | "loopback" | "auto" | undefined; "mtu"?: number | undefined; "slaves"?: string | undefined; "type"?: "loopback" | "eth" | "bridge" | "bond" | "vlan" | "alias" | "unknown" | undefined; "vlan-id"?: number | undefined; "vlan-raw-device"?: string | undefined }; data: null };
  };
  "/nodes/{node}/report": {
    GET: { params: {  }; data: Data };
  };
  "/nodes/{node}/rrd": {
    GET: { params: { "cf": "MAX" | "AVERAGE"; "timeframe": "hour" | "day" | "week" | "month" | "year" | "decade" }; data: List<"cpu" | "io_ticks" | "iowait" | "loadavg" | "memtotal" | "memused" | "netin" | "netout" | "read_bytes" | "read_ios" | "swaptotal" | "swapused" | "time" | "total" | "used" | "write_bytes" | "write_ios"> };
  };
  "/nodes/{node}/services": {
    GET: { params: {  }; data: List<"desc" | "name" | "service" | "state" | "unit-state"> };
  };
  "/nodes/{node}/services/{service}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/services/{service}/reload": {
    POST: { params: {  }; data: Data };
  };
  "/nodes/{node}/services/{service}/restart": {
    POST: { params: {  }; data: Data };
  };
  "/nodes/{node}/services/{service}/start": {
    POST: { params: {  }; data: Data };
  };
  "/nodes/{node}/services/{service}/state": {
    GET: { params: {  }; data: null };
  };
  "/nodes/{node}/services/{service}/stop": {
    POST: { params: {  }; data: Data };
  };
  "/nodes/{node}/status": {
    GET: { params: {  }; data: Item<"boot-info" | "cpu" | "cpuinfo" | "current-kernel" | "info" | "kversion" | "loadavg" | "memory" | "root" | "swap" | "uptime" | "wait"> };
    POST: { params: { "command": "reboot" | "shutdown" }; data: null };
  };
  "/nodes/{node}/subscription": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"checktime" | "key" | "message" | "nextduedate" | "productname" | "regdate" | "serverid" | "signature" | "status" | "url"> };
    POST: { params: { "force"?: boolean | undefined }; data: null };
    PUT: { params: { "key": string }; data: null };
  };
  "/nodes/{node}/syslog": {
    GET: { params: { "limit"?: number | undefined; "service"?: string | undefined; "since"?: string | undefined; "start"?: number | undefined; "until"?: string | undefined }; data: List<"n" | "t"> };
  };
  "/nodes/{node}/tasks": {
    GET: { params: { "errors"?: boolean | undefined; "limit"?: number | undefined; "running"?: boolean | undefined; "since"?: number | undefined; "start"?: number | undefined; "statusfilter"?: readonly ("ok" | "warning" | "error" | "unknown")[] | undefined; "store"?: string | undefined; "typefilter"?: string | undefined; "until"?: number | undefined; "userfilter"?: string | undefined }; data: List<"endtime" | "node" | "pid" | "pstart" | "starttime" | "status" | "upid" | "user" | "worker_id" | "worker_type"> };
  };
  "/nodes/{node}/tasks/{upid}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/tasks/{upid}/log": {
    GET: { params: { "download"?: boolean | undefined; "limit"?: number | undefined; "start"?: number | undefined; "test-status"?: boolean | undefined }; data: List<"n" | "t"> };
  };
  "/nodes/{node}/tasks/{upid}/status": {
    GET: { params: {  }; data: Item<"endtime" | "exitstatus" | "id" | "node" | "pid" | "pstart" | "starttime" | "status" | "tokenid" | "type" | "upid" | "user"> };
  };
  "/nodes/{node}/termproxy": {
    POST: { params: { "cmd"?: "login" | "upgrade" | undefined }; data: Item<"port" | "ticket" | "upid" | "user"> };
  };
  "/nodes/{node}/time": {
    GET: { params: {  }; data: Item<"localtime" | "time" | "timezone"> };
    PUT: { params: { "timezone": string }; data: null };
  };
  "/nodes/{node}/vncwebsocket": {
    GET: { params: { "port": number; "vncticket": string }; data: null };
  };
  "/ping": {
    GET: { params: {  }; data: Item<"pong"> };
  };
  "/pull": {
    POST: { params: { "burst-in"?: string | undefined; "burst-out"?: string | undefined; "decryption-keys"?: readonly (string)[] | undefined; "encrypted-only"?: boolean | undefined; "group-filter"?: readonly (string)[] | undefined; "max-depth"?: number | undefined; "ns"?: string | undefined; "rate-in"?: string | undefined; "rate-out"?: string | undefined; "remote"?: string | undefined; "remote-ns"?: string | undefined; "remote-store": string; "remove-vanished"?: boolean | undefined; "resync-corrupt"?: boolean | undefined; "store": string; "transfer-last"?: number | undefined; "verified-only"?: boolean | undefined; "worker-threads"?: number | undefined }; data: Data };
  };
  "/push": {
    POST: { params: { "burst-in"?: string | undefined; "burst-out"?: string | undefined; "encrypted-only"?: boolean | undefined; "encryption-key"?: string | undefined; "group-filter"?: readonly (string)[] | undefined; "max-depth"?: number | undefined; "ns"?: string | undefined; "rate-in"?: string | undefined; "rate-out"?: string | undefined; "remote": string; "remote-ns"?: string | undefined; "remote-store": string; "remove-vanished"?: boolean | undefined; "store": string; "transfer-last"?: number | undefined; "verified-only"?: boolean | undefined; "worker-threads"?: number | undefined }; data: Data };
  };
  "/reader": {
    GET: { params: { "backup-id": string; "backup-time": number; "backup-type": "vm" | "ct" | "host"; "debug"?: boolean | undefined; "ns"?: string | undefined; "store": string }; data: null };
  };
  "/reader/_upgrade_": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/reader/_upgrade_/chunk": {
    GET: { params: { "digest": string }; data: null };
  };
  "/reader/_upgrade_/download": {
    GET: { params: { "file-name": string }; data: null };
  };
  "/reader/_upgrade_/speedtest": {
    GET: { params: {  }; data: null };
  };
  "/status": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/status/datastore-usage": {
    GET: { params: {  }; data: List<"avail" | "backend-type" | "error" | "estimated-full-date" | "gc-status" | "history" | "history-delta" | "history-start" | "mount-status" | "store" | "total" | "used"> };
  };
  "/status/metrics": {
    GET: { params: { "history"?: boolean | undefined; "start-time"?: number | undefined }; data: Item<"data"> };
  };
  "/tape": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/tape/backup": {
    GET: { params: {  }; data: List<"comment" | "drive" | "eject-media" | "export-media-set" | "group-filter" | "id" | "last-run-endtime" | "last-run-state" | "last-run-upid" | "latest-only" | "max-depth" | "next-media-label" | "next-run" | "notification-mode" | "notify-user" | "ns" | "pool" | "schedule" | "store" | "worker-threads"> };
    POST: { params: { "drive": string; "eject-media"?: boolean | undefined; "export-media-set"?: boolean | undefined; "force-media-set"?: boolean | undefined; "group-filter"?: readonly (string)[] | undefined; "latest-only"?: boolean | undefined; "max-depth"?: number | undefined; "notification-mode"?: "legacy-sendmail" | "notification-system" | undefined; "notify-user"?: string | undefined; "ns"?: string | undefined; "pool": string; "store": string; "worker-threads"?: number | undefined }; data: Data };
  };
  "/tape/backup/{id}": {
    POST: { params: {  }; data: Data };
  };
  "/tape/changer": {
    GET: { params: {  }; data: List<"eject-before-unload" | "export-slots" | "model" | "name" | "path" | "serial" | "vendor"> };
  };
  "/tape/changer/{name}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/tape/changer/{name}/status": {
    GET: { params: { "cache"?: boolean | undefined }; data: List<"entry-id" | "entry-kind" | "label-text" | "loaded-slot" | "state"> };
  };
  "/tape/changer/{name}/transfer": {
    POST: { params: { "from": number; "to": number }; data: null };
  };
  "/tape/drive": {
    GET: { params: { "changer"?: string | undefined; "query-activity"?: boolean | undefined }; data: List<"activity" | "changer" | "changer-drivenum" | "model" | "name" | "path" | "serial" | "state" | "vendor"> };
  };
  "/tape/drive/{drive}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/tape/drive/{drive}/barcode-label-media": {
    POST: { params: { "pool"?: string | undefined }; data: Data };
  };
  "/tape/drive/{drive}/cartridge-memory": {
    GET: { params: {  }; data: List<"id" | "name" | "value"> };
  };
  "/tape/drive/{drive}/catalog": {
    POST: { params: { "force"?: boolean | undefined; "scan"?: boolean | undefined; "verbose"?: boolean | undefined }; data: Data };
  };
  "/tape/drive/{drive}/clean": {
    PUT: { params: {  }; data: Data };
  };
  "/tape/drive/{drive}/eject-media": {
    POST: { params: {  }; data: Data };
  };
  "/tape/drive/{drive}/export-media": {
    PUT: { params: { "label-text": string }; data: Data };
  };
  "/tape/drive/{drive}/format-media": {
    POST: { params: { "fast"?: boolean | undefined; "label-text"?: string | undefined; "load-barcode"?: string | undefined }; data: Data };
  };
  "/tape/drive/{drive}/inventory": {
    GET: { params: {  }; data: List<"label-text" | "uuid"> };
    PUT: { params: { "catalog"?: boolean | undefined; "read-all-labels"?: boolean | undefined }; data: Data };
  };
  "/tape/drive/{drive}/label-media": {
    POST: { params: { "label-text": string; "pool"?: string | undefined }; data: Data };
  };
  "/tape/drive/{drive}/load-media": {
    POST: { params: { "label-text": string }; data: Data };
  };
  "/tape/drive/{drive}/load-slot": {
    POST: { params: { "source-slot": number }; data: null };
  };
  "/tape/drive/{drive}/read-label": {
    GET: { params: { "inventorize"?: boolean | undefined }; data: Item<"ctime" | "encryption-key-fingerprint" | "label-text" | "media-set-ctime" | "media-set-uuid" | "pool" | "seq-nr" | "uuid"> };
  };
  "/tape/drive/{drive}/restore-key": {
    POST: { params: { "password": string }; data: null };
  };
  "/tape/drive/{drive}/rewind": {
    POST: { params: {  }; data: Data };
  };
  "/tape/drive/{drive}/status": {
    GET: { params: {  }; data: Item<"alert-flags" | "block-number" | "blocksize" | "buffer-mode" | "bytes-read" | "bytes-written" | "compression" | "density" | "drive-activity" | "file-number" | "manufactured" | "medium-passes" | "medium-wearout" | "product" | "revision" | "vendor" | "volume-mounts" | "write-protect"> };
  };
  "/tape/drive/{drive}/unload": {
    POST: { params: { "target-slot"?: number | undefined }; data: Data };
  };
  "/tape/drive/{drive}/volume-statistics": {
    GET: { params: {  }; data: Item<"beginning-of-medium-passes" | "last-load-read-compression-ratio" | "last-load-write-compression-ratio" | "last-mount-bytes-read" | "last-mount-bytes-written" | "last-mount-unrecovered-read-errors" | "last-mount-unrecovered-write-errors" | "lifetime-bytes-read" | "lifetime-bytes-written" | "medium-mount-time" | "medium-ready-time" | "middle-of-tape-passes" | "serial" | "total-native-capacity" | "total-used-native-capacity" | "volume-datasets-read" | "volume-datasets-written" | "volume-mounts" | "volume-recovered-read-errors" | "volume-recovered-write-data-errors" | "volume-unrecovered-read-errors" | "volume-unrecovered-write-data-errors" | "volume-unrecovered-write-servo-errors" | "volume-write-servo-errors" | "worm" | "write-protect"> };
  };
  "/tape/media": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/tape/media/content": {
    GET: { params: { "backup-id"?: string | undefined; "backup-type"?: "vm" | "ct" | "host" | undefined; "label-text"?: string | undefined; "media"?: string | undefined; "media-set"?: string | undefined; "pool"?: string | undefined }; data: List<"backup-time" | "label-text" | "media-set-ctime" | "media-set-name" | "media-set-uuid" | "pool" | "seq-nr" | "snapshot" | "store" | "uuid"> };
  };
  "/tape/media/destroy": {
    GET: { params: { "force"?: boolean | undefined; "label-text"?: string | undefined; "uuid"?: string | undefined }; data: null };
  };
  "/tape/media/list": {
    GET: { params: { "pool"?: string | undefined; "update-status"?: boolean | undefined; "update-status-changer"?: string | undefined }; data: List<"bytes-used" | "catalog" | "ctime" | "expired" | "label-text" | "location" | "media-set-ctime" | "media-set-name" | "media-set-uuid" | "pool" | "seq-nr" | "status" | "uuid"> };
  };
  "/tape/media/list/{uuid}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/tape/media/list/{uuid}/status": {
    GET: { params: {  }; data: null };
    POST: { params: { "status"?: "writable" | "full" | "unknown" | "damaged" | "retired" | undefined }; data: null };
  };
  "/tape/media/media-sets": {
    GET: { params: {  }; data: List<"media-set-ctime" | "media-set-name" | "media-set-uuid" | "pool"> };
  };
  "/tape/media/move": {
    POST: { params: { "label-text"?: string | undefined; "uuid"?: string | undefined; "vault-name"?: string | undefined }; data: null };
  };
  "/tape/restore": {
    POST: { params: { "drive": string; "media-set": string; "namespaces"?: readonly (string)[] | undefined; "notification-mode"?: "legacy-sendmail" | "notification-system" | undefined; "notify-user"?: string | undefined; "owner"?: string | undefined; "snapshots"?: readonly (string)[] | undefined; "store": string }; data: Data };
  };
  "/tape/scan-changers": {
    GET: { params: {  }; data: List<"kind" | "major" | "minor" | "model" | "path" | "serial" | "vendor"> };
  };
  "/tape/scan-drives": {
    GET: { params: {  }; data: List<"kind" | "major" | "minor" | "model" | "path" | "serial" | "vendor"> };
  };
  "/version": {
    GET: { params: {  }; data: Item<"release" | "repoid" | "version"> };
  };
}
