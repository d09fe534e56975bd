import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { forEachBounded } from "../lib/proxmox/fan_out.ts";
import { requireQuorum } from "../lib/proxmox/cluster/quorum.ts";
import { offlineNodes } from "../lib/proxmox/inventory.ts";
import { runParams } from "../lib/proxmox/storage/job_runs.ts";
import { guestsOf, requireJob, vmidsIn } from "../lib/proxmox/storage/jobs.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { isUpid } from "../lib/proxmox/tasks.ts";
import { jobId } from "../lib/tool/backup_job.ts";
import { SEEING_POOLS } from "../lib/tool/conditions.ts";
import { taskResult, waiting } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

const input = z.strictObject({ id: jobId, ...waiting });

/** What became of the job on one node. */
const row = z.object({
  node: z.string(),
  vmids: z.array(z.number()),
  result: z.string().describe("done, started or failed"),
  detail: z.string(),
  upid: z.string(),
}).partial();

interface Outcome {
  readonly row: z.output<typeof row>;
  /** Why it failed. */
  readonly error?: AppError;
}

export default defineTool({
  name: "run_backup_job",
  title: "Run backup job now",
  description: "Backs up now what a backup job backs up, as it does. Older backups are kept.",
  scope: "write",
  toolsets: ["backups"],
  hints: CHANGES,
  subject: "cluster",
  privileges: [
    ["/", "Sys.Audit"],
    ["/vms/{vmid}", "VM.Backup"],
    ["/storage/{storage}", "Datastore.AllocateSpace"],
  ],
  conditionalPrivileges: [{
    ...SEEING_POOLS,
    when: "for a job of a pool",
  }, {
    privilege: ["/", "Sys.Modify"],
    when: "for a job with bwlimit, ionice or performance",
    if: () => true,
  }],
  input,
  output: z.object({
    ...taskResult,
    nodes: z.array(row).optional(),
    failed: z.int().optional(),
  }),
  action: ({ id }) => `run backup job ${id}`,
  run: async (input, { pve }) => {
    const job = await requireJob(pve, input.id);
    await requireQuorum(pve);
    const params = runParams(pve, job);
    const resources = await pve.resources();
    const guests = guestsOf(job, resources);
    const gone = vmidsIn(job.vmid).filter((vmid) => guests.every((each) => each.vmid !== vmid));
    if (gone.length > 0) pve.warn(`not there: ${gone.join(", ")}, which the job names`);
    const offline = offlineNodes(resources);
    const byNode = Map.groupBy(guests, ({ node }) => node).entries().toArray()
      .map(([node, own]) => ({ node, vmids: own.map(({ vmid }) => vmid).sort((a, b) => a - b) }))
      .sort((a, b) => a.node < b.node ? -1 : 1);
    for (const { node, vmids } of byNode.filter(({ node }) => offline.has(node))) {
      pve.warn(`left out: ${vmids.join(", ")} on node ${node}, which is offline`);
    }
    const targets = byNode.filter(({ node }) => !offline.has(node));
    pve.check(
      "there is a guest to back up",
      targets.length > 0,
      `backup job ${input.id} covers no guest that could be backed up now`,
    );
    const started: Outcome[] = [];
    for (const { node, vmids } of targets) {
      const send = () =>
        pve.post("/nodes/{node}/vzdump", { node }, {
          ...params,
          ...(job.vmid === undefined ? {} : { vmid: vmids.join(",") }),
        });
      // By the task of the first node an identical call knows that the job is run already.
      started.push(
        await start({ node, vmids }, started.length === 0 ? send : () => pve.step(send)),
      );
    }
    const outcomes = await forEachBounded(
      started,
      (one) => follow(pve, one, { ...input, mustSeeEnd: true }),
    );
    const errors = outcomes.map(({ error }) => error).filter((error) => error !== undefined);
    const [first] = errors;
    if (first !== undefined && errors.length === outcomes.length) throw first;
    return { nodes: outcomes.map(({ row }) => row), failed: errors.length };
  },
});

/** One node's failure keeps no other node from its backups. */
async function start(
  target: { node: string; vmids: number[] },
  send: () => Promise<unknown>,
): Promise<Outcome> {
  try {
    const upid = await send();
    const row = isUpid(upid)
      ? { ...target, result: "started", upid }
      : { ...target, result: "done", detail: "nothing to back up there" };
    return { row };
  } catch (error) {
    return failed(target, error);
  }
}

async function follow(
  pve: Pve,
  outcome: Outcome,
  patience: Parameters<Pve["task"]>[1],
): Promise<Outcome> {
  const { row } = outcome;
  if (row.upid === undefined) return outcome;
  try {
    const { status } = await pve.task(row.upid, patience);
    return { row: { ...row, result: status === "stopped" ? "done" : "started" } };
  } catch (error) {
    return failed(row, error);
  }
}

function failed(row: Outcome["row"], error: unknown): Outcome {
  if (!(error instanceof AppError)) throw error;
  return { row: { ...row, result: "failed", detail: error.message }, error };
}
