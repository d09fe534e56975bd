import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { isKind } from "../lib/proxmox/api/errors.ts";
import { compact, flag, number, type Resource, text, time } from "../lib/proxmox/api/values.ts";
import { clip } from "../lib/proxmox/clip.ts";
import { readCertificates } from "../lib/proxmox/cluster/certificates.ts";
import { type Disk, readDisks } from "../lib/proxmox/cluster/disks.ts";
import { readCluster } from "../lib/proxmox/cluster/quorum.ts";
import { replicationJobs } from "../lib/proxmox/cluster/replication.ts";
import { isRunning, taskOf, taskVmid } from "../lib/proxmox/cluster/task_list.ts";
import { forEachBounded } from "../lib/proxmox/fan_out.ts";
import { type Guest, guestLabel, guestOf } from "../lib/proxmox/guest/directory.ts";
import { currentState } from "../lib/proxmox/guest/power.ts";
import { readSnapshots } from "../lib/proxmox/guest/snapshots.ts";
import { offlineNodes } from "../lib/proxmox/inventory.ts";
import { paginate } from "../lib/proxmox/list.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { newestGood } from "../lib/proxmox/storage/backups.ts";
import { readVolumes } from "../lib/proxmox/storage/volumes.ts";
import { succeeded, wasInterrupted } from "../lib/proxmox/tasks.ts";
import { paged, paging } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const SEVERITIES = ["critical", "warning", "info"] as const;

const findingRow = z.object({
  severity: z.enum(SEVERITIES),
  what: z.string(),
  where: z.string(),
  since: z.string().optional(),
  tool: z.string(),
});

const unreadRow = z.object({ part: z.string(), of: z.string(), reason: z.string() });

export default defineTool({
  name: "get_attention",
  title: "What needs attention",
  description:
    "Lists what is wrong or soon will be, worst first, and the tool for it; unread: what was not seen.",
  scope: "user",
  hints: READS,
  subject: "cluster",
  privileges: [],
  conditionalPrivileges: [
    { privilege: ["/", "Sys.Audit"], when: "for quorum and HA", if: () => true },
    { privilege: ["/nodes/{node}", "Sys.Audit"], when: "for nodes", if: () => true },
    { privilege: ["/vms/{vmid}", "VM.Audit"], when: "for guests", if: () => true },
    {
      privilege: ["/storage/{storage}", "Datastore.Audit", "Datastore.AllocateSpace"],
      when: "for storages",
      if: () => true,
    },
    {
      privilege: ["/storage/{storage}", "Datastore.AllocateSpace", "Datastore.Allocate"],
      when: "for backups",
      if: () => true,
    },
    {
      privilege: ["/vms/{vmid}", "VM.Backup"],
      when: "for backups, without Datastore.Allocate",
      if: () => true,
    },
    {
      privilege: [
        "/vms/{vmid}",
        "VM.GuestAgent.Audit",
        "VM.GuestAgent.Unrestricted",
        "VM.Monitor",
      ],
      when: "for guests' agents",
      if: ({ max_guests }) => max_guests > 0,
    },
  ],
  input: z.strictObject({
    max_guests: z.int().min(0).max(2000).default(100)
      .describe("Asked one by one: snapshots, agent"),
    ...paging,
  }),
  output: z.object({
    counts: z.record(z.string(), z.number()),
    findings: z.array(findingRow),
    unread: z.array(unreadRow),
    ...paged,
  }),
  action: () => "tell what needs attention",
  run: async (input, { pve }) => {
    const { findings, unread } = await lookAtEverything(pve, input.max_guests);
    const { items, ...page } = paginate(findings, findingKey, input);
    return {
      counts: countFindings(findings),
      findings: items.map((finding) => compact({ ...finding })),
      unread: summarize(unread),
      ...page,
    };
  },
});

/** Something that an administrator should look at. */
interface Finding {
  readonly severity: typeof SEVERITIES[number];
  readonly what: string;
  /** Names one thing, so that no two findings of a kind share it. */
  readonly where: string;
  readonly since?: string | undefined;
  /** The tool that mends it, or that tells more. */
  readonly tool: string;
}

/** What could not be looked at, and why. */
type Unread = Readonly<z.output<typeof unreadRow>>;

/** One thing to look at: `storages` of `the cluster`, `snapshots` of `VM 101`. */
interface Probe {
  readonly part: string;
  readonly of: string;
  /** May tell `unread` why it could read only a part. */
  read(unread: (reason: string, of?: string) => void): Promise<readonly Finding[]>;
}

