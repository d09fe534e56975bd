import { rowAt } from "../audit/row.ts";
import type { AuditTrail } from "../audit/trail.ts";
import type { Halt, Halts } from "../database/halts.ts";
import { AppError, messageOf } from "../errors.ts";
import { visibleLine } from "../log/visible.ts";
import { shortTime } from "./table.ts";

interface Parts {
  readonly halts: Halts;
  /** Opened once the halt is in force: nothing that is wrong with it may delay that. */
  readonly trail: () => AuditTrail | Promise<AuditTrail>;
}

/** Who asks for it, when, and by what way. */
export interface Asker {
  readonly by: string;
  readonly at: Date;
  readonly door: "command" | "signal";
}

/**
 * Halts all changes; a halt that is in force stays. Gives what is in force now.
 *
 * @throws AppError `unavailable` when that left no audit row; changes are halted all the same
 */
export async function halt(
  { halts, trail }: Parts,
  { reason, ...asker }: Asker & { readonly reason: string },
): Promise<Halt> {
  const asked = { by: asker.by, reason, since: asker.at };
  const now = await halts.begin(asked);
  await keepRow(trail, { ...asker, tool: "halt", told: { reason } });
  return now;
}

/** Lets changes be made again. Gives the halt that was in force. */
export async function resume({ halts, trail }: Parts, asker: Asker): Promise<Halt | undefined> {
  const ended = await halts.end();
  await keepRow(trail, { ...asker, tool: "resume", told: ended === undefined ? {} : ended });
  return ended;
}

/** `since 2026-07-01 12:00 by local:ada (a reason)`. */
export function haltText({ by, reason, since }: Halt): string {
  const why = reason === "" ? "" : ` (${reason})`;
  return visibleLine(`since ${shortTime(since)} by ${by}${why}`);
}

async function keepRow(
  trail: Parts["trail"],
  { at, by, door, tool, told }: Asker & { readonly tool: string; readonly told: object },
): Promise<void> {
  try {
    const row = { user: by, door, tool, arguments: JSON.stringify(told) };
    await (await trail()).append({ ...rowAt(at), ...row });
  } catch (error) {
    const state = tool === "halt" ? "Changes are halted" : "Changes go on";
    const message = `${state}, but the audit row could not be kept: ${messageOf(error)}`;
    throw new AppError("unavailable", message, { cause: error });
  }
}
