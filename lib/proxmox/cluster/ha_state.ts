import { compact, flag, type Row, text, time } from "../api/values.ts";
import type { Pve } from "../pve.ts";

/** The manager of the cluster or of one node, in Proxmox's own words. */
export interface HaManager {
  readonly node: string;
  readonly status: string;
  /** RFC 3339, of its last report. */
  readonly reported?: string;
}

/** How high availability stands. */
export interface HaState {
  readonly quorate: boolean;
  /** Absent until a guest is put under HA for the first time. */
  readonly master?: HaManager;
  /** `armed`, `standby`, `disarming` or `disarmed`; absent before Proxmox VE 9.2. */
  readonly armed?: string;
  readonly managers: readonly HaManager[];
  /** A row for each guest under HA. */
  readonly services: readonly Row[];
}

/** What stands in the status of a manager whose report is old, missing, or by another clock. */
const SILENT = ["dead", "unable to read", "time drift"];

/** @throws AppError */
export async function readHaState(pve: Pve): Promise<HaState> {
  const rows: Row[] = await pve.list("/cluster/ha/status/current");
  const of = (type: string) => rows.filter((row) => row.type === type);
  const [[master], [fencing], [quorum]] = [of("master"), of("fencing"), of("quorum")];
  return compact({
    quorate: flag(quorum?.quorate),
    master: master && managerOf(master),
    armed: text(fencing?.["armed-state"]),
    managers: of("lrm").map(managerOf),
    services: of("service"),
  });
}

function managerOf(row: Row): HaManager {
  return compact({
    node: text(row.node) ?? "unknown",
    status: text(row.status) ?? "unknown",
    reported: time(row.timestamp),
  });
}

/** Whether nothing is known of a manager; one without any guest to care for is idle, which is another thing. */
export function isSilent({ status }: HaManager): boolean {
  return SILENT.some((word) => status.includes(word));
}

/**
 * Why no guest would be recovered now; undefined where HA works, or has no guest to care for: then its master
 * need not report.
 */
export function whyNotGuarding({ armed, master, services }: HaState): string | undefined {
  if (services.length === 0) return undefined;
  if (armed === "disarmed" || armed === "disarming") {
    return `HA is ${armed}: no guest is recovered when a node fails`;
  }
  return master !== undefined && isSilent(master)
    ? `HA's master does not report (${master.status}): no guest is recovered meanwhile`
    : undefined;
}
