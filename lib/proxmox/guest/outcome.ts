import { isKind } from "../api/errors.ts";
import { compact, text } from "../api/values.ts";
import type { Pve } from "../pve.ts";
import type { Subject } from "../sharing.ts";
import { currentState } from "./power.ts";

type Output = Readonly<Record<string, unknown>>;

/**
 * What a change answers, led by the guest that it is about and what became of that; the task, whose own
 * state is easily taken for the guest's, has a place for itself.
 *
 * @param options.reads whether to ask how the guest stands
 */
export async function withOutcome(
  pve: Pve,
  output: Output,
  { reads }: { reads: boolean },
): Promise<Output> {
  const { subject } = pve;
  const { upid, status, exit_status: exit, log_tail: tail } = output;
  const task = status === undefined
    ? {}
    : { task: compact({ upid, status, exit_status: exit, log_tail: tail }) };
  if (subject === undefined) return { ...output, ...task };
  const { vmid, name } = subject;
  const known = reads && output.guest_status === undefined ? await standing(pve, subject) : {};
  return { ...compact({ vmid, name }), ...known, ...output, ...task };
}

/** The change is made: not knowing how the guest stands now makes it no failure. */
async function standing(
  pve: Pve,
  { goes = false, ...guest }: Subject,
): Promise<{ name?: string; guest_status?: string }> {
  try {
    const { row, status } = await currentState(pve, guest);
    return compact({ name: text(row.name), guest_status: status });
  } catch (error) {
    return { guest_status: goes && isKind(error, "missing") ? "deleted" : "unknown" };
  }
}
