import type { ParamsOf } from "../api/types.ts";
import { flag, isRecord, text } from "../api/values.ts";
import type { Pve } from "../pve.ts";
import type { JobRow } from "./jobs.ts";

type RunParams = ParamsOf<"/nodes/{node}/vzdump", "POST">;

/** What a job says of how it backs up, and not of when, where its guests are or what is pruned after. */
const KEPT = [
  "bwlimit",
  "compress",
  "exclude-path",
  "fleecing",
  "ionice",
  "lockwait",
  "mailnotification",
  "mailto",
  "mode",
  "notes-template",
  "notification-mode",
  "pbs-change-detection-mode",
  "performance",
  "pigz",
  "pool",
  "protected",
  "stdexcludes",
  "stopwait",
  "storage",
  "zstd",
] as const;

const ROOT_ONLY = ["dumpdir", "script", "tmpdir"] as const;

/**
 * The parameters of a backup that is made now as a job makes it, as the web interface's "Run now" sends
 * them (`www/manager6/dc/Backup.js`), but that no older backup goes.
 */
export function runParams(pve: Pve, job: JobRow): RunParams {
  const barred = ROOT_ONLY.filter((key) => job[key] !== undefined);
  pve.check(
    "an API token may run the job",
    barred.length === 0,
    `the job sets ${barred.join(", ")}, which only root@pam without a token may`,
  );
  const kept = KEPT.filter((key) => job[key] !== undefined).map((key) => [key, asText(job[key])]);
  const selection = flag(job.all)
    ? { all: true, ...(text(job.exclude) === undefined ? {} : { exclude: text(job.exclude) }) }
    : {};
  return { ...Object.fromEntries(kept), ...selection, remove: false };
}

/** Objects are sent as property strings. */
function asText(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.entries(value).map(([key, part]) => `${key}=${part}`).join(",");
}
