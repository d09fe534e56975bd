import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { guestsOf, readPart } from "../lib/pbs/below.ts";
import { groupName, groupParams, nsParams } from "../lib/pbs/group.ts";
import { runningTask } from "../lib/pbs/running.ts";
import { toVerify, verdictOf } from "../lib/pbs/verified.ts";
import {
  backupGroup,
  backupTime,
  groupOutput,
  isOfAll,
  namespacePath,
  storeInput,
  verdictOutput,
} from "../lib/tool/backup_server.ts";
import { type Target, targetOf, toldOf } from "../lib/tool/backup_target.ts";
import { followBackupTask } from "../lib/tool/backup_task.ts";
import { judgedByVerdict } from "../lib/tool/backup_verdict.ts";
import { taskResult, waiting } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "verify_backups",
  title: "Verify backups",
  description:
    "Has a backup server read and check a backup, a guest's, or those of a namespace and below it; tells which are bad.",
  scope: "write",
  toolsets: ["backups"],
  switchedOnBy: "backup_servers",
  hints: CHANGES,
  subject: "guest",
  across: "any",
  besidesClusters: isOfAll,
  privileges: [],
  backupPrivileges: [["/datastore/{store}", "Datastore.Audit"], [
    "/datastore/{store}",
    "Datastore.Verify",
  ]],
  input: z.strictObject({
    group: backupGroup.optional(),
    time: backupTime.optional().describe("One backup of the group"),
    ...storeInput,
    datastore: storeInput.datastore.describe("Default: where the group is, or the only one"),
    namespace: namespacePath.optional().describe(
      "Default: the root; without datastore, where the group is",
    ),
    ignore_verified: z.boolean().default(true)
      .describe("Leave out what was verified before, also what failed then"),
    outdated_after_days: z.int().min(1).max(3650).optional()
      .describe("Not what was verified longer ago"),
    ...waiting,
  }),
  output: z.object({ ...groupOutput, ...verdictOutput, ...taskResult }),
  action: ({ group, namespace }) => `verify backups of ${group ?? (namespace || "the datastore")}`,
  run: async (input, context) => {
    const { pve } = context;
    const { time, ignore_verified: ignoreVerified, outdated_after_days: outdatedAfterDays } = input;
    if (time !== undefined && input.group === undefined) {
      throw new AppError("invalid", "time names one backup of a group: give group too");
    }
    const target = await targetOf(context, input, { finds: true });
    const { at, group, namespace } = target;
    const { pbs, store } = at;
    const read = async () => {
      const all = await readPart(at, { namespace, group });
      return time === undefined ? all : all.filter(({ seconds }) => seconds === time);
    };
    const before = await read();
    const told = toldOf(target);
    if (before.length === 0) {
      const what = time === undefined
        ? "backup"
        : `backup of ${new Date(time * 1000).toISOString()}`;
      throw new AppError("not_found", `${pbs.server}:${store} has no ${what} there`);
    }
    const wanted = toVerify(before, { ignoreVerified, outdatedAfterDays, now: pve.now() });
    if (wanted.length === 0) {
      const verdict = verdictOf(before, { since: undefined });
      if (verdict.failed > 0) {
        pve.warn("failed ones are read again with ignore_verified: false only");
      }
      const state = verdict.unfinished === before.length
        ? "no backup there is finished"
        : "all finished backups there were verified before (ignore_verified)";
      return { ...told, ...verdict, ...pve.unchanged(state) };
    }
    pve.foresee(`${wanted.length} of ${before.length} backups are read`);
    pbs.concerns(guestsOf(before));
    const isPlain = ignoreVerified && outdatedAfterDays === undefined;
    const following = followBackupTask(pve, {
      ...input,
      pbs,
      // Another one may leave out what this one is to read.
      running: () => isPlain ? runningTask(pbs, taskOf(target, time)) : Promise.resolve(undefined),
      start: () =>
        pbs.post("/admin/datastore/{store}/verify", { store }, {
          ...nsParams(namespace),
          ...(group === undefined ? {} : groupParams(group)),
          ...(time === undefined ? {} : { "backup-time": time }),
          "ignore-verified": ignoreVerified,
          ...(outdatedAfterDays === undefined ? {} : { "outdated-after": outdatedAfterDays }),
        }),
    });
    return { ...told, ...await judgedByVerdict(pve, { following, read }) };
  },
});

/** The task that a verification is, as the server names it. */
function taskOf({ at: { store }, namespace, group }: Target, time: number | undefined) {
  if (group === undefined) {
    return { type: "verify", id: namespace === "" ? store : `${store}:${namespace}` };
  }
  const id = `${store}:${namespace}/${groupName(group)}`;
  return time === undefined
    ? { type: "verify_group", id }
    : { type: "verify_snapshot", id: `${id}/${time.toString(16).toUpperCase()}` };
}
