import * as z from "zod";
import { freeNumber, readJobs, requireReplicable } from "../lib/proxmox/cluster/replication_job.ts";
import { changed, dryRun, guestInput, nodeName } from "../lib/tool/fields.ts";
import { CHANGING_REPLICATION, jobOutput, jobSettings } from "../lib/tool/replication_fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "create_replication_job",
  title: "Create replication job",
  description: "Has a guest's ZFS disks copied to another node again and again.",
  scope: "write",
  toolsets: ["cluster"],
  hints: CHANGES,
  subject: "guest",
  privileges: [...CHANGING_REPLICATION, ["/storage/{storage}", "Datastore.Audit"]],
  input: z.strictObject({
    ...guestInput,
    target: nodeName,
    ...jobSettings,
    ...dryRun,
  }),
  output: z.object({ ...jobOutput, ...changed, undo: z.string().optional() }),
  action: ({ vmid, target }) => `replicate guest ${vmid} to node ${target}`,
  run: async (input, { pve }) => {
    const { schedule = "*/15", rate = 0, comment = "", enabled = true } = input;
    const guest = await pve.claim(input);
    const { target } = input;
    const jobs = (await readJobs(pve)).filter((job) => job.vmid === guest.vmid);
    const there = jobs.find((job) => job.target === target);
    if (there !== undefined && !there.goes) {
      const { settings } = there;
      const isSo = schedule === settings.schedule && rate === settings.rate &&
        comment === settings.comment && enabled !== settings.disable;
      const found = { job: there.id, target };
      if (isSo) return { ...found, ...pve.unchanged(`job ${there.id} does that already`) };
    }
    pve.check(
      "no job has that target",
      there === undefined,
      there?.goes
        ? `job ${there.id} to ${target} is being deleted: try again in a minute`
        : `job ${there?.id} replicates it to ${target} already: use update_replication_job`,
    );
    await requireReplicable(pve, guest, target);
    const id = `${guest.vmid}-${freeNumber(jobs)}`;
    await pve.post("/cluster/replication", {}, {
      id,
      type: "local",
      target,
      schedule,
      ...(rate > 0 ? { rate } : {}),
      ...(comment === "" ? {} : { comment }),
      ...(enabled ? {} : { disable: true }),
    });
    return { job: id, target, undo: `delete_replication_job ${id}` };
  },
});