interface Findings {
  readonly findings: readonly Finding[];
  readonly unread: readonly Unread[];
}

const CLUSTER = "the cluster";
const DAY_SECONDS = 86_400;
const NAMED = 5;

/** @param maxGuests how many guests are asked one by one, for their snapshots and agents */
async function lookAtEverything(pve: Pve, maxGuests: number): Promise<Findings> {
  const resources = await pve.resources();
  const offline = offlineNodes(resources);
  const nodes = resources.filter((row) => row.type === "node")
    .map((row) => row.node ?? row.id);
  const online = nodes.filter((node) => !offline.has(node));
  const guests = resources.map(guestOf).filter((guest) => guest !== undefined)
    .filter((guest) => !guest.template).sort((a, b) => a.vmid - b.vmid);
  const byGuest = guestProbes(pve, guests.filter(({ node }) => !offline.has(node)), maxGuests);
  const parts = [
    // These two ask several nodes at once themselves, so they do not run beside other probes.
    await runProbes([replicationProbe(pve)]),
    await runProbes([backupProbe(pve, guests)]),
    await runProbes([
      quorumProbe(pve),
      haProbe(pve),
      storageProbe(resources),
      lockProbe(pve, guests),
      ...online.flatMap((node) => nodeProbes(pve, node)),
      ...byGuest.probes,
    ]),
  ];
  const away = [...offline].map((node) => ({
    part: "everything else",
    of: `node ${node}`,
    reason: "the node is offline",
  }));
  return {
    findings: parts.flatMap((part) => part.findings),
    unread: [...away, ...byGuest.unread, ...parts.flatMap((part) => part.unread)],
  };
}

/** Runs the probes, at most eight at a time; what fails is told, not left out. */
async function runProbes(probes: readonly Probe[]): Promise<Findings> {
  const parts = await forEachBounded(probes, async ({ part, of, read }) => {
    const unread: Unread[] = [];
    try {
      const findings = await read((reason, what = of) => unread.push({ part, of: what, reason }));
      return { findings, unread };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      unread.push({ part, of, reason: clip(error.message, 300) });
      return { findings: [], unread };
    }
  });
  return {
    findings: parts.flatMap((part) => part.findings),
    unread: parts.flatMap((part) => part.unread),
  };
}

/** Sorts the worst first, then by kind and place. */
function findingKey(finding: Finding): string {
  return `${SEVERITIES.indexOf(finding.severity)} ${finding.tool} ${finding.where}`;
}

function countFindings(findings: readonly Finding[]): Record<Finding["severity"], number> {
  const of = (severity: string) => findings.filter((each) => each.severity === severity).length;
  return { critical: of("critical"), warning: of("warning"), info: of("info") };
}

/** One line per part: who it could not be read of, and why. */
function summarize(unread: readonly Unread[]): Unread[] {
  const parts = Map.groupBy(unread, (entry) => entry.part);
  return [...parts].map(([part, entries]) => ({
    part,
    of: first(entries.map((entry) => entry.of), ", "),
    reason: first(entries.map((entry) => entry.reason), "; "),
  }));
}

function first(texts: readonly string[], separator: string): string {
  const distinct = [...new Set(texts)];
  const more = distinct.length > NAMED ? ` and ${distinct.length - NAMED} more` : "";
  return distinct.slice(0, NAMED).join(separator) + more;
}

// The cluster

function quorumProbe(pve: Pve): Probe {
  return {
    part: "quorum and nodes",
    of: CLUSTER,
    read: async () => {
      const { nodes, quorate } = await readCluster(pve);
      const found: Finding[] = nodes.filter((node) => !node.online).map(({ node }) => ({
        severity: "critical",
        what: "the node is offline",
        where: `node ${node}`,
        tool: "get_cluster_status",
      }));
      if (!quorate) {
        found.unshift({
          severity: "critical",
          what: "quorum is lost: nothing can be changed until more nodes are online",
          where: CLUSTER,
          tool: "get_cluster_status",
        });
      }
      return found;
    },
  };
}

/** The states of services that HA has given up, is fencing, or finds no node for. */
const UNPLACED = ["error", "fence", "recovery"];

/** Proxmox writes this into the status of a manager whose node no longer reports. */
const DEAD = "dead";

