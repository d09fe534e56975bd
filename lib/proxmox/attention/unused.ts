import type { Guest } from "../guest/directory.ts";
import { isTaken } from "../guest/placement.ts";
import type { Reader } from "../kept_reader.ts";
import type { Pve } from "../pve.ts";
import { GIB, shortGib } from "../sizes.ts";
import { readVolumes, type Volume } from "../storage/volumes.ts";
import { CLUSTER, type Finding, placeOf, type Probe } from "./finding.ts";
import type { Detached } from "./guests.ts";

const LARGE = 10 * GIB;
/** Of how many guests that are not listed it is asked whether they are there. */
const MOST_ASKED = 50;

/**
 * Large disks that no guest has in a drive: detached ones, and those of guests that are gone.
 *
 * @param options.detached by volume, as the guests' own settings tell
 */
export function unusedProbe(
  pve: Pve,
  { guests, detached, reader }: {
    guests: readonly Guest[];
    reader: Reader;
    detached: ReadonlyMap<string, Detached>;
  },
): Probe {
  return {
    part: "unused volumes",
    of: CLUSTER,
    read: async (unread) => {
      const large = (await readDisks(pve, { reader, unread })).filter(({ size_bytes = 0 }) =>
        size_bytes > LARGE
      );
      const there = new Set(guests.map(({ vmid }) => vmid));
      const strangers = [...new Set(large.flatMap(({ vmid }) => vmid ?? []))]
        .filter((vmid) => !there.has(vmid));
      if (strangers.length > MOST_ASKED) {
        unread(
          `only ${MOST_ASKED} of ${strangers.length} guests that are not listed were looked for`,
        );
      }
      const gone = new Set<number>();
      for (const vmid of strangers.slice(0, MOST_ASKED)) {
        // A guest that the token may not see is not listed either.
        if (!await isTaken(pve, vmid)) gone.add(vmid);
      }
      return large.flatMap((volume): Finding[] => {
        const held = detached.get(volume.volid);
        if (held !== undefined && held.guest.vmid === volume.vmid) {
          return [detachedFinding(volume, held)];
        }
        return volume.vmid !== undefined && gone.has(volume.vmid) ? [goneFinding(volume)] : [];
      });
    },
  };
}

async function readDisks(
  pve: Pve,
  { reader, unread }: { reader: Reader; unread: (reason: string) => void },
): Promise<Volume[]> {
  const volumes = new Map<string, Volume>();
  for (const content of ["images", "rootdir"]) {
    const list = await readVolumes(pve, { content }, { reader });
    for (const warning of list.warnings) unread(warning);
    for (const volume of list.volumes) volumes.set(`${volume.volid} ${volume.node}`, volume);
  }
  return [...volumes.values()];
}

function detachedFinding(volume: Volume, { guest, key }: Detached): Finding {
  const size = shortGib(volume.size_bytes ?? 0);
  return {
    kind: "unused_volume",
    severity: "info",
    what: `${volume.volid} (${size}) is in none of its drives`,
    where: `${placeOf(guest)} ${key}`,
    alike: {
      of: "guests",
      what: `have disks over ${LARGE / GIB} GiB that are in none of their drives`,
      who: placeOf(guest),
      detail: `${key} ${volume.volid} (${size})`,
    },
  };
}

function goneFinding(volume: Volume): Finding {
  return {
    kind: "unused_volume",
    severity: "info",
    what: `${shortGib(volume.size_bytes ?? 0)} of guest ${volume.vmid}, which there is not`,
    where: `volume ${volume.volid} on node ${volume.node}`,
  };
}
