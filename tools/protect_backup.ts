import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { readPart } from "../lib/pbs/below.ts";
import { groupParams, nsParams, snapshotName } from "../lib/pbs/group.ts";
import { backupGroup, backupTime, namespacePath, storeInput } from "../lib/tool/backup_server.ts";
import { groupOutput } from "../lib/tool/backup_server.ts";
import { targetOf, toldOf } from "../lib/tool/backup_target.ts";
import { changed, dryRun } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "protect_backup",
  title: "Protect backup",
  description:
    "Protects a backup on a backup server from being pruned or deleted, or takes that back (protected: false).",
  scope: "write",
  toolsets: ["backups"],
  switchedOnBy: "backup_servers",
  hints: { ...CHANGES, idempotentHint: true },
  subject: "guest",
  across: "any",
  privileges: [],
  backupPrivileges: [["/datastore/{store}", "Datastore.Audit"], [
    "/datastore/{store}",
    "Datastore.Modify",
  ]],
  input: z.strictObject({
    group: backupGroup,
    time: backupTime,
    protected: z.boolean().default(true),
    ...storeInput,
    namespace: namespacePath.default(""),
    ...dryRun,
  }),
  output: z.object({
    ...groupOutput,
    namespace: z.string().optional(),
    backup: z.string().optional(),
    protected: z.boolean().optional(),
    ...changed,
    undo: z.string().optional(),
  }),
  action: ({ group, protected: wanted }) =>
    `${wanted ? "protect" : "unprotect"} a backup of ${group}`,
  run: async (input, context) => {
    const { pve } = context;
    const { protected: wanted, time } = input;
    const { at, cluster, group, namespace } = await targetOf(context, input);
    const { pbs, store } = at;
    const all = await readPart(at, { namespace, group });
    const found = all.find(({ seconds }) => seconds === time);
    const label = `${input.group} of ${new Date(time * 1000).toISOString()}`;
    if (found === undefined) {
      const newest = all.at(-1)?.time ?? "";
      throw new AppError("not_found", `there is no backup ${label}; the newest is of ${newest}`);
    }
    const told = {
      ...toldOf({ at, cluster }),
      ...nsParams(namespace).ns === undefined ? {} : { namespace },
      backup: snapshotName(found),
      protected: wanted,
    };
    const is = found.protected === true;
    if (is === wanted) {
      return { ...told, ...pve.unchanged(`it is ${wanted ? "protected" : "not protected"}`) };
    }
    pve.check(
      "the backup is finished",
      found.size_bytes !== undefined,
      `the backup ${label} is being made, or broke off: it cannot be protected`,
    );
    await pbs.put("/admin/datastore/{store}/protected", { store }, {
      ...groupParams(found),
      ...nsParams(namespace),
      "backup-time": found.seconds,
      protected: wanted,
    });
    if (!wanted) pve.warn("from now on a prune, or whoever may delete it, can take it away");
    return { ...told, undo: `protect_backup of the same with protected: ${is}` };
  },
});
