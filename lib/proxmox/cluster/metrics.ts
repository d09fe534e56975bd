import type { ParamsOf } from "../api/types.ts";
import { number } from "../api/values.ts";

/** A series of measurements: one row per point, one value per column; null where nothing was measured. */
export interface Series {
  readonly columns: string[];
  readonly rows: (string | number | null)[][];
}

/** Proxmox's names of the columns and ours, which tell the unit. */
const COLUMNS: Readonly<Record<string, string>> = {
  cpu: "cpu_fraction",
  maxcpu: "cpus",
  iowait: "io_wait_fraction",
  loadavg: "load_average",
  mem: "memory_used_bytes",
  maxmem: "memory_bytes",
  memused: "memory_used_bytes",
  memtotal: "memory_bytes",
  memhost: "memory_on_host_bytes",
  memavailable: "memory_available_bytes",
  arcsize: "zfs_cache_bytes",
  swapused: "swap_used_bytes",
  swaptotal: "swap_bytes",
  disk: "disk_used_bytes",
  maxdisk: "disk_bytes",
  rootused: "root_disk_used_bytes",
  roottotal: "root_disk_bytes",
  used: "used_bytes",
  total: "total_bytes",
  netin: "network_in_bytes_per_second",
  netout: "network_out_bytes_per_second",
  diskread: "disk_read_bytes_per_second",
  diskwrite: "disk_written_bytes_per_second",
};

type SeriesParams =
  & ParamsOf<"/nodes/{node}/rrddata", "GET">
  & ParamsOf<"/nodes/{node}/{type}/{vmid}/rrddata", "GET">;

export interface SeriesOptions {
  readonly timeframe: SeriesParams["timeframe"];
  readonly consolidation: "average" | "maximum";
  /** At most this many rows; neighbouring points are put together. */
  readonly points: number;
  readonly fields?: readonly string[] | undefined;
}

/** Reads a round-robin database. Rows without any value are left out: there was nothing to measure. */
export async function readSeries(
  read: (params: SeriesParams) => Promise<readonly Readonly<Record<string, unknown>>[]>,
  { timeframe, consolidation, points, fields }: SeriesOptions,
): Promise<Series> {
  const cf = consolidation === "average" ? "AVERAGE" : "MAX";
  const raw = await read({ timeframe, cf });
  const rows = raw.map(rename).filter((row) => row.size > 1);
  const known = [...new Set(rows.flatMap((row) => [...row.keys()]))].filter((key) => key !== "time")
    .sort();
  const columns = known.filter((key) => fields === undefined || fields.includes(key));
  const size = Math.max(1, Math.ceil(rows.length / points));
  const merged: Series["rows"] = [];
  for (let start = 0; start < rows.length; start += size) {
    const bucket = rows.slice(start, start + size);
    const end = bucket.at(-1)?.get("time") ?? 0;
    merged.push([
      new Date(end * 1000).toISOString(),
      ...columns.map((column) => merge(bucket.map((row) => row.get(column)), consolidation)),
    ]);
  }
  return { columns: ["time", ...columns], rows: merged };
}

function rename(row: Record<string, unknown>): Map<string, number> {
  const renamed = new Map<string, number>();
  for (const [key, value] of Object.entries(row)) {
    const measured = number(value);
    if (measured !== undefined) renamed.set(COLUMNS[key] ?? key, measured);
  }
  return renamed;
}

function merge(
  values: readonly (number | undefined)[],
  consolidation: SeriesOptions["consolidation"],
): number | null {
  const measured = values.filter((value) => value !== undefined);
  if (measured.length === 0) return null;
  const value = consolidation === "maximum"
    ? Math.max(...measured)
    : measured.reduce((sum, each) => sum + each, 0) / measured.length;
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(6));
}
