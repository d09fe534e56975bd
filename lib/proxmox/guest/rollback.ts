import { requireState } from "./checks.ts";
import { type Guest, guestLabel } from "./directory.ts";
import { haManages } from "./ha_manages.ts";
import type { Pve } from "../pve.ts";
import { requireSnapshot } from "./snapshots.ts";

/** How a rollback leaves a guest. */
interface RollbackEnd {
  /** Whether Proxmox must be asked to start it. */
  readonly start: boolean;
  /** What happens to it besides; absent where it stays as it is. */
  readonly note?: string;
}

/**
 * What rolling a guest back does to it besides: Proxmox stops one that runs, and starts it only from a
 * snapshot that holds its memory (seen with 9.2.11).
 *
 * @param options.start starts it even if it was stopped
 * @param options.startAfter starts it again if it ran
 * @throws AppError `not_found` naming the snapshots that are there; `conflict` where Proxmox's task would fail
 */
export async function foreseeRollback(
  pve: Pve,
  guest: Guest,
  { name, start, startAfter }: { name: string; start: boolean; startAfter: boolean },
): Promise<RollbackEnd> {
  const { incomplete, with_memory } = await requireSnapshot(pve, guest, name);
  const state = await requireState(pve, guest);
  pve.check(
    "the snapshot is complete",
    incomplete === undefined,
    `snapshot ${name} is incomplete (${incomplete}): it can only be deleted`,
  );
  const label = guestLabel(guest);
  const { status } = state;
  const runs = status !== "stopped";
  if (with_memory) {
    const note = `the snapshot holds the memory of ${label}: it runs from there`;
    return { start: false, note };
  }
  if (!runs) return start ? { start, note: `${label} is started afterwards` } : { start };
  const end = startAfter || start
    ? "stopped, then started again"
    : haManages(state)
    ? "stopped, and started again by HA"
    : "stopped and stays so";
  return {
    start: startAfter || start,
    note: `${label} is ${status} and the snapshot holds no memory: it is ${end}`,
  };
}
