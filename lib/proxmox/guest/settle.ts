import type { Patience } from "../following.ts";
import type { Pve } from "../pve.ts";
import type { TaskState } from "../tasks.ts";

/** Follows the task of a change that Proxmox may also make at once, naming no task. */
export function settle(
  pve: Pve,
  upid: unknown,
  options: Patience,
): Promise<Partial<TaskState>> {
  if (typeof upid === "string" && upid !== "") return pve.task(upid, options);
  return Promise.resolve({ status: "stopped", exit_status: "OK" });
}
