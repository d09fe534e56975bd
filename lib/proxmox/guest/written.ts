import { AppError } from "../../errors.ts";
import { ProxmoxError } from "../api/errors.ts";
import { redactedParams } from "../plan.ts";
import type { Pve } from "../pve.ts";
import type { Guest } from "./directory.ts";
import { readSettings, type Setting, type Settings } from "./pending.ts";
import { sameSetting, showSetting } from "./setting_values.ts";

const NOT_SET: Setting = { waits: false };

/**
 * The failure of a write to a guest's configuration, with what was written all the same: Proxmox applies
 * changes one by one, and what it has written before the one that fails stays (seen with 9.2.11).
 *
 * @param options.before the settings as they were read before the write, or why they could not be
 * @param options.inTask the write is made in a task, whose failure has no HTTP status
 */
export async function withWritten(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
  { before, error, inTask = false }: {
    before: Settings | AppError;
    error: unknown;
    inTask?: boolean;
  },
): Promise<unknown> {
  if (!(error instanceof ProxmoxError) || !(inTask || mayHaveWritten(error))) return error;
  try {
    if (before instanceof AppError) throw before;
    const told = writtenText(before, await readSettings(pve, guest), pve.advice.revert);
    return told === undefined ? error : error.withMessage(`${error.message}; ${told}`);
  } catch (reading) {
    if (!(reading instanceof AppError)) throw reading;
    return error.withMessage(
      `${error.message}; whether some of it was written is unknown (${reading.message})`,
    );
  }
}

/** Only an answer of the node itself comes after it has begun. */
function mayHaveWritten({ kind, status }: ProxmoxError): boolean {
  return status !== undefined && kind !== "token_rejected" && kind !== "node_away";
}

function writtenText(before: Settings, after: Settings, revert: string): string | undefined {
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  const pairs = keys.map((key) => ({
    key,
    was: before.get(key) ?? NOT_SET,
    is: after.get(key) ?? NOT_SET,
  }));
  const written = pairs.filter(({ key, was, is }) => !sameSetting(key, was.value, is.value))
    .map(({ key, was, is }) => `${key}: ${change(key, was.value, is.value)}`);
  const waiting = pairs.filter(({ key, was, is }) =>
    is.waits && !(was.waits && sameSetting(key, was.next, is.next))
  ).map(({ key, is }) => `${key}: ${change(key, is.value, is.next)}`);
  const parts = [
    ...(written.length > 0 ? [`written all the same: ${written.join(", ")}`] : []),
    ...(waiting.length > 0
      ? [`waits for the next start all the same: ${waiting.join(", ")}; ${revert}`]
      : []),
  ];
  return parts.length === 0 ? undefined : parts.join("; ");
}

function change(key: string, from: unknown, to: unknown): string {
  const shown = (value: unknown) => showSetting(redactedParams({ [key]: value })[key]);
  return to === undefined ? `${shown(from)} removed` : `${shown(from)} → ${shown(to)}`;
}
