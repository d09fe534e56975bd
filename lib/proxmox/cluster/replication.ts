import { gather } from "../fan_out.ts";
import { guestOf } from "../guest/directory.ts";
import { offlineNodes } from "../inventory.ts";
import type { Reader } from "../kept_reader.ts";
import type { Pve } from "../pve.ts";
import { compact, flag, number, type Row, text, time } from "../api/values.ts";

/** A replication job and, where its source node could be asked, how it goes. */
export type ReplicationJob = ReturnType<typeof describeJob>;

/** The jobs of all guests within the token's limits; only nodes that have one are asked. */
export async function replicationJobs(
  pve: Pve,
  { reader = pve }: { reader?: Reader } = {},
): Promise<{ jobs: ReplicationJob[]; warnings: string[] }> {
  const [rows, resources] = await Promise.all([
    reader.list("/cluster/replication"),
    pve.resources(),
  ]);
  const nodeOf = new Map(
    resources.map(guestOf).filter((guest) => guest !== undefined)
      .map((guest) => [guest.vmid, guest.node]),
  );
  // A job may outlive its guest.
  const mine = rows.filter((row) => pve.reach.everything || nodeOf.has(Number(row.guest)));
  const offline = offlineNodes(resources);
  const sources = [
    ...new Set(mine.flatMap((row) => nodeOf.get(Number(row.guest)) ?? text(row.source) ?? [])),
  ].sort();
  const { results, warnings } = await gather(sources.filter((node) => !offline.has(node)), {
    name: (node) => `state of the jobs of node ${node}`,
    read: (node) => reader.list("/nodes/{node}/replication", { node }),
  });
  const states = new Map(results.flat().map((state) => [String(state.id), state]));
  const away = sources.filter((node) => offline.has(node))
    .map((node) => `node ${node} is offline: the state of its jobs is unknown`);
  return {
    jobs: mine.map((row) => describeJob(row, states.get(String(row.id)), nodeOf)),
    warnings: [...away, ...warnings],
  };
}

function describeJob(
  row: Row,
  state: Row | undefined,
  nodeOf: ReadonlyMap<number, string>,
) {
  return compact({
    id: String(row.id),
    vmid: number(row.guest),
    source: nodeOf.get(Number(row.guest)) ?? text(row.source),
    target: text(row.target),
    schedule: text(row.schedule),
    enabled: !flag(row.disable),
    failures: number(state?.fail_count),
    error: text(state?.error),
    // Zero stands for "never" and for "at once".
    last_sync: time(number(state?.last_sync) || undefined),
    next_sync: time(number(state?.next_sync) || undefined),
    duration_seconds: number(state?.duration),
  });
}
