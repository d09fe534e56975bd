import { AppError } from "../../errors.ts";
import { isModified } from "../api/errors.ts";
import type { Guest } from "./directory.ts";
import { path } from "../api/path.ts";
import { type Change, concealed } from "../plan.ts";
import type { Pve } from "../pve.ts";
import { flag, type GuestConfig } from "../api/values.ts";

export interface ConfigEdit {
  /** Keys as Proxmox names them; undefined values are left alone. */
  readonly set: Readonly<Record<string, unknown>>;
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
export async function configureGuest(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
  edit: ConfigEdit | ((before: GuestConfig) => ConfigEdit),
): Promise<ConfigResult> {
  const { node, type, vmid } = guest;
  const at = path`/nodes/${node}/${type}/${vmid}/config`;
  const before = await pve.get<GuestConfig>(at);
  const wanted = typeof edit === "function" ? edit(before) : edit;
  const set = Object.fromEntries(
    Object.entries(wanted.set).filter(([key, value]) =>
      value !== undefined && !same(before[key], value)
    ),
  );
  const unset = (wanted.unset ?? []).filter((key) => before[key] !== undefined);
  const changes = describeChanges(concealed(before), concealed(set), unset);
  Object.assign(pve.plan.changes, changes);
  if (Object.keys(changes).length === 0) return { changes, pending: [] };
  await sendUnlessChanged(pve, guest, {
    before,
    send: (digest) =>
      pve.put(at, {
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
  { node, type, vmid }: Pick<Guest, "node" | "type" | "vmid">,
  { before, send }: { before: GuestConfig; send: (digest: string | undefined) => Promise<T> },
): Promise<T> {
  try {
    return await send(before.digest);
  } catch (error) {
    if (!(error instanceof AppError) || !isModified(error.message)) throw error;
    const at = path`/nodes/${node}/${type}/${vmid}/config`;
    throw new AppError("conflict", await meanwhile(pve, at, before), { cause: error });
  }
}

async function meanwhile(
  pve: Pve,
  at: ReturnType<typeof path>,
  before: GuestConfig,
): Promise<string> {
  const after = await pve.get<GuestConfig>(at);
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => key !== "digest" && !same(before[key], after[key]));
  const list = keys.map((key) => `${key}: ${show(before[key])} → ${show(after[key])}`).join(", ");
  return `the configuration was changed meanwhile (${
    list || "and changed back"
  }); nothing was written: look at it, then retry`;
}

async function pendingKeys(
  pve: Pve,
  { node, type, vmid }: Pick<Guest, "node" | "type" | "vmid">,
  changes: Record<string, Change>,
): Promise<string[]> {
  const rows = await pve.list<Record<string, unknown>>(
    path`/nodes/${node}/${type}/${vmid}/pending`,
  );
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
  return value === undefined ? "unset" : JSON.stringify(value).slice(0, 100);
}
