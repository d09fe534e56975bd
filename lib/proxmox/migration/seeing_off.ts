import { Limit } from "../../abort.ts";
import { unlessAborted } from "../../upstream/abort.ts";
import { isRunning, taskOf } from "../cluster/task_list.ts";
import { AppError } from "../../errors.ts";
import { isKind } from "../api/errors.ts";
import type { Guest } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";
import { parseUpid } from "../tasks.ts";
import { type Pass, withdraw } from "./pass.ts";

/** What is known of the request that was to move a guest. */
export type Sent =
  | { readonly kind: "task"; readonly upid: string }
  /** Proxmox has refused it, or it was not sent. */
  | { readonly kind: "nothing" }
  /** Proxmox may have it, or get it still. */
  | { readonly kind: "unknown" };

const POLL_MS = 3_000;
const SLOWEST_MS = 60_000;
/** A request that was on its way when nobody waited for it any more has begun its task by then. */
const ARRIVED_MS = 60_000;
const MIGRATIONS = ["qmigrate", "vzmigrate"];

/**
 * Waits until a guest is no longer on its way, and deletes the token that it was sent with, as often as that
 * takes, until Proxmox takes it no more by itself.
 */
export async function seeOff(
  source: Pve,
  target: Pve,
  { ended, guest, pass, sent }: {
    guest: Guest;
    pass: Pass;
    sent: Promise<Sent>;
    /** Resolves when somebody knows that the task has ended. */
    ended: Promise<unknown>;
  },
): Promise<void> {
  const isOver = () => source.now().getTime() / 1000 >= pass.expires;
  const known = await unlessAborted(sent, source.signal);
  const upid = known.kind === "task"
    ? known.upid
    : known.kind === "unknown"
    ? await taskOnItsWay(source, guest)
    : undefined;
  if (upid !== undefined) {
    let wake = ended;
    while (!isOver() && await runs(source, upid)) {
      if (await pause(source, POLL_MS, wake)) wake = new Promise(() => {});
    }
  }
  for (let ms = POLL_MS;; ms = Math.min(ms * 2, SLOWEST_MS)) {
    try {
      return await withdraw(target, pass);
    } catch (error) {
      if (!(error instanceof AppError) || target.signal.aborted || isOver()) throw error;
    }
    await target.sleep(ms);
  }
}

/** Passes some time, or less when what is waited for has happened; true then. */
async function pause(pve: Pve, ms: number, happened: Promise<unknown>): Promise<boolean> {
  using nap = new Limit(pve.signal);
  // Who is told to stop is told so by the next request.
  const passed = pve.sleep(ms, nap.signal).then(() => false, () => false);
  const has = await Promise.race([passed, happened.then(() => true)]);
  nap.abort();
  return has;
}

/** Whether the task runs; true too while nobody can tell. */
async function runs(source: Pve, upid: string): Promise<boolean> {
  try {
    const { node } = parseUpid(upid);
    const { status } = await source.get("/nodes/{node}/tasks/{upid}/status", { node, upid });
    return status !== "stopped";
  } catch (error) {
    if (source.signal.aborted || !(error instanceof AppError)) throw error;
    return !isKind(error, "missing", "invalid_parameters");
  }
}

/** The task that moves the guest, should it be there yet. */
async function taskOnItsWay(source: Pve, { node, vmid }: Guest): Promise<string | undefined> {
  const until = source.now().getTime() + ARRIVED_MS;
  while (true) {
    const rows = await source.list("/nodes/{node}/tasks", { node }, { source: "active", vmid })
      .catch((error) => {
        if (source.signal.aborted) throw error;
        return [];
      });
    const task = rows.map((row) => taskOf(row, node)).find((task) =>
      MIGRATIONS.includes(task.type ?? "") && isRunning(task)
    );
    if (task !== undefined) return task.upid;
    if (source.now().getTime() >= until) return undefined;
    await source.sleep(POLL_MS);
  }
}
