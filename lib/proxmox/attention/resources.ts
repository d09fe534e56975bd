import { flag, number, type Resource } from "../api/values.ts";
import { isRunning, type TaskEntry, taskVmid } from "../cluster/task_list.ts";
import type { Guest } from "../guest/directory.ts";
import { CLUSTER, type Finding, placeOf, type Probe } from "./finding.ts";

const FULL = 0.85;
const NEARLY_FULL = 0.95;

export function storageProbe(resources: readonly Resource[]): Probe {
  const places = new Map(
    resources.filter((row) => row.type === "storage").map((row) => [
      flag(row.shared) ? `storage ${row.storage}` : `storage ${row.storage} on ${row.node}`,
      row,
    ]),
  );
  return {
    part: "storages",
    of: CLUSTER,
    read: (unread) => {
      const findings: Finding[] = [];
      for (const [where, row] of places) {
        if (row.status !== "available") unread("the storage is not available", where);
        const used = (number(row.disk) ?? 0) / (number(row.maxdisk) || Infinity);
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
