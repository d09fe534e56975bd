import { compact, number, type Resource } from "../api/values.ts";
import type { Guest } from "../guest/directory.ts";
import { daysOf, mean, pointsOf } from "./trend.ts";

const MIB = 1024 ** 2;
const STEP_MIB = 256;
const SMALLEST_MIB = 256;
/** Less than this says nothing of a month. */
const ENOUGH_DAYS = 7;
/** A quarter above the highest use that was seen. */
const ROOM = 1.25;
const IDLE = 0.5;
const TIGHT = 0.9;

type Series = readonly Readonly<Record<string, unknown>>[];

/** What a guest has, what it used in the last month, and what it would do with. */
export type RightSize = ReturnType<typeof rightSize>;

/**
 * Proposes what a guest needs, by a month of Proxmox's averages and peaks. It proposes nothing where a
 * week has not been measured.
 */
export function rightSize(
  guest: Guest,
  { row, average, maximum }: { row: Resource; average: Series; maximum: Series },
) {
  const { vmid, name, node, type, status } = guest;
  const measured = pointsOf(average, ["mem"]);
  const days = daysOf(measured);
  const cpus = row.maxcpu;
  const memory = row.maxmem === undefined ? undefined : Math.round(row.maxmem / MIB);
  const cpuMean = meanOf(average, "cpu");
  const cpuPeak = peakOf(maximum, "cpu");
  const memoryMean = meanOf(average, "mem");
  const memoryPeak = peakOf(maximum, "mem");
  const enough = days >= ENOUGH_DAYS;
  const cpu = enough ? proposedCpus({ cpus, mean: cpuMean, peak: cpuPeak }) : undefined;
  const size = enough ? proposedMemory({ memory, peak: memoryPeak }) : undefined;
  const disk = type === "lxc" && row.disk !== undefined && row.maxdisk
    ? row.disk / row.maxdisk
    : undefined;
  const reasons = [
    ...(enough ? [] : [shortText(guest, days)]),
    ...(cpu ? [cpu.reason] : []),
    ...(size ? [size.reason] : []),
    ...(disk !== undefined && disk > TIGHT ? [`its root disk is ${percent(disk)} full`] : []),
  ];
  return compact({
    vmid,
    name,
    node,
    type,
    status,
    /** Of measurements. */
    days: Math.round(days * 10) / 10,
    cpus,
    cpu_average_fraction: rounded(cpuMean),
    cpu_peak_fraction: rounded(cpuPeak),
    cpus_proposed: cpu?.proposed,
    memory_mib: memory,
    memory_average_mib: inMib(memoryMean),
    memory_peak_mib: inMib(memoryPeak),
    memory_proposed_mib: size?.proposed,
    disk_used_fraction: rounded(disk),
    reasons: reasons.length > 0 ? reasons : ["fits what it used"],
  });
}

interface Proposal {
  readonly proposed: number;
  readonly reason: string;
}

function proposedCpus(
  { cpus, mean, peak }: {
    cpus: number | undefined;
    mean: number | undefined;
    peak: number | undefined;
  },
): Proposal | undefined {
  if (cpus === undefined || mean === undefined || peak === undefined) return undefined;
  if (mean > TIGHT) {
    return {
      proposed: Math.ceil(cpus * ROOM),
      reason: `its CPUs were ${percent(mean)} busy on average`,
    };
  }
  const proposed = Math.max(1, Math.ceil(cpus * peak * ROOM));
  if (peak >= IDLE || proposed >= cpus) return undefined;
  return { proposed, reason: `at most ${percent(peak)} of ${cpus} CPUs were busy` };
}

function proposedMemory(
  { memory, peak }: { memory: number | undefined; peak: number | undefined },
): Proposal | undefined {
  if (memory === undefined || peak === undefined) return undefined;
  const used = Math.round(peak / MIB);
  const proposed = Math.max(SMALLEST_MIB, Math.ceil(used * ROOM / STEP_MIB) * STEP_MIB);
  const reason = `used at most ${used} of ${memory} MiB`;
  if (used > memory * TIGHT) return { proposed: Math.max(proposed, memory + STEP_MIB), reason };
  return used < memory * IDLE && proposed < memory ? { proposed, reason } : undefined;
}

function shortText({ status }: Guest, days: number): string {
  const whole = Math.round(days);
  const measured = whole === 1 ? "1 day was measured" : `${whole} days were measured`;
  const seen = days === 0 ? "nothing was measured" : `only ${measured}`;
  return `${seen} in the last month${status === "running" ? "" : ` and it is ${status} now`}`;
}

function valuesOf(series: Series, column: string): number[] {
  return series.map((row) => number(row[column])).filter((value) => value !== undefined);
}

function meanOf(series: Series, column: string): number | undefined {
  const values = valuesOf(series, column);
  return values.length === 0 ? undefined : mean(values);
}

function peakOf(series: Series, column: string): number | undefined {
  const values = valuesOf(series, column);
  return values.length === 0 ? undefined : Math.max(...values);
}

function inMib(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : Math.round(bytes / MIB);
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1000) / 1000;
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}
