import { AppError } from "../../errors.ts";
import { isKind } from "../api/errors.ts";
import type { ParamsOf, RowOf } from "../api/types.ts";
import { compact, flag, text, time } from "../api/values.ts";
import { type Guest, guestsIn } from "../guest/directory.ts";
import { assertKnown, nodesIn, poolsIn } from "../known.ts";
import type { Pve } from "../pve.ts";
import { retentionOf } from "./backups.ts";
import { chooseJobStorage } from "./job_storage.ts";
import { placesOf } from "./places.ts";

export type JobRow = RowOf<"/cluster/backup">;
export type JobParams = Omit<ParamsOf<"/cluster/backup/{id}", "PUT">, "delete">;

/** A job as callers ask for it; what is undefined is left as it is. */
export interface JobSettings {
  readonly schedule?: string | undefined;
  /** All guests, those that are made later included. */
  readonly all?: boolean | undefined;
  readonly vmids?: readonly (number | string)[] | undefined;
  readonly pool?: string | undefined;
  /** Of all guests. */
  readonly exclude?: readonly (number | string)[] | undefined;
  readonly storage?: string | undefined;
  readonly node?: string | undefined;
  readonly mode?: "snapshot" | "suspend" | "stop" | undefined;
  readonly compress?: "0" | "gzip" | "lzo" | "zstd" | undefined;
  readonly keep?: string | undefined;
  readonly notes_template?: string | undefined;
  readonly comment?: string | undefined;
  readonly enabled?: boolean | undefined;
}

const SHOWN_RUNS = 3;

/**
 * When a schedule runs next, RFC 3339.
 *
 * @throws AppError `invalid` with Proxmox's reason and examples
 */
export async function nextRuns(pve: Pve, schedule: string): Promise<string[]> {
  const rows = await pve.list("/cluster/jobs/schedule-analyze", {}, {
    schedule,
    iterations: SHOWN_RUNS,
  }).catch((error) => {
    if (!isKind(error, "invalid_parameters")) throw error;
    const examples = '"02:00", "mon..fri 21:00", "sun 03:30", "*-*-01 04:00"';
    throw error.withMessage(`${error.message.trimEnd()}; schedules are like ${examples}`);
  });
  return rows.map((row) => time(row.timestamp)).filter((run) => run !== undefined);
}

/**
 * A job that is to be changed or run: the call is about the guests that it covers.
 *
 * @throws AppError `not_found` that lists the jobs
 */
export async function requireJob(pve: Pve, id: string): Promise<JobRow> {
  const rows = await pve.list("/cluster/backup");
  const found = rows.find((row) => row.id === id);
  if (found) {
    pve.concerns(text(found.vmid) === undefined ? null : found);
    return found;
  }
  assertKnown(id, { what: "backup job", known: rows.map((row) => String(row.id)) });
  throw new AppError("not_found", `there is no backup job ${id}`);
}

/**
 * The settings as Proxmox takes them, each of which stands for something that there is.
 *
 * @param options.isNew chooses a storage where none is given
 * @throws AppError `invalid`, `not_found`
 */
export async function jobParams(
  pve: Pve,
  given: JobSettings,
  { isNew = false } = {},
): Promise<JobParams> {
  const { schedule, node, mode, compress, keep, comment, enabled, notes_template } = given;
  const resources = await pve.resources();
  assertKnown(node, { what: "node", known: nodesIn(resources) });
  assertKnown(given.pool, {
    what: "pool",
    known: [
      ...poolsIn(resources),
      ...resources.filter(({ type }) => type === "pool").map(({ id }) => id.slice("/pool/".length)),
    ],
  });
  if (given.storage !== undefined) {
    placesOf(resources, { storage: given.storage, node, content: "backup" }, pve.advice);
  }
  const storage = given.storage ?? (isNew ? chooseJobStorage(pve, resources, node) : undefined);
  return compact({
    ...await selectionParams(pve, given),
    schedule,
    storage,
    node,
    mode,
    compress,
    "prune-backups": keep,
    // One line, with its own escapes.
    "notes-template": notes_template?.replaceAll("\\", "\\\\").replaceAll(/\r?\n/g, "\\n"),
    comment,
    enabled,
  });
}

/** Which guests: `all`, with or without some; some by their vmids; those of a pool. */
async function selectionParams(
  pve: Pve,
  { all, vmids, pool, exclude }: JobSettings,
): Promise<Pick<JobParams, "all" | "exclude" | "pool" | "vmid">> {
  const given = [all || undefined, vmids, pool].filter((each) => each !== undefined);
  if (given.length > 1) throw new AppError("invalid", "give one of all, vmids and pool");
  if (exclude && (vmids ?? pool) !== undefined) {
    throw new AppError("invalid", "exclude goes with all, not with vmids or pool");
  }
  return compact({
    all: all || undefined,
    vmid: vmids && await vmidList(pve, vmids),
    pool,
    exclude: exclude && await vmidList(pve, exclude),
  });
}

async function vmidList(pve: Pve, given: readonly (number | string)[]): Promise<string> {
  const found: number[] = [];
  for (const vmid of given) found.push((await pve.find({ vmid })).vmid);
  return [...new Set(found)].sort((a, b) => a - b).join(",");
}

/** The guests that a job covers now, as far as the token may see them. */
export function guestsOf(row: JobRow, resources: Parameters<typeof guestsIn>[0]): Guest[] {
  const node = text(row.node);
  const guests = guestsIn(resources).filter((guest) => node === undefined || guest.node === node);
  const pool = text(row.pool);
  if (pool !== undefined) return guests.filter((guest) => guest.pool === pool);
  const [excluded, included] = [vmidsIn(row.exclude), vmidsIn(row.vmid)];
  return flag(row.all)
    ? guests.filter(({ vmid }) => !excluded.includes(vmid))
    : guests.filter(({ vmid }) => included.includes(vmid));
}

export function vmidsIn(list: unknown): number[] {
  return (text(list) ?? "").split(/[\s,;]+/).filter((part) => part !== "").map(Number)
    .sort((a, b) => a - b);
}

/** The settings that a job has, in the words in which they are asked for. */
export function settingsOf(row: JobRow): JobSettings {
  const pool = text(row.pool);
  const [vmids, exclude] = [vmidsIn(row.vmid), vmidsIn(row.exclude)];
  return compact({
    schedule: text(row.schedule),
    all: flag(row.all) || undefined,
    vmids: vmids.length > 0 ? vmids : undefined,
    pool,
    exclude: exclude.length > 0 ? exclude : undefined,
    storage: text(row.storage),
    node: text(row.node),
    mode: text(row.mode) as JobSettings["mode"] ?? "snapshot",
    compress: (text(row.compress) ?? "0") as JobSettings["compress"],
    keep: retentionOf(row["prune-backups"])?.split(",").sort().join(","),
    notes_template: text(row["notes-template"])?.replaceAll(
      /\\([\\n])/g,
      (_, escaped) => escaped === "n" ? "\n" : "\\",
    ),
    comment: text(row.comment),
    // Absent means enabled.
    enabled: row.enabled === undefined || flag(row.enabled),
  });
}
