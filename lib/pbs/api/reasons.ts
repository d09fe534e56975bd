import type { ErrorCode } from "../../errors.ts";
import type { PbsErrorKind } from "./errors.ts";

/** What a reason means; `privilege` and `path` of the right that is lacking stand in groups of the pattern. */
export interface Reason {
  readonly kind: PbsErrorKind;
  readonly code: ErrorCode;
  /** The whole of what the server says, as it was recorded from 4.2.1. */
  readonly said: RegExp;
  /** What to do about it, or what is meant; a sentence's end. */
  readonly remedy?: string;
}

const GONE = "No such file or directory";
const GONE_REMEDY = "there is no such snapshot, group or namespace there, or its backup still runs";

/**
 * The first that fits a reason gives its kind. Nearly all that fails is status 400, so there is nothing but
 * the text to tell it by.
 */
export const REASONS: readonly Reason[] = [
  // Lack of rights: requests.txt, jobs.txt, late.txt.
  {
    kind: "denied",
    code: "forbidden",
    said: /^permission check failed - missing (?<privilege>[\w.|]+) on (?<path>\/\S*)$/,
  },
  {
    kind: "denied",
    code: "forbidden",
    said: /^missing permissions '(?<privilege>[\w.|]+)' on '(?<path>\/[^']*)'$/,
  },
  { kind: "denied", code: "forbidden", said: /^permission check failed\.?$/ },
  {
    kind: "denied",
    code: "forbidden",
    said: /^task access not allowed$/,
    remedy: "tasks of others need Sys.Audit on /system/tasks",
  },
  { kind: "denied", code: "forbidden", said: /^not allowed to list permissions of \S+$/ },
  {
    kind: "denied",
    code: "forbidden",
    said: /^backup owner check failed \(\S+ != \S+\)$/,
    remedy: "the group belongs to another token",
  },
  { kind: "denied", code: "forbidden", said: /^API tokens cannot access this API endpoint$/ },
  {
    kind: "denied",
    code: "forbidden",
    said: /^\S+ does not have permission to change owner of backup group '.*' to \S+$/,
  },
  // What is not there: requests.txt, traps.txt.
  {
    kind: "missing",
    code: "not_found",
    said: /^no such (?:datastore|verification|sync|prune|job|user|token|remote) '.*'\.?$/,
  },
  { kind: "missing", code: "not_found", said: /^unknown service name '.*'$/ },
  {
    kind: "store_away",
    code: "unavailable",
    said: /^unable to open chunk store at ".*" - .*$/s,
    remedy: "the datastore's folder is gone or not mounted",
  },
  {
    kind: "store_away",
    code: "unavailable",
    // Of a removable one (DataStore::lookup_datastore).
    said: /^[Dd]atastore '.*' is not mounted$/,
  },
  {
    kind: "missing",
    code: "not_found",
    said: new RegExp(`^ENOENT: ${GONE}$`),
    remedy: GONE_REMEDY,
  },
  {
    kind: "missing",
    code: "not_found",
    said: new RegExp(`^(?:.* - )?unable to load blob '".*"' - ${GONE} \\(os error 2\\)$`, "s"),
    remedy: GONE_REMEDY,
  },
  {
    kind: "missing",
    code: "not_found",
    said: new RegExp(`^.*removing backup snapshot ".*" failed - ${GONE} \\(os error 2\\)$`, "s"),
    remedy: GONE_REMEDY,
  },
  {
    kind: "missing",
    code: "not_found",
    said: new RegExp(`^read dir ".*" - ENOENT: ${GONE}$`, "s"),
    remedy: GONE_REMEDY,
  },
  {
    kind: "missing",
    code: "not_found",
    said: new RegExp(`^${GONE} \\(os error 2\\)$`),
    remedy: "there is no such task, or its log is gone",
  },
  {
    kind: "missing",
    code: "not_found",
    said: /^cannot create new namespace, parent .* doesn't already exists$/,
  },
  // How things stand: jobs.txt, traps.txt, more.txt.
  {
    kind: "offline",
    code: "unavailable",
    // Before 4.0 "is in"; it also is being deleted or unmounted (MaintenanceMode::check).
    said:
      /^datastore '.*' is (?:unavailable:|in) (?:.* maintenance mode: ?.*|datastore is being \w+)$/s,
  },
  { kind: "exists", code: "conflict", said: /^.* already exists\.?$/s },
  {
    kind: "modified",
    code: "conflict",
    said: /^detected modified configuration - file changed by other user\? Try again\.$/,
    remedy: "read it again, then retry",
  },
  {
    kind: "locked",
    code: "conflict",
    said: /^.*[Uu]nable to acquire (?:snapshot )?lock ".*".*$/s,
    remedy: "a backup or a job uses it now",
  },
  {
    kind: "locked",
    code: "conflict",
    said: /^while (?:updating the protection status of snapshot|destroying group) '.*'$/s,
    remedy: "a backup into it is running",
  },
  { kind: "protected", code: "conflict", said: /^.*cannot remove protected snapshot$/s },
  {
    kind: "partly_done",
    code: "conflict",
    said: /^group only partially deleted due to protected snapshots$/,
    remedy: "all others are deleted",
  },
  {
    kind: "partly_done",
    code: "conflict",
    said: /^only partially deleted due to existing groups but `delete-groups` not true$/,
  },
  { kind: "encrypted", code: "conflict", said: /^cannot decode '.*' - is encrypted$/ },
  {
    kind: "in_use",
    code: "conflict",
    said: /^remote '.*' is used by sync job '.*' \(datastore '.*'\)$/,
  },
  {
    kind: "remote_away",
    code: "unavailable",
    said: /^failed to scan remote '.*' - .*$/s,
    remedy: "see its host, fingerprint and credentials",
  },
  {
    kind: "daemon_away",
    code: "unavailable",
    said: /^client error \(Connect\)$/,
    remedy: "its service proxmox-backup is down: nothing can be changed there until it runs",
  },
];

/** A value that is refused, without or before the name of its parameter: requests.txt, traps.txt. */
export const REFUSED_VALUES: readonly RegExp[] = [
  /^unknown variant `.*`, expected one of .*$/s,
  /^parameters do not specify a backup group or snapshot$/,
  /^invalid acl path '.*'\.$/,
  /^Cannot create\/delete root namespace!$/,
  /^namespace too deep, .*$/,
  /^Request body too large$/,
  /^EOF while parsing a value at line \d+ column \d+$/,
  /^Unsupported output format '.*'\.$/,
];
