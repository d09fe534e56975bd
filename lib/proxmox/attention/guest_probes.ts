import { isKind } from "../api/errors.ts";
import type { Finding, Probe, Unread } from "./probes.ts";
import { newestGood } from "../storage/backups.ts";
import { type Guest, guestLabel } from "../guest/directory.ts";
import { currentState } from "../guest/power.ts";
import type { Pve } from "../pve.ts";
import { readSnapshots } from "../guest/snapshots.ts";
import { isRunning, type TaskEntry, taskVmid } from "../cluster/task_list.ts";
import { readVolumes } from "../storage/volumes.ts";
import { flag } from "../api/values.ts";

const DAY_MS = 86_400_000;
const OLD_SNAPSHOT_DAYS = 30;
const OLD_BACKUP_DAYS = 7;

/** What can only be asked guest by guest: of at most `most` guests for each question. */
export function guestProbes(
  pve: Pve,
  guests: readonly Guest[],
  most: number,
): { probes: Probe[]; unread: Unread[] } {
  const running = guests.filter((guest) => guest.type === "qemu" && guest.status === "running");
  const probes = [
    ...guests.slice(0, most).map((guest): Probe => ({
      part: "snapshots",
      of: guestLabel(guest),
      read: () => oldSnapshots(pve, guest),
    })),
    ...running.slice(0, most).map((guest): Probe => ({
      part: "guest agents",
      of: guestLabel(guest),
      read: () => deadAgent(pve, guest),
    })),
  ];
  const unread = [["snapshots", guests.length], ["guest agents", running.length]] as const;
  return {
    probes,
    unread: unread.filter(([, count]) => count > most).map(([part, count]) => ({
      part,
      of: `${count - most} of ${count} guests`,
      reason: `only the first ${most} by vmid are asked; see max_guests`,
    })),
  };
}

/** Guests that are locked though no task runs that would hold the lock. */
export function lockProbe(pve: Pve, guests: readonly Guest[]): Probe {
  return {
    part: "locked guests",
    of: "the cluster",
    read: async () => {
      const locked = guests.filter((guest) => guest.lock !== undefined);
      if (locked.length === 0) return [];
      const tasks = await pve.list("/cluster/tasks") as unknown as TaskEntry[];
      const busy = new Set(tasks.filter(isRunning).map((task) => taskVmid(task.id)));
      return locked.filter((guest) => !busy.has(guest.vmid)).map((guest) => ({
        severity: "warning",
        what: `locked (${guest.lock}), and no task of it runs`,
        where: placeOf(guest),
        tool: "get_tasks",
      }));
    },
  };
}

/** Backups are read of several storages at once, so this does not run beside other probes. */
export function backupProbe(pve: Pve, guests: readonly Guest[]): Probe {
  return {
    part: "backups",
    of: "the cluster",
    read: async (unread) => {
      const { volumes, warnings } = await readVolumes(pve, { content: "backup" });
      for (const reason of warnings) unread.push({ part: "backups", of: "the cluster", reason });
      const newest = newestGood(volumes);
      const partly = warnings.length > 0 ? " in the storages that could be read" : "";
      return guests.map((guest): Finding | undefined => {
        const made = newest.get(guest.vmid)?.time;
        const days = made && Math.floor((pve.now().getTime() - Date.parse(made)) / DAY_MS);
        if (made && Number(days) < OLD_BACKUP_DAYS) return undefined;
        return {
          severity: made ? "info" : "warning",
          what: made
            ? `its newest good backup${partly} is ${days} days old`
            : `no good backup of it${partly}`,
          where: placeOf(guest),
          since: made,
          tool: "create_backup",
        };
      }).filter((finding) => finding !== undefined);
    },
  };
}

async function oldSnapshots(pve: Pve, guest: Guest): Promise<Finding[]> {
  const { snapshots } = await readSnapshots(pve, guest);
  return snapshots.map((snapshot) => ({
    ...snapshot,
    days: (pve.now().getTime() - Date.parse(snapshot.time ?? "")) / DAY_MS,
  })).filter(({ days }) => days > OLD_SNAPSHOT_DAYS).map(({ name, time, days }) => ({
    severity: "info",
    what: `snapshot ${name} is ${Math.floor(days)} days old`,
    where: `${placeOf(guest)} snapshot ${name}`,
    since: time,
    tool: "delete_snapshot",
  }));
}

async function deadAgent(pve: Pve, guest: Guest): Promise<Finding[]> {
  const { node, vmid } = guest;
  const { status, row } = await currentState(pve, guest);
  // Only the guest's own status tells whether the agent is enabled in the configuration.
  if (status !== "running" || !flag(row.agent)) return [];
  try {
    await pve.get("/nodes/{node}/qemu/{vmid}/agent/info", { node, vmid });
    return [];
  } catch (error) {
    if (!isKind(error, "agent_away")) throw error;
    return [{
      severity: "info",
      what: "the guest agent is enabled but does not answer: install or start it in the guest",
      where: placeOf(guest),
      tool: "get_guest",
    }];
  }
}

function placeOf(guest: Guest): string {
  return guest.name === undefined ? guestLabel(guest) : `${guestLabel(guest)} (${guest.name})`;
}
