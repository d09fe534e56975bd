import * as z from "zod";
import { type Concerned, concernedBy, concernedOf } from "../lib/backups/concerned.ts";
import { PATIENCE_MS, serverProbes } from "../lib/backups/findings.ts";
import { joinServers } from "../lib/backups/join.ts";
import type { ServedStorage } from "../lib/backups/storages.ts";
import { verificationProbe } from "../lib/backups/verifications.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import {
  type FindingKind,
  type FindingRow,
  mergeAlike,
  SEVERITIES,
  type Unread,
} from "../lib/proxmox/attention/finding.ts";
import type { Bounds } from "../lib/proxmox/attention/guests.ts";
import { type Beside, lookAtEverything } from "../lib/proxmox/attention/look.ts";
import { listed } from "../lib/proxmox/clip.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { listing, paged } from "../lib/tool/fields.ts";
import { neighboursOf } from "../lib/tool/other_clusters.ts";
import { defineTool, READS, type ToolContext } from "../lib/tool/tool.ts";

const findingRow = z.object({
  severity: z.enum(SEVERITIES),
  what: z.string(),
  where: z.string(),
  guests: z.array(z.string()).optional(),
  nodes: z.array(z.string()).optional(),
  since: z.string().optional(),
  tool: z.string(),
});

const unreadRow = z.object({ part: z.string(), of: z.string(), reason: z.string() });

export default defineTool({
  name: "get_attention",
  title: "What needs attention",
  description:
    "Lists what is wrong or soon will be, worst first, and the tool for it; unread: what was not seen.",
  scope: "user",
  toolsets: ["cluster", "core"],
  hints: READS,
  subject: "cluster",
  rows: "findings",
  privileges: [],
  backupPrivileges: [["/datastore/{store}", "Datastore.Audit"], ["/system/tasks", "Sys.Audit"], [
    "/remote",
    "Remote.Audit",
  ]],
  conditionalPrivileges: [
    {
      privilege: ["/", "Sys.Audit"],
      when: "for quorum, HA, tasks, Ceph, ZFS and thin pools",
      if: () => true,
    },
    { privilege: ["/nodes/{node}", "Sys.Audit"], when: "for nodes", if: () => true },
    { privilege: ["/nodes/{node}", "Sys.Modify"], when: "for security updates", if: () => true },
    {
      privilege: ["/vms/{vmid}", "VM.Config.Disk"],
      when: "for unused volumes, without Datastore.Allocate",
      if: () => true,
    },
    { privilege: ["/vms/{vmid}", "VM.Audit"], when: "for guests", if: () => true },
    {
      privilege: ["/storage/{storage}", "Datastore.Audit"],
      when: "for storages",
      if: () => true,
    },
    {
      privilege: ["/storage/{storage}", "Datastore.AllocateSpace", "Datastore.Allocate"],
      when: "for backups",
      if: () => true,
    },
    {
      privilege: ["/vms/{vmid}", "VM.Backup"],
      when: "for backups, without Datastore.Allocate",
      if: () => true,
    },
    {
      privilege: [
        "/vms/{vmid}",
        "VM.GuestAgent.Audit",
        "VM.GuestAgent.Unrestricted",
        "VM.Monitor",
      ],
      when: "for guests' agents",
      if: ({ max_guests }) => max_guests > 0,
    },
  ],
  input: z.strictObject({
    max_guests: z.int().min(0).max(2000).default(100)
      .describe("Asked one by one: settings, snapshots, agent"),
    ...listing(findingRow),
  }),
  output: z.object({
    counts: z.record(z.string(), z.number()),
    findings: z.array(findingRow),
    as_of: z.string().optional().describe("when the oldest of it was read"),
    unread: z.array(unreadRow),
    ...paged,
  }),
  action: () => "tell what needs attention",
  run: async (input, context) => {
    const { pve } = context;
    const bounds = boundsOf(input.max_guests, context.clusters.asked.length);
    const beside = besideCluster(context);
    const { findings, unread } = await lookAtEverything(pve, { bounds, beside });
    const rows = mergeAlike(findings).map(({ kind, ...row }) => ({ ...row, tool: TOOLS[kind] }));
    const { items, ...page } = paginate(rows, rowKey, input);
    return {
      counts: countRows(rows),
      findings: items.map((row) => compact({ ...row })),
      ...compact({ as_of: pve.oldest?.toISOString() }),
      unread: summarize(unread),
      ...page,
    };
  },
});

