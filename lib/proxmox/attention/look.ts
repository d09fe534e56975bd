import { oncePer } from "../../once_per.ts";
import { tasksOf } from "../cluster/task_list.ts";
import { guestsIn } from "../guest/directory.ts";
import { nodeNames, offlineNodes, silentNodes } from "../inventory.ts";
import type { Pve } from "../pve.ts";
import type { ToldOf } from "../storage/told.ts";
import { backupProbe } from "./backups.ts";
import { clockProbe } from "./clocks.ts";
import { cephProbe, haProbe, quorumProbe, replicationProbe } from "./cluster.ts";
import { type Findings, type Probe, runProbes } from "./finding.ts";
import { type Bounds, readGuests } from "./guests.ts";
import { Marks } from "./marks.ts";
import { nodeProbes } from "./nodes.ts";
import { lockProbe, storageProbe } from "./resources.ts";
import { unusedProbe } from "./unused.ts";

/** What else there is to look at, beside the cluster. */
export interface Beside {
  readonly probes: readonly Probe[];
  /** What backup servers tell of storages that are theirs; undefined where there are none. */
  readonly told: Promise<ToldOf> | undefined;
}

/**
 * Looks at the cluster, and at the same time at what is beside it.
 *
 * @param options.bounds how many guests are asked one by one, for their settings, snapshots and agents
 */
export async function lookAtEverything(
  pve: Pve,
  { bounds, beside: { probes, told } }: { bounds: Bounds; beside: Beside },
): Promise<Findings> {
  const [cluster, others] = await Promise.all([
    lookAtCluster(pve, { bounds, told }),
    runProbes(probes),
  ]);
  return {
    findings: [...cluster.findings, ...others.findings],
    unread: [...cluster.unread, ...others.unread],
  };
}

async function lookAtCluster(
  pve: Pve,
  { bounds, told }: { bounds: Bounds; told: Beside["told"] },
): Promise<Findings> {
  const ofFleet = bounds.anew !== undefined;
  const resources = await pve.resources();
  const offline = offlineNodes(resources);
  const nodes = nodeNames(resources);
  const online = nodes.filter((node) => !offline.has(node));
  const guests = guestsIn(resources).toSorted((a, b) => a.vmid - b.vmid);
  const working = guests.filter(({ template }) => !template);
  const readTasks = oncePer((pve: Pve) => pve.list("/cluster/tasks").then(tasksOf));
  const marks = new Marks({ resources, tasks: await readTasks(pve).catch(() => []) });
  const reader = pve.keeping({ mark: marks.ofVolumes, ofFleet });
  const there = working.filter(({ node }) => !offline.has(node));
  const asked = readGuests(pve, { guests: there, bounds, marks });
  const backups = backupProbe(pve, { guests: working, reader, told });
  const parts = [
    // Those that ask several nodes at once themselves do not run beside other probes.
    await runProbes([replicationProbe(pve)]),
    // What waits for backup servers comes last.
    ...told === undefined ? [await runProbes([backups])] : [],
    await runProbes([clockProbe(pve, online)]),
    await runProbes([
      quorumProbe(pve),
      haProbe(pve),
      cephProbe(pve),
      storageProbe(resources),
      lockProbe(working, () => readTasks(pve)),
      ...online.flatMap((node) => nodeProbes(pve, node, { marks, ofFleet })),
      ...asked.probes,
    ]),
    // The guests' settings have told by now which volumes are detached.
    await runProbes([unusedProbe(pve, { guests, detached: asked.detached, reader })]),
    ...told === undefined ? [] : [await runProbes([backups])],
  ];
  const away = [...offline].map((node) => ({
    part: "everything else",
    of: `node ${node}`,
    reason: "the node is offline",
  }));
  const silent = silentNodes(resources).map((node) => ({
    part: "use and states",
    of: `node ${node}`,
    reason: "its pvestatd does not report",
  }));
  return {
    findings: parts.flatMap((part) => part.findings),
    unread: [...away, ...silent, ...asked.unread, ...parts.flatMap((part) => part.unread)],
  };
}
