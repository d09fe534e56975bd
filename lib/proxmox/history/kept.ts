import type { History, KeptState } from "../../database/history.ts";
import { AppError } from "../../errors.ts";
import type { Pve } from "../pve.ts";
import { type Content, contentOf, OBJECTS } from "./content.ts";
import { pastWithin } from "./past.ts";

/** How a guest was at a time. */
export interface KeptGuest {
  readonly vmid: number;
  readonly content: Content;
  /** When it was first and last seen like that. */
  readonly from: Date;
  readonly until: Date;
  readonly warnings: readonly string[];
}

/**
 * The history, where there is one.
 *
 * @throws AppError `unavailable`
 */
export function requireHistory(history: History | null): History {
  if (history !== null) return history;
  throw new AppError(
    "unavailable",
    "no history is kept in a database without this program's tables",
  );
}

/**
 * Reads how a guest was at a time, also one that is gone.
 *
 * @throws AppError `not_found` when that is not kept, or the token's limits do not include the guest
 */
export async function keptGuest(
  pve: Pve,
  history: History | null,
  { vmid: given, at }: { vmid: number | string; at: Date },
): Promise<KeptGuest> {
  const vmid = typeof given === "number" ? given : (await pve.find({ vmid: given })).vmid;
  const { state, next } = await requireHistory(history).around(OBJECTS.guest(vmid), at);
  const newest = state ?? next;
  // Of a guest that nothing is kept of it is told whether there is one at all.
  if (newest === undefined || !await includes(pve, vmid, newest)) await pve.find({ vmid });
  if (state === undefined) throw notKept(vmid, { at, begins: next?.from });
  const { content, from, until } = state;
  const between = next === undefined || at <= until
    ? undefined
    : `between ${until.toISOString()} and ${next.from.toISOString()}`;
  if (content === null) {
    const text = between === undefined
      ? `there was no guest ${vmid} at ${at.toISOString()}`
      : `whether there was a guest ${vmid} at ${at.toISOString()} is not known: it came ${between}`;
    throw new AppError("not_found", text);
  }
  const warnings = between === undefined
    ? []
    : [`how guest ${vmid} was at ${at.toISOString()} is not certain: it changed ${between}`];
  return { vmid, content: contentOf(content), from, until, warnings };
}

async function includes(pve: Pve, vmid: number, { content }: KeptState): Promise<boolean> {
  const { node = "" } = contentOf(content ?? "{}");
  return (await pastWithin(pve)).guest(vmid, String(node));
}

function notKept(vmid: number, { at, begins }: { at: Date; begins: Date | undefined }): AppError {
  const since = begins === undefined
    ? "nothing of it is kept yet: there is a look every hour, none while history.enabled is false"
    : `its history begins at ${begins.toISOString()}`;
  return new AppError(
    "not_found",
    `how guest ${vmid} was at ${at.toISOString()} is not known; ${since}`,
  );
}
