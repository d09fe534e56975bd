import type { RowOf } from "../api/types.ts";
import { number, text } from "../api/values.ts";

/** A task as Proxmox lists it. */
export type TaskEntry = ReturnType<typeof taskOf>;

/** Reads a row of a list of tasks. */
export function taskOf(row: RowOf<"/cluster/tasks">, node = text(row.node) ?? "") {
  const [user, token] = [text(row.user), text(row.tokenid)];
  return {
    upid: String(row.upid),
    node,
    type: text(row.type),
    id: text(row.id),
    /** `user@realm`, or `user@realm!token` for a task that an API token started. */
    user: user !== undefined && token !== undefined ? `${user}!${token}` : user,
    /** Unix seconds. */
    started: number(row.starttime),
    ended: number(row.endtime),
    /** Absent or RUNNING while it runs, else the exit status. */
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
