import type { Guest } from "../guest/directory.ts";
import type { Reader } from "../kept_reader.ts";
import type { Pve } from "../pve.ts";
import { newestGood } from "../storage/backups.ts";
import { readVolumes } from "../storage/volumes.ts";
import { CLUSTER, daysSince, type Finding, placeOf, type Probe } from "./finding.ts";

const OLD_BACKUP_DAYS = 7;

export function backupProbe(
  pve: Pve,
  { guests, reader }: { guests: readonly Guest[]; reader: Reader },
): Probe {
  return {
    part: "backups",
    of: CLUSTER,
    read: async (unread) => {
      const { volumes, warnings, partial, hides } = await readVolumes(
        pve,
        { content: "backup" },
        { reader },
      );
      for (const warning of warnings) unread(warning);
      const newest = newestGood(volumes);
      const partly = partial ? " in the storages that could be read" : "";
      return guests.flatMap((guest): Finding[] => {
        const made = newest.get(guest.vmid)?.time;
        const days = made === undefined ? Infinity : Math.floor(daysSince(pve, made));
        // What cannot be seen is no reason to worry anybody: it is told as unread.
        if (days < OLD_BACKUP_DAYS || hides(guest.vmid)) return [];
        const place = placeOf(guest);
        const finding = { kind: "backup", where: place, since: made } as const;
        return made === undefined
          ? [{
            ...finding,
            severity: "warning",
            what: `no good backup of it${partly}`,
            alike: { of: "guests", what: `no good backup of them${partly}`, who: place },
          }]
          : [{
            ...finding,
            severity: "info",
            what: `its newest good backup${partly} is ${days} days old`,
            alike: {
              of: "guests",
              what: `their newest good backups${partly} are older than ${OLD_BACKUP_DAYS} days`,
              who: place,
              detail: `${days} days`,
            },
          }];
      });
    },
  };
}
