import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { goneFrom, guestsOf, type Part, readPart } from "../lib/pbs/below.ts";
import { findJob, type FoundJob } from "../lib/pbs/find_job.ts";
import { JOB_KINDS, serverJobOf } from "../lib/pbs/jobs.ts";
import type { Pbs } from "../lib/pbs/pbs.ts";
import { placeText } from "../lib/pbs/places.ts";
import { doubts, foreseePrune, losses, shownSnapshot } from "../lib/pbs/prune.ts";
import { retentionOf, retentionText } from "../lib/pbs/retention.ts";
import { parsePbsUpid } from "../lib/pbs/upid.ts";
import { number, text } from "../lib/proxmox/api/values.ts";
import { requireWhole } from "../lib/tool/backup_api.ts";
import { backupServerName, storeOutput, verdictOutput } from "../lib/tool/backup_server.ts";
import { readAfter } from "../lib/tool/backup_task.ts";
import { judgedByVerdict } from "../lib/tool/backup_verdict.ts";
import { taskResult, waiting } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS, type ToolContext } from "../lib/tool/tool.ts";

const input = z.strictObject({
  id: z.string().regex(/^\w[\w.-]{2,31}$/, "must be a job's id").describe(
    "From get_backup_servers",
  ),
  kind: z.enum(JOB_KINDS).optional(),
  server: backupServerName.optional(),
  ...waiting,
});

export default defineTool({
  name: "run_backup_server_job",
  title: "Run job of a backup server",
  description:
    "Runs a verify, prune or sync job of a backup server now. A prune job deletes backups, a sync job may.",
  scope: "admin",
  toolsets: ["backups"],
  switchedOnBy: "backup_servers",
  hints: DESTROYS,
  subject: "cluster",
  across: "none",
  privileges: [],
  backupPrivileges: [
    ["/datastore/{store}", "Datastore.Audit"],
    ["/datastore/{store}", "Datastore.Verify", "Datastore.Modify", "Datastore.Backup"],
  ],
  input,
  output: z.object({
    ...storeOutput,
    kind: z.enum(JOB_KINDS).optional(),
    id: z.string().optional(),
    removed: z.int().optional(),
    ...verdictOutput,
    ...taskResult,
  }),
  action: ({ id }) => `run job ${id} of a backup server`,
  about: async ({ id, kind, server }, { pbs, pve }) => {
    requireWhole(pve, server);
    const lines = await aboutJob(pbs, await findJob(pbs, { id, kind, server }));
    return { lines, version: lines.join("\n") };
  },
  run: async (input, { pbs: servers, pve }) => {
    const { id, wait, timeout_seconds } = input;
    requireWhole(pve, input.server);
    const found = await findJob(servers, input);
    const { kind, row } = found;
    const { datastore, last_state } = serverJobOf(kind, row);
    const pbs = servers.of(found.server);
    const told = { server: pbs.server, datastore, kind, id };
    const patience = { wait, timeoutMs: timeout_seconds * 1000 };
    const current = last_state === "running" ? text(row["last-run-upid"]) : undefined;
    if (current !== undefined) {
      const { user } = parsePbsUpid(current);
      const state = `${kind} job ${id} runs already, by ${user}`;
      // An identical call has begun it; what somebody else has is not this call's.
      if (user !== pbs.client.tokenId) {
        throw new AppError("conflict", `${state}: wait for the task ${current}`);
      }
      pve.join({ upid: current, vmids: [] });
      pve.warn(`${state}: nothing was sent, and that task is followed`);
      return { ...told, joined: true, ...await pbs.task(current, patience) };
    }
    const read = () => readPart({ pbs, store: datastore }, partOf(found));
    const before = await read();
    pbs.concerns(guestsOf(before));
    for (const line of pve.dryRun ? await aboutJob(servers, found) : []) pve.foresee(line);
    const following = start(pbs, found).then((upid) => pbs.task(upid, patience));
    if (kind === "verify") return { ...told, ...await judgedByVerdict(pve, { following, read }) };
    const state = await following;
    if (state.status === "running") return { ...told, ...state };
    const after = await readAfter(pve, read);
    if (after === undefined) return { ...told, ...state };
    return { ...told, removed: goneFrom(before, after).length, ...state };
  },
});

/** What of its datastore a job is about. */
function partOf({ row }: FoundJob): Part {
  return { namespace: text(row.ns) ?? "", depth: number(row["max-depth"]) };
}

function start(pbs: Pbs, { kind, row }: FoundJob): Promise<unknown> {
  const id = String(row.id);
  switch (kind) {
    case "verify":
      return pbs.post("/admin/verify/{id}/run", { id });
    case "prune":
      return pbs.post("/admin/prune/{id}/run", { id });
    case "sync":
      return pbs.post("/admin/sync/{id}/run", { id });
  }
}

/** What a person must know of a job before it runs. */
async function aboutJob(
  servers: ToolContext["pbs"],
  found: FoundJob,
): Promise<string[]> {
  const { kind, row, server } = found;
  const { datastore, direction, namespace = "", other_datastore, remote } = serverJobOf(kind, row);
  const at = placeText({ server, datastore, namespace });
  if (kind === "verify") return [`it reads and checks backups of ${at}, and deletes none`];
  if (kind === "sync") {
    const other = `${remote ?? "this server"}:${other_datastore ?? "?"}`;
    const way = direction === "push" ? `from ${at} to ${other}` : `from ${other} to ${at}`;
    const where = direction === "push" ? other : at;
    return [
      `it copies backups ${way}`,
      row["remove-vanished"] === true
        ? `it deletes at ${where} what is not at its source any more (remove-vanished)`
        : "it deletes none",
    ];
  }
  const retention = retentionOf(row);
  if (Object.keys(retention).length === 0) {
    return [`it keeps everything in ${at}: it has no keep-…`];
  }
  const chosen = { pbs: servers.of(server), store: datastore };
  const outlook = await foreseePrune(chosen, { ...partOf(found), retention });
  const { goes, judged } = outlook;
  return [
    `${goes.length} of ${judged.length} backups in ${at} go, by ${retentionText(retention)}`,
    ...losses(outlook),
    ...doubts(outlook),
    ...goes.slice(0, 20).map((one) => `goes: ${shownSnapshot(one)}`),
  ];
}