/** So many guests are asked anew in one call about several clusters, and one of each at least. */
const ANEW = 500;

function boundsOf(max: number, clustersAsked: number): Bounds {
  const each = Math.max(1, Math.floor(ANEW / clustersAsked));
  return { max, anew: clustersAsked === 1 || max <= each ? undefined : each };
}

/** The backup servers; a token that is limited to some guests or nodes is told of these only. */
function besideCluster(context: ToolContext): Beside {
  const { isOneOfSeveral, pbs, pve } = context;
  if (pbs.names.length === 0) return { probes: [], told: undefined };
  const join = joinServers(pve, pbs, { limitMs: PATIENCE_MS, clusters: neighboursOf(context) });
  const told = join.then((joined) => joined.told);
  const concerned = isOneOfSeveral || !pve.reach.everywhere
    ? join.then(({ storages }) => concernedIn(context, storages))
    : undefined;
  const probes = pve.reach.everything
    ? [...serverProbes(pve, { pbs, concerned }), verificationProbe(() => join)]
    : [];
  // Whoever waits for it is told of a failure, if it is not too late by then.
  told.catch(() => {});
  concerned?.catch(() => {});
  return { probes, told };
}

/** So that no server is told once for every cluster, and nobody is told of what is not within his limits. */
async function concernedIn(
  { clusters, pbs, pve }: ToolContext,
  storages: readonly ServedStorage[],
): Promise<Concerned> {
  if (!pve.reach.everywhere) return concernedBy(storages);
  const { asked } = clusters;
  const tenants = await clusters.tenants();
  return concernedOf({ asked, cluster: pve.cluster, servers: pbs.names, tenants });
}

/** The tool that mends it, or that tells more. */
const TOOLS: Readonly<Record<FindingKind, string>> = {
  agent_dead: "get_guest",
  backup: "create_backup",
  backup_failed: "create_backup",
  backup_server: "get_backup_servers",
  ceph: "get_ceph_status",
  certificate: "get_certificates",
  clock: "get_node_status",
  cluster: "get_cluster_status",
  config_waits: "get_guest_config",
  datastore: "get_backup_servers",
  disk: "get_disks",
  garbage: "start_garbage_collection",
  ha: "get_ha_status",
  kernel: "migrate_guest",
  locked: "get_tasks",
  replication: "get_replication",
  repository: "get_updates",
  security_updates: "get_updates",
  server_job: "run_backup_server_job",
  snapshot: "delete_snapshot",
  storage_full: "get_storage_content",
  sync: "get_backup_servers",
  task: "get_task",
  unused_volume: "delete_volume",
  verification: "get_backup_snapshots",
  zfs: "get_disks",
};

type Row = Omit<FindingRow, "kind"> & { readonly tool: string };

/** Sorts the worst first, then by kind and place. */
function rowKey({ severity, tool, where, what }: Row): string {
  return `${SEVERITIES.indexOf(severity)} ${tool} ${where} ${what}`;
}

function countRows(rows: readonly Row[]): Record<Row["severity"], number> {
  const of = (severity: string) => rows.filter((each) => each.severity === severity).length;
  return { critical: of("critical"), warning: of("warning"), info: of("info") };
}

/** One line per part: who it could not be read of, and why. */
function summarize(unread: readonly Unread[]): Unread[] {
  const parts = Map.groupBy(unread, (entry) => entry.part);
  return [...parts].map(([part, entries]) => ({
    part,
    of: first(entries.map((entry) => entry.of), ", "),
    reason: first(entries.map((entry) => entry.reason), "; "),
  }));
}

function first(texts: readonly string[], separator: string): string {
  return listed([...new Set(texts)], { most: 5, separator });
}
