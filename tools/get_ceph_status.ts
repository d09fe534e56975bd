import * as z from "zod";
import { compact, number, record, records, type Row, text } from "../lib/proxmox/api/values.ts";
import { readCeph } from "../lib/proxmox/cluster/ceph.ts";
import { clip } from "../lib/proxmox/clip.ts";
import { paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const MAX_CHECKS = 50;

const checkRow = z.object({
  check: z.string(),
  severity: z.string(),
  message: z.string(),
}).partial();

export default defineTool({
  name: "get_ceph_status",
  title: "Ceph status",
  description: "Tells Ceph's health and space, or that it is not installed.",
  scope: "user",
  toolsets: ["storage"],
  hints: READS,
  subject: "cluster",
  across: "each",
  privileges: [["/", "Sys.Audit", "Datastore.Audit"]],
  input: z.strictObject({}),
  output: z.object({
    installed: z.boolean(),
    health: z.string().optional(),
    checks: z.array(checkRow).optional(),
    monitors: z.number().optional(),
    monitors_in_quorum: z.number().optional(),
    osds: z.number().optional(),
    osds_up: z.number().optional(),
    osds_in: z.number().optional(),
    placement_groups: z.record(z.string(), z.number()).optional().describe("By state"),
    total_bytes: z.number().optional(),
    used_bytes: z.number().optional(),
    data_bytes: z.number().optional(),
    read_bytes_per_second: z.number().optional(),
    write_bytes_per_second: z.number().optional(),
    warnings: paged.warnings,
  }),
  action: () => "read the Ceph status",
  run: async (_input, { pve }) => {
    const status = await readCeph(pve, { thorough: true });
    return status === undefined
      ? { installed: false }
      : { installed: true, ...describeCeph(status) };
  },
});

/** What an administrator looks at first. */
function describeCeph(status: Row) {
  const health = record(status.health);
  const monitors = record(status.monmap);
  // Up to Nautilus the map was nested in itself.
  const osds = record(record(status.osdmap).osdmap ?? status.osdmap);
  const placement = record(status.pgmap);
  const states = records(placement.pgs_by_state).map((row) =>
    [String(row.state_name), number(row.count) ?? 0] as const
  );
  return compact({
    health: text(health.status),
    checks: Object.entries(record(health.checks)).slice(0, MAX_CHECKS).map(describeCheck),
    monitors: number(monitors.num_mons) ?? records(monitors.mons).length,
    monitors_in_quorum: Array.isArray(status.quorum_names) ? status.quorum_names.length : undefined,
    osds: number(osds.num_osds),
    osds_up: number(osds.num_up_osds),
    osds_in: number(osds.num_in_osds),
    placement_groups: Object.fromEntries(states),
    total_bytes: number(placement.bytes_total),
    used_bytes: number(placement.bytes_used),
    data_bytes: number(placement.data_bytes),
    read_bytes_per_second: number(placement.read_bytes_sec),
    write_bytes_per_second: number(placement.write_bytes_sec),
  });
}

function describeCheck([check, value]: [string, unknown]) {
  const { severity, summary } = record(value);
  return compact({
    check,
    severity: text(severity),
    message: clip(text(record(summary).message) ?? ""),
  });
}
