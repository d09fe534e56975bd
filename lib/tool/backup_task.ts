import { onFailure } from "../errors.ts";
import type { Pbs } from "../pbs/pbs.ts";
import type { RunningTask } from "../pbs/running.ts";
import type { TaskState } from "../proxmox/tasks.ts";
import type { Pve } from "../proxmox/pve.ts";

interface Following {
  readonly pbs: Pbs;
  readonly wait: boolean;
  readonly timeout_seconds: number;
  /** The task that does the same already. */
  readonly running: () => Promise<RunningTask | undefined>;
  /** True for the refusal of a second one at a time. */
  readonly isLocked?: (error: unknown) => boolean;
  /** Gives the UPID. */
  readonly start: () => Promise<unknown>;
}

/** Follows the task of a backup server that does what is wanted already, or starts one. */
export async function followBackupTask(
  pve: Pve,
  { pbs, wait, timeout_seconds, running, isLocked = () => false, start }: Following,
): Promise<TaskState & { joined?: true }> {
  const patience = { wait, timeoutMs: timeout_seconds * 1000 };
  const join = async ({ upid }: RunningTask) => {
    pve.join({ upid, vmids: pve.vmids });
    pve.warn("it runs already: nothing was sent, and that task is followed");
    return { joined: true as const, ...await pbs.task(upid, patience) };
  };
  const known = await running();
  if (known !== undefined) return await join(known);
  try {
    return await pbs.task(await start(), patience);
  } catch (error) {
    const other = isLocked(error) ? await running() : undefined;
    if (other === undefined) throw error;
    return await join(other);
  }
}

/** What is read of a change that was made; that it cannot be read, which is told, is no failure of the change. */
export function readAfter<T>(
  pve: Pick<Pve, "warn">,
  read: () => Promise<T>,
): Promise<T | undefined> {
  return read().catch(onFailure((error) => {
    pve.warn(`it was done, and what it came to could not be read: ${error.message}`);
    return undefined;
  }));
}