function haProbe(pve: Pve): Probe {
  return {
    part: "HA",
    of: CLUSTER,
    read: async () => {
      const rows = await pve.list("/cluster/ha/status/current");
      const services = rows.filter((row) =>
        row.type === "service" && UNPLACED.includes(text(row.state) ?? "")
      );
      const managers = rows.filter((row) => row.type === "lrm" && text(row.status)?.includes(DEAD));
      return [
        ...services.map((row): Finding => ({
          severity: "critical",
          what: `HA cannot place or recover it: ${clip(text(row.status) ?? "unknown")}`,
          where: text(row.sid) ?? String(row.id),
          tool: "get_ha_status",
        })),
        ...managers.map((row): Finding => ({
          severity: "warning",
          what: `its HA manager does not report: ${clip(text(row.status) ?? "unknown")}`,
          where: `node ${text(row.node)}`,
          since: time(row.timestamp),
          tool: "get_ha_status",
        })),
      ];
    },
  };
}

const FULL = 0.85;
const NEARLY_FULL = 0.95;

function storageProbe(resources: readonly Resource[]): Probe {
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
          severity: used >= NEARLY_FULL ? "critical" : "warning",
          what: `${Math.round(used * 1000) / 10} % full`,
          where,
          tool: "get_storage_content",
        });
      }
      return Promise.resolve(findings);
    },
  };
}

function replicationProbe(pve: Pve): Probe {
  return {
    part: "replication",
    of: CLUSTER,
    read: async (unread) => {
      const { jobs, warnings } = await replicationJobs(pve);
      for (const warning of warnings) unread(warning);
      return jobs.filter((job) => job.error || job.failures).map((job) => ({
        severity: "warning",
        what: clip(`replication failed ${job.failures ?? 1} times: ${job.error ?? "no reason"}`),
        where: `job ${job.id}`,
        since: job.last_sync,
        tool: "get_replication",
      }));
    },
  };
}

// Nodes

/** What is looked at on each node that is online. */
function nodeProbes(pve: Pve, node: string): Probe[] {
  const of = `node ${node}`;
  return [
    { part: "failed tasks", of, read: (unread) => failedTasks(pve, node, unread) },
    { part: "certificates", of, read: () => endingCertificates(pve, node) },
    { part: "disks", of, read: () => failingDisks(pve, node) },
    { part: "kernel", of, read: () => kernelInWaiting(pve, node) },
  ];
}

const TASKS_PER_NODE = 200;

async function failedTasks(
  pve: Pve,
  node: string,
  unread: (reason: string) => void,
): Promise<Finding[]> {
  const { rows, total = 0 } = await pve.page("/nodes/{node}/tasks", { node }, {
    since: Math.floor(pve.now().getTime() / 1000) - DAY_SECONDS,
    statusfilter: "error",
    limit: TASKS_PER_NODE,
  });
  if (total > rows.length) unread(`only the newest ${rows.length} of ${total} failed tasks count`);
  const failed = rows.map((row) => taskOf(row, node))
    .filter((task) => !isRunning(task) && !succeeded(task.status ?? ""));
  const groups = Map.groupBy(
    failed,
    ({ type, id }) => [`node ${node}`, type, id].filter((word) => word !== undefined).join(" "),
  );
  return [...groups].map(([where, group]) => {
    const starts = group.map((task) => task.started ?? 0);
    const newest = group[starts.indexOf(Math.max(...starts))];
    const status = newest?.status ?? "unknown";
    const times = group.length === 1 ? "failed" : `failed ${group.length} times, last`;
    return {
      severity: wasInterrupted(status) ? "info" : "warning",
      what: clip(`${times}: ${status} (${newest?.upid})`),
      where,
      since: time(Math.min(...starts)),
      tool: "get_task",
    };
  });
}

const CERTIFICATE_DAYS = 30;

async function endingCertificates(pve: Pve, node: string): Promise<Finding[]> {
  const rows = await readCertificates(pve, node);
  return rows.filter((row) => (row.days_left ?? Infinity) <= CERTIFICATE_DAYS).map((row) => {
    const days = row.days_left ?? 0;
    return {
      severity: days < 0 ? "critical" : "warning",
      what: days < 0 ? "the certificate has expired" : `the certificate ends in ${days} days`,
      where: `node ${node} ${row.file ?? row.subject}`,
      since: days < 0 ? row.expires : undefined,
      tool: "get_certificates",
    };
  });
}

async function failingDisks(pve: Pve, node: string): Promise<Finding[]> {
  return (await readDisks(pve, node)).filter(isFailing).map((disk) => ({
    severity: "critical",
    what: `SMART says ${disk.health}${disk.serial ? ` (serial ${disk.serial})` : ""}`,
    where: `node ${node} ${disk.device}`,
    tool: "get_disks",
  }));
}

/** What SMART says of disks that do not fail; many virtual and RAID disks have no SMART at all. */
const SOUND = ["PASSED", "OK", "UNKNOWN", "N/A"];

