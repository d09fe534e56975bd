import type { Finding, Probe } from "./probes.ts";
import { clip } from "../clip.ts";
import { haStatus, isDead, isUnplaced } from "../cluster/ha.ts";
import { isFailing, pendingKernel, readCertificates, readDisks } from "../cluster/hardware.ts";
import type { Pve } from "../pve.ts";
import { replicationJobs } from "../cluster/replication.ts";
import { isRunning, type TaskEntry } from "../cluster/task_list.ts";
import { succeeded } from "../tasks.ts";
import { flag, number, type Resource, time } from "../api/values.ts";

type Row = Readonly<Record<string, unknown>>;

const DAY_SECONDS = 86_400;
const FULL = 0.85;
const NEARLY_FULL = 0.95;
const CERTIFICATE_DAYS = 30;
const TASKS_PER_NODE = 200;
const CLUSTER = "the cluster";

/** What concerns the cluster as a whole. */
export function clusterProbes(pve: Pve, resources: readonly Resource[]): Probe[] {
  return [
    { part: "quorum and nodes", of: CLUSTER, read: () => quorum(pve) },
    { part: "HA", of: CLUSTER, read: () => highAvailability(pve) },
    {
      part: "storages",
      of: CLUSTER,
      read: (unread) => {
        const { findings, unavailable } = storages(resources);
        for (const of of unavailable) {
          unread.push({ part: "storages", of, reason: "the storage is not available" });
        }
        return Promise.resolve(findings);
      },
    },
  ];
}

/** Replication asks several nodes at once, so it does not run beside other probes. */
export function replicationProbe(pve: Pve): Probe {
  return {
    part: "replication",
    of: CLUSTER,
    read: async (unread) => {
      const { jobs, warnings } = await replicationJobs(pve);
      for (const reason of warnings) unread.push({ part: "replication", of: CLUSTER, reason });
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

/** What is looked at on each node that is online. */
export function nodeProbes(pve: Pve, node: string): Probe[] {
  const of = `node ${node}`;
  return [
    {
      part: "failed tasks",
      of,
      read: (unread) =>
        failedTasks(pve, node, (reason) => unread.push({ part: "failed tasks", of, reason })),
    },
    { part: "certificates", of, read: () => certificates(pve, node) },
    { part: "disks", of, read: () => disks(pve, node) },
    { part: "kernel", of, read: () => kernel(pve, node) },
  ];
}

async function quorum(pve: Pve): Promise<Finding[]> {
  const rows = await pve.list("/cluster/status");
  const cluster = rows.find((row) => row.type === "cluster");
  const found: Finding[] = rows.filter((row) => row.type === "node" && !flag(row.online))
    .map((row) => ({
      severity: "critical",
      what: "the node is offline",
      where: `node ${row.name}`,
      tool: "get_cluster_status",
    }));
  if (cluster !== undefined && !flag(cluster.quorate)) {
    found.unshift({
      severity: "critical",
      what: "quorum is lost: nothing can be changed until more nodes are online",
      where: CLUSTER,
      tool: "get_cluster_status",
    });
  }
  return found;
}

async function highAvailability(pve: Pve): Promise<Finding[]> {
  const rows = await haStatus(pve);
  const services = rows.filter((row) => row.type === "service" && isUnplaced(row));
  const managers = rows.filter((row) => row.type === "lrm" && isDead(row));
  return [
    ...services.map((row): Finding => ({
      severity: "critical",
      what: `HA cannot place or recover it: ${clip(String(row.status))}`,
      where: String(row.sid),
      tool: "get_ha_status",
    })),
    ...managers.map((row): Finding => ({
      severity: "warning",
      what: `its HA manager does not report: ${clip(String(row.status))}`,
      where: `node ${row.node}`,
      since: time(row.timestamp),
      tool: "get_ha_status",
    })),
  ];
}

function storages(resources: readonly Resource[]) {
  const rows = resources.filter((row) => row.type === "storage");
  const places = new Map(rows.map((row) => [
    flag(row.shared) ? `storage ${row.storage}` : `storage ${row.storage} on ${row.node}`,
    row,
  ]));
  const findings: Finding[] = [];
  const unavailable: string[] = [];
  for (const [where, row] of places) {
    if (row.status !== "available") unavailable.push(where);
    const used = (number(row.disk) ?? 0) / (number(row.maxdisk) || Infinity);
    if (used <= FULL) continue;
    findings.push({
      severity: used >= NEARLY_FULL ? "critical" : "warning",
      what: `${Math.round(used * 1000) / 10} % full`,
      where,
      tool: "get_storage_content",
    });
  }
  return { findings, unavailable };
}

async function failedTasks(
  pve: Pve,
  node: string,
  cut: (reason: string) => void,
): Promise<Finding[]> {
  const { rows, total = 0 } = await pve.page("/nodes/{node}/tasks", { node }, {
    since: Math.floor(pve.now().getTime() / 1000) - DAY_SECONDS,
    statusfilter: "error",
    limit: TASKS_PER_NODE,
  });
  const tasks = rows as unknown as TaskEntry[];
  if (total > tasks.length) cut(`only the newest ${tasks.length} of ${total} failed tasks count`);
  const failed = tasks.filter((task) => !isRunning(task) && !succeeded(task.status ?? ""));
  const groups = Map.groupBy(failed, (task) => `node ${node} ${task.type} ${task.id ?? ""}`.trim());
  return [...groups].map(([where, group]) => {
    const starts = group.map((task) => number(task.starttime) ?? 0);
    const newest = group[starts.indexOf(Math.max(...starts))];
    const status = newest?.status ?? "unknown";
    const times = group.length === 1 ? "failed" : `failed ${group.length} times, last`;
    return {
      severity: /^(received|interrupted by) /.test(status) ? "info" : "warning",
      what: clip(`${times}: ${status} (${newest?.upid})`),
      where,
      since: time(Math.min(...starts)),
      tool: "get_task",
    };
  });
}

async function certificates(pve: Pve, node: string): Promise<Finding[]> {
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

async function disks(pve: Pve, node: string): Promise<Finding[]> {
  return (await readDisks(pve, node)).filter(isFailing).map((disk) => ({
    severity: "critical",
    what: `SMART says ${disk.health}${disk.serial ? ` (serial ${disk.serial})` : ""}`,
    where: `node ${node} ${disk.device}`,
    tool: "get_disks",
  }));
}

async function kernel(pve: Pve, node: string): Promise<Finding[]> {
  const pending = await pendingKernel(pve, node);
  if (pending === undefined) return [];
  return [{
    severity: "info",
    what: `runs kernel ${pending.running}; ${pending.installed} waits for a reboot`,
    where: `node ${node}`,
    tool: "migrate_guest",
  }];
}
