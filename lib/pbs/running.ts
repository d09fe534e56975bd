import { text } from "../proxmox/api/values.ts";
import type { PbsReader } from "./reader.ts";
import { NODE } from "./tasks.ts";

export interface RunningTask {
  readonly upid: string;
  /** `user@realm`, or `user@realm!token`. */
  readonly user: string;
}

/** A running task of exactly this kind and id, as far as the token may see it. */
export async function runningTask(
  reader: PbsReader,
  { type, id }: { type: string; id: string },
): Promise<RunningTask | undefined> {
  const rows = await reader.list("/nodes/{node}/tasks", { node: NODE }, {
    running: true,
    typefilter: type,
    limit: 0,
  });
  const row = rows.find(({ worker_type, worker_id }) => worker_type === type && worker_id === id);
  const upid = text(row?.upid);
  return upid === undefined ? undefined : { upid, user: text(row?.user) ?? "" };
}
