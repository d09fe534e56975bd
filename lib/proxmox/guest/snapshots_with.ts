import type { Pve } from "../pve.ts";
import { readConfig } from "./config.ts";
import type { Guest } from "./directory.ts";
import { disksOf } from "./properties.ts";
import { readSnapshots } from "./snapshots.ts";

/** The names of a guest's snapshots that hold this volume. */
export async function snapshotsWith(pve: Pve, guest: Guest, volid: string): Promise<string[]> {
  const { snapshots } = await readSnapshots(pve, guest);
  const holding = await Promise.all(snapshots.map(async ({ name }) => {
    const disks = disksOf(await readConfig(pve, guest, { snapshot: name }));
    return disks.some((disk) => disk.volid === volid) ? [name] : [];
  }));
  return holding.flat();
}
