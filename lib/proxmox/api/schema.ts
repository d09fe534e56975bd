// Written by `deno task api`. Types only: nothing of this is in the program that runs.
import type { Data, Flag, Item, List } from "./types.ts";

export interface Api {
  "/access": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/access/acl": {
    GET: { params: {  }; data: List<"path" | "propagate" | "roleid" | "type" | "ugid"> };
    PUT: { params: { "delete"?: Flag | undefined; "groups"?: string | undefined; "path": string; "propagate"?: Flag | undefined; "roles": string; "tokens"?: string | undefined; "users"?: string | undefined }; data: null };
  };
  "/access/domains": {
    GET: { params: {  }; data: List<"comment" | "realm" | "tfa" | "type"> };
    POST: { params: { "acr-values"?: string | undefined; "audiences"?: string | undefined; "autocreate"?: Flag | undefined; "base_dn"?: string | undefined; "bind_dn"?: string | undefined; "capath"?: string | undefined; "case-sensitive"?: Flag | undefined; "cert"?: string | undefined; "certkey"?: string | undefined; "check-connection"?: Flag | undefined; "client-id"?: string | undefined; "client-key"?: string | undefined; "comment"?: string | undefined; "default"?: Flag | undefined; "domain"?: string | undefined; "filter"?: string | undefined; "group_classes"?: string | undefined; "group_dn"?: string | undefined; "group_filter"?: string | undefined; "group_name_attr"?: string | undefined; "groups-autocreate"?: Flag | undefined; "groups-claim"?: string | undefined; "groups-overwrite"?: Flag | undefined; "issuer-url"?: string | undefined; "mode"?: "ldap" | "ldaps" | "ldap+starttls" | undefined; "password"?: string | undefined; "port"?: number | undefined; "prompt"?: string | undefined; "query-userinfo"?: Flag | undefined; "realm": string; "scopes"?: string | undefined; "secure"?: Flag | undefined; "server1"?: string | undefined; "server2"?: string | undefined; "sslversion"?: "tlsv1" | "tlsv1_1" | "tlsv1_2" | "tlsv1_3" | undefined; "sync-defaults-options"?: string | undefined; "sync_attributes"?: string | undefined; "tfa"?: string | undefined; "type": "ad" | "ldap" | "openid" | "pam" | "pve"; "user_attr"?: string | undefined; "user_classes"?: string | undefined; "username-claim"?: string | undefined; "verify"?: Flag | undefined }; data: null };
  };
  "/access/domains/{realm}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: unknown };
    PUT: { params: { "acr-values"?: string | undefined; "audiences"?: string | undefined; "autocreate"?: Flag | undefined; "base_dn"?: string | undefined; "bind_dn"?: string | undefined; "capath"?: string | undefined; "case-sensitive"?: Flag | undefined; "cert"?: string | undefined; "certkey"?: string | undefined; "check-connection"?: Flag | undefined; "client-id"?: string | undefined; "client-key"?: string | undefined; "comment"?: string | undefined; "default"?: Flag | undefined; "delete"?: string | undefined; "digest"?: string | undefined; "domain"?: string | undefined; "filter"?: string | undefined; "group_classes"?: string | undefined; "group_dn"?: string | undefined; "group_filter"?: string | undefined; "group_name_attr"?: string | undefined; "groups-autocreate"?: Flag | undefined; "groups-claim"?: string | undefined; "groups-overwrite"?: Flag | undefined; "issuer-url"?: string | undefined; "mode"?: "ldap" | "ldaps" | "ldap+starttls" | undefined; "password"?: string | undefined; "port"?: number | undefined; "prompt"?: string | undefined; "query-userinfo"?: Flag | undefined; "scopes"?: string | undefined; "secure"?: Flag | undefined; "server1"?: string | undefined; "server2"?: string | undefined; "sslversion"?: "tlsv1" | "tlsv1_1" | "tlsv1_2" | "tlsv1_3" | undefined; "sync-defaults-options"?: string | undefined; "sync_attributes"?: string | undefined; "tfa"?: string | undefined; "user_attr"?: string | undefined; "user_classes"?: string | undefined; "verify"?: Flag | undefined }; data: null };
  };
  "/access/domains/{realm}/sync": {
    POST: { params: { "dry-run"?: Flag | undefined; "enable-new"?: Flag | undefined; "full"?: Flag | undefined; "purge"?: Flag | undefined; "remove-vanished"?: string | undefined; "scope"?: "users" | "groups" | "both" | undefined }; data: Data };
  };
  "/access/groups": {
    GET: { params: {  }; data: List<"comment" | "groupid" | "users"> };
    POST: { params: { "comment"?: string | undefined; "groupid": string }; data: null };
  };
  "/access/groups/{groupid}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"comment" | "members"> };
    PUT: { params: { "comment"?: string | undefined }; data: null };
  };
  "/access/openid": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/access/openid/auth-url": {
    POST: { params: { "realm": string; "redirect-url": string }; data: Data };
  };
  "/access/openid/login": {
    POST: { params: { "code": string; "redirect-url": string; "state": string }; data: unknown };
  };
  "/access/password": {
    PUT: { params: { "confirmation-password"?: string | undefined; "password": string; "userid": string }; data: null };
  };
  "/access/permissions": {
    GET: { params: { "path"?: string | undefined; "userid"?: string | undefined }; data: Item<string> };
  };
  "/access/roles": {
    GET: { params: {  }; data: List<"privs" | "roleid" | "special"> };
    POST: { params: { "privs"?: string | undefined; "roleid": string }; data: null };
  };
  "/access/roles/{roleid}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"Datastore.Allocate" | "Datastore.AllocateSpace" | "Datastore.AllocateTemplate" | "Datastore.Audit" | "Group.Allocate" | "Mapping.Audit" | "Mapping.Modify" | "Mapping.Use" | "Permissions.Modify" | "Pool.Allocate" | "Pool.Audit" | "Realm.Allocate" | "Realm.AllocateUser" | "SDN.Allocate" | "SDN.Audit" | "SDN.Use" | "Sys.AccessNetwork" | "Sys.Audit" | "Sys.Console" | "Sys.Incoming" | "Sys.Modify" | "Sys.PowerMgmt" | "Sys.Syslog" | "User.Modify" | "VM.Allocate" | "VM.Audit" | "VM.Backup" | "VM.Clone" | "VM.Config.CDROM" | "VM.Config.CPU" | "VM.Config.Cloudinit" | "VM.Config.Disk" | "VM.Config.HWType" | "VM.Config.Memory" | "VM.Config.Network" | "VM.Config.Options" | "VM.Console" | "VM.GuestAgent.Audit" | "VM.GuestAgent.FileRead" | "VM.GuestAgent.FileSystemMgmt" | "VM.GuestAgent.FileWrite" | "VM.GuestAgent.Unrestricted" | "VM.Migrate" | "VM.PowerMgmt" | "VM.Replicate" | "VM.Snapshot" | "VM.Snapshot.Rollback"> };
    PUT: { params: { "append"?: Flag | undefined; "privs"?: string | undefined }; data: null };
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
    GET: { params: {  }; data: Item<"created" | "description" | "enable" | "id" | "type"> };
    PUT: { params: { "description"?: string | undefined; "enable"?: Flag | undefined; "password"?: string | undefined }; data: null };
  };
  "/access/ticket": {
    GET: { params: {  }; data: null };
    POST: { params: { "new-format"?: Flag | undefined; "otp"?: string | undefined; "password": string; "path"?: string | undefined; "privs"?: string | undefined; "realm"?: string | undefined; "tfa-challenge"?: string | undefined; "username": string }; data: Item<"CSRFPreventionToken" | "clustername" | "ticket" | "username"> };
  };
  "/access/users": {
    GET: { params: { "enabled"?: Flag | undefined; "full"?: Flag | undefined }; data: List<"comment" | "email" | "enable" | "expire" | "firstname" | "groups" | "keys" | "lastname" | "realm-type" | "tfa-locked-until" | "tokens" | "totp-locked" | "userid"> };
    POST: { params: { "comment"?: string | undefined; "email"?: string | undefined; "enable"?: Flag | undefined; "expire"?: number | undefined; "firstname"?: string | undefined; "groups"?: string | undefined; "keys"?: string | undefined; "lastname"?: string | undefined; "password"?: string | undefined; "userid": string }; data: null };
  };
  "/access/users/{userid}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"comment" | "email" | "enable" | "expire" | "firstname" | "groups" | "keys" | "lastname" | "tokens"> };
    PUT: { params: { "append"?: Flag | undefined; "comment"?: string | undefined; "email"?: string | undefined; "enable"?: Flag | undefined; "expire"?: number | undefined; "firstname"?: string | undefined; "groups"?: string | undefined; "keys"?: string | undefined; "lastname"?: string | undefined }; data: null };
  };
  "/access/users/{userid}/tfa": {
    GET: { params: { "multiple"?: Flag | undefined }; data: Item<"realm" | "types" | "user"> };
  };
  "/access/users/{userid}/token": {
    GET: { params: {  }; data: List<"comment" | "expire" | "privsep" | "tokenid"> };
  };
  "/access/users/{userid}/token/{tokenid}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"comment" | "expire" | "privsep"> };
    POST: { params: { "comment"?: string | undefined; "expire"?: number | undefined; "privsep"?: Flag | undefined }; data: Item<"full-tokenid" | "info" | "value"> };
    PUT: { params: { "comment"?: string | undefined; "delete"?: string | undefined; "expire"?: number | undefined; "privsep"?: Flag | undefined; "regenerate"?: Flag | undefined }; data: Item<"comment" | "expire" | "full-tokenid" | "privsep" | "value"> };
  };
  "/access/users/{userid}/unlock-tfa": {
    PUT: { params: {  }; data: Data };
  };
  "/access/vncticket": {
    POST: { params: { "authid": string; "path": string; "port"?: number | undefined; "privs": string; "vncticket": string }; data: null };
  };
  "/cluster": {
    GET: { params: {  }; data: List<string> };
  };
  "/cluster/acme": {
    GET: { params: {  }; data: List<string> };
  };
  "/cluster/acme/account": {
    GET: { params: {  }; data: List<string> };
    POST: { params: { "contact": string; "directory"?: string | undefined; "eab-hmac-key"?: string | undefined; "eab-kid"?: string | undefined; "name"?: string | undefined; "tos_url"?: string | undefined }; data: Data };
  };
  "/cluster/acme/account/{name}": {
    DELETE: { params: {  }; data: Data };
    GET: { params: {  }; data: Item<"account" | "directory" | "location" | "tos"> };
    PUT: { params: { "contact"?: string | undefined }; data: Data };
  };
  "/cluster/acme/challenge-schema": {
    GET: { params: {  }; data: List<"id" | "name" | "schema" | "type"> };
  };
  "/cluster/acme/directories": {
    GET: { params: {  }; data: List<"name" | "url"> };
  };
  "/cluster/acme/meta": {
    GET: { params: { "directory"?: string | undefined }; data: Item<"caaIdentities" | "externalAccountRequired" | "termsOfService" | "website"> };
  };
  "/cluster/acme/plugins": {
    GET: { params: { "type"?: "dns" | "standalone" | undefined }; data: List<"api" | "data" | "digest" | "disable" | "nodes" | "plugin" | "type" | "validation-delay"> };
    POST: { params: { "api"?: "1984hosting" | "acmedns" | "acmeproxy" | "active24" | "ad" | "ali" | "alviy" | "anx" | "artfiles" | "arvan" | "aurora" | "autodns" | "aws" | "azion" | "azure" | "beget" | "bookmyname" | "bunny" | "cf" | "clouddns" | "cloudns" | "cn" | "conoha" | "constellix" | "cpanel" | "curanet" | "cyon" | "da" | "ddnss" | "desec" | "df" | "dgon" | "dnsexit" | "dnshome" | "dnsimple" | "dnsservices" | "doapi" | "domeneshop" | "dp" | "dpi" | "dreamhost" | "duckdns" | "durabledns" | "dyn" | "dynu" | "dynv6" | "easydns" | "edgecenter" | "edgedns" | "euserv" | "exoscale" | "fornex" | "freedns" | "freemyip" | "gandi_livedns" | "gcloud" | "gcore" | "gd" | "geoscaling" | "googledomains" | "he" | "he_ddns" | "hetzner" | "hetznercloud" | "hexonet" | "hostingde" | "huaweicloud" | "infoblox" | "infomaniak" | "internetbs" | "inwx" | "ionos" | "ionos_cloud" | "ipv64" | "ispconfig" | "jd" | "joker" | "kappernet" | "kas" | "kinghost" | "knot" | "la" | "leaseweb" | "lexicon" | "limacity" | "linode" | "linode_v4" | "loopia" | "lua" | "maradns" | "me" | "miab" | "mijnhost" | "misaka" | "myapi" | "mydevil" | "mydnsjp" | "mythic_beasts" | "namecheap" | "namecom" | "namesilo" | "nanelo" | "nederhost" | "neodigit" | "netcup" | "netlify" | "nic" | "njalla" | "nm" | "nsd" | "nsone" | "nsupdate" | "nw" | "oci" | "omglol" | "one" | "online" | "openprovider" | "openprovider_rest" | "openstack" | "opnsense" | "ovh" | "pdns" | "pleskxml" | "pointhq" | "porkbun" | "rackcorp" | "rackspace" | "rage4" | "rcode0" | "regru" | "scaleway" | "schlundtech" | "selectel" | "selfhost" | "servercow" | "simply" | "spaceship" | "technitium" | "tele3" | "tencent" | "timeweb" | "transip" | "udr" | "ultra" | "unoeuro" | "variomedia" | "veesp" | "vercel" | "vscale" | "vultr" | "websupport" | "west_cn" | "world4you" | "yandex360" | "yc" | "zilore" | "zone" | "zoneedit" | "zonomi" | undefined; "data"?: string | undefined; "disable"?: Flag | undefined; "id": string; "nodes"?: string | undefined; "type": "dns" | "standalone"; "validation-delay"?: number | undefined }; data: null };
  };
  "/cluster/acme/plugins/{id}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"api" | "data" | "digest" | "disable" | "nodes" | "plugin" | "type" | "validation-delay"> };
    PUT: { params: { "api"?: "1984hosting" | "acmedns" | "acmeproxy" | "active24" | "ad" | "ali" | "alviy" | "anx" | "artfiles" | "arvan" | "aurora" | "autodns" | "aws" | "azion" | "azure" | "beget" | "bookmyname" | "bunny" | "cf" | "clouddns" | "cloudns" | "cn" | "conoha" | "constellix" | "cpanel" | "curanet" | "cyon" | "da" | "ddnss" | "desec" | "df" | "dgon" | "dnsexit" | "dnshome" | "dnsimple" | "dnsservices" | "doapi" | "domeneshop" | "dp" | "dpi" | "dreamhost" | "duckdns" | "durabledns" | "dyn" | "dynu" | "dynv6" | "easydns" | "edgecenter" | "edgedns" | "euserv" | "exoscale" | "fornex" | "freedns" | "freemyip" | "gandi_livedns" | "gcloud" | "gcore" | "gd" | "geoscaling" | "googledomains" | "he" | "he_ddns" | "hetzner" | "hetznercloud" | "hexonet" | "hostingde" | "huaweicloud" | "infoblox" | "infomaniak" | "internetbs" | "inwx" | "ionos" | "ionos_cloud" | "ipv64" | "ispconfig" | "jd" | "joker" | "kappernet" | "kas" | "kinghost" | "knot" | "la" | "leaseweb" | "lexicon" | "limacity" | "linode" | "linode_v4" | "loopia" | "lua" | "maradns" | "me" | "miab" | "mijnhost" | "misaka" | "myapi" | "mydevil" | "mydnsjp" | "mythic_beasts" | "namecheap" | "namecom" | "namesilo" | "nanelo" | "nederhost" | "neodigit" | "netcup" | "netlify" | "nic" | "njalla" | "nm" | "nsd" | "nsone" | "nsupdate" | "nw" | "oci" | "omglol" | "one" | "online" | "openprovider" | "openprovider_rest" | "openstack" | "opnsense" | "ovh" | "pdns" | "pleskxml" | "pointhq" | "porkbun" | "rackcorp" | "rackspace" | "rage4" | "rcode0" | "regru" | "scaleway" | "schlundtech" | "selectel" | "selfhost" | "servercow" | "simply" | "spaceship" | "technitium" | "tele3" | "tencent" | "timeweb" | "transip" | "udr" | "ultra" | "unoeuro" | "variomedia" | "veesp" | "vercel" | "vscale" | "vultr" | "websupport" | "west_cn" | "world4you" | "yandex360" | "yc" | "zilore" | "zone" | "zoneedit" | "zonomi" | undefined; "data"?: string | undefined; "delete"?: string | undefined; "digest"?: string | undefined; "disable"?: Flag | undefined; "nodes"?: string | undefined; "validation-delay"?: number | undefined }; data: null };
  };
  "/cluster/acme/tos": {
    GET: { params: { "directory"?: string | undefined }; data: Data };
  };
  "/cluster/backup": {
    GET: { params: {  }; data: List<"all" | "bwlimit" | "comment" | "compress" | "dumpdir" | "enabled" | "exclude" | "exclude-path" | "fleecing" | "id" | "ionice" | "lockwait" | "mailnotification" | "mailto" | "mode" | "next-run" | "node" | "notes-template" | "notification-mode" | "pbs-change-detection-mode" | "performance" | "pigz" | "pool" | "protected" | "prune-backups" | "quiet" | "remove" | "repeat-missed" | "schedule" | "script" | "stdexcludes" | "stop" | "stopwait" | "storage" | "tmpdir" | "vmid" | "zstd"> };
    POST: { params: { "all"?: Flag | undefined; "bwlimit"?: number | undefined; "comment"?: string | undefined; "compress"?: "0" | "1" | "gzip" | "lzo" | "zstd" | undefined; "dow"?: string | undefined; "dumpdir"?: string | undefined; "enabled"?: Flag | undefined; "exclude"?: string | undefined; "exclude-path"?: readonly (string)[] | undefined; "fleecing"?: string | undefined; "id"?: string | undefined; "ionice"?: number | undefined; "lockwait"?: number | undefined; "mailnotification"?: "always" | "failure" | undefined; "mailto"?: string | undefined; "mode"?: "snapshot" | "suspend" | "stop" | undefined; "node"?: string | undefined; "notes-template"?: string | undefined; "notification-mode"?: "auto" | "legacy-sendmail" | "notification-system" | undefined; "pbs-change-detection-mode"?: "legacy" | "data" | "metadata" | undefined; "performance"?: string | undefined; "pigz"?: number | undefined; "pool"?: string | undefined; "protected"?: Flag | undefined; "prune-backups"?: string | undefined; "quiet"?: Flag | undefined; "remove"?: Flag | undefined; "repeat-missed"?: Flag | undefined; "schedule"?: string | undefined; "script"?: string | undefined; "starttime"?: string | undefined; "stdexcludes"?: Flag | undefined; "stop"?: Flag | undefined; "stopwait"?: number | undefined; "storage"?: string | undefined; "tmpdir"?: string | undefined; "vmid"?: string | undefined; "zstd"?: number | undefined }; data: null };
  };
  "/cluster/backup-info": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/cluster/backup-info/not-backed-up": {
    GET: { params: {  }; data: List<"name" | "type" | "vmid"> };
  };
  "/cluster/backup/{id}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"all" | "bwlimit" | "comment" | "compress" | "dumpdir" | "enabled" | "exclude" | "exclude-path" | "fleecing" | "id" | "ionice" | "lockwait" | "mailnotification" | "mailto" | "mode" | "next-run" | "node" | "notes-template" | "notification-mode" | "pbs-change-detection-mode" | "performance" | "pigz" | "pool" | "protected" | "prune-backups" | "quiet" | "remove" | "repeat-missed" | "schedule" | "script" | "stdexcludes" | "stop" | "stopwait" | "storage" | "tmpdir" | "vmid" | "zstd"> };
    PUT: { params: { "all"?: Flag | undefined; "bwlimit"?: number | undefined; "comment"?: string | undefined; "compress"?: "0" | "1" | "gzip" | "lzo" | "zstd" | undefined; "delete"?: string | undefined; "dow"?: string | undefined; "dumpdir"?: string | undefined; "enabled"?: Flag | undefined; "exclude"?: string | undefined; "exclude-path"?: readonly (string)[] | undefined; "fleecing"?: string | undefined; "ionice"?: number | undefined; "lockwait"?: number | undefined; "mailnotification"?: "always" | "failure" | undefined; "mailto"?: string | undefined; "mode"?: "snapshot" | "suspend" | "stop" | undefined; "node"?: string | undefined; "notes-template"?: string | undefined; "notification-mode"?: "auto" | "legacy-sendmail" | "notification-system" | undefined; "pbs-change-detection-mode"?: "legacy" | "data" | "metadata" | undefined; "performance"?: string | undefined; "pigz"?: number | undefined; "pool"?: string | undefined; "protected"?: Flag | undefined; "prune-backups"?: string | undefined; "quiet"?: Flag | undefined; "remove"?: Flag | undefined; "repeat-missed"?: Flag | undefined; "schedule"?: string | undefined; "script"?: string | undefined; "starttime"?: string | undefined; "stdexcludes"?: Flag | undefined; "stop"?: Flag | undefined; "stopwait"?: number | undefined; "storage"?: string | undefined; "tmpdir"?: string | undefined; "vmid"?: string | undefined; "zstd"?: number | undefined }; data: null };
  };
  "/cluster/backup/{id}/included_volumes": {
    GET: { params: {  }; data: Item<"children"> };
  };
  "/cluster/bulk-action": {
    GET: { params: {  }; data: List<string> };
  };
  "/cluster/bulk-action/guest": {
    GET: { params: {  }; data: List<string> };
  };
  "/cluster/bulk-action/guest/migrate": {
    POST: { params: { "max-workers"?: number | undefined; "maxworkers"?: number | undefined; "online"?: Flag | undefined; "target": string; "vms"?: readonly (number)[] | undefined; "with-local-disks"?: Flag | undefined }; data: Data };
  };
  "/cluster/bulk-action/guest/shutdown": {
    POST: { params: { "force-stop"?: Flag | undefined; "max-workers"?: number | undefined; "maxworkers"?: number | undefined; "timeout"?: number | undefined; "vms"?: readonly (number)[] | undefined }; data: Data };
  };
  "/cluster/bulk-action/guest/start": {
    POST: { params: { "max-workers"?: number | undefined; "maxworkers"?: number | undefined; "timeout"?: number | undefined; "vms"?: readonly (number)[] | undefined }; data: Data };
  };
  "/cluster/bulk-action/guest/suspend": {
    POST: { params: { "max-workers"?: number | undefined; "maxworkers"?: number | undefined; "statestorage"?: string | undefined; "to-disk"?: Flag | undefined; "vms"?: readonly (number)[] | undefined }; data: Data };
  };
  "/cluster/ceph": {
    GET: { params: {  }; data: List<string> };
  };
  "/cluster/ceph/flags": {
    GET: { params: {  }; data: List<"description" | "name" | "value"> };
    PUT: { params: { "nobackfill"?: Flag | undefined; "nodeep-scrub"?: Flag | undefined; "nodown"?: Flag | undefined; "noin"?: Flag | undefined; "noout"?: Flag | undefined; "norebalance"?: Flag | undefined; "norecover"?: Flag | undefined; "noscrub"?: Flag | undefined; "notieragent"?: Flag | undefined; "noup"?: Flag | undefined; "pause"?: Flag | undefined }; data: Data };
  };
  "/cluster/ceph/flags/{flag}": {
    GET: { params: {  }; data: Data };
    PUT: { params: { "value": Flag }; data: null };
  };
  "/cluster/ceph/metadata": {
    GET: { params: { "scope"?: "all" | "versions" | undefined }; data: Item<"mds" | "mgr" | "mon" | "node" | "osd"> };
  };
  "/cluster/ceph/status": {
    GET: { params: {  }; data: Item<string> };
  };
  "/cluster/config": {
    GET: { params: {  }; data: List<string> };
    POST: { params: { "clustername": string; [key: `link${number}`]: string | undefined; "nodeid"?: number | undefined; "token-coefficient"?: number | undefined; "votes"?: number | undefined }; data: Data };
  };
  "/cluster/config/apiversion": {
    GET: { params: {  }; data: Data };
  };
  "/cluster/config/join": {
    GET: { params: { "node"?: string | undefined }; data: Item<"config_digest" | "nodelist" | "preferred_node" | "totem"> };
    POST: { params: { "fingerprint": string; "force"?: Flag | undefined; "hostname": string; [key: `link${number}`]: string | undefined; "nodeid"?: number | undefined; "password": string; "votes"?: number | undefined }; data: Data };
  };
  "/cluster/config/nodes": {
    GET: { params: {  }; data: List<"node"> };
  };
  "/cluster/config/nodes/{node}": {
    DELETE: { params: {  }; data: null };
    POST: { params: { "apiversion"?: number | undefined; "force"?: Flag | undefined; [key: `link${number}`]: string | undefined; "new_node_ip"?: string | undefined; "nodeid"?: number | undefined; "votes"?: number | undefined }; data: Item<"corosync_authkey" | "corosync_conf" | "warnings"> };
  };
  "/cluster/config/qdevice": {
    GET: { params: {  }; data: Item<string> };
  };
  "/cluster/config/totem": {
    GET: { params: {  }; data: Item<string> };
  };
  "/cluster/firewall": {
    GET: { params: {  }; data: List<string> };
  };
  "/cluster/firewall/aliases": {
    GET: { params: {  }; data: List<"cidr" | "comment" | "digest" | "name"> };
    POST: { params: { "cidr": string; "comment"?: string | undefined; "name": string }; data: null };
  };
  "/cluster/firewall/aliases/{name}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "cidr": string; "comment"?: string | undefined; "digest"?: string | undefined; "rename"?: string | undefined }; data: null };
  };
  "/cluster/firewall/groups": {
    GET: { params: {  }; data: List<"comment" | "digest" | "group"> };
    POST: { params: { "comment"?: string | undefined; "digest"?: string | undefined; "group": string; "rename"?: string | undefined }; data: null };
  };
  "/cluster/firewall/groups/{group}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: List<"action" | "comment" | "dest" | "dport" | "enable" | "icmp-type" | "iface" | "ipversion" | "log" | "macro" | "pos" | "proto" | "source" | "sport" | "type"> };
    POST: { params: { "action": string; "comment"?: string | undefined; "dest"?: string | undefined; "digest"?: string | undefined; "dport"?: string | undefined; "enable"?: number | undefined; "icmp-type"?: string | undefined; "iface"?: string | undefined; "log"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macro"?: string | undefined; "pos"?: number | undefined; "proto"?: string | undefined; "source"?: string | undefined; "sport"?: string | undefined; "type": "in" | "out" | "forward" | "group" }; data: null };
  };
  "/cluster/firewall/groups/{group}/{pos}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"action" | "comment" | "dest" | "dport" | "enable" | "icmp-type" | "iface" | "ipversion" | "log" | "macro" | "pos" | "proto" | "source" | "sport" | "type"> };
    PUT: { params: { "action"?: string | undefined; "comment"?: string | undefined; "delete"?: string | undefined; "dest"?: string | undefined; "digest"?: string | undefined; "dport"?: string | undefined; "enable"?: number | undefined; "icmp-type"?: string | undefined; "iface"?: string | undefined; "log"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macro"?: string | undefined; "moveto"?: number | undefined; "proto"?: string | undefined; "source"?: string | undefined; "sport"?: string | undefined; "type"?: "in" | "out" | "forward" | "group" | undefined }; data: null };
  };
  "/cluster/firewall/ipset": {
    GET: { params: {  }; data: List<"comment" | "digest" | "name"> };
    POST: { params: { "comment"?: string | undefined; "digest"?: string | undefined; "name": string; "rename"?: string | undefined }; data: null };
  };
  "/cluster/firewall/ipset/{name}": {
    DELETE: { params: { "force"?: Flag | undefined }; data: null };
    GET: { params: {  }; data: List<"cidr" | "comment" | "digest" | "nomatch"> };
    POST: { params: { "cidr": string; "comment"?: string | undefined; "nomatch"?: Flag | undefined }; data: null };
  };
  "/cluster/firewall/ipset/{name}/{cidr}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "comment"?: string | undefined; "digest"?: string | undefined; "nomatch"?: Flag | undefined }; data: null };
  };
  "/cluster/firewall/macros": {
    GET: { params: {  }; data: List<"descr" | "macro"> };
  };
  "/cluster/firewall/options": {
    GET: { params: {  }; data: Item<"ebtables" | "enable" | "log_ratelimit" | "policy_forward" | "policy_in" | "policy_out"> };
    PUT: { params: { "delete"?: string | undefined; "digest"?: string | undefined; "ebtables"?: Flag | undefined; "enable"?: number | undefined; "log_ratelimit"?: string | undefined; "policy_forward"?: "ACCEPT" | "DROP" | undefined; "policy_in"?: "ACCEPT" | "REJECT" | "DROP" | undefined; "policy_out"?: "ACCEPT" | "REJECT" | "DROP" | undefined }; data: null };
  };
  "/cluster/firewall/refs": {
    GET: { params: { "type"?: "alias" | "ipset" | undefined }; data: List<"comment" | "name" | "ref" | "scope" | "type"> };
  };
  "/cluster/firewall/rules": {
    GET: { params: {  }; data: List<"action" | "comment" | "dest" | "dport" | "enable" | "icmp-type" | "iface" | "ipversion" | "log" | "macro" | "pos" | "proto" | "source" | "sport" | "type"> };
    POST: { params: { "action": string; "comment"?: string | undefined; "dest"?: string | undefined; "digest"?: string | undefined; "dport"?: string | undefined; "enable"?: number | undefined; "icmp-type"?: string | undefined; "iface"?: string | undefined; "log"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macro"?: string | undefined; "pos"?: number | undefined; "proto"?: string | undefined; "source"?: string | undefined; "sport"?: string | undefined; "type": "in" | "out" | "forward" | "group" }; data: null };
  };
  "/cluster/firewall/rules/{pos}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"action" | "comment" | "dest" | "dport" | "enable" | "icmp-type" | "iface" | "ipversion" | "log" | "macro" | "pos" | "proto" | "source" | "sport" | "type"> };
    PUT: { params: { "action"?: string | undefined; "comment"?: string | undefined; "delete"?: string | undefined; "dest"?: string | undefined; "digest"?: string | undefined; "dport"?: string | undefined; "enable"?: number | undefined; "icmp-type"?: string | undefined; "iface"?: string | undefined; "log"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macro"?: string | undefined; "moveto"?: number | undefined; "proto"?: string | undefined; "source"?: string | undefined; "sport"?: string | undefined; "type"?: "in" | "out" | "forward" | "group" | undefined }; data: null };
  };
  "/cluster/ha": {
    GET: { params: {  }; data: List<"id"> };
  };
  "/cluster/ha/groups": {
    GET: { params: {  }; data: List<"group"> };
    POST: { params: { "comment"?: string | undefined; "group": string; "nodes": string; "nofailback"?: Flag | undefined; "restricted"?: Flag | undefined; "type"?: "group" | undefined }; data: null };
  };
  "/cluster/ha/groups/{group}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: unknown };
    PUT: { params: { "comment"?: string | undefined; "delete"?: string | undefined; "digest"?: string | undefined; "nodes"?: string | undefined; "nofailback"?: Flag | undefined; "restricted"?: Flag | undefined }; data: null };
  };
  "/cluster/ha/resources": {
    GET: { params: { "type"?: "ct" | "vm" | undefined }; data: List<"sid"> };
    POST: { params: { "auto-rebalance"?: Flag | undefined; "comment"?: string | undefined; "failback"?: Flag | undefined; "group"?: string | undefined; "max_relocate"?: number | undefined; "max_restart"?: number | undefined; "sid": string; "state"?: "started" | "stopped" | "enabled" | "disabled" | "ignored" | undefined; "type"?: "ct" | "vm" | undefined }; data: null };
  };
  "/cluster/ha/resources/{sid}": {
    DELETE: { params: { "purge"?: Flag | undefined }; data: null };
    GET: { params: {  }; data: Item<"auto-rebalance" | "comment" | "digest" | "failback" | "group" | "max_relocate" | "max_restart" | "sid" | "state" | "type"> };
    PUT: { params: { "auto-rebalance"?: Flag | undefined; "comment"?: string | undefined; "delete"?: string | undefined; "digest"?: string | undefined; "failback"?: Flag | undefined; "group"?: string | undefined; "max_relocate"?: number | undefined; "max_restart"?: number | undefined; "state"?: "started" | "stopped" | "enabled" | "disabled" | "ignored" | undefined }; data: null };
  };
  "/cluster/ha/resources/{sid}/migrate": {
    POST: { params: { "node": string }; data: Item<"blocking-resources" | "comigrated-resources" | "requested-node" | "sid"> };
  };
  "/cluster/ha/resources/{sid}/relocate": {
    POST: { params: { "node": string }; data: Item<"blocking-resources" | "comigrated-resources" | "requested-node" | "sid"> };
  };
  "/cluster/ha/rules": {
    GET: { params: { "resource"?: string | undefined; "type"?: "node-affinity" | "resource-affinity" | undefined }; data: List<"rule"> };
    POST: { params: { "affinity"?: "positive" | "negative" | undefined; "comment"?: string | undefined; "disable"?: Flag | undefined; "nodes"?: string | undefined; "resources": string; "rule": string; "strict"?: Flag | undefined; "type": "node-affinity" | "resource-affinity" }; data: null };
  };
  "/cluster/ha/rules/{rule}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"rule" | "type"> };
    PUT: { params: { "affinity"?: "positive" | "negative" | undefined; "comment"?: string | undefined; "delete"?: string | undefined; "digest"?: string | undefined; "disable"?: Flag | undefined; "nodes"?: string | undefined; "resources"?: string | undefined; "strict"?: Flag | undefined; "type": "node-affinity" | "resource-affinity" }; data: null };
  };
  "/cluster/ha/status": {
    GET: { params: {  }; data: List<string> };
  };
  "/cluster/ha/status/arm-ha": {
    POST: { params: {  }; data: null };
  };
  "/cluster/ha/status/current": {
    GET: { params: {  }; data: List<"armed-state" | "auto-rebalance" | "crm_state" | "failback" | "id" | "max_relocate" | "max_restart" | "node" | "quorate" | "request_state" | "resource_mode" | "sid" | "state" | "status" | "timestamp" | "type"> };
  };
  "/cluster/ha/status/disarm-ha": {
    POST: { params: { "resource-mode": "freeze" | "ignore" }; data: null };
  };
  "/cluster/ha/status/manager_status": {
    GET: { params: {  }; data: Item<string> };
  };
  "/cluster/jobs": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/cluster/jobs/realm-sync": {
    GET: { params: {  }; data: List<"comment" | "enabled" | "id" | "last-run" | "next-run" | "realm" | "remove-vanished" | "schedule" | "scope"> };
  };
  "/cluster/jobs/realm-sync/{id}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<string> };
    POST: { params: { "comment"?: string | undefined; "enable-new"?: Flag | undefined; "enabled"?: Flag | undefined; "realm"?: string | undefined; "remove-vanished"?: string | undefined; "schedule": string; "scope"?: "users" | "groups" | "both" | undefined }; data: null };
    PUT: { params: { "comment"?: string | undefined; "delete"?: string | undefined; "enable-new"?: Flag | undefined; "enabled"?: Flag | undefined; "remove-vanished"?: string | undefined; "schedule": string; "scope"?: "users" | "groups" | "both" | undefined }; data: null };
  };
  "/cluster/jobs/schedule-analyze": {
    GET: { params: { "iterations"?: number | undefined; "schedule": string; "starttime"?: number | undefined }; data: List<"timestamp" | "utc"> };
  };
  "/cluster/log": {
    GET: { params: { "max"?: number | undefined }; data: List<string> };
  };
  "/cluster/mapping": {
    GET: { params: {  }; data: List<string> };
  };
  "/cluster/mapping/dir": {
    GET: { params: { "check-node"?: string | undefined }; data: List<"checks" | "description" | "id" | "map"> };
    POST: { params: { "description"?: string | undefined; "id": string; "map": readonly (string)[] }; data: null };
  };
  "/cluster/mapping/dir/{id}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "delete"?: string | undefined; "description"?: string | undefined; "digest"?: string | undefined; "map"?: readonly (string)[] | undefined }; data: null };
  };
  "/cluster/mapping/pci": {
    GET: { params: { "check-node"?: string | undefined }; data: List<"checks" | "description" | "id" | "map"> };
    POST: { params: { "description"?: string | undefined; "id": string; "live-migration-capable"?: Flag | undefined; "map": readonly (string)[]; "mdev"?: Flag | undefined }; data: null };
  };
  "/cluster/mapping/pci/{id}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "delete"?: string | undefined; "description"?: string | undefined; "digest"?: string | undefined; "live-migration-capable"?: Flag | undefined; "map"?: readonly (string)[] | undefined; "mdev"?: Flag | undefined }; data: null };
  };
  "/cluster/mapping/usb": {
    GET: { params: { "check-node"?: string | undefined }; data: List<"description" | "error" | "id" | "map"> };
    POST: { params: { "description"?: string | undefined; "id": string; "map": readonly (string)[] }; data: null };
  };
  "/cluster/mapping/usb/{id}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "delete"?: string | undefined; "description"?: string | undefined; "digest"?: string | undefined; "map": readonly (string)[] }; data: null };
  };
  "/cluster/metrics": {
    GET: { params: {  }; data: List<string> };
  };
  "/cluster/metrics/export": {
    GET: { params: { "history"?: Flag | undefined; "local-only"?: Flag | undefined; "node-list"?: string | undefined; "start-time"?: number | undefined }; data: Item<"data"> };
  };
  "/cluster/metrics/server": {
    GET: { params: {  }; data: List<"disable" | "id" | "port" | "server" | "type"> };
  };
  "/cluster/metrics/server/{id}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<string> };
    POST: { params: { "api-path-prefix"?: string | undefined; "bucket"?: string | undefined; "disable"?: Flag | undefined; "influxdbproto"?: "udp" | "http" | "https" | undefined; "max-body-size"?: number | undefined; "mtu"?: number | undefined; "organization"?: string | undefined; "otel-compression"?: "none" | "gzip" | undefined; "otel-headers"?: string | undefined; "otel-max-body-size"?: number | undefined; "otel-path"?: string | undefined; "otel-protocol"?: "http" | "https" | undefined; "otel-resource-attributes"?: string | undefined; "otel-timeout"?: number | undefined; "otel-verify-ssl"?: Flag | undefined; "path"?: string | undefined; "port": number; "proto"?: "udp" | "tcp" | undefined; "server": string; "timeout"?: number | undefined; "token"?: string | undefined; "type": "graphite" | "influxdb" | "opentelemetry"; "verify-certificate"?: Flag | undefined }; data: null };
    PUT: { params: { "api-path-prefix"?: string | undefined; "bucket"?: string | undefined; "delete"?: string | undefined; "digest"?: string | undefined; "disable"?: Flag | undefined; "influxdbproto"?: "udp" | "http" | "https" | undefined; "max-body-size"?: number | undefined; "mtu"?: number | undefined; "organization"?: string | undefined; "otel-compression"?: "none" | "gzip" | undefined; "otel-headers"?: string | undefined; "otel-max-body-size"?: number | undefined; "otel-path"?: string | undefined; "otel-protocol"?: "http" | "https" | undefined; "otel-resource-attributes"?: string | undefined; "otel-timeout"?: number | undefined; "otel-verify-ssl"?: Flag | undefined; "path"?: string | undefined; "port": number; "proto"?: "udp" | "tcp" | undefined; "server": string; "timeout"?: number | undefined; "token"?: string | undefined; "verify-certificate"?: Flag | undefined }; data: null };
  };
  "/cluster/nextid": {
    GET: { params: { "vmid"?: number | undefined }; data: Data };
  };
  "/cluster/notifications": {
    GET: { params: {  }; data: List<string> };
  };
  "/cluster/notifications/endpoints": {
    GET: { params: {  }; data: List<string> };
  };
  "/cluster/notifications/endpoints/gotify": {
    GET: { params: {  }; data: List<"comment" | "disable" | "name" | "origin" | "server"> };
    POST: { params: { "comment"?: string | undefined; "disable"?: Flag | undefined; "name": string; "server": string; "token": string }; data: null };
  };
  "/cluster/notifications/endpoints/gotify/{name}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"comment" | "digest" | "disable" | "name" | "server"> };
    PUT: { params: { "comment"?: string | undefined; "delete"?: readonly (string)[] | undefined; "digest"?: string | undefined; "disable"?: Flag | undefined; "server"?: string | undefined; "token"?: string | undefined }; data: null };
  };
  "/cluster/notifications/endpoints/sendmail": {
    GET: { params: {  }; data: List<"author" | "comment" | "disable" | "from-address" | "mailto" | "mailto-user" | "name" | "origin"> };
    POST: { params: { "author"?: string | undefined; "comment"?: string | undefined; "disable"?: Flag | undefined; "from-address"?: string | undefined; "mailto"?: readonly (string)[] | undefined; "mailto-user"?: readonly (string)[] | undefined; "name": string }; data: null };
  };
  "/cluster/notifications/endpoints/sendmail/{name}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"author" | "comment" | "digest" | "disable" | "from-address" | "mailto" | "mailto-user" | "name"> };
    PUT: { params: { "author"?: string | undefined; "comment"?: string | undefined; "delete"?: readonly (string)[] | undefined; "digest"?: string | undefined; "disable"?: Flag | undefined; "from-address"?: string | undefined; "mailto"?: readonly (string)[] | undefined; "mailto-user"?: readonly (string)[] | undefined }; data: null };
  };
  "/cluster/notifications/endpoints/smtp": {
    GET: { params: {  }; data: List<"author" | "comment" | "disable" | "from-address" | "mailto" | "mailto-user" | "mode" | "name" | "origin" | "port" | "server" | "username"> };
    POST: { params: { "author"?: string | undefined; "comment"?: string | undefined; "disable"?: Flag | undefined; "from-address": string; "mailto"?: readonly (string)[] | undefined; "mailto-user"?: readonly (string)[] | undefined; "mode"?: "insecure" | "starttls" | "tls" | undefined; "name": string; "password"?: string | undefined; "port"?: number | undefined; "server": string; "username"?: string | undefined }; data: null };
  };
  "/cluster/notifications/endpoints/smtp/{name}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"author" | "comment" | "digest" | "disable" | "from-address" | "mailto" | "mailto-user" | "mode" | "name" | "port" | "server" | "username"> };
    PUT: { params: { "author"?: string | undefined; "comment"?: string | undefined; "delete"?: readonly (string)[] | undefined; "digest"?: string | undefined; "disable"?: Flag | undefined; "from-address"?: string | undefined; "mailto"?: readonly (string)[] | undefined; "mailto-user"?: readonly (string)[] | undefined; "mode"?: "insecure" | "starttls" | "tls" | undefined; "password"?: string | undefined; "port"?: number | undefined; "server"?: string | undefined; "username"?: string | undefined }; data: null };
  };
  "/cluster/notifications/endpoints/webhook": {
    GET: { params: {  }; data: List<"body" | "comment" | "disable" | "header" | "method" | "name" | "origin" | "secret" | "url"> };
    POST: { params: { "body"?: string | undefined; "comment"?: string | undefined; "disable"?: Flag | undefined; "header"?: readonly (string)[] | undefined; "method": "post" | "put" | "get"; "name": string; "secret"?: readonly (string)[] | undefined; "url": string }; data: null };
  };
  "/cluster/notifications/endpoints/webhook/{name}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"body" | "comment" | "digest" | "disable" | "header" | "method" | "name" | "secret" | "url"> };
    PUT: { params: { "body"?: string | undefined; "comment"?: string | undefined; "delete"?: readonly (string)[] | undefined; "digest"?: string | undefined; "disable"?: Flag | undefined; "header"?: readonly (string)[] | undefined; "method"?: "post" | "put" | "get" | undefined; "secret"?: readonly (string)[] | undefined; "url"?: string | undefined }; data: null };
  };
  "/cluster/notifications/matcher-field-values": {
    GET: { params: {  }; data: List<"comment" | "field" | "value"> };
  };
  "/cluster/notifications/matcher-fields": {
    GET: { params: {  }; data: List<"name"> };
  };
  "/cluster/notifications/matchers": {
    GET: { params: {  }; data: List<"comment" | "disable" | "invert-match" | "match-calendar" | "match-field" | "match-severity" | "mode" | "name" | "origin" | "target"> };
    POST: { params: { "comment"?: string | undefined; "disable"?: Flag | undefined; "invert-match"?: Flag | undefined; "match-calendar"?: readonly (string)[] | undefined; "match-field"?: readonly (string)[] | undefined; "match-severity"?: readonly (string)[] | undefined; "mode"?: "all" | "any" | undefined; "name": string; "target"?: readonly (string)[] | undefined }; data: null };
  };
  "/cluster/notifications/matchers/{name}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"comment" | "digest" | "disable" | "invert-match" | "match-calendar" | "match-field" | "match-severity" | "mode" | "name" | "target"> };
    PUT: { params: { "comment"?: string | undefined; "delete"?: readonly (string)[] | undefined; "digest"?: string | undefined; "disable"?: Flag | undefined; "invert-match"?: Flag | undefined; "match-calendar"?: readonly (string)[] | undefined; "match-field"?: readonly (string)[] | undefined; "match-severity"?: readonly (string)[] | undefined; "mode"?: "all" | "any" | undefined; "target"?: readonly (string)[] | undefined }; data: null };
  };
  "/cluster/notifications/targets": {
    GET: { params: {  }; data: List<"comment" | "disable" | "name" | "origin" | "type"> };
  };
  "/cluster/notifications/targets/{name}/test": {
    POST: { params: {  }; data: null };
  };
  "/cluster/options": {
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "bwlimit"?: string | undefined; "consent-text"?: string | undefined; "console"?: "applet" | "vv" | "html5" | "xtermjs" | undefined; "crs"?: string | undefined; "delete"?: string | undefined; "description"?: string | undefined; "email_from"?: string | undefined; "fencing"?: "watchdog" | "hardware" | "both" | undefined; "ha"?: string | undefined; "http_proxy"?: string | undefined; "keyboard"?: "de" | "de-ch" | "da" | "en-gb" | "en-us" | "es" | "fi" | "fr" | "fr-be" | "fr-ca" | "fr-ch" | "hu" | "is" | "it" | "ja" | "lt" | "mk" | "nl" | "no" | "pl" | "pt" | "pt-br" | "sv" | "sl" | "tr" | undefined; "language"?: "ar" | "ca" | "da" | "de" | "en" | "es" | "eu" | "fa" | "fr" | "hr" | "he" | "it" | "ja" | "ka" | "kr" | "nb" | "nl" | "nn" | "pl" | "pt_BR" | "ru" | "sl" | "sv" | "tr" | "ukr" | "zh_CN" | "zh_TW" | undefined; "location"?: string | undefined; "mac_prefix"?: string | undefined; "max_workers"?: number | undefined; "migration"?: string | undefined; "migration_unsecure"?: Flag | undefined; "next-id"?: string | undefined; "notify"?: string | undefined; "registered-tags"?: string | undefined; "replication"?: string | undefined; "tag-style"?: string | undefined; "u2f"?: string | undefined; "user-tag-access"?: string | undefined; "webauthn"?: string | undefined }; data: null };
  };
  "/cluster/qemu": {
    GET: { params: {  }; data: List<string> };
  };
  "/cluster/qemu/cpu-flags": {
    GET: { params: { "accel"?: "kvm" | "tcg" | undefined; "arch"?: "x86_64" | "aarch64" | undefined }; data: List<"description" | "name" | "supported-on"> };
  };
  "/cluster/qemu/custom-cpu-models": {
    GET: { params: {  }; data: List<"cputype" | "digest" | "flags" | "guest-phys-bits" | "hidden" | "hv-vendor-id" | "level" | "phys-bits" | "reported-model"> };
    POST: { params: { "cputype": string; "flags"?: string | undefined; "guest-phys-bits"?: number | undefined; "hidden"?: Flag | undefined; "hv-vendor-id"?: string | undefined; "level"?: number | undefined; "phys-bits"?: string | undefined; "reported-model": "486" | "a64fx" | "athlon" | "Broadwell" | "Broadwell-IBRS" | "Broadwell-noTSX" | "Broadwell-noTSX-IBRS" | "Cascadelake-Server" | "Cascadelake-Server-noTSX" | "Cascadelake-Server-v2" | "Cascadelake-Server-v4" | "Cascadelake-Server-v5" | "ClearwaterForest" | "ClearwaterForest-v2" | "ClearwaterForest-v3" | "Conroe" | "Cooperlake" | "Cooperlake-v2" | "core2duo" | "coreduo" | "cortex-a35" | "cortex-a53" | "cortex-a55" | "cortex-a57" | "cortex-a710" | "cortex-a72" | "cortex-a76" | "cortex-a78ae" | "DiamondRapids" | "EPYC" | "EPYC-Genoa" | "EPYC-Genoa-v2" | "EPYC-IBPB" | "EPYC-Milan" | "EPYC-Milan-v2" | "EPYC-Milan-v3" | "EPYC-Rome" | "EPYC-Rome-v2" | "EPYC-Rome-v3" | "EPYC-Rome-v4" | "EPYC-Rome-v5" | "EPYC-Turin" | "EPYC-v3" | "EPYC-v4" | "EPYC-v5" | "GraniteRapids" | "GraniteRapids-v2" | "GraniteRapids-v3" | "GraniteRapids-v4" | "GraniteRapids-v5" | "Haswell" | "Haswell-IBRS" | "Haswell-noTSX" | "Haswell-noTSX-IBRS" | "host" | "Icelake-Client" | "Icelake-Client-noTSX" | "Icelake-Server" | "Icelake-Server-noTSX" | "Icelake-Server-v3" | "Icelake-Server-v4" | "Icelake-Server-v5" | "Icelake-Server-v6" | "Icelake-Server-v7" | "IvyBridge" | "IvyBridge-IBRS" | "KnightsMill" | "kvm32" | "kvm64" | "max" | "Nehalem" | "Nehalem-IBRS" | "neoverse-n1" | "neoverse-n2" | "neoverse-v1" | "Opteron_G1" | "Opteron_G2" | "Opteron_G3" | "Opteron_G4" | "Opteron_G5" | "Penryn" | "pentium" | "pentium2" | "pentium3" | "phenom" | "qemu32" | "qemu64" | "SandyBridge" | "SandyBridge-IBRS" | "SapphireRapids" | "SapphireRapids-v2" | "SapphireRapids-v3" | "SapphireRapids-v4" | "SapphireRapids-v5" | "SapphireRapids-v6" | "SierraForest" | "SierraForest-v2" | "SierraForest-v3" | "SierraForest-v4" | "SierraForest-v5" | "Skylake-Client" | "Skylake-Client-IBRS" | "Skylake-Client-noTSX-IBRS" | "Skylake-Client-v4" | "Skylake-Server" | "Skylake-Server-IBRS" | "Skylake-Server-noTSX-IBRS" | "Skylake-Server-v4" | "Skylake-Server-v5" | "Westmere" | "Westmere-IBRS" }; data: null };
  };
  "/cluster/qemu/custom-cpu-models/{cputype}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"cputype" | "digest" | "flags" | "guest-phys-bits" | "hidden" | "hv-vendor-id" | "level" | "phys-bits" | "reported-model"> };
    PUT: { params: { "delete"?: string | undefined; "digest"?: string | undefined; "flags"?: string | undefined; "guest-phys-bits"?: number | undefined; "hidden"?: Flag | undefined; "hv-vendor-id"?: string | undefined; "level"?: number | undefined; "phys-bits"?: string | undefined; "reported-model"?: "486" | "a64fx" | "athlon" | "Broadwell" | "Broadwell-IBRS" | "Broadwell-noTSX" | "Broadwell-noTSX-IBRS" | "Cascadelake-Server" | "Cascadelake-Server-noTSX" | "Cascadelake-Server-v2" | "Cascadelake-Server-v4" | "Cascadelake-Server-v5" | "ClearwaterForest" | "ClearwaterForest-v2" | "ClearwaterForest-v3" | "Conroe" | "Cooperlake" | "Cooperlake-v2" | "core2duo" | "coreduo" | "cortex-a35" | "cortex-a53" | "cortex-a55" | "cortex-a57" | "cortex-a710" | "cortex-a72" | "cortex-a76" | "cortex-a78ae" | "DiamondRapids" | "EPYC" | "EPYC-Genoa" | "EPYC-Genoa-v2" | "EPYC-IBPB" | "EPYC-Milan" | "EPYC-Milan-v2" | "EPYC-Milan-v3" | "EPYC-Rome" | "EPYC-Rome-v2" | "EPYC-Rome-v3" | "EPYC-Rome-v4" | "EPYC-Rome-v5" | "EPYC-Turin" | "EPYC-v3" | "EPYC-v4" | "EPYC-v5" | "GraniteRapids" | "GraniteRapids-v2" | "GraniteRapids-v3" | "GraniteRapids-v4" | "GraniteRapids-v5" | "Haswell" | "Haswell-IBRS" | "Haswell-noTSX" | "Haswell-noTSX-IBRS" | "host" | "Icelake-Client" | "Icelake-Client-noTSX" | "Icelake-Server" | "Icelake-Server-noTSX" | "Icelake-Server-v3" | "Icelake-Server-v4" | "Icelake-Server-v5" | "Icelake-Server-v6" | "Icelake-Server-v7" | "IvyBridge" | "IvyBridge-IBRS" | "KnightsMill" | "kvm32" | "kvm64" | "max" | "Nehalem" | "Nehalem-IBRS" | "neoverse-n1" | "neoverse-n2" | "neoverse-v1" | "Opteron_G1" | "Opteron_G2" | "Opteron_G3" | "Opteron_G4" | "Opteron_G5" | "Penryn" | "pentium" | "pentium2" | "pentium3" | "phenom" | "qemu32" | "qemu64" | "SandyBridge" | "SandyBridge-IBRS" | "SapphireRapids" | "SapphireRapids-v2" | "SapphireRapids-v3" | "SapphireRapids-v4" | "SapphireRapids-v5" | "SapphireRapids-v6" | "SierraForest" | "SierraForest-v2" | "SierraForest-v3" | "SierraForest-v4" | "SierraForest-v5" | "Skylake-Client" | "Skylake-Client-IBRS" | "Skylake-Client-noTSX-IBRS" | "Skylake-Client-v4" | "Skylake-Server" | "Skylake-Server-IBRS" | "Skylake-Server-noTSX-IBRS" | "Skylake-Server-v4" | "Skylake-Server-v5" | "Westmere" | "Westmere-IBRS" | undefined }; data: null };
  };
  "/cluster/replication": {
    GET: { params: {  }; data: List<"comment" | "disable" | "guest" | "id" | "jobnum" | "rate" | "remove_job" | "schedule" | "source" | "target" | "type"> };
    POST: { params: { "comment"?: string | undefined; "disable"?: Flag | undefined; "id": string; "rate"?: number | undefined; "remove_job"?: "local" | "full" | undefined; "schedule"?: string | undefined; "source"?: string | undefined; "target": string; "type": "local" }; data: null };
  };
  "/cluster/replication/{id}": {
    DELETE: { params: { "force"?: Flag | undefined; "keep"?: Flag | undefined }; data: null };
    GET: { params: {  }; data: Item<"comment" | "digest" | "disable" | "guest" | "id" | "jobnum" | "rate" | "remove_job" | "schedule" | "source" | "target" | "type"> };
    PUT: { params: { "comment"?: string | undefined; "delete"?: string | undefined; "digest"?: string | undefined; "disable"?: Flag | undefined; "rate"?: number | undefined; "remove_job"?: "local" | "full" | undefined; "schedule"?: string | undefined; "source"?: string | undefined }; data: null };
  };
  "/cluster/resources": {
    GET: { params: { "type"?: "vm" | "storage" | "node" | "sdn" | undefined }; data: List<"cgroup-mode" | "content" | "cpu" | "disk" | "diskread" | "diskwrite" | "hastate" | "host-arch" | "id" | "level" | "lock" | "maxcpu" | "maxdisk" | "maxmem" | "mem" | "memhost" | "name" | "netin" | "netout" | "network" | "network-type" | "node" | "plugintype" | "pool" | "protocol" | "sdn" | "shared" | "status" | "storage" | "tags" | "template" | "type" | "uptime" | "vmid" | "zone-type"> };
  };
  "/cluster/sdn": {
    GET: { params: {  }; data: List<"id"> };
    PUT: { params: { "lock-token"?: string | undefined; "release-lock"?: Flag | undefined }; data: Data };
  };
  "/cluster/sdn/controllers": {
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined; "type"?: "bgp" | "evpn" | "faucet" | "isis" | undefined }; data: List<"asn" | "bgp-mode" | "bgp-multipath-as-relax" | "controller" | "digest" | "ebgp" | "ebgp-multihop" | "isis-domain" | "isis-ifaces" | "isis-net" | "loopback" | "node" | "nodes" | "peer-group-name" | "peers" | "pending" | "state" | "type"> };
    POST: { params: { "asn"?: number | undefined; "bgp-mode"?: "auto" | "external" | "internal" | undefined; "bgp-multipath-as-path-relax"?: Flag | undefined; "controller": string; "ebgp"?: Flag | undefined; "ebgp-multihop"?: number | undefined; "fabric"?: string | undefined; "isis-domain"?: string | undefined; "isis-ifaces"?: string | undefined; "isis-net"?: string | undefined; "lock-token"?: string | undefined; "loopback"?: string | undefined; "node"?: string | undefined; "nodes"?: string | undefined; "peer-group-name"?: string | undefined; "peers"?: string | undefined; "route-map-in"?: string | undefined; "route-map-out"?: string | undefined; "type": "bgp" | "evpn" | "faucet" | "isis" }; data: null };
  };
  "/cluster/sdn/controllers/{controller}": {
    DELETE: { params: { "lock-token"?: string | undefined }; data: null };
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined }; data: unknown };
    PUT: { params: { "asn"?: number | undefined; "bgp-mode"?: "auto" | "external" | "internal" | undefined; "bgp-multipath-as-path-relax"?: Flag | undefined; "delete"?: string | undefined; "digest"?: string | undefined; "ebgp"?: Flag | undefined; "ebgp-multihop"?: number | undefined; "fabric"?: string | undefined; "isis-domain"?: string | undefined; "isis-ifaces"?: string | undefined; "isis-net"?: string | undefined; "lock-token"?: string | undefined; "loopback"?: string | undefined; "node"?: string | undefined; "nodes"?: string | undefined; "peer-group-name"?: string | undefined; "peers"?: string | undefined; "route-map-in"?: string | undefined; "route-map-out"?: string | undefined }; data: null };
  };
  "/cluster/sdn/dns": {
    GET: { params: { "type"?: "powerdns" | undefined }; data: List<"dns" | "type"> };
    POST: { params: { "dns": string; "fingerprint"?: string | undefined; "key": string; "lock-token"?: string | undefined; "reversemaskv6"?: number | undefined; "reversev6mask"?: number | undefined; "ttl"?: number | undefined; "type": "powerdns"; "url": string }; data: null };
  };
  "/cluster/sdn/dns/{dns}": {
    DELETE: { params: { "lock-token"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "delete"?: string | undefined; "digest"?: string | undefined; "fingerprint"?: string | undefined; "key"?: string | undefined; "lock-token"?: string | undefined; "reversemaskv6"?: number | undefined; "ttl"?: number | undefined; "url"?: string | undefined }; data: null };
  };
  "/cluster/sdn/dry-run": {
    GET: { params: { "node": string }; data: Item<"frr-diff" | "interfaces-diff"> };
  };
  "/cluster/sdn/fabrics": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/cluster/sdn/fabrics/all": {
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined }; data: Item<"fabrics" | "nodes"> };
  };
  "/cluster/sdn/fabrics/fabric": {
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined }; data: List<"area" | "csnp_interval" | "digest" | "hello_interval" | "id" | "ip6_prefix" | "ip_prefix" | "lock-token" | "persistent_keepalive" | "protocol" | "redistribute" | "route_filter"> };
    POST: { params: { "area"?: string | undefined; "csnp_interval"?: number | undefined; "digest"?: string | undefined; "hello_interval"?: number | undefined; "id": string; "ip6_prefix"?: string | undefined; "ip_prefix"?: string | undefined; "lock-token"?: string | undefined; "persistent_keepalive"?: number | undefined; "protocol": "openfabric" | "ospf" | "wireguard" | "bgp"; "redistribute": readonly (string)[]; "route_filter"?: string | undefined }; data: null };
  };
  "/cluster/sdn/fabrics/fabric/{id}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"area" | "csnp_interval" | "digest" | "hello_interval" | "id" | "ip6_prefix" | "ip_prefix" | "lock-token" | "persistent_keepalive" | "protocol" | "redistribute" | "route_filter"> };
    PUT: { params: { "area"?: string | undefined; "csnp_interval"?: number | undefined; "delete": readonly ("ip_prefix" | "ip6_prefix" | "hello_interval" | "csnp_interval" | "route_filter")[] | readonly ("ip_prefix" | "ip6_prefix" | "redistribute" | "route_filter" | "route_map_in" | "route_map_out")[] | readonly ("area" | "redistribute" | "route_filter")[] | readonly ("persistent_keepalive")[]; "digest"?: string | undefined; "hello_interval"?: number | undefined; "ip6_prefix"?: string | undefined; "ip_prefix"?: string | undefined; "lock-token"?: string | undefined; "persistent_keepalive"?: number | undefined; "protocol": "openfabric" | "ospf" | "wireguard" | "bgp"; "redistribute": readonly (string)[]; "route_filter"?: string | undefined }; data: null };
  };
  "/cluster/sdn/fabrics/node": {
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined }; data: List<"allowed_ips" | "digest" | "endpoint" | "fabric_id" | "interfaces" | "ip" | "ip6" | "lock-token" | "node_id" | "peers" | "protocol" | "public_key" | "role"> };
  };
  "/cluster/sdn/fabrics/node/{fabric_id}": {
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined }; data: List<"allowed_ips" | "digest" | "endpoint" | "fabric_id" | "interfaces" | "ip" | "ip6" | "lock-token" | "node_id" | "peers" | "protocol" | "public_key" | "role"> };
    POST: { params: { "allowed_ips"?: readonly (string)[] | undefined; "digest"?: string | undefined; "endpoint"?: string | undefined; "interfaces": readonly (string)[] | string; "ip"?: string | undefined; "ip6"?: string | undefined; "lock-token"?: string | undefined; "node_id": string; "peers"?: readonly (string)[] | undefined; "protocol": "openfabric" | "ospf" | "wireguard" | "bgp"; "public_key"?: string | undefined; "role"?: "internal" | "external" | undefined }; data: null };
  };
  "/cluster/sdn/fabrics/node/{fabric_id}/{node_id}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: unknown };
    PUT: { params: { "allowed_ips"?: readonly (string)[] | undefined; "delete": readonly ("interfaces" | "ip" | "ip6")[] | readonly ("allowed_ips" | "endpoint" | "interfaces" | "ip" | "ip6" | "peers")[]; "digest"?: string | undefined; "endpoint"?: string | undefined; "interfaces": readonly (string)[] | string; "ip"?: string | undefined; "ip6"?: string | undefined; "lock-token"?: string | undefined; "peers"?: readonly (string)[] | undefined; "protocol": "openfabric" | "ospf" | "wireguard" | "bgp"; "public_key"?: string | undefined; "role"?: "internal" | "external" | undefined }; data: null };
  };
  "/cluster/sdn/ipams": {
    GET: { params: { "type"?: "netbox" | "phpipam" | "pve" | undefined }; data: List<"ipam" | "type"> };
    POST: { params: { "fingerprint"?: string | undefined; "ipam": string; "lock-token"?: string | undefined; "section"?: number | undefined; "token"?: string | undefined; "type": "netbox" | "phpipam" | "pve"; "url"?: string | undefined }; data: null };
  };
  "/cluster/sdn/ipams/{ipam}": {
    DELETE: { params: { "lock-token"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "delete"?: string | undefined; "digest"?: string | undefined; "fingerprint"?: string | undefined; "lock-token"?: string | undefined; "section"?: number | undefined; "token"?: string | undefined; "url"?: string | undefined }; data: null };
  };
  "/cluster/sdn/ipams/{ipam}/status": {
    GET: { params: {  }; data: List<string> };
  };
  "/cluster/sdn/lock": {
    DELETE: { params: { "force"?: Flag | undefined; "lock-token"?: string | undefined }; data: null };
    POST: { params: { "allow-pending"?: Flag | undefined }; data: Data };
  };
  "/cluster/sdn/prefix-lists": {
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined; "verbose"?: Flag | undefined }; data: List<string> };
    POST: { params: { "digest"?: string | undefined; "entries"?: readonly (string)[] | undefined; "id": string; "lock-token"?: string | undefined }; data: null };
  };
  "/cluster/sdn/prefix-lists/{id}": {
    DELETE: { params: { "lock-token"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "delete"?: readonly ("entries")[] | undefined; "digest"?: string | undefined; "entries"?: readonly (string)[] | undefined; "lock-token"?: string | undefined }; data: null };
  };
  "/cluster/sdn/prefix-lists/{id}/entries": {
    GET: { params: {  }; data: List<string> };
    POST: { params: { "action": "permit" | "deny"; "ge"?: number | undefined; "le"?: number | undefined; "lock-token"?: string | undefined; "prefix": string; "seq"?: number | undefined }; data: null };
  };
  "/cluster/sdn/prefix-lists/{id}/entries/{url_seq}": {
    DELETE: { params: { "lock-token"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "action"?: "permit" | "deny" | undefined; "delete"?: readonly ("le" | "ge" | "seq")[] | undefined; "digest"?: string | undefined; "ge"?: number | undefined; "le"?: number | undefined; "lock-token"?: string | undefined; "prefix"?: string | undefined; "seq"?: number | undefined }; data: null };
  };
  "/cluster/sdn/rollback": {
    POST: { params: { "lock-token"?: string | undefined; "release-lock"?: Flag | undefined }; data: null };
  };
  "/cluster/sdn/route-maps": {
    GET: { params: { "running"?: Flag | undefined }; data: List<"id"> };
  };
  "/cluster/sdn/route-maps/entries": {
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined }; data: List<"action" | "call" | "digest" | "exit-action" | "match" | "order" | "route-map-id" | "set"> };
    POST: { params: { "action": "permit" | "deny"; "call"?: string | undefined; "digest"?: string | undefined; "exit-action"?: string | undefined; "lock-token"?: string | undefined; "match"?: readonly (string)[] | undefined; "order": number; "route-map-id": string; "set"?: readonly (string)[] | undefined }; data: null };
  };
  "/cluster/sdn/route-maps/entries/{route-map-id}": {
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined }; data: List<"action" | "call" | "digest" | "exit-action" | "match" | "order" | "route-map-id" | "set"> };
  };
  "/cluster/sdn/route-maps/entries/{route-map-id}/entry/{order}": {
    DELETE: { params: { "lock-token"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"action" | "call" | "digest" | "exit-action" | "match" | "order" | "route-map-id" | "set"> };
    PUT: { params: { "action"?: "permit" | "deny" | undefined; "call"?: string | undefined; "delete"?: readonly ("set" | "match" | "call" | "exit-action")[] | undefined; "digest"?: string | undefined; "exit-action"?: string | undefined; "lock-token"?: string | undefined; "match"?: readonly (string)[] | undefined; "set"?: readonly (string)[] | undefined }; data: null };
  };
  "/cluster/sdn/vnets": {
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined }; data: List<"alias" | "digest" | "isolate-ports" | "pending" | "state" | "tag" | "type" | "vlanaware" | "vnet" | "zone"> };
    POST: { params: { "alias"?: string | undefined; "isolate-ports"?: Flag | undefined; "lock-token"?: string | undefined; "tag"?: number | undefined; "type"?: "vnet" | undefined; "vlanaware"?: Flag | undefined; "vnet": string; "zone": string }; data: null };
  };
  "/cluster/sdn/vnets/{vnet}": {
    DELETE: { params: { "lock-token"?: string | undefined }; data: null };
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined }; data: unknown };
    PUT: { params: { "alias"?: string | undefined; "delete"?: string | undefined; "digest"?: string | undefined; "isolate-ports"?: Flag | undefined; "lock-token"?: string | undefined; "tag"?: number | undefined; "vlanaware"?: Flag | undefined; "zone"?: string | undefined }; data: null };
  };
  "/cluster/sdn/vnets/{vnet}/firewall": {
    GET: { params: {  }; data: List<string> };
  };
  "/cluster/sdn/vnets/{vnet}/firewall/options": {
    GET: { params: {  }; data: Item<"enable" | "log_level_forward" | "policy_forward"> };
    PUT: { params: { "delete"?: string | undefined; "digest"?: string | undefined; "enable"?: Flag | undefined; "log_level_forward"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "policy_forward"?: "ACCEPT" | "DROP" | undefined }; data: null };
  };
  "/cluster/sdn/vnets/{vnet}/firewall/rules": {
    GET: { params: {  }; data: List<"action" | "comment" | "dest" | "dport" | "enable" | "icmp-type" | "iface" | "ipversion" | "log" | "macro" | "pos" | "proto" | "source" | "sport" | "type"> };
    POST: { params: { "action": string; "comment"?: string | undefined; "dest"?: string | undefined; "digest"?: string | undefined; "dport"?: string | undefined; "enable"?: number | undefined; "icmp-type"?: string | undefined; "iface"?: string | undefined; "log"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macro"?: string | undefined; "pos"?: number | undefined; "proto"?: string | undefined; "source"?: string | undefined; "sport"?: string | undefined; "type": "in" | "out" | "forward" | "group" }; data: null };
  };
  "/cluster/sdn/vnets/{vnet}/firewall/rules/{pos}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"action" | "comment" | "dest" | "dport" | "enable" | "icmp-type" | "iface" | "ipversion" | "log" | "macro" | "pos" | "proto" | "source" | "sport" | "type"> };
    PUT: { params: { "action"?: string | undefined; "comment"?: string | undefined; "delete"?: string | undefined; "dest"?: string | undefined; "digest"?: string | undefined; "dport"?: string | undefined; "enable"?: number | undefined; "icmp-type"?: string | undefined; "iface"?: string | undefined; "log"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macro"?: string | undefined; "moveto"?: number | undefined; "proto"?: string | undefined; "source"?: string | undefined; "sport"?: string | undefined; "type"?: "in" | "out" | "forward" | "group" | undefined }; data: null };
  };
  "/cluster/sdn/vnets/{vnet}/ips": {
    DELETE: { params: { "ip": string; "mac"?: string | undefined; "zone": string }; data: null };
    POST: { params: { "ip": string; "mac"?: string | undefined; "zone": string }; data: null };
    PUT: { params: { "ip": string; "mac"?: string | undefined; "vmid"?: number | undefined; "zone": string }; data: null };
  };
  "/cluster/sdn/vnets/{vnet}/subnets": {
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined }; data: List<string> };
    POST: { params: { "dhcp-dns-server"?: string | undefined; "dhcp-range"?: readonly (string)[] | undefined; "dnszoneprefix"?: string | undefined; "gateway"?: string | undefined; "lock-token"?: string | undefined; "snat"?: Flag | undefined; "subnet": string; "type": "subnet" }; data: null };
  };
  "/cluster/sdn/vnets/{vnet}/subnets/{subnet}": {
    DELETE: { params: { "lock-token"?: string | undefined }; data: null };
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined }; data: Item<string> };
    PUT: { params: { "delete"?: string | undefined; "dhcp-dns-server"?: string | undefined; "dhcp-range"?: readonly (string)[] | undefined; "digest"?: string | undefined; "dnszoneprefix"?: string | undefined; "gateway"?: string | undefined; "lock-token"?: string | undefined; "snat"?: Flag | undefined }; data: null };
  };
  "/cluster/sdn/zones": {
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined; "type"?: "evpn" | "faucet" | "qinq" | "simple" | "vlan" | "vxlan" | undefined }; data: List<"advertise-subnets" | "bridge" | "bridge-disable-mac-learning" | "controller" | "dhcp" | "digest" | "disable-arp-nd-suppression" | "dns" | "dnszone" | "exitnodes" | "exitnodes-local-routing" | "exitnodes-primary" | "ipam" | "mac" | "mtu" | "nodes" | "peers" | "pending" | "reversedns" | "rt-import" | "secondary-controllers" | "state" | "tag" | "type" | "vlan-protocol" | "vrf-vxlan" | "vxlan-port" | "zone"> };
    POST: { params: { "advertise-subnets"?: Flag | undefined; "bridge"?: string | undefined; "bridge-disable-mac-learning"?: Flag | undefined; "controller"?: string | undefined; "dhcp"?: "dnsmasq" | undefined; "disable-arp-nd-suppression"?: Flag | undefined; "dns"?: string | undefined; "dnszone"?: string | undefined; "dp-id"?: number | undefined; "exitnodes"?: string | undefined; "exitnodes-local-routing"?: Flag | undefined; "exitnodes-primary"?: string | undefined; "fabric"?: string | undefined; "ipam"?: string | undefined; "lock-token"?: string | undefined; "mac"?: string | undefined; "mtu"?: number | undefined; "nodes"?: string | undefined; "peers"?: string | undefined; "reversedns"?: string | undefined; "rt-import"?: string | undefined; "secondary-controllers"?: readonly (string)[] | undefined; "tag"?: number | undefined; "type": "evpn" | "faucet" | "qinq" | "simple" | "vlan" | "vxlan"; "vlan-protocol"?: "802.1q" | "802.1ad" | undefined; "vrf-vxlan"?: number | undefined; "vxlan-port"?: number | undefined; "zone": string }; data: null };
  };
  "/cluster/sdn/zones/{zone}": {
    DELETE: { params: { "lock-token"?: string | undefined }; data: null };
    GET: { params: { "pending"?: Flag | undefined; "running"?: Flag | undefined }; data: unknown };
    PUT: { params: { "advertise-subnets"?: Flag | undefined; "bridge"?: string | undefined; "bridge-disable-mac-learning"?: Flag | undefined; "controller"?: string | undefined; "delete"?: string | undefined; "dhcp"?: "dnsmasq" | undefined; "digest"?: string | undefined; "disable-arp-nd-suppression"?: Flag | undefined; "dns"?: string | undefined; "dnszone"?: string | undefined; "dp-id"?: number | undefined; "exitnodes"?: string | undefined; "exitnodes-local-routing"?: Flag | undefined; "exitnodes-primary"?: string | undefined; "fabric"?: string | undefined; "ipam"?: string | undefined; "lock-token"?: string | undefined; "mac"?: string | undefined; "mtu"?: number | undefined; "nodes"?: string | undefined; "peers"?: string | undefined; "reversedns"?: string | undefined; "rt-import"?: string | undefined; "secondary-controllers"?: readonly (string)[] | undefined; "tag"?: number | undefined; "vlan-protocol"?: "802.1q" | "802.1ad" | undefined; "vrf-vxlan"?: number | undefined; "vxlan-port"?: number | undefined }; data: null };
  };
  "/cluster/status": {
    GET: { params: {  }; data: List<"id" | "ip" | "level" | "local" | "name" | "nodeid" | "nodes" | "online" | "quorate" | "type" | "version"> };
  };
  "/cluster/tasks": {
    GET: { params: {  }; data: List<"endtime" | "id" | "node" | "starttime" | "status" | "tokenid" | "type" | "upid" | "user"> };
  };
  "/nodes": {
    GET: { params: {  }; data: List<"cpu" | "level" | "maxcpu" | "maxmem" | "mem" | "node" | "ssl_fingerprint" | "status" | "uptime"> };
  };
  "/nodes/{node}": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/aplinfo": {
    GET: { params: {  }; data: List<string> };
    POST: { params: { "storage": string; "template": string }; data: Data };
  };
  "/nodes/{node}/apt": {
    GET: { params: {  }; data: List<"id"> };
  };
  "/nodes/{node}/apt/changelog": {
    GET: { params: { "name": string; "version"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/apt/repositories": {
    GET: { params: {  }; data: Item<"digest" | "errors" | "files" | "infos" | "standard-repos"> };
    POST: { params: { "digest"?: string | undefined; "enabled"?: Flag | undefined; "index": number; "path": string }; data: null };
    PUT: { params: { "digest"?: string | undefined; "handle": string }; data: null };
  };
  "/nodes/{node}/apt/update": {
    GET: { params: {  }; data: List<"Arch" | "Description" | "NotifyStatus" | "OldVersion" | "Origin" | "Package" | "Priority" | "Section" | "Title" | "Version"> };
    POST: { params: { "notify"?: Flag | undefined; "quiet"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/apt/versions": {
    GET: { params: {  }; data: List<"Arch" | "CurrentState" | "Description" | "ManagerVersion" | "NotifyStatus" | "OldVersion" | "Origin" | "Package" | "Priority" | "RunningKernel" | "Section" | "Title" | "Version"> };
  };
  "/nodes/{node}/capabilities": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/capabilities/qemu": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/capabilities/qemu/cpu": {
    GET: { params: { "arch"?: "x86_64" | "aarch64" | undefined }; data: List<"abstract" | "custom" | "name" | "vendor"> };
  };
  "/nodes/{node}/capabilities/qemu/cpu-flags": {
    GET: { params: { "accel"?: "kvm" | "tcg" | undefined; "arch"?: "x86_64" | "aarch64" | undefined }; data: List<"description" | "name" | "supported-on"> };
  };
  "/nodes/{node}/capabilities/qemu/machines": {
    GET: { params: { "arch"?: "x86_64" | "aarch64" | undefined }; data: List<"changes" | "id" | "type" | "version"> };
  };
  "/nodes/{node}/capabilities/qemu/migration": {
    GET: { params: {  }; data: Item<"has-dbus-vmstate"> };
  };
  "/nodes/{node}/ceph": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/ceph/cfg": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/ceph/cfg/db": {
    GET: { params: {  }; data: List<"can_update_at_runtime" | "level" | "mask" | "name" | "section" | "value"> };
  };
  "/nodes/{node}/ceph/cfg/raw": {
    GET: { params: {  }; data: Data };
  };
  "/nodes/{node}/ceph/cfg/value": {
    GET: { params: { "config-keys": string }; data: Item<string> };
  };
  "/nodes/{node}/ceph/cmd-safety": {
    GET: { params: { "action": "stop" | "destroy"; "id": string; "service": "osd" | "mon" | "mds" }; data: Item<"safe" | "status"> };
  };
  "/nodes/{node}/ceph/crush": {
    GET: { params: {  }; data: Data };
  };
  "/nodes/{node}/ceph/fs": {
    GET: { params: {  }; data: List<"data_pool" | "data_pool_ids" | "data_pools" | "metadata_pool" | "metadata_pool_id" | "name"> };
  };
  "/nodes/{node}/ceph/fs/{name}": {
    DELETE: { params: { "remove-pools"?: Flag | undefined; "remove-storages"?: Flag | undefined }; data: Data };
    POST: { params: { "add-storage"?: Flag | undefined; "pg_num"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/ceph/init": {
    POST: { params: { "cluster-network"?: string | undefined; "disable_cephx"?: Flag | undefined; "min_size"?: number | undefined; "network"?: string | undefined; "pg_bits"?: number | undefined; "size"?: number | undefined }; data: null };
  };
  "/nodes/{node}/ceph/log": {
    GET: { params: { "limit"?: number | undefined; "start"?: number | undefined }; data: List<"n" | "t"> };
  };
  "/nodes/{node}/ceph/mds": {
    GET: { params: {  }; data: List<"addr" | "ceph_version" | "ceph_version_short" | "direxists" | "fs_name" | "host" | "name" | "rank" | "service" | "standby_replay" | "state"> };
  };
  "/nodes/{node}/ceph/mds/{name}": {
    DELETE: { params: {  }; data: Data };
    POST: { params: { "hotstandby"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/ceph/mgr": {
    GET: { params: {  }; data: List<"addr" | "ceph_version" | "ceph_version_short" | "direxists" | "host" | "name" | "service" | "state"> };
  };
  "/nodes/{node}/ceph/mgr/{id}": {
    DELETE: { params: {  }; data: Data };
    POST: { params: {  }; data: Data };
  };
  "/nodes/{node}/ceph/mon": {
    GET: { params: {  }; data: List<"addr" | "ceph_version" | "ceph_version_short" | "direxists" | "host" | "name" | "quorum" | "rank" | "service" | "state"> };
  };
  "/nodes/{node}/ceph/mon/{monid}": {
    DELETE: { params: {  }; data: Data };
    POST: { params: { "mon-address"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/ceph/osd": {
    GET: { params: {  }; data: Item<"flags" | "root"> };
    POST: { params: { "crush-device-class"?: string | undefined; "db_dev"?: string | undefined; "db_dev_size"?: number | undefined; "dev": string; "encrypted"?: Flag | undefined; "osds-per-device"?: number | undefined; "wal_dev"?: string | undefined; "wal_dev_size"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/ceph/osd/{osdid}": {
    DELETE: { params: { "cleanup"?: Flag | undefined }; data: Data };
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/ceph/osd/{osdid}/in": {
    POST: { params: {  }; data: null };
  };
  "/nodes/{node}/ceph/osd/{osdid}/lv-info": {
    GET: { params: { "type"?: "block" | "db" | "wal" | undefined }; data: Item<"creation_time" | "lv_name" | "lv_path" | "lv_size" | "lv_uuid" | "vg_name"> };
  };
  "/nodes/{node}/ceph/osd/{osdid}/metadata": {
    GET: { params: {  }; data: Item<"devices" | "osd"> };
  };
  "/nodes/{node}/ceph/osd/{osdid}/out": {
    POST: { params: {  }; data: null };
  };
  "/nodes/{node}/ceph/osd/{osdid}/scrub": {
    POST: { params: { "deep"?: Flag | undefined }; data: null };
  };
  "/nodes/{node}/ceph/pool": {
    GET: { params: {  }; data: List<"application_metadata" | "autoscale_status" | "bytes_used" | "crush_rule" | "crush_rule_name" | "min_size" | "percent_used" | "pg_autoscale_mode" | "pg_num" | "pg_num_final" | "pg_num_min" | "pool" | "pool_name" | "size" | "target_size" | "target_size_ratio" | "type"> };
    POST: { params: { "add_storages"?: Flag | undefined; "application"?: "rbd" | "cephfs" | "rgw" | undefined; "crush_rule"?: string | undefined; "erasure-coding"?: string | undefined; "min_size"?: number | undefined; "name": string; "pg_autoscale_mode"?: "on" | "off" | "warn" | undefined; "pg_num"?: number | undefined; "pg_num_min"?: number | undefined; "size"?: number | undefined; "target_size"?: string | undefined; "target_size_ratio"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/ceph/pool/{name}": {
    DELETE: { params: { "force"?: Flag | undefined; "remove_ecprofile"?: Flag | undefined; "remove_storages"?: Flag | undefined }; data: Data };
    GET: { params: {  }; data: List<string> };
    PUT: { params: { "application"?: "rbd" | "cephfs" | "rgw" | undefined; "crush_rule"?: string | undefined; "min_size"?: number | undefined; "pg_autoscale_mode"?: "on" | "off" | "warn" | undefined; "pg_num"?: number | undefined; "pg_num_min"?: number | undefined; "size"?: number | undefined; "target_size"?: string | undefined; "target_size_ratio"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/ceph/pool/{name}/status": {
    GET: { params: { "verbose"?: Flag | undefined }; data: Item<"application" | "application_list" | "autoscale_status" | "crush_rule" | "fast_read" | "hashpspool" | "id" | "min_size" | "name" | "nodeep-scrub" | "nodelete" | "nopgchange" | "noscrub" | "nosizechange" | "pg_autoscale_mode" | "pg_num" | "pg_num_min" | "pgp_num" | "size" | "statistics" | "target_size" | "target_size_ratio" | "use_gmt_hitset" | "write_fadvise_dontneed"> };
  };
  "/nodes/{node}/ceph/restart": {
    POST: { params: { "service"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/ceph/rules": {
    GET: { params: {  }; data: List<"name"> };
  };
  "/nodes/{node}/ceph/start": {
    POST: { params: { "service"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/ceph/status": {
    GET: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/ceph/stop": {
    POST: { params: { "service"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/certificates": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/certificates/acme": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/certificates/acme/certificate": {
    DELETE: { params: {  }; data: Data };
    POST: { params: { "force"?: Flag | undefined }; data: Data };
    PUT: { params: { "force"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/certificates/custom": {
    DELETE: { params: { "restart"?: Flag | undefined }; data: null };
    POST: { params: { "certificates": string; "force"?: Flag | undefined; "key"?: string | undefined; "restart"?: Flag | undefined }; data: Item<"filename" | "fingerprint" | "issuer" | "notafter" | "notbefore" | "pem" | "public-key-bits" | "public-key-type" | "san" | "subject"> };
  };
  "/nodes/{node}/certificates/info": {
    GET: { params: {  }; data: List<"filename" | "fingerprint" | "issuer" | "notafter" | "notbefore" | "pem" | "public-key-bits" | "public-key-type" | "san" | "subject"> };
  };
  "/nodes/{node}/config": {
    GET: { params: { "property"?: "acme" | "acmedomain0" | "acmedomain1" | "acmedomain2" | "acmedomain3" | "acmedomain4" | "acmedomain5" | "ballooning-target" | "description" | "location" | "startall-onboot-delay" | "wakeonlan" | undefined }; data: Item<"acme" | "ballooning-target" | "description" | "digest" | "location" | "startall-onboot-delay" | "wakeonlan" | `acmedomain${number}`> };
    PUT: { params: { "acme"?: string | undefined; [key: `acmedomain${number}`]: string | undefined; "ballooning-target"?: number | undefined; "delete"?: string | undefined; "description"?: string | undefined; "digest"?: string | undefined; "location"?: string | undefined; "startall-onboot-delay"?: number | undefined; "wakeonlan"?: string | undefined }; data: null };
  };
  "/nodes/{node}/disks": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/disks/directory": {
    GET: { params: {  }; data: List<"device" | "options" | "path" | "type" | "unitfile"> };
    POST: { params: { "add_storage"?: Flag | undefined; "device": string; "filesystem"?: "ext4" | "xfs" | undefined; "name": string }; data: Data };
  };
  "/nodes/{node}/disks/directory/{name}": {
    DELETE: { params: { "cleanup-config"?: Flag | undefined; "cleanup-disks"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/disks/initgpt": {
    POST: { params: { "disk": string; "uuid"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/disks/list": {
    GET: { params: { "include-partitions"?: Flag | undefined; "skipsmart"?: Flag | undefined; "type"?: "unused" | "journal_disks" | undefined }; data: List<"devpath" | "gpt" | "health" | "model" | "mounted" | "osdid" | "osdid-list" | "parent" | "serial" | "size" | "type" | "used" | "vendor" | "wearout" | "wwn"> };
  };
  "/nodes/{node}/disks/lvm": {
    GET: { params: {  }; data: Item<"children" | "leaf"> };
    POST: { params: { "add_storage"?: Flag | undefined; "device": string; "name": string }; data: Data };
  };
  "/nodes/{node}/disks/lvm/{name}": {
    DELETE: { params: { "cleanup-config"?: Flag | undefined; "cleanup-disks"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/disks/lvmthin": {
    GET: { params: {  }; data: List<"lv" | "lv_size" | "metadata_size" | "metadata_used" | "used" | "vg"> };
    POST: { params: { "add_storage"?: Flag | undefined; "device": string; "name": string }; data: Data };
  };
  "/nodes/{node}/disks/lvmthin/{name}": {
    DELETE: { params: { "cleanup-config"?: Flag | undefined; "cleanup-disks"?: Flag | undefined; "volume-group": string }; data: Data };
  };
  "/nodes/{node}/disks/smart": {
    GET: { params: { "disk": string; "healthonly"?: Flag | undefined }; data: Item<"attributes" | "health" | "text" | "type"> };
  };
  "/nodes/{node}/disks/wipedisk": {
    PUT: { params: { "disk": string }; data: Data };
  };
  "/nodes/{node}/disks/zfs": {
    GET: { params: {  }; data: List<"alloc" | "dedup" | "frag" | "free" | "health" | "name" | "size"> };
    POST: { params: { "add_storage"?: Flag | undefined; "ashift"?: number | undefined; "compression"?: "on" | "off" | "gzip" | "lz4" | "lzjb" | "zle" | "zstd" | undefined; "devices": string; "draid-config"?: string | undefined; "name": string; "raidlevel": "single" | "mirror" | "raid10" | "raidz" | "raidz2" | "raidz3" | "draid" | "draid2" | "draid3" }; data: Data };
  };
  "/nodes/{node}/disks/zfs/{name}": {
    DELETE: { params: { "cleanup-config"?: Flag | undefined; "cleanup-disks"?: Flag | undefined }; data: Data };
    GET: { params: {  }; data: Item<"action" | "children" | "errors" | "name" | "scan" | "state" | "status"> };
  };
  "/nodes/{node}/dns": {
    GET: { params: {  }; data: Item<"dns1" | "dns2" | "dns3" | "search"> };
    PUT: { params: { "dns1"?: string | undefined; "dns2"?: string | undefined; "dns3"?: string | undefined; "search": string }; data: null };
  };
  "/nodes/{node}/execute": {
    POST: { params: { "commands": string }; data: List<string> };
  };
  "/nodes/{node}/firewall": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/firewall/log": {
    GET: { params: { "limit"?: number | undefined; "since"?: number | undefined; "start"?: number | undefined; "until"?: number | undefined }; data: List<"n" | "t"> };
  };
  "/nodes/{node}/firewall/options": {
    GET: { params: {  }; data: Item<"enable" | "log_level_forward" | "log_level_in" | "log_level_out" | "log_nf_conntrack" | "ndp" | "nf_conntrack_allow_invalid" | "nf_conntrack_helpers" | "nf_conntrack_max" | "nf_conntrack_tcp_timeout_established" | "nf_conntrack_tcp_timeout_syn_recv" | "nftables" | "nosmurfs" | "protection_synflood" | "protection_synflood_burst" | "protection_synflood_rate" | "smurf_log_level" | "tcp_flags_log_level" | "tcpflags"> };
    PUT: { params: { "delete"?: string | undefined; "digest"?: string | undefined; "enable"?: Flag | undefined; "log_level_forward"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "log_level_in"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "log_level_out"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "log_nf_conntrack"?: Flag | undefined; "ndp"?: Flag | undefined; "nf_conntrack_allow_invalid"?: Flag | undefined; "nf_conntrack_helpers"?: string | undefined; "nf_conntrack_max"?: number | undefined; "nf_conntrack_tcp_timeout_established"?: number | undefined; "nf_conntrack_tcp_timeout_syn_recv"?: number | undefined; "nftables"?: Flag | undefined; "nosmurfs"?: Flag | undefined; "protection_synflood"?: Flag | undefined; "protection_synflood_burst"?: number | undefined; "protection_synflood_rate"?: number | undefined; "smurf_log_level"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "tcp_flags_log_level"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "tcpflags"?: Flag | undefined }; data: null };
  };
  "/nodes/{node}/firewall/rules": {
    GET: { params: {  }; data: List<"action" | "comment" | "dest" | "dport" | "enable" | "icmp-type" | "iface" | "ipversion" | "log" | "macro" | "pos" | "proto" | "source" | "sport" | "type"> };
    POST: { params: { "action": string; "comment"?: string | undefined; "dest"?: string | undefined; "digest"?: string | undefined; "dport"?: string | undefined; "enable"?: number | undefined; "icmp-type"?: string | undefined; "iface"?: string | undefined; "log"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macro"?: string | undefined; "pos"?: number | undefined; "proto"?: string | undefined; "source"?: string | undefined; "sport"?: string | undefined; "type": "in" | "out" | "forward" | "group" }; data: null };
  };
  "/nodes/{node}/firewall/rules/{pos}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"action" | "comment" | "dest" | "dport" | "enable" | "icmp-type" | "iface" | "ipversion" | "log" | "macro" | "pos" | "proto" | "source" | "sport" | "type"> };
    PUT: { params: { "action"?: string | undefined; "comment"?: string | undefined; "delete"?: string | undefined; "dest"?: string | undefined; "digest"?: string | undefined; "dport"?: string | undefined; "enable"?: number | undefined; "icmp-type"?: string | undefined; "iface"?: string | undefined; "log"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macro"?: string | undefined; "moveto"?: number | undefined; "proto"?: string | undefined; "source"?: string | undefined; "sport"?: string | undefined; "type"?: "in" | "out" | "forward" | "group" | undefined }; data: null };
  };
  "/nodes/{node}/hardware": {
    GET: { params: {  }; data: List<"type"> };
  };
  "/nodes/{node}/hardware/pci": {
    GET: { params: { "pci-class-blacklist"?: string | undefined; "verbose"?: Flag | undefined }; data: List<"class" | "device" | "device_name" | "id" | "iommugroup" | "mdev" | "subsystem_device" | "subsystem_device_name" | "subsystem_vendor" | "subsystem_vendor_name" | "vendor" | "vendor_name"> };
  };
  "/nodes/{node}/hardware/pci/{pci-id-or-mapping}": {
    GET: { params: {  }; data: List<"method"> };
  };
  "/nodes/{node}/hardware/pci/{pci-id-or-mapping}/mdev": {
    GET: { params: {  }; data: List<"available" | "description" | "name" | "type"> };
  };
  "/nodes/{node}/hardware/usb": {
    GET: { params: {  }; data: List<"busnum" | "class" | "devnum" | "level" | "manufacturer" | "port" | "prodid" | "product" | "serial" | "speed" | "usbpath" | "vendid"> };
  };
  "/nodes/{node}/hosts": {
    GET: { params: {  }; data: Item<"data" | "digest"> };
    POST: { params: { "data": string; "digest"?: string | undefined }; data: null };
  };
  "/nodes/{node}/journal": {
    GET: { params: { "endcursor"?: string | undefined; "lastentries"?: number | undefined; "since"?: number | undefined; "startcursor"?: string | undefined; "until"?: number | undefined }; data: List<string> };
  };
  "/nodes/{node}/lxc": {
    GET: { params: {  }; data: List<"cpu" | "cpus" | "disk" | "diskread" | "diskwrite" | "lock" | "maxdisk" | "maxmem" | "maxswap" | "mem" | "name" | "netin" | "netout" | "pressurecpusome" | "pressureiofull" | "pressureiosome" | "pressurememoryfull" | "pressurememorysome" | "status" | "tags" | "template" | "uptime" | "vmid"> };
    POST: { params: { "arch"?: "amd64" | "i386" | "arm64" | "armhf" | "riscv32" | "riscv64" | undefined; "bwlimit"?: number | undefined; "cmode"?: "shell" | "console" | "tty" | undefined; "console"?: Flag | undefined; "cores"?: number | undefined; "cpulimit"?: number | undefined; "cpuunits"?: number | undefined; "debug"?: Flag | undefined; "description"?: string | undefined; [key: `dev${number}`]: string | undefined; "entrypoint"?: string | undefined; "env"?: string | undefined; "features"?: string | undefined; "force"?: Flag | undefined; "ha-managed"?: Flag | undefined; "hookscript"?: string | undefined; "hostname"?: string | undefined; "ignore-unpack-errors"?: Flag | undefined; "lock"?: "backup" | "create" | "destroyed" | "disk" | "fstrim" | "migrate" | "mounted" | "rollback" | "snapshot" | "snapshot-delete" | undefined; "memory"?: number | undefined; [key: `mp${number}`]: string | undefined; "nameserver"?: string | undefined; [key: `net${number}`]: string | undefined; "onboot"?: Flag | undefined; "ostemplate": string; "ostype"?: "debian" | "devuan" | "ubuntu" | "centos" | "fedora" | "opensuse" | "archlinux" | "alpine" | "gentoo" | "nixos" | "unmanaged" | undefined; "password"?: string | undefined; "pool"?: string | undefined; "protection"?: Flag | undefined; "restore"?: Flag | undefined; "rootfs"?: string | undefined; "searchdomain"?: string | undefined; "ssh-public-keys"?: string | undefined; "start"?: Flag | undefined; "startup"?: string | undefined; "storage"?: string | undefined; "swap"?: number | undefined; "tags"?: string | undefined; "template"?: Flag | undefined; "timezone"?: string | undefined; "tty"?: number | undefined; "unique"?: Flag | undefined; "unprivileged"?: Flag | undefined; [key: `unused${number}`]: string | undefined; "vmid": number }; data: Data };
  };
  "/nodes/{node}/lxc/{vmid}": {
    DELETE: { params: { "destroy-unreferenced-disks"?: Flag | undefined; "force"?: Flag | undefined; "purge"?: Flag | undefined }; data: Data };
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/lxc/{vmid}/clone": {
    POST: { params: { "bwlimit"?: number | undefined; "description"?: string | undefined; "full"?: Flag | undefined; "hostname"?: string | undefined; "newid": number; "pool"?: string | undefined; "snapname"?: string | undefined; "storage"?: string | undefined; "target"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/lxc/{vmid}/config": {
    GET: { params: { "current"?: Flag | undefined; "snapshot"?: string | undefined }; data: Item<"arch" | "cmode" | "console" | "cores" | "cpulimit" | "cpuunits" | "debug" | "description" | "digest" | "entrypoint" | "env" | "features" | "hookscript" | "hostname" | "lock" | "lxc" | "memory" | "nameserver" | "onboot" | "ostype" | "protection" | "rootfs" | "searchdomain" | "startup" | "swap" | "tags" | "template" | "timezone" | "tty" | "unprivileged" | `dev${number}` | `mp${number}` | `net${number}` | `unused${number}`> };
    PUT: { params: { "arch"?: "amd64" | "i386" | "arm64" | "armhf" | "riscv32" | "riscv64" | undefined; "cmode"?: "shell" | "console" | "tty" | undefined; "console"?: Flag | undefined; "cores"?: number | undefined; "cpulimit"?: number | undefined; "cpuunits"?: number | undefined; "debug"?: Flag | undefined; "delete"?: string | undefined; "description"?: string | undefined; [key: `dev${number}`]: string | undefined; "digest"?: string | undefined; "entrypoint"?: string | undefined; "env"?: string | undefined; "features"?: string | undefined; "hookscript"?: string | undefined; "hostname"?: string | undefined; "lock"?: "backup" | "create" | "destroyed" | "disk" | "fstrim" | "migrate" | "mounted" | "rollback" | "snapshot" | "snapshot-delete" | undefined; "memory"?: number | undefined; [key: `mp${number}`]: string | undefined; "nameserver"?: string | undefined; [key: `net${number}`]: string | undefined; "onboot"?: Flag | undefined; "ostype"?: "debian" | "devuan" | "ubuntu" | "centos" | "fedora" | "opensuse" | "archlinux" | "alpine" | "gentoo" | "nixos" | "unmanaged" | undefined; "protection"?: Flag | undefined; "revert"?: string | undefined; "rootfs"?: string | undefined; "searchdomain"?: string | undefined; "startup"?: string | undefined; "swap"?: number | undefined; "tags"?: string | undefined; "template"?: Flag | undefined; "timezone"?: string | undefined; "tty"?: number | undefined; "unprivileged"?: Flag | undefined; [key: `unused${number}`]: string | undefined }; data: null };
  };
  "/nodes/{node}/lxc/{vmid}/feature": {
    GET: { params: { "feature": "snapshot" | "clone" | "copy"; "snapname"?: string | undefined }; data: Item<"hasFeature"> };
  };
  "/nodes/{node}/lxc/{vmid}/firewall": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/lxc/{vmid}/firewall/aliases": {
    GET: { params: {  }; data: List<"cidr" | "comment" | "digest" | "name"> };
    POST: { params: { "cidr": string; "comment"?: string | undefined; "name": string }; data: null };
  };
  "/nodes/{node}/lxc/{vmid}/firewall/aliases/{name}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "cidr": string; "comment"?: string | undefined; "digest"?: string | undefined; "rename"?: string | undefined }; data: null };
  };
  "/nodes/{node}/lxc/{vmid}/firewall/ipset": {
    GET: { params: {  }; data: List<"comment" | "digest" | "name"> };
    POST: { params: { "comment"?: string | undefined; "digest"?: string | undefined; "name": string; "rename"?: string | undefined }; data: null };
  };
  "/nodes/{node}/lxc/{vmid}/firewall/ipset/{name}": {
    DELETE: { params: { "force"?: Flag | undefined }; data: null };
    GET: { params: {  }; data: List<"cidr" | "comment" | "digest" | "nomatch"> };
    POST: { params: { "cidr": string; "comment"?: string | undefined; "nomatch"?: Flag | undefined }; data: null };
  };
  "/nodes/{node}/lxc/{vmid}/firewall/ipset/{name}/{cidr}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "comment"?: string | undefined; "digest"?: string | undefined; "nomatch"?: Flag | undefined }; data: null };
  };
  "/nodes/{node}/lxc/{vmid}/firewall/log": {
    GET: { params: { "limit"?: number | undefined; "since"?: number | undefined; "start"?: number | undefined; "until"?: number | undefined }; data: List<"n" | "t"> };
  };
  "/nodes/{node}/lxc/{vmid}/firewall/options": {
    GET: { params: {  }; data: Item<"dhcp" | "enable" | "ipfilter" | "log_level_in" | "log_level_out" | "macfilter" | "ndp" | "policy_in" | "policy_out" | "radv"> };
    PUT: { params: { "delete"?: string | undefined; "dhcp"?: Flag | undefined; "digest"?: string | undefined; "enable"?: Flag | undefined; "ipfilter"?: Flag | undefined; "log_level_in"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "log_level_out"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macfilter"?: Flag | undefined; "ndp"?: Flag | undefined; "policy_in"?: "ACCEPT" | "REJECT" | "DROP" | undefined; "policy_out"?: "ACCEPT" | "REJECT" | "DROP" | undefined; "radv"?: Flag | undefined }; data: null };
  };
  "/nodes/{node}/lxc/{vmid}/firewall/refs": {
    GET: { params: { "type"?: "alias" | "ipset" | undefined }; data: List<"comment" | "name" | "ref" | "scope" | "type"> };
  };
  "/nodes/{node}/lxc/{vmid}/firewall/rules": {
    GET: { params: {  }; data: List<"action" | "comment" | "dest" | "dport" | "enable" | "icmp-type" | "iface" | "ipversion" | "log" | "macro" | "pos" | "proto" | "source" | "sport" | "type"> };
    POST: { params: { "action": string; "comment"?: string | undefined; "dest"?: string | undefined; "digest"?: string | undefined; "dport"?: string | undefined; "enable"?: number | undefined; "icmp-type"?: string | undefined; "iface"?: string | undefined; "log"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macro"?: string | undefined; "pos"?: number | undefined; "proto"?: string | undefined; "source"?: string | undefined; "sport"?: string | undefined; "type": "in" | "out" | "forward" | "group" }; data: null };
  };
  "/nodes/{node}/lxc/{vmid}/firewall/rules/{pos}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"action" | "comment" | "dest" | "dport" | "enable" | "icmp-type" | "iface" | "ipversion" | "log" | "macro" | "pos" | "proto" | "source" | "sport" | "type"> };
    PUT: { params: { "action"?: string | undefined; "comment"?: string | undefined; "delete"?: string | undefined; "dest"?: string | undefined; "digest"?: string | undefined; "dport"?: string | undefined; "enable"?: number | undefined; "icmp-type"?: string | undefined; "iface"?: string | undefined; "log"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macro"?: string | undefined; "moveto"?: number | undefined; "proto"?: string | undefined; "source"?: string | undefined; "sport"?: string | undefined; "type"?: "in" | "out" | "forward" | "group" | undefined }; data: null };
  };
  "/nodes/{node}/lxc/{vmid}/interfaces": {
    GET: { params: {  }; data: List<"hardware-address" | "hwaddr" | "inet" | "inet6" | "ip-addresses" | "name"> };
  };
  "/nodes/{node}/lxc/{vmid}/migrate": {
    GET: { params: { "target"?: string | undefined }; data: Item<"allowed-nodes" | "dependent-ha-resources" | "not-allowed-nodes" | "running"> };
    POST: { params: { "bwlimit"?: number | undefined; "online"?: Flag | undefined; "restart"?: Flag | undefined; "target": string; "target-storage"?: string | undefined; "timeout"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/lxc/{vmid}/move_volume": {
    POST: { params: { "bwlimit"?: number | undefined; "delete"?: Flag | undefined; "digest"?: string | undefined; "storage"?: string | undefined; "target-digest"?: string | undefined; "target-vmid"?: number | undefined; "target-volume"?: "rootfs" | "mp0" | "mp1" | "mp2" | "mp3" | "mp4" | "mp5" | "mp6" | "mp7" | "mp8" | "mp9" | "mp10" | "mp11" | "mp12" | "mp13" | "mp14" | "mp15" | "mp16" | "mp17" | "mp18" | "mp19" | "mp20" | "mp21" | "mp22" | "mp23" | "mp24" | "mp25" | "mp26" | "mp27" | "mp28" | "mp29" | "mp30" | "mp31" | "mp32" | "mp33" | "mp34" | "mp35" | "mp36" | "mp37" | "mp38" | "mp39" | "mp40" | "mp41" | "mp42" | "mp43" | "mp44" | "mp45" | "mp46" | "mp47" | "mp48" | "mp49" | "mp50" | "mp51" | "mp52" | "mp53" | "mp54" | "mp55" | "mp56" | "mp57" | "mp58" | "mp59" | "mp60" | "mp61" | "mp62" | "mp63" | "mp64" | "mp65" | "mp66" | "mp67" | "mp68" | "mp69" | "mp70" | "mp71" | "mp72" | "mp73" | "mp74" | "mp75" | "mp76" | "mp77" | "mp78" | "mp79" | "mp80" | "mp81" | "mp82" | "mp83" | "mp84" | "mp85" | "mp86" | "mp87" | "mp88" | "mp89" | "mp90" | "mp91" | "mp92" | "mp93" | "mp94" | "mp95" | "mp96" | "mp97" | "mp98" | "mp99" | "mp100" | "mp101" | "mp102" | "mp103" | "mp104" | "mp105" | "mp106" | "mp107" | "mp108" | "mp109" | "mp110" | "mp111" | "mp112" | "mp113" | "mp114" | "mp115" | "mp116" | "mp117" | "mp118" | "mp119" | "mp120" | "mp121" | "mp122" | "mp123" | "mp124" | "mp125" | "mp126" | "mp127" | "mp128" | "mp129" | "mp130" | "mp131" | "mp132" | "mp133" | "mp134" | "mp135" | "mp136" | "mp137" | "mp138" | "mp139" | "mp140" | "mp141" | "mp142" | "mp143" | "mp144" | "mp145" | "mp146" | "mp147" | "mp148" | "mp149" | "mp150" | "mp151" | "mp152" | "mp153" | "mp154" | "mp155" | "mp156" | "mp157" | "mp158" | "mp159" | "mp160" | "mp161" | "mp162" | "mp163" | "mp164" | "mp165" | "mp166" | "mp167" | "mp168" | "mp169" | "mp170" | "mp171" | "mp172" | "mp173" | "mp174" | "mp175" | "mp176" | "mp177" | "mp178" | "mp179" | "mp180" | "mp181" | "mp182" | "mp183" | "mp184" | "mp185" | "mp186" | "mp187" | "mp188" | "mp189" | "mp190" | "mp191" | "mp192" | "mp193" | "mp194" | "mp195" | "mp196" | "mp197" | "mp198" | "mp199" | "mp200" | "mp201" | "mp202" | "mp203" | "mp204" | "mp205" | "mp206" | "mp207" | "mp208" | "mp209" | "mp210" | "mp211" | "mp212" | "mp213" | "mp214" | "mp215" | "mp216" | "mp217" | "mp218" | "mp219" | "mp220" | "mp221" | "mp222" | "mp223" | "mp224" | "mp225" | "mp226" | "mp227" | "mp228" | "mp229" | "mp230" | "mp231" | "mp232" | "mp233" | "mp234" | "mp235" | "mp236" | "mp237" | "mp238" | "mp239" | "mp240" | "mp241" | "mp242" | "mp243" | "mp244" | "mp245" | "mp246" | "mp247" | "mp248" | "mp249" | "mp250" | "mp251" | "mp252" | "mp253" | "mp254" | "mp255" | "unused0" | "unused1" | "unused2" | "unused3" | "unused4" | "unused5" | "unused6" | "unused7" | "unused8" | "unused9" | "unused10" | "unused11" | "unused12" | "unused13" | "unused14" | "unused15" | "unused16" | "unused17" | "unused18" | "unused19" | "unused20" | "unused21" | "unused22" | "unused23" | "unused24" | "unused25" | "unused26" | "unused27" | "unused28" | "unused29" | "unused30" | "unused31" | "unused32" | "unused33" | "unused34" | "unused35" | "unused36" | "unused37" | "unused38" | "unused39" | "unused40" | "unused41" | "unused42" | "unused43" | "unused44" | "unused45" | "unused46" | "unused47" | "unused48" | "unused49" | "unused50" | "unused51" | "unused52" | "unused53" | "unused54" | "unused55" | "unused56" | "unused57" | "unused58" | "unused59" | "unused60" | "unused61" | "unused62" | "unused63" | "unused64" | "unused65" | "unused66" | "unused67" | "unused68" | "unused69" | "unused70" | "unused71" | "unused72" | "unused73" | "unused74" | "unused75" | "unused76" | "unused77" | "unused78" | "unused79" | "unused80" | "unused81" | "unused82" | "unused83" | "unused84" | "unused85" | "unused86" | "unused87" | "unused88" | "unused89" | "unused90" | "unused91" | "unused92" | "unused93" | "unused94" | "unused95" | "unused96" | "unused97" | "unused98" | "unused99" | "unused100" | "unused101" | "unused102" | "unused103" | "unused104" | "unused105" | "unused106" | "unused107" | "unused108" | "unused109" | "unused110" | "unused111" | "unused112" | "unused113" | "unused114" | "unused115" | "unused116" | "unused117" | "unused118" | "unused119" | "unused120" | "unused121" | "unused122" | "unused123" | "unused124" | "unused125" | "unused126" | "unused127" | "unused128" | "unused129" | "unused130" | "unused131" | "unused132" | "unused133" | "unused134" | "unused135" | "unused136" | "unused137" | "unused138" | "unused139" | "unused140" | "unused141" | "unused142" | "unused143" | "unused144" | "unused145" | "unused146" | "unused147" | "unused148" | "unused149" | "unused150" | "unused151" | "unused152" | "unused153" | "unused154" | "unused155" | "unused156" | "unused157" | "unused158" | "unused159" | "unused160" | "unused161" | "unused162" | "unused163" | "unused164" | "unused165" | "unused166" | "unused167" | "unused168" | "unused169" | "unused170" | "unused171" | "unused172" | "unused173" | "unused174" | "unused175" | "unused176" | "unused177" | "unused178" | "unused179" | "unused180" | "unused181" | "unused182" | "unused183" | "unused184" | "unused185" | "unused186" | "unused187" | "unused188" | "unused189" | "unused190" | "unused191" | "unused192" | "unused193" | "unused194" | "unused195" | "unused196" | "unused197" | "unused198" | "unused199" | "unused200" | "unused201" | "unused202" | "unused203" | "unused204" | "unused205" | "unused206" | "unused207" | "unused208" | "unused209" | "unused210" | "unused211" | "unused212" | "unused213" | "unused214" | "unused215" | "unused216" | "unused217" | "unused218" | "unused219" | "unused220" | "unused221" | "unused222" | "unused223" | "unused224" | "unused225" | "unused226" | "unused227" | "unused228" | "unused229" | "unused230" | "unused231" | "unused232" | "unused233" | "unused234" | "unused235" | "unused236" | "unused237" | "unused238" | "unused239" | "unused240" | "unused241" | "unused242" | "unused243" | "unused244" | "unused245" | "unused246" | "unused247" | "unused248" | "unused249" | "unused250" | "unused251" | "unused252" | "unused253" | "unused254" | "unused255" | undefined; "volume": "rootfs" | "mp0" | "mp1" | "mp2" | "mp3" | "mp4" | "mp5" | "mp6" | "mp7" | "mp8" | "mp9" | "mp10" | "mp11" | "mp12" | "mp13" | "mp14" | "mp15" | "mp16" | "mp17" | "mp18" | "mp19" | "mp20" | "mp21" | "mp22" | "mp23" | "mp24" | "mp25" | "mp26" | "mp27" | "mp28" | "mp29" | "mp30" | "mp31" | "mp32" | "mp33" | "mp34" | "mp35" | "mp36" | "mp37" | "mp38" | "mp39" | "mp40" | "mp41" | "mp42" | "mp43" | "mp44" | "mp45" | "mp46" | "mp47" | "mp48" | "mp49" | "mp50" | "mp51" | "mp52" | "mp53" | "mp54" | "mp55" | "mp56" | "mp57" | "mp58" | "mp59" | "mp60" | "mp61" | "mp62" | "mp63" | "mp64" | "mp65" | "mp66" | "mp67" | "mp68" | "mp69" | "mp70" | "mp71" | "mp72" | "mp73" | "mp74" | "mp75" | "mp76" | "mp77" | "mp78" | "mp79" | "mp80" | "mp81" | "mp82" | "mp83" | "mp84" | "mp85" | "mp86" | "mp87" | "mp88" | "mp89" | "mp90" | "mp91" | "mp92" | "mp93" | "mp94" | "mp95" | "mp96" | "mp97" | "mp98" | "mp99" | "mp100" | "mp101" | "mp102" | "mp103" | "mp104" | "mp105" | "mp106" | "mp107" | "mp108" | "mp109" | "mp110" | "mp111" | "mp112" | "mp113" | "mp114" | "mp115" | "mp116" | "mp117" | "mp118" | "mp119" | "mp120" | "mp121" | "mp122" | "mp123" | "mp124" | "mp125" | "mp126" | "mp127" | "mp128" | "mp129" | "mp130" | "mp131" | "mp132" | "mp133" | "mp134" | "mp135" | "mp136" | "mp137" | "mp138" | "mp139" | "mp140" | "mp141" | "mp142" | "mp143" | "mp144" | "mp145" | "mp146" | "mp147" | "mp148" | "mp149" | "mp150" | "mp151" | "mp152" | "mp153" | "mp154" | "mp155" | "mp156" | "mp157" | "mp158" | "mp159" | "mp160" | "mp161" | "mp162" | "mp163" | "mp164" | "mp165" | "mp166" | "mp167" | "mp168" | "mp169" | "mp170" | "mp171" | "mp172" | "mp173" | "mp174" | "mp175" | "mp176" | "mp177" | "mp178" | "mp179" | "mp180" | "mp181" | "mp182" | "mp183" | "mp184" | "mp185" | "mp186" | "mp187" | "mp188" | "mp189" | "mp190" | "mp191" | "mp192" | "mp193" | "mp194" | "mp195" | "mp196" | "mp197" | "mp198" | "mp199" | "mp200" | "mp201" | "mp202" | "mp203" | "mp204" | "mp205" | "mp206" | "mp207" | "mp208" | "mp209" | "mp210" | "mp211" | "mp212" | "mp213" | "mp214" | "mp215" | "mp216" | "mp217" | "mp218" | "mp219" | "mp220" | "mp221" | "mp222" | "mp223" | "mp224" | "mp225" | "mp226" | "mp227" | "mp228" | "mp229" | "mp230" | "mp231" | "mp232" | "mp233" | "mp234" | "mp235" | "mp236" | "mp237" | "mp238" | "mp239" | "mp240" | "mp241" | "mp242" | "mp243" | "mp244" | "mp245" | "mp246" | "mp247" | "mp248" | "mp249" | "mp250" | "mp251" | "mp252" | "mp253" | "mp254" | "mp255" | "unused0" | "unused1" | "unused2" | "unused3" | "unused4" | "unused5" | "unused6" | "unused7" | "unused8" | "unused9" | "unused10" | "unused11" | "unused12" | "unused13" | "unused14" | "unused15" | "unused16" | "unused17" | "unused18" | "unused19" | "unused20" | "unused21" | "unused22" | "unused23" | "unused24" | "unused25" | "unused26" | "unused27" | "unused28" | "unused29" | "unused30" | "unused31" | "unused32" | "unused33" | "unused34" | "unused35" | "unused36" | "unused37" | "unused38" | "unused39" | "unused40" | "unused41" | "unused42" | "unused43" | "unused44" | "unused45" | "unused46" | "unused47" | "unused48" | "unused49" | "unused50" | "unused51" | "unused52" | "unused53" | "unused54" | "unused55" | "unused56" | "unused57" | "unused58" | "unused59" | "unused60" | "unused61" | "unused62" | "unused63" | "unused64" | "unused65" | "unused66" | "unused67" | "unused68" | "unused69" | "unused70" | "unused71" | "unused72" | "unused73" | "unused74" | "unused75" | "unused76" | "unused77" | "unused78" | "unused79" | "unused80" | "unused81" | "unused82" | "unused83" | "unused84" | "unused85" | "unused86" | "unused87" | "unused88" | "unused89" | "unused90" | "unused91" | "unused92" | "unused93" | "unused94" | "unused95" | "unused96" | "unused97" | "unused98" | "unused99" | "unused100" | "unused101" | "unused102" | "unused103" | "unused104" | "unused105" | "unused106" | "unused107" | "unused108" | "unused109" | "unused110" | "unused111" | "unused112" | "unused113" | "unused114" | "unused115" | "unused116" | "unused117" | "unused118" | "unused119" | "unused120" | "unused121" | "unused122" | "unused123" | "unused124" | "unused125" | "unused126" | "unused127" | "unused128" | "unused129" | "unused130" | "unused131" | "unused132" | "unused133" | "unused134" | "unused135" | "unused136" | "unused137" | "unused138" | "unused139" | "unused140" | "unused141" | "unused142" | "unused143" | "unused144" | "unused145" | "unused146" | "unused147" | "unused148" | "unused149" | "unused150" | "unused151" | "unused152" | "unused153" | "unused154" | "unused155" | "unused156" | "unused157" | "unused158" | "unused159" | "unused160" | "unused161" | "unused162" | "unused163" | "unused164" | "unused165" | "unused166" | "unused167" | "unused168" | "unused169" | "unused170" | "unused171" | "unused172" | "unused173" | "unused174" | "unused175" | "unused176" | "unused177" | "unused178" | "unused179" | "unused180" | "unused181" | "unused182" | "unused183" | "unused184" | "unused185" | "unused186" | "unused187" | "unused188" | "unused189" | "unused190" | "unused191" | "unused192" | "unused193" | "unused194" | "unused195" | "unused196" | "unused197" | "unused198" | "unused199" | "unused200" | "unused201" | "unused202" | "unused203" | "unused204" | "unused205" | "unused206" | "unused207" | "unused208" | "unused209" | "unused210" | "unused211" | "unused212" | "unused213" | "unused214" | "unused215" | "unused216" | "unused217" | "unused218" | "unused219" | "unused220" | "unused221" | "unused222" | "unused223" | "unused224" | "unused225" | "unused226" | "unused227" | "unused228" | "unused229" | "unused230" | "unused231" | "unused232" | "unused233" | "unused234" | "unused235" | "unused236" | "unused237" | "unused238" | "unused239" | "unused240" | "unused241" | "unused242" | "unused243" | "unused244" | "unused245" | "unused246" | "unused247" | "unused248" | "unused249" | "unused250" | "unused251" | "unused252" | "unused253" | "unused254" | "unused255" }; data: Data };
  };
  "/nodes/{node}/lxc/{vmid}/mtunnel": {
    POST: { params: { "bridges"?: string | undefined; "storages"?: string | undefined }; data: unknown };
  };
  "/nodes/{node}/lxc/{vmid}/mtunnelwebsocket": {
    GET: { params: { "socket": string; "ticket": string }; data: Item<"port" | "socket"> };
  };
  "/nodes/{node}/lxc/{vmid}/pending": {
    GET: { params: {  }; data: List<"delete" | "key" | "pending" | "value"> };
  };
  "/nodes/{node}/lxc/{vmid}/remote_migrate": {
    POST: { params: { "bwlimit"?: number | undefined; "delete"?: Flag | undefined; "online"?: Flag | undefined; "restart"?: Flag | undefined; "target-bridge": string; "target-endpoint": string; "target-storage": string; "target-vmid"?: number | undefined; "timeout"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/lxc/{vmid}/resize": {
    PUT: { params: { "digest"?: string | undefined; "disk": "rootfs" | "mp0" | "mp1" | "mp2" | "mp3" | "mp4" | "mp5" | "mp6" | "mp7" | "mp8" | "mp9" | "mp10" | "mp11" | "mp12" | "mp13" | "mp14" | "mp15" | "mp16" | "mp17" | "mp18" | "mp19" | "mp20" | "mp21" | "mp22" | "mp23" | "mp24" | "mp25" | "mp26" | "mp27" | "mp28" | "mp29" | "mp30" | "mp31" | "mp32" | "mp33" | "mp34" | "mp35" | "mp36" | "mp37" | "mp38" | "mp39" | "mp40" | "mp41" | "mp42" | "mp43" | "mp44" | "mp45" | "mp46" | "mp47" | "mp48" | "mp49" | "mp50" | "mp51" | "mp52" | "mp53" | "mp54" | "mp55" | "mp56" | "mp57" | "mp58" | "mp59" | "mp60" | "mp61" | "mp62" | "mp63" | "mp64" | "mp65" | "mp66" | "mp67" | "mp68" | "mp69" | "mp70" | "mp71" | "mp72" | "mp73" | "mp74" | "mp75" | "mp76" | "mp77" | "mp78" | "mp79" | "mp80" | "mp81" | "mp82" | "mp83" | "mp84" | "mp85" | "mp86" | "mp87" | "mp88" | "mp89" | "mp90" | "mp91" | "mp92" | "mp93" | "mp94" | "mp95" | "mp96" | "mp97" | "mp98" | "mp99" | "mp100" | "mp101" | "mp102" | "mp103" | "mp104" | "mp105" | "mp106" | "mp107" | "mp108" | "mp109" | "mp110" | "mp111" | "mp112" | "mp113" | "mp114" | "mp115" | "mp116" | "mp117" | "mp118" | "mp119" | "mp120" | "mp121" | "mp122" | "mp123" | "mp124" | "mp125" | "mp126" | "mp127" | "mp128" | "mp129" | "mp130" | "mp131" | "mp132" | "mp133" | "mp134" | "mp135" | "mp136" | "mp137" | "mp138" | "mp139" | "mp140" | "mp141" | "mp142" | "mp143" | "mp144" | "mp145" | "mp146" | "mp147" | "mp148" | "mp149" | "mp150" | "mp151" | "mp152" | "mp153" | "mp154" | "mp155" | "mp156" | "mp157" | "mp158" | "mp159" | "mp160" | "mp161" | "mp162" | "mp163" | "mp164" | "mp165" | "mp166" | "mp167" | "mp168" | "mp169" | "mp170" | "mp171" | "mp172" | "mp173" | "mp174" | "mp175" | "mp176" | "mp177" | "mp178" | "mp179" | "mp180" | "mp181" | "mp182" | "mp183" | "mp184" | "mp185" | "mp186" | "mp187" | "mp188" | "mp189" | "mp190" | "mp191" | "mp192" | "mp193" | "mp194" | "mp195" | "mp196" | "mp197" | "mp198" | "mp199" | "mp200" | "mp201" | "mp202" | "mp203" | "mp204" | "mp205" | "mp206" | "mp207" | "mp208" | "mp209" | "mp210" | "mp211" | "mp212" | "mp213" | "mp214" | "mp215" | "mp216" | "mp217" | "mp218" | "mp219" | "mp220" | "mp221" | "mp222" | "mp223" | "mp224" | "mp225" | "mp226" | "mp227" | "mp228" | "mp229" | "mp230" | "mp231" | "mp232" | "mp233" | "mp234" | "mp235" | "mp236" | "mp237" | "mp238" | "mp239" | "mp240" | "mp241" | "mp242" | "mp243" | "mp244" | "mp245" | "mp246" | "mp247" | "mp248" | "mp249" | "mp250" | "mp251" | "mp252" | "mp253" | "mp254" | "mp255"; "size": string }; data: Data };
  };
  "/nodes/{node}/lxc/{vmid}/rrd": {
    GET: { params: { "cf"?: "AVERAGE" | "MAX" | undefined; "ds": string; "timeframe": "hour" | "day" | "week" | "month" | "year" }; data: Item<"filename"> };
  };
  "/nodes/{node}/lxc/{vmid}/rrddata": {
    GET: { params: { "cf"?: "AVERAGE" | "MAX" | undefined; "timeframe": "hour" | "day" | "week" | "month" | "year" }; data: List<string> };
  };
  "/nodes/{node}/lxc/{vmid}/snapshot": {
    GET: { params: {  }; data: List<"description" | "name" | "parent" | "snaptime"> };
    POST: { params: { "description"?: string | undefined; "snapname": string }; data: Data };
  };
  "/nodes/{node}/lxc/{vmid}/snapshot/{snapname}": {
    DELETE: { params: { "force"?: Flag | undefined }; data: Data };
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/lxc/{vmid}/snapshot/{snapname}/config": {
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "description"?: string | undefined }; data: null };
  };
  "/nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback": {
    POST: { params: { "start"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/lxc/{vmid}/spiceproxy": {
    POST: { params: { "proxy"?: string | undefined }; data: unknown };
  };
  "/nodes/{node}/lxc/{vmid}/status": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/lxc/{vmid}/status/current": {
    GET: { params: {  }; data: Item<"cpu" | "cpus" | "disk" | "diskread" | "diskwrite" | "ha" | "lock" | "maxdisk" | "maxmem" | "maxswap" | "mem" | "name" | "netin" | "netout" | "pressurecpusome" | "pressureiofull" | "pressureiosome" | "pressurememoryfull" | "pressurememorysome" | "status" | "tags" | "template" | "uptime" | "vmid"> };
  };
  "/nodes/{node}/lxc/{vmid}/status/reboot": {
    POST: { params: { "timeout"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/lxc/{vmid}/status/resume": {
    POST: { params: {  }; data: Data };
  };
  "/nodes/{node}/lxc/{vmid}/status/shutdown": {
    POST: { params: { "forceStop"?: Flag | undefined; "timeout"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/lxc/{vmid}/status/start": {
    POST: { params: { "debug"?: Flag | undefined; "skiplock"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/lxc/{vmid}/status/stop": {
    POST: { params: { "overrule-shutdown"?: Flag | undefined; "skiplock"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/lxc/{vmid}/status/suspend": {
    POST: { params: {  }; data: Data };
  };
  "/nodes/{node}/lxc/{vmid}/template": {
    POST: { params: {  }; data: null };
  };
  "/nodes/{node}/lxc/{vmid}/termproxy": {
    POST: { params: {  }; data: unknown };
  };
  "/nodes/{node}/lxc/{vmid}/vncproxy": {
    POST: { params: { "height"?: number | undefined; "websocket"?: Flag | undefined; "width"?: number | undefined }; data: unknown };
  };
  "/nodes/{node}/lxc/{vmid}/vncwebsocket": {
    GET: { params: { "port": number; "vncticket": string }; data: Item<"port"> };
  };
  "/nodes/{node}/migrateall": {
    POST: { params: { "max-workers"?: number | undefined; "maxworkers"?: number | undefined; "target": string; "vms"?: string | undefined; "with-local-disks"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/netstat": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/network": {
    DELETE: { params: {  }; data: null };
    GET: { params: { "type"?: "bridge" | "bond" | "eth" | "alias" | "vlan" | "fabric" | "OVSBridge" | "OVSBond" | "OVSPort" | "OVSIntPort" | "vnet" | "any_bridge" | "any_local_bridge" | "include_sdn" | undefined }; data: List<"active" | "address" | "address6" | "autostart" | "bond-primary" | "bond_mode" | "bond_xmit_hash_policy" | "bridge-access" | "bridge-arp-nd-suppress" | "bridge-learning" | "bridge-multicast-flood" | "bridge-unicast-flood" | "bridge_ports" | "bridge_vids" | "bridge_vlan_aware" | "cidr" | "cidr6" | "comments" | "comments6" | "exists" | "families" | "gateway" | "gateway6" | "iface" | "link-type" | "method" | "method6" | "mtu" | "netmask" | "netmask6" | "options" | "options6" | "ovs_bonds" | "ovs_bridge" | "ovs_options" | "ovs_ports" | "ovs_tag" | "priority" | "slaves" | "type" | "uplink-id" | "vlan-id" | "vlan-protocol" | "vlan-raw-device" | "vxlan-id" | "vxlan-local-tunnelip" | "vxlan-physdev" | "vxlan-svcnodeip"> };
    POST: { params: { "address"?: string | undefined; "address6"?: string | undefined; "autostart"?: Flag | undefined; "bond-primary"?: string | undefined; "bond_mode"?: "balance-rr" | "active-backup" | "balance-xor" | "broadcast" | "802.3ad" | "balance-tlb" | "balance-alb" | "balance-slb" | "lacp-balance-slb" | "lacp-balance-tcp" | undefined; "bond_xmit_hash_policy"?: "layer2" | "layer2+3" | "layer3+4" | undefined; "bridge_ports"?: string | undefined; "bridge_vids"?: string | undefined; "bridge_vlan_aware"?: Flag | undefined; "cidr"?: string | undefined; "cidr6"?: string | undefined; "comments"?: string | undefined; "comments6"?: string | undefined; "gateway"?: string | undefined; "gateway6"?: string | undefined; "iface": string; "mtu"?: number | undefined; "netmask"?: string | undefined; "netmask6"?: number | undefined; "ovs_bonds"?: string | undefined; "ovs_bridge"?: string | undefined; "ovs_options"?: string | undefined; "ovs_ports"?: string | undefined; "ovs_tag"?: number | undefined; "slaves"?: string | undefined; "type": "bridge" | "bond" | "eth" | "alias" | "vlan" | "fabric" | "OVSBridge" | "OVSBond" | "OVSPort" | "OVSIntPort" | "vnet" | "unknown"; "vlan-id"?: number | undefined; "vlan-raw-device"?: string | undefined }; data: null };
    PUT: { params: { "regenerate-frr"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/network/{iface}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"method" | "type"> };
    PUT: { params: { "address"?: string | undefined; "address6"?: string | undefined; "autostart"?: Flag | undefined; "bond-primary"?: string | undefined; "bond_mode"?: "balance-rr" | "active-backup" | "balance-xor" | "broadcast" | "802.3ad" | "balance-tlb" | "balance-alb" | "balance-slb" | "lacp-balance-slb" | "lacp-balance-tcp" | undefined; "bond_xmit_hash_policy"?: "layer2" | "layer2+3" | "layer3+4" | undefined; "bridge_ports"?: string | undefined; "bridge_vids"?: string | undefined; "bridge_vlan_aware"?: Flag | undefined; "cidr"?: string | undefined; "cidr6"?: string | undefined; "comments"?: string | undefined; "comments6"?: string | undefined; "delete"?: string | undefined; "gateway"?: string | undefined; "gateway6"?: string | undefined; "mtu"?: number | undefined; "netmask"?: string | undefined; "netmask6"?: number | undefined; "ovs_bonds"?: string | undefined; "ovs_bridge"?: string | undefined; "ovs_options"?: string | undefined; "ovs_ports"?: string | undefined; "ovs_tag"?: number | undefined; "slaves"?: string | undefined; "type": "bridge" | "bond" | "eth" | "alias" | "vlan" | "fabric" | "OVSBridge" | "OVSBond" | "OVSPort" | "OVSIntPort" | "vnet" | "unknown"; "vlan-id"?: number | undefined; "vlan-raw-device"?: string | undefined }; data: null };
  };
  "/nodes/{node}/qemu": {
    GET: { params: { "full"?: Flag | undefined }; data: List<"cpu" | "cpus" | "diskread" | "diskwrite" | "lock" | "maxdisk" | "maxmem" | "mem" | "memhost" | "name" | "netin" | "netout" | "pid" | "pressurecpufull" | "pressurecpusome" | "pressureiofull" | "pressureiosome" | "pressurememoryfull" | "pressurememorysome" | "qmpstatus" | "running-machine" | "running-qemu" | "serial" | "status" | "tags" | "template" | "uptime" | "vmid"> };
    POST: { params: { "acpi"?: Flag | undefined; "affinity"?: string | undefined; "agent"?: string | undefined; "allow-ksm"?: Flag | undefined; "amd-sev"?: string | undefined; "arch"?: "x86_64" | "aarch64" | undefined; "archive"?: string | undefined; "args"?: string | undefined; "audio0"?: string | undefined; "autostart"?: Flag | undefined; "balloon"?: number | undefined; "bios"?: "seabios" | "ovmf" | undefined; "boot"?: string | undefined; "bootdisk"?: string | undefined; "bwlimit"?: number | undefined; "cdrom"?: string | undefined; "cicustom"?: string | undefined; "cipassword"?: string | undefined; "citype"?: "configdrive2" | "nocloud" | "opennebula" | undefined; "ciupgrade"?: Flag | undefined; "ciuser"?: string | undefined; "cores"?: number | undefined; "cpu"?: string | undefined; "cpulimit"?: number | undefined; "cpuunits"?: number | undefined; "description"?: string | undefined; "efidisk0"?: string | undefined; "force"?: Flag | undefined; "freeze"?: Flag | undefined; "ha-managed"?: Flag | undefined; "hookscript"?: string | undefined; [key: `hostpci${number}`]: string | undefined; "hotplug"?: string | undefined; "hugepages"?: "any" | "2" | "1024" | undefined; [key: `ide${number}`]: string | undefined; "import-working-storage"?: string | undefined; "intel-tdx"?: string | undefined; [key: `ipconfig${number}`]: string | undefined; "ivshmem"?: string | undefined; "keephugepages"?: Flag | undefined; "keyboard"?: "de" | "de-ch" | "da" | "en-gb" | "en-us" | "es" | "fi" | "fr" | "fr-be" | "fr-ca" | "fr-ch" | "hu" | "is" | "it" | "ja" | "lt" | "mk" | "nl" | "no" | "pl" | "pt" | "pt-br" | "sv" | "sl" | "tr" | undefined; "kvm"?: Flag | undefined; "live-restore"?: Flag | undefined; "localtime"?: Flag | undefined; "lock"?: "backup" | "clone" | "create" | "migrate" | "rollback" | "snapshot" | "snapshot-delete" | "suspending" | "suspended" | undefined; "machine"?: string | undefined; "memory"?: string | number | undefined; "migrate_downtime"?: number | undefined; "migrate_speed"?: number | undefined; "name"?: string | undefined; "nameserver"?: string | undefined; [key: `net${number}`]: string | undefined; "numa"?: Flag | undefined; [key: `numa${number}`]: string | undefined; "onboot"?: Flag | undefined; "ostype"?: "other" | "wxp" | "w2k" | "w2k3" | "w2k8" | "wvista" | "win7" | "win8" | "win10" | "win11" | "l24" | "l26" | "solaris" | undefined; [key: `parallel${number}`]: string | undefined; "pool"?: string | undefined; "protection"?: Flag | undefined; "reboot"?: Flag | undefined; "rng0"?: string | undefined; [key: `sata${number}`]: string | undefined; [key: `scsi${number}`]: string | undefined; "scsihw"?: "lsi" | "lsi53c810" | "virtio-scsi-pci" | "virtio-scsi-single" | "megasas" | "pvscsi" | undefined; "searchdomain"?: string | undefined; [key: `serial${number}`]: string | undefined; "shares"?: number | undefined; "smbios1"?: string | undefined; "smp"?: number | undefined; "sockets"?: number | undefined; "spice_enhancements"?: string | undefined; "sshkeys"?: string | undefined; "start"?: Flag | undefined; "startdate"?: string | undefined; "startup"?: string | undefined; "storage"?: string | undefined; "tablet"?: Flag | undefined; "tags"?: string | undefined; "tdf"?: Flag | undefined; "template"?: Flag | undefined; "tpmstate0"?: string | undefined; "unique"?: Flag | undefined; [key: `unused${number}`]: string | undefined; [key: `usb${number}`]: string | undefined; "vcpus"?: number | undefined; "vga"?: string | undefined; [key: `virtio${number}`]: string | undefined; [key: `virtiofs${number}`]: string | undefined; "vmgenid"?: string | undefined; "vmid": number; "vmstatestorage"?: string | undefined; "watchdog"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}": {
    DELETE: { params: { "destroy-unreferenced-disks"?: Flag | undefined; "purge"?: Flag | undefined; "skiplock"?: Flag | undefined }; data: Data };
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/qemu/{vmid}/agent": {
    GET: { params: {  }; data: List<string> };
    POST: { params: { "command": "fsfreeze-freeze" | "fsfreeze-status" | "fsfreeze-thaw" | "fstrim" | "get-fsinfo" | "get-host-name" | "get-memory-block-info" | "get-memory-blocks" | "get-osinfo" | "get-time" | "get-timezone" | "get-users" | "get-vcpus" | "info" | "network-get-interfaces" | "ping" | "shutdown" | "suspend-disk" | "suspend-hybrid" | "suspend-ram" }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/exec": {
    POST: { params: { "command": readonly (string)[]; "input-data"?: string | undefined }; data: Item<"pid"> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/exec-status": {
    GET: { params: { "pid": number }; data: Item<"err-data" | "err-truncated" | "exitcode" | "exited" | "out-data" | "out-truncated" | "signal"> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/file-read": {
    GET: { params: { "count"?: number | undefined; "decode"?: Flag | undefined; "file": string; "offset"?: number | undefined }; data: Item<"content" | "truncated"> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/file-write": {
    POST: { params: { "content": string; "encode"?: Flag | undefined; "file": string }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/agent/fsfreeze-freeze": {
    POST: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/fsfreeze-status": {
    POST: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/fsfreeze-thaw": {
    POST: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/fstrim": {
    POST: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/get-fsinfo": {
    GET: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/get-host-name": {
    GET: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/get-memory-block-info": {
    GET: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/get-memory-blocks": {
    GET: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/get-osinfo": {
    GET: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/get-time": {
    GET: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/get-timezone": {
    GET: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/get-users": {
    GET: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/get-vcpus": {
    GET: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/info": {
    GET: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/network-get-interfaces": {
    GET: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/ping": {
    POST: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/set-user-password": {
    POST: { params: { "crypted"?: Flag | undefined; "password": string; "username": string }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/shutdown": {
    POST: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/suspend-disk": {
    POST: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/suspend-hybrid": {
    POST: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/agent/suspend-ram": {
    POST: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/qemu/{vmid}/clone": {
    POST: { params: { "bwlimit"?: number | undefined; "description"?: string | undefined; "format"?: "raw" | "qcow2" | "vmdk" | undefined; "full"?: Flag | undefined; "name"?: string | undefined; "newid": number; "pool"?: string | undefined; "snapname"?: string | undefined; "storage"?: string | undefined; "target"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/cloudinit": {
    GET: { params: {  }; data: List<"delete" | "key" | "pending" | "value"> };
    PUT: { params: {  }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/cloudinit/dump": {
    GET: { params: { "type": "user" | "network" | "meta" }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/config": {
    GET: { params: { "current"?: Flag | undefined; "snapshot"?: string | undefined }; data: Item<"acpi" | "affinity" | "agent" | "allow-ksm" | "amd-sev" | "arch" | "args" | "audio0" | "autostart" | "balloon" | "bios" | "boot" | "bootdisk" | "cdrom" | "cicustom" | "cipassword" | "citype" | "ciupgrade" | "ciuser" | "cores" | "cpu" | "cpulimit" | "cpuunits" | "description" | "digest" | "efidisk0" | "freeze" | "hookscript" | "hotplug" | "hugepages" | "intel-tdx" | "ivshmem" | "keephugepages" | "keyboard" | "kvm" | "localtime" | "lock" | "machine" | "memory" | "meta" | "migrate_downtime" | "migrate_speed" | "name" | "nameserver" | "numa" | "onboot" | "ostype" | "parent" | "protection" | "reboot" | "rng0" | "running-nets-host-mtu" | "runningcpu" | "runningmachine" | "scsihw" | "searchdomain" | "shares" | "smbios1" | "smp" | "snaptime" | "sockets" | "spice_enhancements" | "sshkeys" | "startdate" | "startup" | "tablet" | "tags" | "tdf" | "template" | "tpmstate0" | "vcpus" | "vga" | "vmgenid" | "vmstate" | "vmstatestorage" | "watchdog" | `hostpci${number}` | `ide${number}` | `ipconfig${number}` | `net${number}` | `numa${number}` | `parallel${number}` | `sata${number}` | `scsi${number}` | `serial${number}` | `unused${number}` | `usb${number}` | `virtio${number}` | `virtiofs${number}`> };
    POST: { params: { "acpi"?: Flag | undefined; "affinity"?: string | undefined; "agent"?: string | undefined; "allow-ksm"?: Flag | undefined; "amd-sev"?: string | undefined; "arch"?: "x86_64" | "aarch64" | undefined; "args"?: string | undefined; "audio0"?: string | undefined; "autostart"?: Flag | undefined; "background_delay"?: number | undefined; "balloon"?: number | undefined; "bios"?: "seabios" | "ovmf" | undefined; "boot"?: string | undefined; "bootdisk"?: string | undefined; "cdrom"?: string | undefined; "cicustom"?: string | undefined; "cipassword"?: string | undefined; "citype"?: "configdrive2" | "nocloud" | "opennebula" | undefined; "ciupgrade"?: Flag | undefined; "ciuser"?: string | undefined; "cores"?: number | undefined; "cpu"?: string | undefined; "cpulimit"?: number | undefined; "cpuunits"?: number | undefined; "delete"?: string | undefined; "description"?: string | undefined; "digest"?: string | undefined; "efidisk0"?: string | undefined; "force"?: Flag | undefined; "freeze"?: Flag | undefined; "hookscript"?: string | undefined; [key: `hostpci${number}`]: string | undefined; "hotplug"?: string | undefined; "hugepages"?: "any" | "2" | "1024" | undefined; [key: `ide${number}`]: string | undefined; "import-working-storage"?: string | undefined; "intel-tdx"?: string | undefined; [key: `ipconfig${number}`]: string | undefined; "ivshmem"?: string | undefined; "keephugepages"?: Flag | undefined; "keyboard"?: "de" | "de-ch" | "da" | "en-gb" | "en-us" | "es" | "fi" | "fr" | "fr-be" | "fr-ca" | "fr-ch" | "hu" | "is" | "it" | "ja" | "lt" | "mk" | "nl" | "no" | "pl" | "pt" | "pt-br" | "sv" | "sl" | "tr" | undefined; "kvm"?: Flag | undefined; "localtime"?: Flag | undefined; "lock"?: "backup" | "clone" | "create" | "migrate" | "rollback" | "snapshot" | "snapshot-delete" | "suspending" | "suspended" | undefined; "machine"?: string | undefined; "memory"?: string | number | undefined; "migrate_downtime"?: number | undefined; "migrate_speed"?: number | undefined; "name"?: string | undefined; "nameserver"?: string | undefined; [key: `net${number}`]: string | undefined; "numa"?: Flag | undefined; [key: `numa${number}`]: string | undefined; "onboot"?: Flag | undefined; "ostype"?: "other" | "wxp" | "w2k" | "w2k3" | "w2k8" | "wvista" | "win7" | "win8" | "win10" | "win11" | "l24" | "l26" | "solaris" | undefined; [key: `parallel${number}`]: string | undefined; "protection"?: Flag | undefined; "reboot"?: Flag | undefined; "revert"?: string | undefined; "rng0"?: string | undefined; [key: `sata${number}`]: string | undefined; [key: `scsi${number}`]: string | undefined; "scsihw"?: "lsi" | "lsi53c810" | "virtio-scsi-pci" | "virtio-scsi-single" | "megasas" | "pvscsi" | undefined; "searchdomain"?: string | undefined; [key: `serial${number}`]: string | undefined; "shares"?: number | undefined; "skiplock"?: Flag | undefined; "smbios1"?: string | undefined; "smp"?: number | undefined; "sockets"?: number | undefined; "spice_enhancements"?: string | undefined; "sshkeys"?: string | undefined; "startdate"?: string | undefined; "startup"?: string | undefined; "tablet"?: Flag | undefined; "tags"?: string | undefined; "tdf"?: Flag | undefined; "template"?: Flag | undefined; "tpmstate0"?: string | undefined; [key: `unused${number}`]: string | undefined; [key: `usb${number}`]: string | undefined; "vcpus"?: number | undefined; "vga"?: string | undefined; [key: `virtio${number}`]: string | undefined; [key: `virtiofs${number}`]: string | undefined; "vmgenid"?: string | undefined; "vmstatestorage"?: string | undefined; "watchdog"?: string | undefined }; data: Data };
    PUT: { params: { "acpi"?: Flag | undefined; "affinity"?: string | undefined; "agent"?: string | undefined; "allow-ksm"?: Flag | undefined; "amd-sev"?: string | undefined; "arch"?: "x86_64" | "aarch64" | undefined; "args"?: string | undefined; "audio0"?: string | undefined; "autostart"?: Flag | undefined; "balloon"?: number | undefined; "bios"?: "seabios" | "ovmf" | undefined; "boot"?: string | undefined; "bootdisk"?: string | undefined; "cdrom"?: string | undefined; "cicustom"?: string | undefined; "cipassword"?: string | undefined; "citype"?: "configdrive2" | "nocloud" | "opennebula" | undefined; "ciupgrade"?: Flag | undefined; "ciuser"?: string | undefined; "cores"?: number | undefined; "cpu"?: string | undefined; "cpulimit"?: number | undefined; "cpuunits"?: number | undefined; "delete"?: string | undefined; "description"?: string | undefined; "digest"?: string | undefined; "efidisk0"?: string | undefined; "force"?: Flag | undefined; "freeze"?: Flag | undefined; "hookscript"?: string | undefined; [key: `hostpci${number}`]: string | undefined; "hotplug"?: string | undefined; "hugepages"?: "any" | "2" | "1024" | undefined; [key: `ide${number}`]: string | undefined; "intel-tdx"?: string | undefined; [key: `ipconfig${number}`]: string | undefined; "ivshmem"?: string | undefined; "keephugepages"?: Flag | undefined; "keyboard"?: "de" | "de-ch" | "da" | "en-gb" | "en-us" | "es" | "fi" | "fr" | "fr-be" | "fr-ca" | "fr-ch" | "hu" | "is" | "it" | "ja" | "lt" | "mk" | "nl" | "no" | "pl" | "pt" | "pt-br" | "sv" | "sl" | "tr" | undefined; "kvm"?: Flag | undefined; "localtime"?: Flag | undefined; "lock"?: "backup" | "clone" | "create" | "migrate" | "rollback" | "snapshot" | "snapshot-delete" | "suspending" | "suspended" | undefined; "machine"?: string | undefined; "memory"?: string | number | undefined; "migrate_downtime"?: number | undefined; "migrate_speed"?: number | undefined; "name"?: string | undefined; "nameserver"?: string | undefined; [key: `net${number}`]: string | undefined; "numa"?: Flag | undefined; [key: `numa${number}`]: string | undefined; "onboot"?: Flag | undefined; "ostype"?: "other" | "wxp" | "w2k" | "w2k3" | "w2k8" | "wvista" | "win7" | "win8" | "win10" | "win11" | "l24" | "l26" | "solaris" | undefined; [key: `parallel${number}`]: string | undefined; "protection"?: Flag | undefined; "reboot"?: Flag | undefined; "revert"?: string | undefined; "rng0"?: string | undefined; [key: `sata${number}`]: string | undefined; [key: `scsi${number}`]: string | undefined; "scsihw"?: "lsi" | "lsi53c810" | "virtio-scsi-pci" | "virtio-scsi-single" | "megasas" | "pvscsi" | undefined; "searchdomain"?: string | undefined; [key: `serial${number}`]: string | undefined; "shares"?: number | undefined; "skiplock"?: Flag | undefined; "smbios1"?: string | undefined; "smp"?: number | undefined; "sockets"?: number | undefined; "spice_enhancements"?: string | undefined; "sshkeys"?: string | undefined; "startdate"?: string | undefined; "startup"?: string | undefined; "tablet"?: Flag | undefined; "tags"?: string | undefined; "tdf"?: Flag | undefined; "template"?: Flag | undefined; "tpmstate0"?: string | undefined; [key: `unused${number}`]: string | undefined; [key: `usb${number}`]: string | undefined; "vcpus"?: number | undefined; "vga"?: string | undefined; [key: `virtio${number}`]: string | undefined; [key: `virtiofs${number}`]: string | undefined; "vmgenid"?: string | undefined; "vmstatestorage"?: string | undefined; "watchdog"?: string | undefined }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/dbus-vmstate": {
    POST: { params: { "action": "start" | "stop" }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/feature": {
    GET: { params: { "feature": "snapshot" | "clone" | "copy"; "snapname"?: string | undefined }; data: Item<"hasFeature" | "nodes"> };
  };
  "/nodes/{node}/qemu/{vmid}/firewall": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/qemu/{vmid}/firewall/aliases": {
    GET: { params: {  }; data: List<"cidr" | "comment" | "digest" | "name"> };
    POST: { params: { "cidr": string; "comment"?: string | undefined; "name": string }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/firewall/aliases/{name}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "cidr": string; "comment"?: string | undefined; "digest"?: string | undefined; "rename"?: string | undefined }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/firewall/ipset": {
    GET: { params: {  }; data: List<"comment" | "digest" | "name"> };
    POST: { params: { "comment"?: string | undefined; "digest"?: string | undefined; "name": string; "rename"?: string | undefined }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/firewall/ipset/{name}": {
    DELETE: { params: { "force"?: Flag | undefined }; data: null };
    GET: { params: {  }; data: List<"cidr" | "comment" | "digest" | "nomatch"> };
    POST: { params: { "cidr": string; "comment"?: string | undefined; "nomatch"?: Flag | undefined }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/firewall/ipset/{name}/{cidr}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "comment"?: string | undefined; "digest"?: string | undefined; "nomatch"?: Flag | undefined }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/firewall/log": {
    GET: { params: { "limit"?: number | undefined; "since"?: number | undefined; "start"?: number | undefined; "until"?: number | undefined }; data: List<"n" | "t"> };
  };
  "/nodes/{node}/qemu/{vmid}/firewall/options": {
    GET: { params: {  }; data: Item<"dhcp" | "enable" | "ipfilter" | "log_level_in" | "log_level_out" | "macfilter" | "ndp" | "policy_in" | "policy_out" | "radv"> };
    PUT: { params: { "delete"?: string | undefined; "dhcp"?: Flag | undefined; "digest"?: string | undefined; "enable"?: Flag | undefined; "ipfilter"?: Flag | undefined; "log_level_in"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "log_level_out"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macfilter"?: Flag | undefined; "ndp"?: Flag | undefined; "policy_in"?: "ACCEPT" | "REJECT" | "DROP" | undefined; "policy_out"?: "ACCEPT" | "REJECT" | "DROP" | undefined; "radv"?: Flag | undefined }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/firewall/refs": {
    GET: { params: { "type"?: "alias" | "ipset" | undefined }; data: List<"comment" | "name" | "ref" | "scope" | "type"> };
  };
  "/nodes/{node}/qemu/{vmid}/firewall/rules": {
    GET: { params: {  }; data: List<"action" | "comment" | "dest" | "dport" | "enable" | "icmp-type" | "iface" | "ipversion" | "log" | "macro" | "pos" | "proto" | "source" | "sport" | "type"> };
    POST: { params: { "action": string; "comment"?: string | undefined; "dest"?: string | undefined; "digest"?: string | undefined; "dport"?: string | undefined; "enable"?: number | undefined; "icmp-type"?: string | undefined; "iface"?: string | undefined; "log"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macro"?: string | undefined; "pos"?: number | undefined; "proto"?: string | undefined; "source"?: string | undefined; "sport"?: string | undefined; "type": "in" | "out" | "forward" | "group" }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/firewall/rules/{pos}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"action" | "comment" | "dest" | "dport" | "enable" | "icmp-type" | "iface" | "ipversion" | "log" | "macro" | "pos" | "proto" | "source" | "sport" | "type"> };
    PUT: { params: { "action"?: string | undefined; "comment"?: string | undefined; "delete"?: string | undefined; "dest"?: string | undefined; "digest"?: string | undefined; "dport"?: string | undefined; "enable"?: number | undefined; "icmp-type"?: string | undefined; "iface"?: string | undefined; "log"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macro"?: string | undefined; "moveto"?: number | undefined; "proto"?: string | undefined; "source"?: string | undefined; "sport"?: string | undefined; "type"?: "in" | "out" | "forward" | "group" | undefined }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/migrate": {
    GET: { params: { "target"?: string | undefined }; data: Item<"allowed_nodes" | "dependent-ha-resources" | "has-dbus-vmstate" | "local_disks" | "local_resources" | "mapped-resource-info" | "mapped-resources" | "not_allowed_nodes" | "running"> };
    POST: { params: { "bwlimit"?: number | undefined; "force"?: Flag | undefined; "migration_network"?: string | undefined; "migration_type"?: "secure" | "insecure" | undefined; "online"?: Flag | undefined; "target": string; "targetstorage"?: string | undefined; "with-conntrack-state"?: Flag | undefined; "with-local-disks"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/monitor": {
    POST: { params: { "command": string }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/move_disk": {
    POST: { params: { "bwlimit"?: number | undefined; "delete"?: Flag | undefined; "digest"?: string | undefined; "disk": "ide0" | "ide1" | "ide2" | "ide3" | "scsi0" | "scsi1" | "scsi2" | "scsi3" | "scsi4" | "scsi5" | "scsi6" | "scsi7" | "scsi8" | "scsi9" | "scsi10" | "scsi11" | "scsi12" | "scsi13" | "scsi14" | "scsi15" | "scsi16" | "scsi17" | "scsi18" | "scsi19" | "scsi20" | "scsi21" | "scsi22" | "scsi23" | "scsi24" | "scsi25" | "scsi26" | "scsi27" | "scsi28" | "scsi29" | "scsi30" | "virtio0" | "virtio1" | "virtio2" | "virtio3" | "virtio4" | "virtio5" | "virtio6" | "virtio7" | "virtio8" | "virtio9" | "virtio10" | "virtio11" | "virtio12" | "virtio13" | "virtio14" | "virtio15" | "sata0" | "sata1" | "sata2" | "sata3" | "sata4" | "sata5" | "efidisk0" | "tpmstate0" | "unused0" | "unused1" | "unused2" | "unused3" | "unused4" | "unused5" | "unused6" | "unused7" | "unused8" | "unused9" | "unused10" | "unused11" | "unused12" | "unused13" | "unused14" | "unused15" | "unused16" | "unused17" | "unused18" | "unused19" | "unused20" | "unused21" | "unused22" | "unused23" | "unused24" | "unused25" | "unused26" | "unused27" | "unused28" | "unused29" | "unused30" | "unused31" | "unused32" | "unused33" | "unused34" | "unused35" | "unused36" | "unused37" | "unused38" | "unused39" | "unused40" | "unused41" | "unused42" | "unused43" | "unused44" | "unused45" | "unused46" | "unused47" | "unused48" | "unused49" | "unused50" | "unused51" | "unused52" | "unused53" | "unused54" | "unused55" | "unused56" | "unused57" | "unused58" | "unused59" | "unused60" | "unused61" | "unused62" | "unused63" | "unused64" | "unused65" | "unused66" | "unused67" | "unused68" | "unused69" | "unused70" | "unused71" | "unused72" | "unused73" | "unused74" | "unused75" | "unused76" | "unused77" | "unused78" | "unused79" | "unused80" | "unused81" | "unused82" | "unused83" | "unused84" | "unused85" | "unused86" | "unused87" | "unused88" | "unused89" | "unused90" | "unused91" | "unused92" | "unused93" | "unused94" | "unused95" | "unused96" | "unused97" | "unused98" | "unused99" | "unused100" | "unused101" | "unused102" | "unused103" | "unused104" | "unused105" | "unused106" | "unused107" | "unused108" | "unused109" | "unused110" | "unused111" | "unused112" | "unused113" | "unused114" | "unused115" | "unused116" | "unused117" | "unused118" | "unused119" | "unused120" | "unused121" | "unused122" | "unused123" | "unused124" | "unused125" | "unused126" | "unused127" | "unused128" | "unused129" | "unused130" | "unused131" | "unused132" | "unused133" | "unused134" | "unused135" | "unused136" | "unused137" | "unused138" | "unused139" | "unused140" | "unused141" | "unused142" | "unused143" | "unused144" | "unused145" | "unused146" | "unused147" | "unused148" | "unused149" | "unused150" | "unused151" | "unused152" | "unused153" | "unused154" | "unused155" | "unused156" | "unused157" | "unused158" | "unused159" | "unused160" | "unused161" | "unused162" | "unused163" | "unused164" | "unused165" | "unused166" | "unused167" | "unused168" | "unused169" | "unused170" | "unused171" | "unused172" | "unused173" | "unused174" | "unused175" | "unused176" | "unused177" | "unused178" | "unused179" | "unused180" | "unused181" | "unused182" | "unused183" | "unused184" | "unused185" | "unused186" | "unused187" | "unused188" | "unused189" | "unused190" | "unused191" | "unused192" | "unused193" | "unused194" | "unused195" | "unused196" | "unused197" | "unused198" | "unused199" | "unused200" | "unused201" | "unused202" | "unused203" | "unused204" | "unused205" | "unused206" | "unused207" | "unused208" | "unused209" | "unused210" | "unused211" | "unused212" | "unused213" | "unused214" | "unused215" | "unused216" | "unused217" | "unused218" | "unused219" | "unused220" | "unused221" | "unused222" | "unused223" | "unused224" | "unused225" | "unused226" | "unused227" | "unused228" | "unused229" | "unused230" | "unused231" | "unused232" | "unused233" | "unused234" | "unused235" | "unused236" | "unused237" | "unused238" | "unused239" | "unused240" | "unused241" | "unused242" | "unused243" | "unused244" | "unused245" | "unused246" | "unused247" | "unused248" | "unused249" | "unused250" | "unused251" | "unused252" | "unused253" | "unused254" | "unused255"; "format"?: "raw" | "qcow2" | "vmdk" | undefined; "storage"?: string | undefined; "target-digest"?: string | undefined; "target-disk"?: "ide0" | "ide1" | "ide2" | "ide3" | "scsi0" | "scsi1" | "scsi2" | "scsi3" | "scsi4" | "scsi5" | "scsi6" | "scsi7" | "scsi8" | "scsi9" | "scsi10" | "scsi11" | "scsi12" | "scsi13" | "scsi14" | "scsi15" | "scsi16" | "scsi17" | "scsi18" | "scsi19" | "scsi20" | "scsi21" | "scsi22" | "scsi23" | "scsi24" | "scsi25" | "scsi26" | "scsi27" | "scsi28" | "scsi29" | "scsi30" | "virtio0" | "virtio1" | "virtio2" | "virtio3" | "virtio4" | "virtio5" | "virtio6" | "virtio7" | "virtio8" | "virtio9" | "virtio10" | "virtio11" | "virtio12" | "virtio13" | "virtio14" | "virtio15" | "sata0" | "sata1" | "sata2" | "sata3" | "sata4" | "sata5" | "efidisk0" | "tpmstate0" | "unused0" | "unused1" | "unused2" | "unused3" | "unused4" | "unused5" | "unused6" | "unused7" | "unused8" | "unused9" | "unused10" | "unused11" | "unused12" | "unused13" | "unused14" | "unused15" | "unused16" | "unused17" | "unused18" | "unused19" | "unused20" | "unused21" | "unused22" | "unused23" | "unused24" | "unused25" | "unused26" | "unused27" | "unused28" | "unused29" | "unused30" | "unused31" | "unused32" | "unused33" | "unused34" | "unused35" | "unused36" | "unused37" | "unused38" | "unused39" | "unused40" | "unused41" | "unused42" | "unused43" | "unused44" | "unused45" | "unused46" | "unused47" | "unused48" | "unused49" | "unused50" | "unused51" | "unused52" | "unused53" | "unused54" | "unused55" | "unused56" | "unused57" | "unused58" | "unused59" | "unused60" | "unused61" | "unused62" | "unused63" | "unused64" | "unused65" | "unused66" | "unused67" | "unused68" | "unused69" | "unused70" | "unused71" | "unused72" | "unused73" | "unused74" | "unused75" | "unused76" | "unused77" | "unused78" | "unused79" | "unused80" | "unused81" | "unused82" | "unused83" | "unused84" | "unused85" | "unused86" | "unused87" | "unused88" | "unused89" | "unused90" | "unused91" | "unused92" | "unused93" | "unused94" | "unused95" | "unused96" | "unused97" | "unused98" | "unused99" | "unused100" | "unused101" | "unused102" | "unused103" | "unused104" | "unused105" | "unused106" | "unused107" | "unused108" | "unused109" | "unused110" | "unused111" | "unused112" | "unused113" | "unused114" | "unused115" | "unused116" | "unused117" | "unused118" | "unused119" | "unused120" | "unused121" | "unused122" | "unused123" | "unused124" | "unused125" | "unused126" | "unused127" | "unused128" | "unused129" | "unused130" | "unused131" | "unused132" | "unused133" | "unused134" | "unused135" | "unused136" | "unused137" | "unused138" | "unused139" | "unused140" | "unused141" | "unused142" | "unused143" | "unused144" | "unused145" | "unused146" | "unused147" | "unused148" | "unused149" | "unused150" | "unused151" | "unused152" | "unused153" | "unused154" | "unused155" | "unused156" | "unused157" | "unused158" | "unused159" | "unused160" | "unused161" | "unused162" | "unused163" | "unused164" | "unused165" | "unused166" | "unused167" | "unused168" | "unused169" | "unused170" | "unused171" | "unused172" | "unused173" | "unused174" | "unused175" | "unused176" | "unused177" | "unused178" | "unused179" | "unused180" | "unused181" | "unused182" | "unused183" | "unused184" | "unused185" | "unused186" | "unused187" | "unused188" | "unused189" | "unused190" | "unused191" | "unused192" | "unused193" | "unused194" | "unused195" | "unused196" | "unused197" | "unused198" | "unused199" | "unused200" | "unused201" | "unused202" | "unused203" | "unused204" | "unused205" | "unused206" | "unused207" | "unused208" | "unused209" | "unused210" | "unused211" | "unused212" | "unused213" | "unused214" | "unused215" | "unused216" | "unused217" | "unused218" | "unused219" | "unused220" | "unused221" | "unused222" | "unused223" | "unused224" | "unused225" | "unused226" | "unused227" | "unused228" | "unused229" | "unused230" | "unused231" | "unused232" | "unused233" | "unused234" | "unused235" | "unused236" | "unused237" | "unused238" | "unused239" | "unused240" | "unused241" | "unused242" | "unused243" | "unused244" | "unused245" | "unused246" | "unused247" | "unused248" | "unused249" | "unused250" | "unused251" | "unused252" | "unused253" | "unused254" | "unused255" | undefined; "target-vmid"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/mtunnel": {
    POST: { params: { "bridges"?: string | undefined; "storages"?: string | undefined }; data: unknown };
  };
  "/nodes/{node}/qemu/{vmid}/mtunnelwebsocket": {
    GET: { params: { "socket": string; "ticket": string }; data: Item<"port" | "socket"> };
  };
  "/nodes/{node}/qemu/{vmid}/pending": {
    GET: { params: {  }; data: List<"delete" | "key" | "pending" | "value"> };
  };
  "/nodes/{node}/qemu/{vmid}/remote_migrate": {
    POST: { params: { "bwlimit"?: number | undefined; "delete"?: Flag | undefined; "online"?: Flag | undefined; "target-bridge": string; "target-endpoint": string; "target-storage": string; "target-vmid"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/resize": {
    PUT: { params: { "digest"?: string | undefined; "disk": "ide0" | "ide1" | "ide2" | "ide3" | "scsi0" | "scsi1" | "scsi2" | "scsi3" | "scsi4" | "scsi5" | "scsi6" | "scsi7" | "scsi8" | "scsi9" | "scsi10" | "scsi11" | "scsi12" | "scsi13" | "scsi14" | "scsi15" | "scsi16" | "scsi17" | "scsi18" | "scsi19" | "scsi20" | "scsi21" | "scsi22" | "scsi23" | "scsi24" | "scsi25" | "scsi26" | "scsi27" | "scsi28" | "scsi29" | "scsi30" | "virtio0" | "virtio1" | "virtio2" | "virtio3" | "virtio4" | "virtio5" | "virtio6" | "virtio7" | "virtio8" | "virtio9" | "virtio10" | "virtio11" | "virtio12" | "virtio13" | "virtio14" | "virtio15" | "sata0" | "sata1" | "sata2" | "sata3" | "sata4" | "sata5" | "efidisk0" | "tpmstate0"; "size": string; "skiplock"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/rrd": {
    GET: { params: { "cf"?: "AVERAGE" | "MAX" | undefined; "ds": string; "timeframe": "hour" | "day" | "week" | "month" | "year" }; data: Item<"filename"> };
  };
  "/nodes/{node}/qemu/{vmid}/rrddata": {
    GET: { params: { "cf"?: "AVERAGE" | "MAX" | undefined; "timeframe": "hour" | "day" | "week" | "month" | "year" }; data: List<string> };
  };
  "/nodes/{node}/qemu/{vmid}/sendkey": {
    PUT: { params: { "key": string; "skiplock"?: Flag | undefined }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/snapshot": {
    GET: { params: {  }; data: List<"description" | "name" | "parent" | "snaptime" | "vmstate"> };
    POST: { params: { "description"?: string | undefined; "snapname": string; "vmstate"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}": {
    DELETE: { params: { "force"?: Flag | undefined }; data: Data };
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config": {
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "description"?: string | undefined }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback": {
    POST: { params: { "start"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/spiceproxy": {
    POST: { params: { "proxy"?: string | undefined }; data: unknown };
  };
  "/nodes/{node}/qemu/{vmid}/status": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/qemu/{vmid}/status/current": {
    GET: { params: {  }; data: Item<"agent" | "clipboard" | "cpu" | "cpus" | "diskread" | "diskwrite" | "ha" | "lock" | "maxdisk" | "maxmem" | "mem" | "memhost" | "name" | "netin" | "netout" | "pid" | "pressurecpufull" | "pressurecpusome" | "pressureiofull" | "pressureiosome" | "pressurememoryfull" | "pressurememorysome" | "qmpstatus" | "running-machine" | "running-qemu" | "serial" | "spice" | "status" | "tags" | "template" | "uptime" | "vmid"> };
  };
  "/nodes/{node}/qemu/{vmid}/status/reboot": {
    POST: { params: { "timeout"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/status/reset": {
    POST: { params: { "skiplock"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/status/resume": {
    POST: { params: { "nocheck"?: Flag | undefined; "skiplock"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/status/shutdown": {
    POST: { params: { "forceStop"?: Flag | undefined; "keepActive"?: Flag | undefined; "skiplock"?: Flag | undefined; "timeout"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/status/start": {
    POST: { params: { "force-cpu"?: string | undefined; "machine"?: string | undefined; "migratedfrom"?: string | undefined; "migration_network"?: string | undefined; "migration_type"?: "secure" | "insecure" | undefined; "nets-host-mtu"?: string | undefined; "skiplock"?: Flag | undefined; "stateuri"?: string | undefined; "targetstorage"?: string | undefined; "timeout"?: number | undefined; "with-conntrack-state"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/status/stop": {
    POST: { params: { "keepActive"?: Flag | undefined; "migratedfrom"?: string | undefined; "overrule-shutdown"?: Flag | undefined; "skiplock"?: Flag | undefined; "timeout"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/status/suspend": {
    POST: { params: { "skiplock"?: Flag | undefined; "statestorage"?: string | undefined; "todisk"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/template": {
    POST: { params: { "disk"?: "ide0" | "ide1" | "ide2" | "ide3" | "scsi0" | "scsi1" | "scsi2" | "scsi3" | "scsi4" | "scsi5" | "scsi6" | "scsi7" | "scsi8" | "scsi9" | "scsi10" | "scsi11" | "scsi12" | "scsi13" | "scsi14" | "scsi15" | "scsi16" | "scsi17" | "scsi18" | "scsi19" | "scsi20" | "scsi21" | "scsi22" | "scsi23" | "scsi24" | "scsi25" | "scsi26" | "scsi27" | "scsi28" | "scsi29" | "scsi30" | "virtio0" | "virtio1" | "virtio2" | "virtio3" | "virtio4" | "virtio5" | "virtio6" | "virtio7" | "virtio8" | "virtio9" | "virtio10" | "virtio11" | "virtio12" | "virtio13" | "virtio14" | "virtio15" | "sata0" | "sata1" | "sata2" | "sata3" | "sata4" | "sata5" | "efidisk0" | "tpmstate0" | undefined }; data: Data };
  };
  "/nodes/{node}/qemu/{vmid}/termproxy": {
    POST: { params: { "serial"?: "serial0" | "serial1" | "serial2" | "serial3" | undefined }; data: unknown };
  };
  "/nodes/{node}/qemu/{vmid}/unlink": {
    PUT: { params: { "force"?: Flag | undefined; "idlist": string }; data: null };
  };
  "/nodes/{node}/qemu/{vmid}/vncproxy": {
    POST: { params: { "generate-password"?: Flag | undefined; "websocket"?: Flag | undefined }; data: unknown };
  };
  "/nodes/{node}/qemu/{vmid}/vncwebsocket": {
    GET: { params: { "port": number; "vncticket": string }; data: Item<"port"> };
  };
  "/nodes/{node}/query-oci-repo-tags": {
    GET: { params: { "reference": string }; data: List<string> };
  };
  "/nodes/{node}/query-url-metadata": {
    GET: { params: { "url": string; "verify-certificates"?: Flag | undefined }; data: Item<"filename" | "mimetype" | "size"> };
  };
  "/nodes/{node}/replication": {
    GET: { params: { "guest"?: number | undefined }; data: List<"id"> };
  };
  "/nodes/{node}/replication/{id}": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/replication/{id}/log": {
    GET: { params: { "limit"?: number | undefined; "start"?: number | undefined }; data: List<"n" | "t"> };
  };
  "/nodes/{node}/replication/{id}/schedule_now": {
    POST: { params: {  }; data: Data };
  };
  "/nodes/{node}/replication/{id}/status": {
    GET: { params: {  }; data: Item<string> };
  };
  "/nodes/{node}/report": {
    GET: { params: {  }; data: Data };
  };
  "/nodes/{node}/rrd": {
    GET: { params: { "cf"?: "AVERAGE" | "MAX" | undefined; "ds": string; "timeframe": "hour" | "day" | "week" | "month" | "year" | "decade" }; data: Item<"filename"> };
  };
  "/nodes/{node}/rrddata": {
    GET: { params: { "cf"?: "AVERAGE" | "MAX" | undefined; "timeframe": "hour" | "day" | "week" | "month" | "year" | "decade" }; data: List<string> };
  };
  "/nodes/{node}/scan": {
    GET: { params: {  }; data: List<"method"> };
  };
  "/nodes/{node}/scan/cifs": {
    GET: { params: { "domain"?: string | undefined; "password"?: string | undefined; "server": string; "username"?: string | undefined }; data: List<"description" | "share"> };
  };
  "/nodes/{node}/scan/iscsi": {
    GET: { params: { "portal": string }; data: List<"portal" | "target"> };
  };
  "/nodes/{node}/scan/lvm": {
    GET: { params: {  }; data: List<"vg"> };
  };
  "/nodes/{node}/scan/lvmthin": {
    GET: { params: { "vg": string }; data: List<"lv"> };
  };
  "/nodes/{node}/scan/nfs": {
    GET: { params: { "server": string }; data: List<"options" | "path"> };
  };
  "/nodes/{node}/scan/pbs": {
    GET: { params: { "fingerprint"?: string | undefined; "password": string; "port"?: number | undefined; "server": string; "username": string }; data: List<"comment" | "store"> };
  };
  "/nodes/{node}/scan/zfs": {
    GET: { params: {  }; data: List<"pool"> };
  };
  "/nodes/{node}/sdn": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/sdn/fabrics/{fabric}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/sdn/fabrics/{fabric}/interfaces": {
    GET: { params: {  }; data: List<"name" | "state" | "type"> };
  };
  "/nodes/{node}/sdn/fabrics/{fabric}/neighbors": {
    GET: { params: {  }; data: List<"neighbor" | "status" | "uptime"> };
  };
  "/nodes/{node}/sdn/fabrics/{fabric}/routes": {
    GET: { params: {  }; data: List<"route" | "via"> };
  };
  "/nodes/{node}/sdn/vnets/{vnet}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/sdn/vnets/{vnet}/mac-vrf": {
    GET: { params: {  }; data: List<"ip" | "mac" | "nexthop"> };
  };
  "/nodes/{node}/sdn/zones": {
    GET: { params: {  }; data: List<"status" | "zone"> };
  };
  "/nodes/{node}/sdn/zones/{zone}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/sdn/zones/{zone}/bridges": {
    GET: { params: {  }; data: List<"name" | "ports" | "vlan_filtering"> };
  };
  "/nodes/{node}/sdn/zones/{zone}/content": {
    GET: { params: {  }; data: List<"status" | "statusmsg" | "vnet"> };
  };
  "/nodes/{node}/sdn/zones/{zone}/ip-vrf": {
    GET: { params: {  }; data: List<"ip" | "metric" | "nexthops" | "protocol"> };
  };
  "/nodes/{node}/services": {
    GET: { params: {  }; data: List<"active-state" | "desc" | "name" | "service" | "state" | "unit-state"> };
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
    GET: { params: {  }; data: Item<"active-state" | "desc" | "name" | "service" | "state" | "unit-state"> };
  };
  "/nodes/{node}/services/{service}/stop": {
    POST: { params: {  }; data: Data };
  };
  "/nodes/{node}/spiceshell": {
    POST: { params: { "cmd"?: "ceph_install" | "login" | "upgrade" | undefined; "cmd-opts"?: string | undefined; "proxy"?: string | undefined }; data: unknown };
  };
  "/nodes/{node}/startall": {
    POST: { params: { "force"?: Flag | undefined; "max-workers"?: number | undefined; "vms"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/status": {
    GET: { params: {  }; data: Item<"boot-info" | "cpu" | "cpuinfo" | "current-kernel" | "idle" | "ksm" | "kversion" | "loadavg" | "memory" | "pveversion" | "rootfs" | "swap" | "uptime" | "wait"> };
    POST: { params: { "command": "reboot" | "shutdown" }; data: null };
  };
  "/nodes/{node}/stopall": {
    POST: { params: { "force-stop"?: Flag | undefined; "max-workers"?: number | undefined; "timeout"?: number | undefined; "vms"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/storage": {
    GET: { params: { "content"?: string | undefined; "enabled"?: Flag | undefined; "format"?: Flag | undefined; "storage"?: string | undefined; "target"?: string | undefined }; data: List<"active" | "avail" | "content" | "enabled" | "formats" | "select_existing" | "shared" | "storage" | "total" | "type" | "used" | "used_fraction"> };
  };
  "/nodes/{node}/storage/{storage}": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/storage/{storage}/content": {
    GET: { params: { "content"?: string | undefined; "vmid"?: number | undefined }; data: List<"approximate-size" | "ctime" | "encrypted" | "format" | "notes" | "parent" | "protected" | "size" | "used" | "verification" | "vmid" | "volid"> };
    POST: { params: { "filename": string; "format"?: "raw" | "qcow2" | "subvol" | "vmdk" | undefined; "size": string; "vmid": number }; data: Data };
  };
  "/nodes/{node}/storage/{storage}/content/{volume}": {
    DELETE: { params: { "delay"?: number | undefined }; data: Data };
    GET: { params: {  }; data: Item<"format" | "notes" | "path" | "protected" | "size" | "used"> };
    POST: { params: { "target": string; "target_node"?: string | undefined }; data: Data };
    PUT: { params: { "notes"?: string | undefined; "protected"?: Flag | undefined }; data: null };
  };
  "/nodes/{node}/storage/{storage}/download-url": {
    POST: { params: { "checksum"?: string | undefined; "checksum-algorithm"?: "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512" | undefined; "compression"?: string | undefined; "content": "iso" | "vztmpl" | "import"; "filename": string; "url": string; "verify-certificates"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/storage/{storage}/file-restore/download": {
    GET: { params: { "filepath": string; "tar"?: Flag | undefined; "volume": string }; data: unknown };
  };
  "/nodes/{node}/storage/{storage}/file-restore/list": {
    GET: { params: { "filepath": string; "volume": string }; data: List<"filepath" | "leaf" | "mtime" | "size" | "text" | "type"> };
  };
  "/nodes/{node}/storage/{storage}/identity": {
    GET: { params: {  }; data: Item<"id" | "type"> };
  };
  "/nodes/{node}/storage/{storage}/import-metadata": {
    GET: { params: { "volume": string }; data: Item<"create-args" | "disks" | "net" | "source" | "type" | "warnings"> };
  };
  "/nodes/{node}/storage/{storage}/oci-registry-pull": {
    POST: { params: { "filename"?: string | undefined; "reference": string }; data: Data };
  };
  "/nodes/{node}/storage/{storage}/prunebackups": {
    DELETE: { params: { "prune-backups"?: string | undefined; "type"?: "qemu" | "lxc" | undefined; "vmid"?: number | undefined }; data: Data };
    GET: { params: { "prune-backups"?: string | undefined; "type"?: "qemu" | "lxc" | undefined; "vmid"?: number | undefined }; data: List<"ctime" | "mark" | "type" | "vmid" | "volid"> };
  };
  "/nodes/{node}/storage/{storage}/rrd": {
    GET: { params: { "cf"?: "AVERAGE" | "MAX" | undefined; "ds": string; "timeframe": "hour" | "day" | "week" | "month" | "year" }; data: Item<"filename"> };
  };
  "/nodes/{node}/storage/{storage}/rrddata": {
    GET: { params: { "cf"?: "AVERAGE" | "MAX" | undefined; "timeframe": "hour" | "day" | "week" | "month" | "year" }; data: List<string> };
  };
  "/nodes/{node}/storage/{storage}/status": {
    GET: { params: {  }; data: Item<"active" | "avail" | "content" | "enabled" | "shared" | "total" | "type" | "used"> };
  };
  "/nodes/{node}/storage/{storage}/upload": {
    POST: { params: { "checksum"?: string | undefined; "checksum-algorithm"?: "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512" | undefined; "content": "iso" | "vztmpl" | "import"; "filename": string; "tmpfilename"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/subscription": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<"checktime" | "key" | "level" | "message" | "nextduedate" | "productname" | "regdate" | "serverid" | "signature" | "sockets" | "status" | "url"> };
    POST: { params: { "force"?: Flag | undefined }; data: null };
    PUT: { params: { "key": string }; data: null };
  };
  "/nodes/{node}/suspendall": {
    POST: { params: { "max-workers"?: number | undefined; "vms"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/syslog": {
    GET: { params: { "limit"?: number | undefined; "service"?: string | undefined; "since"?: string | undefined; "start"?: number | undefined; "until"?: string | undefined }; data: List<"n" | "t"> };
  };
  "/nodes/{node}/tasks": {
    GET: { params: { "errors"?: Flag | undefined; "limit"?: number | undefined; "since"?: number | undefined; "source"?: "archive" | "active" | "all" | undefined; "start"?: number | undefined; "statusfilter"?: string | undefined; "typefilter"?: string | undefined; "until"?: number | undefined; "userfilter"?: string | undefined; "vmid"?: number | undefined }; data: List<"endtime" | "id" | "node" | "pid" | "pstart" | "starttime" | "status" | "tokenid" | "type" | "upid" | "user"> };
  };
  "/nodes/{node}/tasks/{upid}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/tasks/{upid}/log": {
    GET: { params: { "download"?: Flag | undefined; "limit"?: number | undefined; "start"?: number | undefined }; data: List<"n" | "t"> };
  };
  "/nodes/{node}/tasks/{upid}/status": {
    GET: { params: {  }; data: Item<"exitstatus" | "id" | "node" | "pid" | "pstart" | "starttime" | "status" | "type" | "upid" | "user"> };
  };
  "/nodes/{node}/termproxy": {
    POST: { params: { "cmd"?: "ceph_install" | "login" | "upgrade" | undefined; "cmd-opts"?: string | undefined }; data: unknown };
  };
  "/nodes/{node}/time": {
    GET: { params: {  }; data: Item<"localtime" | "time" | "timezone"> };
    PUT: { params: { "timezone": string }; data: null };
  };
  "/nodes/{node}/version": {
    GET: { params: {  }; data: Item<"release" | "repoid" | "version"> };
  };
  "/nodes/{node}/vncshell": {
    POST: { params: { "cmd"?: "ceph_install" | "login" | "upgrade" | undefined; "cmd-opts"?: string | undefined; "height"?: number | undefined; "websocket"?: Flag | undefined; "width"?: number | undefined }; data: unknown };
  };
  "/nodes/{node}/vncwebsocket": {
    GET: { params: { "port": number; "vncticket": string }; data: Item<"port"> };
  };
  "/nodes/{node}/vzdump": {
    POST: { params: { "all"?: Flag | undefined; "bwlimit"?: number | undefined; "compress"?: "0" | "1" | "gzip" | "lzo" | "zstd" | undefined; "dumpdir"?: string | undefined; "exclude"?: string | undefined; "exclude-path"?: readonly (string)[] | undefined; "fleecing"?: string | undefined; "ionice"?: number | undefined; "job-id"?: string | undefined; "lockwait"?: number | undefined; "mailnotification"?: "always" | "failure" | undefined; "mailto"?: string | undefined; "mode"?: "snapshot" | "suspend" | "stop" | undefined; "notes-template"?: string | undefined; "notification-mode"?: "auto" | "legacy-sendmail" | "notification-system" | undefined; "pbs-change-detection-mode"?: "legacy" | "data" | "metadata" | undefined; "performance"?: string | undefined; "pigz"?: number | undefined; "pool"?: string | undefined; "protected"?: Flag | undefined; "prune-backups"?: string | undefined; "quiet"?: Flag | undefined; "remove"?: Flag | undefined; "script"?: string | undefined; "stdexcludes"?: Flag | undefined; "stdout"?: Flag | undefined; "stop"?: Flag | undefined; "stopwait"?: number | undefined; "storage"?: string | undefined; "tmpdir"?: string | undefined; "vmid"?: string | undefined; "zstd"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/vzdump/defaults": {
    GET: { params: { "storage"?: string | undefined }; data: Item<"all" | "bwlimit" | "compress" | "dumpdir" | "exclude" | "exclude-path" | "fleecing" | "ionice" | "lockwait" | "mailnotification" | "mailto" | "mode" | "node" | "notes-template" | "notification-mode" | "pbs-change-detection-mode" | "performance" | "pigz" | "pool" | "protected" | "prune-backups" | "quiet" | "remove" | "script" | "stdexcludes" | "stop" | "stopwait" | "storage" | "tmpdir" | "vmid" | "zstd"> };
  };
  "/nodes/{node}/vzdump/extractconfig": {
    GET: { params: { "volume": string }; data: Data };
  };
  "/nodes/{node}/wakeonlan": {
    POST: { params: {  }; data: Data };
  };
  "/nodes/{node}/{type}": {
    GET: { params: {  }; data: List<"cpu" | "cpus" | "disk" | "diskread" | "diskwrite" | "lock" | "maxdisk" | "maxmem" | "maxswap" | "mem" | "memhost" | "name" | "netin" | "netout" | "pid" | "pressurecpufull" | "pressurecpusome" | "pressureiofull" | "pressureiosome" | "pressurememoryfull" | "pressurememorysome" | "qmpstatus" | "running-machine" | "running-qemu" | "serial" | "status" | "tags" | "template" | "uptime" | "vmid"> };
    POST: { params: { "arch"?: ("x86_64" | "aarch64" | undefined) & ("amd64" | "i386" | "arm64" | "armhf" | "riscv32" | "riscv64" | undefined); "bwlimit"?: number | undefined; "cores"?: number | undefined; "cpulimit"?: number | undefined; "cpuunits"?: number | undefined; "description"?: string | undefined; "force"?: Flag | undefined; "ha-managed"?: Flag | undefined; "hookscript"?: string | undefined; "lock"?: ("backup" | "clone" | "create" | "migrate" | "rollback" | "snapshot" | "snapshot-delete" | "suspending" | "suspended" | undefined) & ("backup" | "create" | "destroyed" | "disk" | "fstrim" | "migrate" | "mounted" | "rollback" | "snapshot" | "snapshot-delete" | undefined); "memory"?: (string | number | undefined) & (number | undefined); "nameserver"?: string | undefined; [key: `net${number}`]: string | undefined; "onboot"?: Flag | undefined; "ostype"?: ("other" | "wxp" | "w2k" | "w2k3" | "w2k8" | "wvista" | "win7" | "win8" | "win10" | "win11" | "l24" | "l26" | "solaris" | undefined) & ("debian" | "devuan" | "ubuntu" | "centos" | "fedora" | "opensuse" | "archlinux" | "alpine" | "gentoo" | "nixos" | "unmanaged" | undefined); "pool"?: string | undefined; "protection"?: Flag | undefined; "searchdomain"?: string | undefined; "start"?: Flag | undefined; "startup"?: string | undefined; "storage"?: string | undefined; "tags"?: string | undefined; "template"?: Flag | undefined; "unique"?: Flag | undefined; [key: `unused${number}`]: string | undefined; "vmid": number }; data: Data };
  };
  "/nodes/{node}/{type}/{vmid}": {
    DELETE: { params: { "destroy-unreferenced-disks"?: Flag | undefined; "purge"?: Flag | undefined }; data: Data };
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/{type}/{vmid}/clone": {
    POST: { params: { "bwlimit"?: number | undefined; "description"?: string | undefined; "full"?: Flag | undefined; "newid": number; "pool"?: string | undefined; "snapname"?: string | undefined; "storage"?: string | undefined; "target"?: string | undefined }; data: Data };
  };
  "/nodes/{node}/{type}/{vmid}/config": {
    GET: { params: { "current"?: Flag | undefined; "snapshot"?: string | undefined }; data: Item<"acpi" | "affinity" | "agent" | "allow-ksm" | "amd-sev" | "arch" | "args" | "audio0" | "autostart" | "balloon" | "bios" | "boot" | "bootdisk" | "cdrom" | "cicustom" | "cipassword" | "citype" | "ciupgrade" | "ciuser" | "cmode" | "console" | "cores" | "cpu" | "cpulimit" | "cpuunits" | "debug" | "description" | "digest" | "efidisk0" | "entrypoint" | "env" | "features" | "freeze" | "hookscript" | "hostname" | "hotplug" | "hugepages" | "intel-tdx" | "ivshmem" | "keephugepages" | "keyboard" | "kvm" | "localtime" | "lock" | "lxc" | "machine" | "memory" | "meta" | "migrate_downtime" | "migrate_speed" | "name" | "nameserver" | "numa" | "onboot" | "ostype" | "parent" | "protection" | "reboot" | "rng0" | "rootfs" | "running-nets-host-mtu" | "runningcpu" | "runningmachine" | "scsihw" | "searchdomain" | "shares" | "smbios1" | "smp" | "snaptime" | "sockets" | "spice_enhancements" | "sshkeys" | "startdate" | "startup" | "swap" | "tablet" | "tags" | "tdf" | "template" | "timezone" | "tpmstate0" | "tty" | "unprivileged" | "vcpus" | "vga" | "vmgenid" | "vmstate" | "vmstatestorage" | "watchdog" | `dev${number}` | `hostpci${number}` | `ide${number}` | `ipconfig${number}` | `mp${number}` | `net${number}` | `numa${number}` | `parallel${number}` | `sata${number}` | `scsi${number}` | `serial${number}` | `unused${number}` | `usb${number}` | `virtio${number}` | `virtiofs${number}`> };
    PUT: { params: { "arch"?: ("x86_64" | "aarch64" | undefined) & ("amd64" | "i386" | "arm64" | "armhf" | "riscv32" | "riscv64" | undefined); "cores"?: number | undefined; "cpulimit"?: number | undefined; "cpuunits"?: number | undefined; "delete"?: string | undefined; "description"?: string | undefined; "digest"?: string | undefined; "hookscript"?: string | undefined; "lock"?: ("backup" | "clone" | "create" | "migrate" | "rollback" | "snapshot" | "snapshot-delete" | "suspending" | "suspended" | undefined) & ("backup" | "create" | "destroyed" | "disk" | "fstrim" | "migrate" | "mounted" | "rollback" | "snapshot" | "snapshot-delete" | undefined); "memory"?: (string | number | undefined) & (number | undefined); "nameserver"?: string | undefined; [key: `net${number}`]: string | undefined; "onboot"?: Flag | undefined; "ostype"?: ("other" | "wxp" | "w2k" | "w2k3" | "w2k8" | "wvista" | "win7" | "win8" | "win10" | "win11" | "l24" | "l26" | "solaris" | undefined) & ("debian" | "devuan" | "ubuntu" | "centos" | "fedora" | "opensuse" | "archlinux" | "alpine" | "gentoo" | "nixos" | "unmanaged" | undefined); "protection"?: Flag | undefined; "revert"?: string | undefined; "searchdomain"?: string | undefined; "startup"?: string | undefined; "tags"?: string | undefined; "template"?: Flag | undefined; [key: `unused${number}`]: string | undefined }; data: null };
  };
  "/nodes/{node}/{type}/{vmid}/feature": {
    GET: { params: { "feature": "snapshot" | "clone" | "copy"; "snapname"?: string | undefined }; data: Item<"hasFeature" | "nodes"> };
  };
  "/nodes/{node}/{type}/{vmid}/firewall": {
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/{type}/{vmid}/firewall/aliases": {
    GET: { params: {  }; data: List<"cidr" | "comment" | "digest" | "name"> };
    POST: { params: { "cidr": string; "comment"?: string | undefined; "name": string }; data: null };
  };
  "/nodes/{node}/{type}/{vmid}/firewall/aliases/{name}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "cidr": string; "comment"?: string | undefined; "digest"?: string | undefined; "rename"?: string | undefined }; data: null };
  };
  "/nodes/{node}/{type}/{vmid}/firewall/ipset": {
    GET: { params: {  }; data: List<"comment" | "digest" | "name"> };
    POST: { params: { "comment"?: string | undefined; "digest"?: string | undefined; "name": string; "rename"?: string | undefined }; data: null };
  };
  "/nodes/{node}/{type}/{vmid}/firewall/ipset/{name}": {
    DELETE: { params: { "force"?: Flag | undefined }; data: null };
    GET: { params: {  }; data: List<"cidr" | "comment" | "digest" | "nomatch"> };
    POST: { params: { "cidr": string; "comment"?: string | undefined; "nomatch"?: Flag | undefined }; data: null };
  };
  "/nodes/{node}/{type}/{vmid}/firewall/ipset/{name}/{cidr}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "comment"?: string | undefined; "digest"?: string | undefined; "nomatch"?: Flag | undefined }; data: null };
  };
  "/nodes/{node}/{type}/{vmid}/firewall/log": {
    GET: { params: { "limit"?: number | undefined; "since"?: number | undefined; "start"?: number | undefined; "until"?: number | undefined }; data: List<"n" | "t"> };
  };
  "/nodes/{node}/{type}/{vmid}/firewall/options": {
    GET: { params: {  }; data: Item<"dhcp" | "enable" | "ipfilter" | "log_level_in" | "log_level_out" | "macfilter" | "ndp" | "policy_in" | "policy_out" | "radv"> };
    PUT: { params: { "delete"?: string | undefined; "dhcp"?: Flag | undefined; "digest"?: string | undefined; "enable"?: Flag | undefined; "ipfilter"?: Flag | undefined; "log_level_in"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "log_level_out"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macfilter"?: Flag | undefined; "ndp"?: Flag | undefined; "policy_in"?: "ACCEPT" | "REJECT" | "DROP" | undefined; "policy_out"?: "ACCEPT" | "REJECT" | "DROP" | undefined; "radv"?: Flag | undefined }; data: null };
  };
  "/nodes/{node}/{type}/{vmid}/firewall/refs": {
    GET: { params: { "type"?: "alias" | "ipset" | undefined }; data: List<"comment" | "name" | "ref" | "scope" | "type"> };
  };
  "/nodes/{node}/{type}/{vmid}/firewall/rules": {
    GET: { params: {  }; data: List<"action" | "comment" | "dest" | "dport" | "enable" | "icmp-type" | "iface" | "ipversion" | "log" | "macro" | "pos" | "proto" | "source" | "sport" | "type"> };
    POST: { params: { "action": string; "comment"?: string | undefined; "dest"?: string | undefined; "digest"?: string | undefined; "dport"?: string | undefined; "enable"?: number | undefined; "icmp-type"?: string | undefined; "iface"?: string | undefined; "log"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macro"?: string | undefined; "pos"?: number | undefined; "proto"?: string | undefined; "source"?: string | undefined; "sport"?: string | undefined; "type": "in" | "out" | "forward" | "group" }; data: null };
  };
  "/nodes/{node}/{type}/{vmid}/firewall/rules/{pos}": {
    DELETE: { params: { "digest"?: string | undefined }; data: null };
    GET: { params: {  }; data: Item<"action" | "comment" | "dest" | "dport" | "enable" | "icmp-type" | "iface" | "ipversion" | "log" | "macro" | "pos" | "proto" | "source" | "sport" | "type"> };
    PUT: { params: { "action"?: string | undefined; "comment"?: string | undefined; "delete"?: string | undefined; "dest"?: string | undefined; "digest"?: string | undefined; "dport"?: string | undefined; "enable"?: number | undefined; "icmp-type"?: string | undefined; "iface"?: string | undefined; "log"?: "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug" | "nolog" | undefined; "macro"?: string | undefined; "moveto"?: number | undefined; "proto"?: string | undefined; "source"?: string | undefined; "sport"?: string | undefined; "type"?: "in" | "out" | "forward" | "group" | undefined }; data: null };
  };
  "/nodes/{node}/{type}/{vmid}/migrate": {
    GET: { params: { "target"?: string | undefined }; data: Item<"allowed-nodes" | "allowed_nodes" | "dependent-ha-resources" | "has-dbus-vmstate" | "local_disks" | "local_resources" | "mapped-resource-info" | "mapped-resources" | "not-allowed-nodes" | "not_allowed_nodes" | "running"> };
    POST: { params: { "bwlimit"?: number | undefined; "online"?: Flag | undefined; "target": string }; data: Data };
  };
  "/nodes/{node}/{type}/{vmid}/mtunnel": {
    POST: { params: { "bridges"?: string | undefined; "storages"?: string | undefined }; data: unknown };
  };
  "/nodes/{node}/{type}/{vmid}/mtunnelwebsocket": {
    GET: { params: { "socket": string; "ticket": string }; data: Item<"port" | "socket"> };
  };
  "/nodes/{node}/{type}/{vmid}/pending": {
    GET: { params: {  }; data: List<"delete" | "key" | "pending" | "value"> };
  };
  "/nodes/{node}/{type}/{vmid}/remote_migrate": {
    POST: { params: { "bwlimit"?: number | undefined; "delete"?: Flag | undefined; "online"?: Flag | undefined; "target-bridge": string; "target-endpoint": string; "target-storage": string; "target-vmid"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/{type}/{vmid}/resize": {
    PUT: { params: { "digest"?: string | undefined; "disk": ("ide0" | "ide1" | "ide2" | "ide3" | "scsi0" | "scsi1" | "scsi2" | "scsi3" | "scsi4" | "scsi5" | "scsi6" | "scsi7" | "scsi8" | "scsi9" | "scsi10" | "scsi11" | "scsi12" | "scsi13" | "scsi14" | "scsi15" | "scsi16" | "scsi17" | "scsi18" | "scsi19" | "scsi20" | "scsi21" | "scsi22" | "scsi23" | "scsi24" | "scsi25" | "scsi26" | "scsi27" | "scsi28" | "scsi29" | "scsi30" | "virtio0" | "virtio1" | "virtio2" | "virtio3" | "virtio4" | "virtio5" | "virtio6" | "virtio7" | "virtio8" | "virtio9" | "virtio10" | "virtio11" | "virtio12" | "virtio13" | "virtio14" | "virtio15" | "sata0" | "sata1" | "sata2" | "sata3" | "sata4" | "sata5" | "efidisk0" | "tpmstate0") & ("rootfs" | "mp0" | "mp1" | "mp2" | "mp3" | "mp4" | "mp5" | "mp6" | "mp7" | "mp8" | "mp9" | "mp10" | "mp11" | "mp12" | "mp13" | "mp14" | "mp15" | "mp16" | "mp17" | "mp18" | "mp19" | "mp20" | "mp21" | "mp22" | "mp23" | "mp24" | "mp25" | "mp26" | "mp27" | "mp28" | "mp29" | "mp30" | "mp31" | "mp32" | "mp33" | "mp34" | "mp35" | "mp36" | "mp37" | "mp38" | "mp39" | "mp40" | "mp41" | "mp42" | "mp43" | "mp44" | "mp45" | "mp46" | "mp47" | "mp48" | "mp49" | "mp50" | "mp51" | "mp52" | "mp53" | "mp54" | "mp55" | "mp56" | "mp57" | "mp58" | "mp59" | "mp60" | "mp61" | "mp62" | "mp63" | "mp64" | "mp65" | "mp66" | "mp67" | "mp68" | "mp69" | "mp70" | "mp71" | "mp72" | "mp73" | "mp74" | "mp75" | "mp76" | "mp77" | "mp78" | "mp79" | "mp80" | "mp81" | "mp82" | "mp83" | "mp84" | "mp85" | "mp86" | "mp87" | "mp88" | "mp89" | "mp90" | "mp91" | "mp92" | "mp93" | "mp94" | "mp95" | "mp96" | "mp97" | "mp98" | "mp99" | "mp100" | "mp101" | "mp102" | "mp103" | "mp104" | "mp105" | "mp106" | "mp107" | "mp108" | "mp109" | "mp110" | "mp111" | "mp112" | "mp113" | "mp114" | "mp115" | "mp116" | "mp117" | "mp118" | "mp119" | "mp120" | "mp121" | "mp122" | "mp123" | "mp124" | "mp125" | "mp126" | "mp127" | "mp128" | "mp129" | "mp130" | "mp131" | "mp132" | "mp133" | "mp134" | "mp135" | "mp136" | "mp137" | "mp138" | "mp139" | "mp140" | "mp141" | "mp142" | "mp143" | "mp144" | "mp145" | "mp146" | "mp147" | "mp148" | "mp149" | "mp150" | "mp151" | "mp152" | "mp153" | "mp154" | "mp155" | "mp156" | "mp157" | "mp158" | "mp159" | "mp160" | "mp161" | "mp162" | "mp163" | "mp164" | "mp165" | "mp166" | "mp167" | "mp168" | "mp169" | "mp170" | "mp171" | "mp172" | "mp173" | "mp174" | "mp175" | "mp176" | "mp177" | "mp178" | "mp179" | "mp180" | "mp181" | "mp182" | "mp183" | "mp184" | "mp185" | "mp186" | "mp187" | "mp188" | "mp189" | "mp190" | "mp191" | "mp192" | "mp193" | "mp194" | "mp195" | "mp196" | "mp197" | "mp198" | "mp199" | "mp200" | "mp201" | "mp202" | "mp203" | "mp204" | "mp205" | "mp206" | "mp207" | "mp208" | "mp209" | "mp210" | "mp211" | "mp212" | "mp213" | "mp214" | "mp215" | "mp216" | "mp217" | "mp218" | "mp219" | "mp220" | "mp221" | "mp222" | "mp223" | "mp224" | "mp225" | "mp226" | "mp227" | "mp228" | "mp229" | "mp230" | "mp231" | "mp232" | "mp233" | "mp234" | "mp235" | "mp236" | "mp237" | "mp238" | "mp239" | "mp240" | "mp241" | "mp242" | "mp243" | "mp244" | "mp245" | "mp246" | "mp247" | "mp248" | "mp249" | "mp250" | "mp251" | "mp252" | "mp253" | "mp254" | "mp255"); "size": string }; data: Data };
  };
  "/nodes/{node}/{type}/{vmid}/rrd": {
    GET: { params: { "cf"?: "AVERAGE" | "MAX" | undefined; "ds": string; "timeframe": "hour" | "day" | "week" | "month" | "year" }; data: Item<"filename"> };
  };
  "/nodes/{node}/{type}/{vmid}/rrddata": {
    GET: { params: { "cf"?: "AVERAGE" | "MAX" | undefined; "timeframe": "hour" | "day" | "week" | "month" | "year" }; data: List<string> };
  };
  "/nodes/{node}/{type}/{vmid}/snapshot": {
    GET: { params: {  }; data: List<"description" | "name" | "parent" | "snaptime" | "vmstate"> };
    POST: { params: { "description"?: string | undefined; "snapname": string }; data: Data };
  };
  "/nodes/{node}/{type}/{vmid}/snapshot/{snapname}": {
    DELETE: { params: { "force"?: Flag | undefined }; data: Data };
    GET: { params: {  }; data: List<string> };
  };
  "/nodes/{node}/{type}/{vmid}/snapshot/{snapname}/config": {
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "description"?: string | undefined }; data: null };
  };
  "/nodes/{node}/{type}/{vmid}/snapshot/{snapname}/rollback": {
    POST: { params: { "start"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/{type}/{vmid}/spiceproxy": {
    POST: { params: { "proxy"?: string | undefined }; data: unknown };
  };
  "/nodes/{node}/{type}/{vmid}/status": {
    GET: { params: {  }; data: List<"subdir"> };
  };
  "/nodes/{node}/{type}/{vmid}/status/current": {
    GET: { params: {  }; data: Item<"agent" | "clipboard" | "cpu" | "cpus" | "disk" | "diskread" | "diskwrite" | "ha" | "lock" | "maxdisk" | "maxmem" | "maxswap" | "mem" | "memhost" | "name" | "netin" | "netout" | "pid" | "pressurecpufull" | "pressurecpusome" | "pressureiofull" | "pressureiosome" | "pressurememoryfull" | "pressurememorysome" | "qmpstatus" | "running-machine" | "running-qemu" | "serial" | "spice" | "status" | "tags" | "template" | "uptime" | "vmid"> };
  };
  "/nodes/{node}/{type}/{vmid}/status/reboot": {
    POST: { params: { "timeout"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/{type}/{vmid}/status/resume": {
    POST: { params: {  }; data: Data };
  };
  "/nodes/{node}/{type}/{vmid}/status/shutdown": {
    POST: { params: { "forceStop"?: Flag | undefined; "timeout"?: number | undefined }; data: Data };
  };
  "/nodes/{node}/{type}/{vmid}/status/start": {
    POST: { params: { "skiplock"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/{type}/{vmid}/status/stop": {
    POST: { params: { "overrule-shutdown"?: Flag | undefined; "skiplock"?: Flag | undefined }; data: Data };
  };
  "/nodes/{node}/{type}/{vmid}/status/suspend": {
    POST: { params: {  }; data: Data };
  };
  "/nodes/{node}/{type}/{vmid}/template": {
    POST: { params: {  }; data: Data };
  };
  "/nodes/{node}/{type}/{vmid}/termproxy": {
    POST: { params: {  }; data: unknown };
  };
  "/nodes/{node}/{type}/{vmid}/vncproxy": {
    POST: { params: { "websocket"?: Flag | undefined }; data: unknown };
  };
  "/nodes/{node}/{type}/{vmid}/vncwebsocket": {
    GET: { params: { "port": number; "vncticket": string }; data: Item<"port"> };
  };
  "/pools": {
    DELETE: { params: { "poolid": string }; data: null };
    GET: { params: { "poolid"?: string | undefined; "type"?: "qemu" | "lxc" | "storage" | undefined }; data: List<"comment" | "members" | "poolid"> };
    POST: { params: { "comment"?: string | undefined; "poolid": string }; data: null };
    PUT: { params: { "allow-move"?: Flag | undefined; "comment"?: string | undefined; "delete"?: Flag | undefined; "poolid": string; "storage"?: string | undefined; "vms"?: string | undefined }; data: null };
  };
  "/pools/{poolid}": {
    DELETE: { params: {  }; data: null };
    GET: { params: { "type"?: "qemu" | "lxc" | "storage" | undefined }; data: Item<"comment" | "members"> };
    PUT: { params: { "allow-move"?: Flag | undefined; "comment"?: string | undefined; "delete"?: Flag | undefined; "storage"?: string | undefined; "vms"?: string | undefined }; data: null };
  };
  "/storage": {
    GET: { params: { "type"?: "btrfs" | "cephfs" | "cifs" | "dir" | "esxi" | "iscsi" | "iscsidirect" | "lvm" | "lvmthin" | "nfs" | "pbs" | "rbd" | "zfs" | "zfspool" | undefined }; data: List<"storage"> };
    POST: { params: { "authsupported"?: string | undefined; "base"?: string | undefined; "blocksize"?: string | undefined; "bwlimit"?: string | undefined; "comstar_hg"?: string | undefined; "comstar_tg"?: string | undefined; "content"?: string | undefined; "content-dirs"?: string | undefined; "create-base-path"?: Flag | undefined; "create-subdirs"?: Flag | undefined; "data-pool"?: string | undefined; "datastore"?: string | undefined; "disable"?: Flag | undefined; "domain"?: string | undefined; "encryption-key"?: string | undefined; "export"?: string | undefined; "fingerprint"?: string | undefined; "format"?: "raw" | "qcow2" | "subvol" | "vmdk" | undefined; "fs-name"?: string | undefined; "fuse"?: Flag | undefined; "is_mountpoint"?: string | undefined; "iscsiprovider"?: string | undefined; "keyring"?: string | undefined; "krbd"?: Flag | undefined; "lio_tpg"?: string | undefined; "master-pubkey"?: string | undefined; "max-protected-backups"?: number | undefined; "mkdir"?: Flag | undefined; "monhost"?: string | undefined; "mountpoint"?: string | undefined; "namespace"?: string | undefined; "nocow"?: Flag | undefined; "nodes"?: string | undefined; "nowritecache"?: Flag | undefined; "options"?: string | undefined; "password"?: string | undefined; "path"?: string | undefined; "pool"?: string | undefined; "port"?: number | undefined; "portal"?: string | undefined; "preallocation"?: "off" | "metadata" | "falloc" | "full" | undefined; "prune-backups"?: string | undefined; "saferemove"?: Flag | undefined; "saferemove-stepsize"?: "1" | "2" | "4" | "8" | "16" | "32" | undefined; "saferemove_throughput"?: string | undefined; "server"?: string | undefined; "share"?: string | undefined; "shared"?: Flag | undefined; "skip-cert-verification"?: Flag | undefined; "smbversion"?: "default" | "2.0" | "2.1" | "3" | "3.0" | "3.11" | undefined; "snapshot-as-volume-chain"?: Flag | undefined; "sparse"?: Flag | undefined; "storage": string; "subdir"?: string | undefined; "tagged_only"?: Flag | undefined; "target"?: string | undefined; "thinpool"?: string | undefined; "type": "btrfs" | "cephfs" | "cifs" | "dir" | "esxi" | "iscsi" | "iscsidirect" | "lvm" | "lvmthin" | "nfs" | "pbs" | "rbd" | "zfs" | "zfspool"; "username"?: string | undefined; "vgname"?: string | undefined; "zfs-base-path"?: string | undefined }; data: Item<"config" | "storage" | "type"> };
  };
  "/storage/{storage}": {
    DELETE: { params: {  }; data: null };
    GET: { params: {  }; data: Item<string> };
    PUT: { params: { "blocksize"?: string | undefined; "bwlimit"?: string | undefined; "comstar_hg"?: string | undefined; "comstar_tg"?: string | undefined; "content"?: string | undefined; "content-dirs"?: string | undefined; "create-base-path"?: Flag | undefined; "create-subdirs"?: Flag | undefined; "data-pool"?: string | undefined; "delete"?: string | undefined; "digest"?: string | undefined; "disable"?: Flag | undefined; "domain"?: string | undefined; "encryption-key"?: string | undefined; "fingerprint"?: string | undefined; "format"?: "raw" | "qcow2" | "subvol" | "vmdk" | undefined; "fs-name"?: string | undefined; "fuse"?: Flag | undefined; "is_mountpoint"?: string | undefined; "keyring"?: string | undefined; "krbd"?: Flag | undefined; "lio_tpg"?: string | undefined; "master-pubkey"?: string | undefined; "max-protected-backups"?: number | undefined; "mkdir"?: Flag | undefined; "monhost"?: string | undefined; "mountpoint"?: string | undefined; "namespace"?: string | undefined; "nocow"?: Flag | undefined; "nodes"?: string | undefined; "nowritecache"?: Flag | undefined; "options"?: string | undefined; "password"?: string | undefined; "pool"?: string | undefined; "port"?: number | undefined; "preallocation"?: "off" | "metadata" | "falloc" | "full" | undefined; "prune-backups"?: string | undefined; "saferemove"?: Flag | undefined; "saferemove-stepsize"?: "1" | "2" | "4" | "8" | "16" | "32" | undefined; "saferemove_throughput"?: string | undefined; "server"?: string | undefined; "shared"?: Flag | undefined; "skip-cert-verification"?: Flag | undefined; "smbversion"?: "default" | "2.0" | "2.1" | "3" | "3.0" | "3.11" | undefined; "snapshot-as-volume-chain"?: Flag | undefined; "sparse"?: Flag | undefined; "subdir"?: string | undefined; "tagged_only"?: Flag | undefined; "username"?: string | undefined; "zfs-base-path"?: string | undefined }; data: Item<"config" | "storage" | "type"> };
  };
  "/version": {
    GET: { params: {  }; data: Item<"console" | "release" | "repoid" | "version"> };
  };
}
