import { AppError } from "../../errors.ts";
import type { Patience } from "../following.ts";
import type { Pve } from "../pve.ts";
import { parseUpid, type TaskState } from "../tasks.ts";
import { type Guest, guestLabel } from "./directory.ts";
import { currentState } from "./power.ts";

const DEFAULT_WAIT_SECONDS = 300;
const POLL_MS = 1_000;

/** Asks how a guest stands until that is as wanted or time or patience are over; gives how it stands then. */
export async function untilStatus(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
  { wanted, seconds = DEFAULT_WAIT_SECONDS }: {
    wanted: string;
    seconds?: number | undefined;
  },
): Promise<string> {
  const ends = pve.now().getTime() + Math.min(seconds * 1000, pve.patienceMs);
  for (;;) {
    const { status } = await currentState(pve, guest);
    if (status === wanted || pve.now().getTime() >= ends) return status;
    await pve.sleep(POLL_MS);
  }
}

/**
 * Follows the task that makes a guest or rolls it back, then the start that was asked for with it: that is
 * a task of its own, which the first neither waits for nor names, and whose failure is none of it (seen
 * with 9.2).
 */
export async function withStart(
  pve: Pve,
  { guest: { node, type, vmid }, upid, patience }: {
    guest: Pick<Guest, "node" | "type" | "vmid">;
    upid: unknown;
    patience: Patience;
  },
): Promise<TaskState & { guest_status?: string }> {
  const task = await pve.task(upid, { ...patience, mustSeeEnd: true });
  if (pve.dryRun) return task;
  const label = guestLabel({ type, vmid });
  if (task.status !== "stopped") {
    pve.warn(`the start of ${label} comes after, as a task of its own; ${pve.advice.guest}`);
    return task;
  }
  const since = parseUpid(task.upid).startTime.getTime() / 1000;
  try {
    const begun = await pve.list("/nodes/{node}/tasks", { node }, { vmid, since, source: "all" });
    const start = begun.find((row) => /^(?:qm|vz|ha)start$/.test(String(row.type)));
    if (start !== undefined) await pve.finished(start.upid, patience);
    const { status } = await currentState(pve, { node, type, vmid });
    if (status !== "running") pve.warn(`${label} does not run yet; ${pve.advice.guest}`);
    return { ...task, guest_status: status };
  } catch (error) {
    // What was begun first is done.
    if (!(error instanceof AppError)) throw error;
    pve.warn(`the start of ${label}: ${error.message}`);
    return task;
  }
}

/** What a change comes to that is made, or made in full, only after its task has ended. */
export interface Late {
  /** `ha`: the task is only the request to HA's manager. `restart`: it ends when the guest is down. */
  readonly by: "ha" | "restart";
  /** How the guest stands in the end. */
  readonly wanted: string;
  readonly seconds?: number | undefined;
}

/** Waits for what comes after the task; when that has not come, says so. */
export async function afterwards(
  pve: Pve,
  guest: Guest,
  { by, task, wanted, seconds }: Late & { task: TaskState },
): Promise<{ guest_status?: string; notes?: string[] }> {
  const open = by === "ha"
    ? `HA does it: the task is only the request; ${pve.advice.guest}`
    : `${guestLabel(guest)} starts again once it is down; ${pve.advice.guest}`;
  if (task.status !== "stopped") return by === "ha" ? { notes: [open] } : {};
  try {
    const status = await untilStatus(pve, guest, { wanted, seconds });
    return { guest_status: status, ...(status === wanted ? {} : { notes: [open] }) };
  } catch (error) {
    // The change is asked for: HA may have moved the guest meanwhile.
    if (!(error instanceof AppError)) throw error;
    return { notes: [open] };
  }
}