function isFailing({ health }: Disk): boolean {
  return !SOUND.includes(health.toUpperCase());
}

/** Tells of a kernel that is newer than the running one and waits for a reboot. */
async function kernelInWaiting(pve: Pve, node: string): Promise<Finding[]> {
  const rows = await pve.list("/nodes/{node}/apt/versions", { node });
  const running = rows.map((row) => text(row.RunningKernel)).find((kernel) => kernel);
  const newest = rows.filter((row) => row.CurrentState === "Installed")
    .map((row) => KERNEL.exec(String(row.Package))?.[1])
    .filter((version) => version !== undefined)
    .toSorted(compareKernels).at(-1);
  if (!running || !newest || compareKernels(newest, running) <= 0) return [];
  return [{
    severity: "info",
    what: `runs kernel ${running}; ${newest} waits for a reboot`,
    where: `node ${node}`,
    tool: "migrate_guest",
  }];
}

const KERNEL = /^(?:proxmox|pve)-kernel-(\d[\d.]*-\d+-pve)(?:-signed)?$/;

function compareKernels(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.match(/\d+/g)?.map(Number) ?? []);
  for (let at = 0; at < 4; at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

// Guests

/** What can only be asked guest by guest: of at most `max` guests for each question. */
function guestProbes(
  pve: Pve,
  guests: readonly Guest[],
  max: number,
): { probes: Probe[]; unread: Unread[] } {
  const running = guests.filter((guest) => guest.type === "qemu" && guest.status === "running");
  const probes = [
    ...guests.slice(0, max).map((guest): Probe => ({
      part: "snapshots",
      of: guestLabel(guest),
      read: () => oldSnapshots(pve, guest),
    })),
    ...running.slice(0, max).map((guest): Probe => ({
      part: "guest agents",
      of: guestLabel(guest),
      read: () => deadAgent(pve, guest),
    })),
  ];
  const unread = [["snapshots", guests.length], ["guest agents", running.length]] as const;
  return {
    probes,
    unread: unread.filter(([, count]) => count > max).map(([part, count]) => ({
      part,
      of: `${count - max} of ${count} guests`,
      reason: `only the first ${max} by vmid are asked; see max_guests`,
    })),
  };
}

/** Guests that are locked though no task runs that would hold the lock. */
function lockProbe(pve: Pve, guests: readonly Guest[]): Probe {
  return {
    part: "locked guests",
    of: CLUSTER,
    read: async () => {
      const locked = guests.filter((guest) => guest.lock !== undefined);
      if (locked.length === 0) return [];
      const tasks = (await pve.list("/cluster/tasks")).map((row) => taskOf(row));
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

const OLD_BACKUP_DAYS = 7;

function backupProbe(pve: Pve, guests: readonly Guest[]): Probe {
  return {
    part: "backups",
    of: CLUSTER,
    read: async (unread) => {
      const { volumes, warnings, partial, hides } = await readVolumes(pve, { content: "backup" });
      for (const warning of warnings) unread(warning);
      const newest = newestGood(volumes);
      const partly = partial ? " in the storages that could be read" : "";
      return guests.flatMap((guest): Finding[] => {
        const made = newest.get(guest.vmid)?.time;
        const days = made === undefined ? Infinity : Math.floor(daysSince(pve, made));
        // What cannot be seen is no reason to worry anybody: it is told as unread.
        if (days < OLD_BACKUP_DAYS || hides(guest.vmid)) return [];
        return [{
          severity: made ? "info" : "warning",
          what: made
            ? `its newest good backup${partly} is ${days} days old`
            : `no good backup of it${partly}`,
          where: placeOf(guest),
          since: made,
          tool: "create_backup",
        }];
      });
    },
  };
}

const OLD_SNAPSHOT_DAYS = 30;

async function oldSnapshots(pve: Pve, guest: Guest): Promise<Finding[]> {
  const { snapshots } = await readSnapshots(pve, guest);
  return snapshots.flatMap(({ name, time = "" }): Finding[] => {
    const days = daysSince(pve, time);
    if (!(days > OLD_SNAPSHOT_DAYS)) return [];
    return [{
      severity: "info",
      what: `snapshot ${name} is ${Math.floor(days)} days old`,
      where: `${placeOf(guest)} snapshot ${name}`,
      since: time,
      tool: "delete_snapshot",
    }];
  });
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

/** NaN for what is no time. */
function daysSince(pve: Pve, time: string): number {
  return (pve.now().getTime() - Date.parse(time)) / 1000 / DAY_SECONDS;
}
