import * as z from "zod";
import type { ParamsOf } from "../lib/proxmox/api/types.ts";
import { number, type Row, time } from "../lib/proxmox/api/values.ts";
import { assertKnown } from "../lib/proxmox/known.ts";
import { drawSeries } from "../lib/plot/plot.ts";
import { firstPlace } from "../lib/proxmox/storage/places.ts";
import { guestReference, nodeName, paged, storageId } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_metrics",
  title: "Metrics",
  description: "Gives the history of a guest's (vmid), a node's or a storage's load, oldest first.",
  scope: "user",
  toolsets: ["cluster", "core"],
  hints: READS,
  subject: "node",
  privileges: [],
  conditionalPrivileges: [
    {
      privilege: ["/vms/{vmid}", "VM.Audit"],
      when: "with vmid",
      if: ({ vmid }) => vmid !== undefined,
    },
    {
      privilege: ["/storage/{storage}", "Datastore.Audit"],
      when: "with storage",
      if: ({ storage }) => storage !== undefined,
    },
    {
      privilege: ["/nodes/{node}", "Sys.Audit"],
      when: "with node alone",
      if: ({ vmid, storage }) => vmid === undefined && storage === undefined,
    },
  ],
  input: z.strictObject({
    vmid: guestReference.optional(),
    storage: storageId.optional(),
    node: nodeName.optional(),
    timeframe: z.enum(["hour", "day", "week", "month", "year"]).default("hour"),
    consolidation: z.enum(["average", "maximum"]).default("average"),
    points: z.int().min(1).max(200).default(60).describe("At most"),
    fields: z.array(z.string().max(50)).min(1).optional().describe("Columns to give"),
    plot: z.boolean().default(false).describe("Also draws it"),
  }).refine(
    ({ vmid, storage, node }) => vmid === undefined ? storage ?? node : storage === undefined,
    "give one of vmid, storage and node",
  ),
  output: z.object({
    columns: z.array(z.string()),
    rows: z.array(z.array(z.unknown())),
    warnings: paged.warnings,
  }),
  picture: (input, output) => {
    if (!input.plot) return undefined;
    const ends = [output.rows[0], output.rows.at(-1)].map((row) => minuteOf(String(row?.[0])));
    const parts = [
      subjectOf(input),
      input.timeframe,
      input.consolidation,
      `${ends.join(" to ")} UTC`,
    ];
    return drawSeries(output, parts.join(", "));
  },
  action: (input) => `read the metrics of ${subjectOf(input)}`,
  run: async (input, { pve }) => {
    if (input.vmid !== undefined) {
      const guest = await pve.find({ vmid: input.vmid, node: input.node });
      return readSeries(async (params) => {
        const rows = await pve.list("/nodes/{node}/{type}/{vmid}/rrddata", guest, params);
        // Of a VM Proxmox measures no use of its disks and says 0.
        return guest.type === "qemu" ? rows.map(({ disk: _, ...row }) => row) : rows;
      }, input);
    }
    if (input.storage === undefined) {
      const node = pve.node(input.node ?? "");
      return readSeries((params) => pve.list("/nodes/{node}/rrddata", { node }, params), input);
    }
    const place = await firstPlace(pve, {
      storage: input.storage,
      node: input.node,
    });
    return readSeries(
      (params) => pve.list("/nodes/{node}/storage/{storage}/rrddata", place, params),
      input,
    );
  },
});

function subjectOf(
  { vmid, storage, node }: {
    vmid?: number | string | undefined;
    storage?: string | undefined;
    node?: string | undefined;
  },
): string {
  if (vmid !== undefined) return `guest ${vmid}`;
  return storage === undefined ? `node ${node}` : `storage ${storage}`;
}

function minuteOf(time: string): string {
  return time.slice(0, "2026-01-01T00:00".length).replace("T", " ");
}

/** A series of measurements: one row per point, one value per column; null where nothing was measured. */
interface Series {
  readonly columns: string[];
  readonly rows: (string | number | null)[][];
  readonly warnings?: string[];
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

interface SeriesOptions {
  readonly timeframe: SeriesParams["timeframe"];
  readonly consolidation: "average" | "maximum";
  /** At most this many rows; neighbouring points are put together. */
  readonly points: number;
  readonly fields?: readonly string[] | undefined;
  readonly plot: boolean;
}

/** Reads a round-robin database. Rows without any value are left out: there was nothing to measure. */
async function readSeries(
  read: (params: SeriesParams) => Promise<readonly Row[]>,
  { timeframe, consolidation, points, fields, plot }: SeriesOptions,
): Promise<Series> {
  const cf = consolidation === "average" ? "AVERAGE" : "MAX";
  const raw = await read({ timeframe, cf });
  const rows = raw.map(rename).filter((row) => row.has("time") && row.size > 1);
  const known = [...new Set(rows.flatMap((row) => [...row.keys()]))].filter((key) => key !== "time")
    .sort();
  for (const field of known.length > 0 ? fields ?? [] : []) {
    // What Proxmox has not measured is no error.
    if (Object.values(COLUMNS).includes(field)) continue;
    assertKnown(field, { what: "field", known });
  }
  const columns = known.filter((key) => fields === undefined || fields.includes(key));
  const size = Math.max(1, Math.ceil(rows.length / points));
  const merged: Series["rows"] = [];
  for (let start = 0; start < rows.length; start += size) {
    const bucket = rows.slice(start, start + size);
    merged.push([
      time(bucket.at(-1)?.get("time")) ?? null,
      ...columns.map((column) => merge(bucket.map((row) => row.get(column)), consolidation)),
    ]);
  }
  const nothing = plot && (merged.length === 0 || columns.length === 0);
  return {
    columns: ["time", ...columns],
    rows: merged,
    ...(nothing ? { warnings: ["nothing was measured: there is nothing to draw"] } : {}),
  };
}

function rename(row: Row): Map<string, number> {
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
