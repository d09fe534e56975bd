import { flag, type Resource } from "../api/values.ts";
import { gather } from "../fan_out.ts";
import { readConfig } from "../guest/config.ts";
import { type Guest, guestLabel } from "../guest/directory.ts";
import { disksOf } from "../guest/properties.ts";
import type { Pve } from "../pve.ts";

/** A disk of a guest and where it is. */
export interface GuestDisk {
  readonly volid: string;
  readonly storage: string;
  /** True when other nodes reach it. */
  readonly shared: boolean;
  readonly bytes: number;
}

export interface GuestDisks {
  /** By vmid; guests whose configuration could not be read are missing. */
  readonly by: ReadonlyMap<number, readonly GuestDisk[]>;
  readonly warnings: readonly string[];
}

/** Guests are asked one by one: the lists tell no disks but the first. */
const MOST_ASKED = 1000;

/** The disks of all guests, by their configurations: a token that only reads may see these. */
export async function readGuestDisks(
  pve: Pve,
  { guests, resources }: { guests: readonly Guest[]; resources: readonly Resource[] },
): Promise<GuestDisks> {
  const shared = new Set(
    resources.filter((row) => row.type === "storage" && flag(row.shared)).map((row) => row.storage),
  );
  const asked = guests.slice(0, MOST_ASKED);
  const { results, warnings } = await gather(asked, {
    name: (guest) => `disks of ${guestLabel(guest)}`,
    read: async (guest) => {
      const disks = disksOf(await readConfig(pve, guest)).map(({ volid, bytes = 0 }) => {
        const storage = volid.includes(":") ? volid.slice(0, volid.indexOf(":")) : "";
        return { volid, storage, shared: shared.has(storage), bytes };
      });
      return [guest.vmid, disks] as const;
    },
  });
  const left = guests.length - asked.length;
  const more = left > 0 ? [`the disks of ${left} guests were not asked for`] : [];
  return { by: new Map(results), warnings: [...warnings, ...more] };
}
