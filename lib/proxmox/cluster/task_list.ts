import type { RowOf } from "../api/types.ts";
import { number, text } from "../api/values.ts";

/** A task as Proxmox lists it. */
export interface TaskEntry {
  readonly upid: string;
  readonly node: string;
  readonly type: string | undefined;
  readonly id: string | undefined;
  /** `user@realm`, or `user@realm!token` for a task that an API token started. */
  readonly user: string | undefined;
  /** Unix seconds. */
  readonly started: number | undefined;
  readonly ended: number | undefined;
  /** Absent or RUNNING while it runs, else the exit status. */
  readonly status: string | undefined;
}

/** Reads a row of a list of tasks. */
export function taskOf(row: RowOf<"/cluster/tasks">, node = text(row.node) ?? ""): TaskEntry {
  const [user, token] = [text(row.user), text(row.tokenid)];
  return {
    upid: String(row.upid),
    node,
    type: text(row.type),
    id: text(row.id),
    user: user !== undefined && token !== undefined ? `${user}!${token}` : user,
    started: number(row.starttime),
    ended: number(row.endtime),
    status: text(row.status),
  };
}

export function tasksOf(rows: readonly RowOf<"/cluster/tasks">[]): TaskEntry[] {
  return rows.map((row) => taskOf(row));
}

/** The vmid in a task's id; undefined for tasks that concern no single guest. */
export function taskVmid(id: string | undefined): number | undefined {
  return /^[1-9]\d{2,8}$/.test(id ?? "") ? Number(id) : undefined;
}

export function isRunning({ ended, status = "" }: TaskEntry): boolean {
  return ended === undefined && ["", "running"].includes(status.toLowerCase());
}
