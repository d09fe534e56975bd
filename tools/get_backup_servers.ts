import * as z from "zod";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { describePage } from "../lib/proxmox/list.ts";
import type { Datastore } from "../lib/pbs/datastores.ts";
import type { FailedTask } from "../lib/pbs/health.ts";
import { readHealth, type ServerHealth } from "../lib/pbs/health.ts";
import { type BackupServerJob, JOB_KINDS } from "../lib/pbs/jobs.ts";
import { sightOf } from "../lib/backups/sight.ts";
import { backupServerName } from "../lib/tool/backup_server.ts";
import type { ColumnsOf } from "../lib/tool/columns.ts";
import { listing, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const jobRow = z.object(
  {
    kind: z.enum(JOB_KINDS),
    id: z.string(),
    datastore: z.string(),
    namespace: z.string(),
    max_depth: z.number(),
    schedule: z.string().describe("none: only by hand"),
    disabled: z.literal(true),
    last_state: z.string().describe("OK, an error, running or never"),
    last_at: z.string(),
    next_run: z.string(),
    direction: z.enum(["pull", "push"]),
    owner: z.string().describe("Of what a sync job brings"),
    remote: z.string(),
    other_datastore: z.string(),
    other_namespace: z.string(),
    keeps_all: z.literal(true),
  } satisfies ColumnsOf<BackupServerJob>,
).partial();

const datastoreRow = z.object(
  {
    server: z.string(),
    datastore: z.string(),
    comment: z.string(),
    maintenance: z.string(),
    mounted: z.literal(false).describe("A removable one that is away"),
    error: z.string(),
    total_bytes: z.number(),
    used_bytes: z.number(),
    available_bytes: z.number(),
    growth_bytes_per_day: z.number(),
    full: z.enum(["at", "never", "unknown"]),
    full_at: z.string(),
    deduplication: z.number(),
    gc_state: z.string().describe("OK, an error, running or never"),
    gc_last_at: z.string(),
    gc_pending_bytes: z.number().describe("Freed by a later run"),
    gc_schedule: z.string().describe("none: never by itself"),
    gc_next_run: z.string(),
  } satisfies ColumnsOf<Datastore & { server: string }>,
).partial().extend({ jobs: z.array(jobRow) });

const failedRow = z.object(
  {
    upid: z.string(),
    type: z.string(),
    id: z.string(),
    ended: z.string(),
    reason: z.string(),
  } satisfies ColumnsOf<FailedTask>,
).partial();

const SHOWN_FAILURES = 20;

/** Tasks may be about any cluster's backups. */
const UNSEEN: Pick<ServerHealth, "failed" | "unseen"> = {
  failed: [],
  unseen: ["tasks: the token's limits do not include the backup server as a whole"],
};

export default defineTool({
  name: "get_backup_servers",
  title: "Backup servers",
  description:
    "Tells of each Proxmox Backup Server its space, when full, garbage collection, jobs and failures.",
  scope: "user",
  toolsets: ["backups"],
  switchedOnBy: "backup_servers",
  hints: READS,
  subject: "cluster",
  across: "none",
  rows: "datastores",
  privileges: [],
  backupPrivileges: [["/datastore/{store}", "Datastore.Audit"], ["/system/tasks", "Sys.Audit"], [
    "/remote",
    "Remote.Audit",
  ]],
  input: z.strictObject({
    server: backupServerName.optional(),
    failed_hours: z.number().min(0).max(8760).default(24).describe("How far back tasks failed"),
    ...listing(datastoreRow),
  }),
  output: z.object({
    datastores: z.array(datastoreRow),
    servers: z.array(z.object({
      server: z.string(),
      version: z.string(),
      failed: z.number().describe("Tasks"),
      failed_tasks: z.array(failedRow),
      unseen: z.array(z.string()).optional().describe("What its token is not shown"),
    })),
    ...paged,
  }),
  action: () => "tell how the backup servers are",
  run: async ({ server, failed_hours: hours, ...page }, context) => {
    const { pve } = context;
    const { pbs, sees, isWhole } = await sightOf(context);
    const now = pve.now();
    const since = new Date(now.getTime() - hours * 3_600_000);
    if (server !== undefined) pbs.of(server);
    const names = server === undefined ? pbs.names : [server];
    const { results, failures } = await pbs.readEach(
      (reader) => readHealth(reader, { now, since }),
      { names },
    );
    const [first] = failures;
    if (first !== undefined && results.length === 0 && names.length === 1) throw first.error;
    const rows = results.flatMap(({ value }) =>
      value.datastores.map((row) => rowOf(row, value)).filter(sees)
    );
    const { items, ...rest } = describePage(rows, { key: keyOf, describe: (row) => row }, page);
    return {
      datastores: items,
      servers: results.map(({ value }) => serverOf(isWhole ? value : { ...value, ...UNSEEN })),
      ...rest,
      ...warned([
        ...failures.map(({ error }) => error.message),
        ...results.flatMap(({ server: of, value: { unread } }) =>
          unread.map((what) => `backup server ${of}: ${what}`)
        ),
        ...names.length === 0 ? ["no backup server is within the token's limits"] : [],
      ]),
    };
  },
});

function rowOf(row: Datastore, { jobs, server }: ServerHealth) {
  return { server, ...row, jobs: jobs.filter(({ datastore }) => datastore === row.datastore) };
}

function keyOf({ server, datastore }: { server: string; datastore: string }): string {
  return `${server} ${datastore}`;
}

function serverOf({ failed, server, unseen, version }: ServerHealth) {
  return {
    server,
    version,
    failed: failed.length,
    failed_tasks: failed.slice(0, SHOWN_FAILURES),
    ...(unseen.length > 0 ? { unseen: [...unseen] } : {}),
  };
}
