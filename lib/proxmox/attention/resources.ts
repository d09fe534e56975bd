import type { Resource } from "../api/values.ts";
import { isRunning, type TaskEntry, taskVmid } from "../cluster/task_list.ts";
import type { Guest } from "../guest/directory.ts";
import { offeredStorages } from "../storage/offered.ts";
import { CLUSTER, type Finding, placeOf, type Probe } from "./finding.ts";

const FULL = 0.85;
const NEARLY_FULL = 0.95;

export function storageProbe(resources: readonly Resource[]): Probe {
  return {
    part: "storages",
    of: CLUSTER,
    read: (unread) => {
      const findings: Finding[] = [];
      for (const offered of offeredStorages(resources)) {
        const { available, awayOn, node, rows, storage } = offered;
        const where = node === undefined ? `storage ${storage}` : `storage ${storage} on ${node}`;
        if (!available) unread("the storage is not available", where);
        else if (awayOn.length > 0) unread(`it is not available on ${awayOn.join(", ")}`, where);
        const used = Math.max(...rows.map(usedFraction));
        if (used <= FULL) continue;
        findings.push({
          kind: "storage_full",
          severity: used >= NEARLY_FULL ? "critical" : "warning",
          what: `${Math.round(used * 1000) / 10} % full`,
          where,
        });
      }
      return Promise.resolve(findings);
    },
  };
}

function usedFraction({ disk = 0, maxdisk }: Resource): number {
  return disk / (maxdisk || Infinity);
}

/** Guests that are locked though no task runs that would hold the lock. */
export function lockProbe(
  guests: readonly Guest[],
  readTasks: () => Promise<readonly TaskEntry[]>,
): Probe {
  return {
    part: "locked guests",
    of: CLUSTER,
    read: async () => {
      const locked = guests.filter((guest) => guest.lock !== undefined);
      if (locked.length === 0) return [];
      const busy = new Set((await readTasks()).filter(isRunning).map((task) => taskVmid(task.id)));
      return locked.filter((guest) => !busy.has(guest.vmid)).map((guest) => ({
        kind: "locked",
        severity: "warning",
        what: `locked (${guest.lock}), and no task of it runs`,
        where: placeOf(guest),
        alike: {
          of: "guests",
          what: "locked, and no task of them runs",
          who: placeOf(guest),
          detail: String(guest.lock),
        },
      }));
    },
  };
}
