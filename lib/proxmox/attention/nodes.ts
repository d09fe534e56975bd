import { isKind } from "../api/errors.ts";
import { number, text, time } from "../api/values.ts";
import { clip } from "../clip.ts";
import { type Certificate, readCertificates } from "../cluster/certificates.ts";
import { type Disk, readDisks } from "../cluster/disks.ts";
import { isRunning, taskOf } from "../cluster/task_list.ts";
import type { Reader } from "../kept_reader.ts";
import type { Pve } from "../pve.ts";
import { succeeded, wasInterrupted } from "../tasks.ts";
import { DAY_SECONDS, type Finding, type Probe } from "./finding.ts";
import type { Marks } from "./marks.ts";
import { brokenRepositories, securityUpdates } from "./updates.ts";

/**
 * What is looked at on each node that is online.
 *
 * @param options.ofFleet see `Pve.keeping`
 */
export function nodeProbes(
  pve: Pve,
  node: string,
  { marks, ofFleet }: { marks: Marks; ofFleet: boolean },
): Probe[] {
  const tasks = pve.keeping({ mark: marks.ofTasks(node), ofFleet });
  const kept = pve.keeping({ mark: marks.ofNode(node), ofFleet });
  const look = (
    part: string,
    work: (reader: Reader, node: string, unread: (reason: string) => void) => Promise<Finding[]>,
    reader = kept,
  ): Probe => ({
    part,
    of: `node ${node}`,
    read: async (unread) => {
      const seen = await reader.workedOut(`${part} of ${node}`, async (reader) => {
        const reasons: string[] = [];
        const findings = await work(reader, node, (reason) => reasons.push(reason));
        return { findings, reasons };
      });
      for (const reason of seen.reasons) unread(reason);
      return seen.findings;
    },
  });
  return [
    look("failed tasks", failedTasks, tasks),
    look("certificates", endingCertificates),
    look("disks", failingDisks),
    look("ZFS", ailingPools),
    look("thin pools", fullMetadata),
    look("kernel", kernelInWaiting),
    look("repositories", brokenRepositories),
    look("security updates", securityUpdates),
  ];
}

const TASKS_PER_NODE = 200;

async function failedTasks(
  pve: Reader,
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
      kind: "task",
      severity: wasInterrupted(status) ? "info" : "warning",
      what: clip(`${times}: ${status} (${newest?.upid})`),
      where,
      since: time(Math.min(...starts)),
    };
  });
}

/** What ACME gives is renewed daily as soon as it has 30 days left: so near its end it was not. */
const CERTIFICATE_DAYS = 28;
/** Proxmox's own certificate, which `pveupdate` renews in its last fourteen days: before that all is well. */
const OWN_CERTIFICATE = { file: "pve-ssl.pem", days: 12 };

function isEnding({ days_left = Infinity, file }: Certificate): boolean {
  return days_left <= (file === OWN_CERTIFICATE.file ? OWN_CERTIFICATE.days : CERTIFICATE_DAYS);
}

async function endingCertificates(pve: Reader, node: string): Promise<Finding[]> {
  const rows = await readCertificates(pve, node);
  return rows.filter(isEnding).map((row) => {
    const days = row.days_left ?? 0;
    return {
      kind: "certificate",
      severity: days < 0 ? "critical" : "warning",
      what: days < 0 ? "the certificate has expired" : `the certificate ends in ${days} days`,
      where: `node ${node} ${row.file ?? row.subject}`,
      since: days < 0 ? row.expires : undefined,
    };
  });
}

async function failingDisks(pve: Reader, node: string): Promise<Finding[]> {
  return (await readDisks(pve, node)).flatMap((disk): Finding[] => {
    const serial = disk.serial ? ` (serial ${disk.serial})` : "";
    const finding = { kind: "disk", where: `node ${node} ${disk.device}` } as const;
    if (isFailing(disk)) {
      return [{ ...finding, severity: "critical", what: `SMART says ${disk.health}${serial}` }];
    }
    const left = disk.life_left_percent ?? 100;
    return left > WORN_PERCENT
      ? []
      : [{ ...finding, severity: "warning", what: `${left} % of its life is left${serial}` }];
  });
}

/** An SSD of which no more is left is to be replaced soon. */
const WORN_PERCENT = 10;

const METADATA_FULL = 0.8;

/** Thin pools whose metadata fills up, which stops all their disks, however much space is left for data. */
async function fullMetadata(pve: Reader, node: string): Promise<Finding[]> {
  const pools = await pve.list("/nodes/{node}/disks/lvmthin", { node });
  return pools.flatMap(({ lv, metadata_size: size, metadata_used: used, vg }): Finding[] => {
    const fraction = (number(used) ?? 0) / (number(size) || Infinity);
    if (fraction <= METADATA_FULL) return [];
    return [{
      kind: "storage_full",
      severity: "critical",
      what: `its metadata is ${Math.round(fraction * 100)} % full: ` +
        "lvextend --poolmetadatasize enlarges it",
      where: `node ${node} thin pool ${vg}/${lv}`,
    }];
  });
}

/** What SMART says of disks that do not fail; many virtual and RAID disks have no SMART at all. */
const SOUND = ["PASSED", "OK", "UNKNOWN", "N/A"];

function isFailing({ health }: Disk): boolean {
  return !SOUND.includes(health.toUpperCase());
}

/** ZFS pools that lack a disk or worse; a node without ZFS has none. */
async function ailingPools(pve: Reader, node: string): Promise<Finding[]> {
  try {
    const pools = await pve.list("/nodes/{node}/disks/zfs", { node });
    return pools.filter(({ health }) => health !== "ONLINE").map(({ health, name }) => ({
      kind: "zfs",
      severity: "critical",
      what: `the ZFS pool is ${text(health) ?? "in an unknown state"}`,
      where: `node ${node} pool ${name}`,
    }));
  } catch (error) {
    if (isKind(error, "not_installed")) return [];
    throw error;
  }
}

/** Tells of a kernel that is newer than the running one and waits for a reboot. */
async function kernelInWaiting(pve: Reader, node: string): Promise<Finding[]> {
  const rows = await pve.list("/nodes/{node}/apt/versions", { node });
  const running = rows.map((row) => text(row.RunningKernel)).find((kernel) => kernel);
  const newest = rows.filter((row) => row.CurrentState === "Installed")
    .map((row) => KERNEL.exec(String(row.Package))?.[1])
    .filter((version) => version !== undefined)
    .toSorted(compareKernels).at(-1);
  if (!running || !newest || compareKernels(newest, running) <= 0) return [];
  return [{
    kind: "kernel",
    severity: "info",
    what: `runs kernel ${running}; ${newest} waits for a reboot`,
    where: `node ${node}`,
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
