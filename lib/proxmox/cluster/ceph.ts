import { isKind } from "../api/errors.ts";
import { clip } from "../clip.ts";
import type { Pve } from "../pve.ts";
import { compact, number, text } from "../api/values.ts";

type Row = Readonly<Record<string, unknown>>;

/** Ceph's own status; undefined on a cluster without Ceph, which is an answer and no failure. */
export async function cephStatus(pve: Pve): Promise<Row | undefined> {
  try {
    return await pve.get("/cluster/ceph/status");
  } catch (error) {
    if (isKind(error, "not_installed")) return undefined;
    throw error;
  }
}

/** What an administrator looks at first. */
export function describeCeph(status: Row) {
  const health = record(status.health);
  // Up to Nautilus the map was nested in itself.
  const osds = record(record(status.osdmap).osdmap ?? status.osdmap);
  const placement = record(status.pgmap);
  const states = list(placement.pgs_by_state).map((row) =>
    [String(row.state_name), number(row.count) ?? 0] as const
  );
  return compact({
    health: text(health.status),
    checks: Object.entries(record(health.checks)).slice(0, 50).map(([check, value]) => {
      const { severity, summary } = record(value);
      return compact({
        check,
        severity: text(severity),
        message: clip(String(record(summary).message ?? "")),
      });
    }),
    monitors: number(record(status.monmap).num_mons) ?? list(record(status.monmap).mons).length,
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

function record(value: unknown): Row {
  return typeof value === "object" && value !== null ? value as Row : {};
}

function list(value: unknown): Row[] {
  return Array.isArray(value) ? value.map(record) : [];
}
