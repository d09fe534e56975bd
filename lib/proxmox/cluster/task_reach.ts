import { AppError } from "../../errors.ts";
import { isKind } from "../api/errors.ts";
import { text } from "../api/values.ts";
import type { Pve } from "../pve.ts";
import { parseUpid } from "../tasks.ts";

const VMID = "[1-9]\\d{2,8}";
const VMIDS = new RegExp(`^${VMID}(?:[,; ]+${VMID})*$`);
/** `104@local`: the deletion of a volume of guest 104. */
const OWNER = new RegExp(`^(${VMID})@`);
/** Its command line, with the vmids first: seen on 9.2. */
const BACKUP_BEGINS = /starting new backup job: vzdump((?: \d+)*)(.*)$/;
const HEAD_LINES = 20;

/** The guests that a task's id names; undefined when it names none, whatever guests the task concerns. */
export function guestsNamed(id: string | undefined): number[] | undefined {
  const owner = OWNER.exec(id ?? "")?.[1];
  if (owner !== undefined) return [Number(owner)];
  return VMIDS.test(id ?? "") ? id?.split(/[,; ]+/).map(Number) : undefined;
}

/**
 * The guests of a backup of several, by the beginning of its log: the UPID of such a task names none.
 * `others` is true when there may be more, since Proxmox chose them: all, or those of a pool.
 */
export function guestsInLog(lines: readonly string[]): { vmids: number[]; others: boolean } {
  const [, named = "", options = ""] = lines.map((line) => BACKUP_BEGINS.exec(line))
    .find((match) => match !== null) ?? [];
  const skipped = lines.flatMap((line) => /skip external VMs: (.*)$/.exec(line)?.[1] ?? []);
  const vmids = [named, ...skipped].join(" ").match(/\d+/g)?.map(Number) ?? [];
  return { vmids, others: named === "" || / --(?:all|pool)\b/.test(options) };
}

/**
 * Tells which tasks of a list the token may see: those of guests when its limits include every one of
 * them, any other when they include all that the node may hold.
 */
export async function tasksWithin(
  pve: Pve,
): Promise<(task: { node: string; id: string | undefined }) => boolean> {
  if (pve.reach.everything) return () => true;
  const includes = await pve.includes();
  return ({ node, id }) =>
    guestsNamed(id)?.every((vmid) => includes(vmid, node)) ?? pve.reach.node(node);
}

/**
 * Refuses a task that the token's limits do not include, in the same words as one that there is not.
 *
 * @throws AppError `invalid` for what is no UPID, `not_found`
 */
export async function assertTask(pve: Pve, upid: string): Promise<void> {
  const task = parseUpid(upid);
  const { node, type, id } = task;
  if (pve.reach.everything) return;
  const backups = type === "vzdump" && id === "";
  const known = pve.reach.sees(node) &&
    (backups ? await areBackupsWithin(pve, upid) : (await tasksWithin(pve))(task));
  if (!known) throw noSuchTask();
  await pve.get("/nodes/{node}/tasks/{upid}/status", { node, upid }).catch(asNoSuchTask);
}

async function areBackupsWithin(pve: Pve, upid: string): Promise<boolean> {
  const { node } = parseUpid(upid);
  const head = { start: 0, limit: HEAD_LINES };
  const rows = await pve.list("/nodes/{node}/tasks/{upid}/log", { node, upid }, head)
    .catch(asNoSuchTask);
  const includes = await pve.includes();
  const { others, vmids } = guestsInLog(rows.map((row) => text(row.t) ?? ""));
  return vmids.every((vmid) => includes(vmid, node)) && (!others || pve.reach.node(node));
}

function asNoSuchTask(error: unknown): never {
  throw isKind(error, "missing") ? noSuchTask() : error;
}

function noSuchTask(): AppError {
  return new AppError("not_found", "there is no such task within the token's limits");
}
