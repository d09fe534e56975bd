import { guestsIn } from "../guest/directory.ts";
import { offlineNodes } from "../inventory.ts";
import type { Pve } from "../pve.ts";
import { backupProbe } from "./backups.ts";
import { clockProbe } from "./clocks.ts";
import { cephProbe, haProbe, quorumProbe, replicationProbe } from "./cluster.ts";
import { type Findings, runProbes } from "./finding.ts";
import { readGuests } from "./guests.ts";
import { nodeProbes } from "./nodes.ts";
import { lockProbe, storageProbe } from "./resources.ts";
import { unusedProbe } from "./unused.ts";

/** @param maxGuests how many guests are asked one by one, for their settings, snapshots and agents */
export async function lookAtEverything(pve: Pve, maxGuests: number): Promise<Findings> {
  const resources = await pve.resources();
  const offline = offlineNodes(resources);
  const nodes = resources.filter((row) => row.type === "node").map((row) => row.node ?? row.id);
  const online = nodes.filter((node) => !offline.has(node));
  const guests = guestsIn(resources).toSorted((a, b) => a.vmid - b.vmid);
  const working = guests.filter(({ template }) => !template);
  const asked = readGuests(pve, working.filter(({ node }) => !offline.has(node)), maxGuests);
  const parts = [
    // Those that ask several nodes at once themselves do not run beside other probes.
    await runProbes([replicationProbe(pve)]),
    await runProbes([backupProbe(pve, working)]),
    await runProbes([clockProbe(pve, online)]),
    await runProbes([
      quorumProbe(pve),
      haProbe(pve),
      cephProbe(pve),
      storageProbe(resources),
      lockProbe(pve, working),
      ...online.flatMap((node) => nodeProbes(pve, node)),
      ...asked.probes,
    ]),
    // The guests' settings have told by now which volumes are detached.
    await runProbes([unusedProbe(pve, { guests, detached: asked.detached })]),
  ];
  const away = [...offline].map((node) => ({
    part: "everything else",
    of: `node ${node}`,
    reason: "the node is offline",
  }));
  return {
    findings: parts.flatMap((part) => part.findings),
    unread: [...away, ...asked.unread, ...parts.flatMap((part) => part.unread)],
  };
}
