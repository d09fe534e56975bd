import { AppError, toAppError } from "../../errors.ts";
import { isKind } from "../api/errors.ts";
import type { ParamsOf } from "../api/types.ts";
import { readConfig } from "./config.ts";
import type { Guest, GuestType } from "./directory.ts";
import { quote } from "../clip.ts";
import { assertUnmasked, type Change, redactedParams } from "../plan.ts";
import type { Pve } from "../pve.ts";
import { flag, type GuestConfig } from "../api/values.ts";

const CONFIG = "/nodes/{node}/{type}/{vmid}/config";

type Settings<T extends GuestType> = ParamsOf<
  GuestType extends T ? typeof CONFIG : `/nodes/{node}/${T}/{vmid}/config`,
  "PUT"
>;

export interface ConfigEdit<T extends GuestType = GuestType> {
  /** Keys as Proxmox names them; undefined values are left alone. */
  readonly set: Settings<T>;
  readonly unset?: readonly string[];
}

/** What an edit of a guest's configuration did. */
export interface ConfigResult {
  readonly changes: Record<string, Change>;
  /** Keys that take effect at the guest's next start. */
  readonly pending: string[];
}

/**
 * Changes a guest's configuration with the digest just read, so that somebody else's change in
 * between is noticed and not overwritten.
 *
 * @param edit may depend on what is set now
 * @throws AppError `conflict` that shows what was changed meanwhile
 */
export async function configureGuest<T extends GuestType>(
  pve: Pve,
  guest: Pick<Guest<T>, "node" | "type" | "vmid">,
  edit: ConfigEdit<T> | ((before: GuestConfig) => ConfigEdit<T>),
): Promise<ConfigResult> {
  const before = await readConfig(pve, guest);
  const wanted = typeof edit === "function" ? edit(before) : edit;
  const set: Readonly<Record<string, unknown>> = Object.fromEntries(
    Object.entries(wanted.set as Record<string, unknown>).filter(([key, value]) =>
      value !== undefined && !same(before[key], value)
    ),
  );
  assertUnmasked(set);
  const unset = (wanted.unset ?? []).filter((key) => before[key] !== undefined);
  const changes = describeChanges(redactedParams(before), redactedParams(set), unset);
  Object.assign(pve.plan.changes, changes);
  if (Object.keys(changes).length === 0) return { changes, pending: [] };
  await sendUnlessChanged(pve, guest, {
    before,
    send: (digest) =>
      pve.put(CONFIG, guest, {
        ...set,
        ...(unset.length > 0 ? { delete: unset.join(",") } : {}),
        digest,
      }),
  });
  return { changes, pending: pve.dryRun ? [] : await pendingKeys(pve, guest, changes) };
}

/**
 * Sends a change with the digest of the configuration that was read before it.
 *
 * @throws AppError `conflict` that shows what was changed meanwhile
 */
export async function sendUnlessChanged<T>(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
  { before, send }: { before: GuestConfig; send: (digest: string | undefined) => Promise<T> },
): Promise<T> {
  try {
    return await send(before.digest);
  } catch (error) {
    if (!isKind(error, "modified")) throw error;
    throw new AppError("conflict", await meanwhile(pve, guest, before), { cause: error });
  }
}

async function meanwhile(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
  before: GuestConfig,
): Promise<string> {
  const after = await readConfig(pve, guest);
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => key !== "digest" && !same(before[key], after[key]));
  const [was, is] = [redactedParams(before), redactedParams(after)];
  const list = keys.map((key) => `${key}: ${show(was[key])} → ${show(is[key])}`).join(", ");
  return `the configuration was changed meanwhile (${
    list || "and changed back"
  }); nothing was written: look at it, then retry`;
}

async function pendingKeys(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
  changes: Record<string, Change>,
): Promise<string[]> {
  const rows = await pve.list("/nodes/{node}/{type}/{vmid}/pending", guest).catch((cause) => {
    // The change is made, so that this is no reason to say that it failed.
    const { message } = toAppError(cause);
    pve.warn(`the change was made; what waits for the guest's next start is unknown: ${message}`);
    return [];
  });
  return rows.filter((row) => row.pending !== undefined || row.delete !== undefined)
    .map((row) => String(row.key)).filter((key) => key in changes);
}

function describeChanges(
  before: GuestConfig,
  set: Readonly<Record<string, unknown>>,
  unset: readonly string[],
): Record<string, Change> {
  const changes: Record<string, Change> = {};
  for (const [key, to] of Object.entries(set)) {
    const from = before[key];
    changes[key] = from === undefined ? { to } : { from, to };
  }
  for (const key of unset) changes[key] = { from: before[key] };
  return changes;
}

/** Proxmox sends numbers as strings and booleans as 0/1; those are no changes. */
function same(a: unknown, b: unknown): boolean {
  if (typeof b === "boolean") return a !== undefined && flag(a) === b;
  return a === b || (a !== undefined && b !== undefined && String(a) === String(b));
}

function show(value: unknown): string {
  if (value === undefined) return "unset";
  return typeof value === "string" ? quote(value, 100) : JSON.stringify(value);
}
