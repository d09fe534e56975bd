import { backupProbe, guestProbes, lockProbe } from "./guest_probes.ts";
import { clusterProbes, nodeProbes, replicationProbe } from "./cluster_probes.ts";
import { guestOf } from "../guest/directory.ts";
import { offlineNodes } from "../inventory.ts";
import { type Finding, runProbes, SEVERITIES, summarize, type Unread } from "./probes.ts";
import type { Pve } from "../pve.ts";

/**
 * Looks at everything that may need an administrator.
 *
 * @param mostGuests how many guests are asked one by one, for their snapshots and agents
 */
export async function collectAttention(
  pve: Pve,
  mostGuests: number,
): Promise<{ findings: Finding[]; unread: Unread[] }> {
  const resources = await pve.resources();
  const offline = offlineNodes(resources);
  const nodes = resources.filter((row) => row.type === "node").map((row) => row.node ?? row.id);
  const online = nodes.filter((node) => !offline.has(node));
  const guests = resources.map(guestOf).filter((guest) => guest !== undefined)
    .filter((guest) => !guest.template).sort((a, b) => a.vmid - b.vmid);
  const reachable = guests.filter((guest) => !offline.has(guest.node));
  const byGuest = guestProbes(pve, reachable, mostGuests);
  const parts = [
    await runProbes([replicationProbe(pve)]),
    await runProbes([backupProbe(pve, guests)]),
    await runProbes([
      ...clusterProbes(pve, resources),
      lockProbe(pve, guests),
      ...online.flatMap((node) => nodeProbes(pve, node)),
      ...byGuest.probes,
    ]),
  ];
  const away = [...offline].map((node) => ({
    part: "everything else",
    of: `node ${node}`,
    reason: "the node is offline",
  }));
  return {
    findings: parts.flatMap((part) => part.findings),
    unread: summarize([...away, ...byGuest.unread, ...parts.flatMap((part) => part.unread)]),
  };
}

/** Sorts the worst first, then by kind and place. */
export function findingKey(finding: Finding): string {
  return `${SEVERITIES.indexOf(finding.severity)} ${finding.tool} ${finding.where}`;
}

/** How many findings there are of each severity. */
export function countFindings(
  findings: readonly Finding[],
): Record<typeof SEVERITIES[number], number> {
  const of = (severity: string) => findings.filter((each) => each.severity === severity).length;
  return { critical: of("critical"), warning: of("warning"), info: of("info") };
}
