import type { Change } from "../plan.ts";
import type { Pve } from "../pve.ts";

type Value = string | number | boolean;

/** What Proxmox is sent to change an entry: what is set, and the names of what is unset. */
export type EntryParams<T> = Partial<T> & { delete?: string };

/** What an edit has changed, by setting; of `disable` the contrary is told, as `enabled`. */
export interface EntryResult {
  readonly changes: Record<string, { from?: unknown; to?: unknown }>;
}

/**
 * Changes an entry of one of the cluster's lists, such as an HA resource, to what is wanted of it; sends
 * nothing when it is so already.
 *
 * @param edit.before the entry as it is, defaults filled in
 * @param edit.wanted what is not undefined shall be so
 * @param edit.none the values for which a setting is taken away
 */
export async function editEntry<T extends { readonly [K in keyof T]: Value }>(
  pve: Pve,
  { before, wanted, none, label, send }: {
    before: T;
    wanted: { readonly [K in keyof T]?: T[K] | undefined };
    none: { readonly [K in keyof T]?: T[K] };
    label: string;
    send: (params: EntryParams<T>) => Promise<unknown>;
  },
): Promise<EntryResult | { unchanged: true }> {
  const changed = (Object.keys(wanted) as (keyof T & string)[])
    .filter((key) => wanted[key] !== undefined && wanted[key] !== before[key]);
  if (changed.length === 0) return pve.unchanged(`${label} is so already`);
  const changes: Record<string, Change> = {};
  for (const key of changed) {
    if (key === "disable") changes.enabled = { from: !before[key], to: !wanted[key] };
    else changes[key] = { from: before[key], to: wanted[key] };
  }
  Object.assign(pve.plan.changes, changes);
  const isUnset = (key: keyof T) => key in none && wanted[key] === none[key];
  const unset = changed.filter(isUnset);
  const params = {
    ...Object.fromEntries(
      changed.filter((key) => !isUnset(key)).map((key) => [key, wanted[key]]),
    ),
    ...(unset.length > 0 ? { delete: unset.join(",") } : {}),
  };
  await send(params as EntryParams<T>);
  return { changes };
}

/** How the edit of an entry is taken back: `update_x of 7: state back to "started"`. */
export function undoEntry(tool: string, { changes }: EntryResult): string {
  const back = Object.entries(changes)
    .map(([key, { from }]) => `${key} back to ${JSON.stringify(from)}`);
  return `${tool}: ${back.join(", ")}`;
}
