import type { Guest } from "../guest/directory.ts";
import type { Reader } from "../kept_reader.ts";
import type { Pve } from "../pve.ts";
import { newestGood, newestOf } from "../storage/backups.ts";
import type { Backup, ToldOf } from "../storage/told.ts";
import { readVolumes } from "../storage/volumes.ts";
import { CLUSTER, daysSince, type Finding, placeOf, type Probe } from "./finding.ts";

const OLD_BACKUP_DAYS = 7;

export function backupProbe(
  pve: Pve,
  { guests, reader, told }: {
    guests: readonly Guest[];
    reader: Reader;
    /** What backup servers know of it. */
    told?: Promise<ToldOf> | undefined;
  },
): Probe {
  return {
    part: "backups",
    of: CLUSTER,
    read: async (unread) => {
      const { volumes, warnings, partial, hides } = await readVolumes(
        pve,
        { content: "backup" },
        { reader, told: await told ?? new Map() },
      );
      for (const warning of warnings) unread(warning);
      const newest = newestGood(volumes, guests);
      const partly = partial ? " in the storages that could be read" : "";
      const failed = told === undefined ? [] : failedOf(guests, newestOf(volumes, guests));
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
      }).concat(failed);
    },
  };
}

/** That an older backup is good is no comfort when the newest is not. */
function failedOf(guests: readonly Guest[], newest: ReadonlyMap<number, Backup>): Finding[] {
  return guests.filter(({ vmid }) => newest.get(vmid)?.verified === "failed").map((guest) => ({
    kind: "backup_failed",
    severity: "critical",
    what: "its newest backup failed its verification",
    where: placeOf(guest),
    since: newest.get(guest.vmid)?.verified_at,
    alike: {
      of: "guests",
      what: "their newest backups failed their verification",
      who: placeOf(guest),
    },
  }));
}
