import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { goneFrom, guestsOf, type Part, readPart } from "../lib/pbs/below.ts";
import { groupParams, nsParams, snapshotName } from "../lib/pbs/group.ts";
import {
  doubts,
  foreseePrune,
  losses,
  type PruneOutlook,
  shownSnapshot,
} from "../lib/pbs/prune.ts";
import { type Retention, retentionParams, retentionText } from "../lib/pbs/retention.ts";
import { readSnapshots, type Snapshot } from "../lib/pbs/snapshots.ts";
import { listed } from "../lib/proxmox/clip.ts";
import type { TaskState } from "../lib/proxmox/tasks.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import {
  backupGroup,
  groupOutput,
  isOfAll,
  keepInput,
  namespacePath,
  storeInput,
} from "../lib/tool/backup_server.ts";
import { type Target, targetOf, toldOf } from "../lib/tool/backup_target.ts";
import { readAfter } from "../lib/tool/backup_task.ts";
import { taskResult, waiting } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

const input = z.strictObject({
  group: backupGroup.optional(),
  ...storeInput,
  namespace: namespacePath.default("").describe("Without group also those below it"),
  ...keepInput,
  ...waiting,
});

type Input = z.output<typeof input>;

const MOST_SHOWN = 100;

export default defineTool({
  name: "prune_backups",
  title: "Prune backups",
  description:
    "Deletes backups of a guest, or of a namespace and below it, that no keep_... keeps; dry_run tells what keeps each.",
  scope: "admin",
  toolsets: ["backups"],
  switchedOnBy: "backup_servers",
  hints: DESTROYS,
  subject: "guest",
  across: "any",
  besidesClusters: isOfAll,
  privileges: [],
  backupPrivileges: [["/datastore/{store}", "Datastore.Audit"], [
    "/datastore/{store}",
    "Datastore.Modify",
    "Datastore.Prune",
  ]],
  input,
  output: z.object({
    ...groupOutput,
    removed: z.int().optional(),
    kept: z.int().optional(),
    gone: z.array(z.string()).optional(),
    ...taskResult,
  }),
  action: ({ group, namespace }) => `prune backups of ${group ?? (namespace || "the datastore")}`,
  about: async (input, context) => {
    const retention = retentionIn(input);
    const { at, cluster, ...part } = await targetOf(context, input);
    const outlook = await foreseePrune(at, { ...part, retention });
    const lines = [
      ...cluster ? [`of the cluster ${cluster}`] : [],
      `${at.pbs.server}:${at.store}: ${outlook.goes.length} of ${outlook.judged.length} backups go, by ` +
      retentionText(retention),
      ...losses(outlook),
      ...doubts(outlook),
      ...outlook.goes.slice(0, 20).map((one) => `goes: ${shownSnapshot(one)}`),
      ...outlook.goes.length > 20 ? [`and ${outlook.goes.length - 20} more`] : [],
    ];
    return { lines, version: outlook.goes.map(nameOf).join(" ") };
  },
  run: async (input, context) => {
    const { pve } = context;
    const retention = retentionIn(input);
    const { at, cluster, ...part } = await targetOf(context, input);
    const { pbs } = at;
    const outlook = await foreseePrune(at, { ...part, retention });
    foretell(pve, outlook);
    const told = toldOf({ at, cluster });
    if (outlook.goes.length === 0) {
      return { ...told, ...pve.unchanged(`${retentionText(retention)} keeps every backup there`) };
    }
    pbs.concerns(guestsOf(outlook.goes));
    const state = await prune({ at, ...part }, input);
    pve.warn("the space is freed by garbage collection only: start_garbage_collection");
    if (pve.dryRun || state.status === "running") return { ...told, ...state };
    const left = await readAfter(pve, () => readLeft(at, part));
    if (left === undefined) return { ...told, ...state };
    const gone = goneFrom(outlook.judged.map(({ snapshot }) => snapshot), left);
    const stuck = outlook.goes.filter((one) => !gone.includes(one));
    if (stuck.length > 0) {
      pve.warn(
        `still there, as the log of the server's task tells: ${listed(stuck.map(nameOf))}`,
      );
    }
    return {
      ...told,
      removed: gone.length,
      kept: outlook.judged.length - gone.length,
      gone: gone.slice(0, MOST_SHOWN).map(nameOf),
      ...state,
    };
  },
});

/** @throws AppError `invalid` for none: a backup server then keeps everything, and says that all went well */
function retentionIn(input: Input): Retention {
  const given = Object.entries(input).filter(([key, value]) =>
    key.startsWith("keep_") && value !== undefined
  ).map(([key, value]) => [key.slice("keep_".length), Number(value)] as const);
  if (given.length > 0) return Object.fromEntries(given);
  const fields = Object.keys(keepInput).join(", ");
  throw new AppError("invalid", `give at least one of ${fields}: without any everything is kept`);
}

/** Puts into the plan what goes, and what keeps each of the others. */
function foretell(pve: Pve, outlook: PruneOutlook): void {
  for (const one of outlook.goes.slice(0, MOST_SHOWN)) {
    pve.plan.changes[nameOf(one)] = { from: shownSnapshot(one) };
  }
  const { goes, judged } = outlook;
  pve.foresee(`${goes.length} of ${judged.length} backups go`);
  for (const line of losses(outlook)) pve.foresee(line);
  for (const line of doubts(outlook)) pve.foresee(line);
  const stays = judged.filter(({ keptBy }) => keptBy !== undefined);
  for (const { snapshot, keptBy } of stays.slice(-MOST_SHOWN)) {
    pve.foresee(`stays by ${keptBy}: ${shownSnapshot(snapshot)}`);
  }
}

/** One group goes at once, and what could not be removed is told to have gone too; more than that is a task. */
async function prune(
  { at, namespace, group }: Target & Part,
  input: Input,
): Promise<Partial<TaskState>> {
  const { pbs, store } = at;
  const params = { ...nsParams(namespace), ...retentionParams(retentionIn(input)) };
  if (group !== undefined) {
    await pbs.post("/admin/datastore/{store}/prune", { store }, {
      ...groupParams(group),
      ...params,
    });
    return {};
  }
  const upid = await pbs.post("/admin/datastore/{store}/prune-datastore", { store }, params);
  const timeoutMs = input.timeout_seconds * 1000;
  return await pbs.task(upid, { wait: input.wait, timeoutMs });
}

/** A group may be gone as a whole. */
function readLeft({ pbs, store: datastore }: Target["at"], { group, namespace }: Part) {
  return group === undefined
    ? readPart({ pbs, store: datastore }, { namespace })
    : readSnapshots(pbs, { datastore, namespace }, group);
}

function nameOf({ namespace, ...one }: Snapshot): string {
  return namespace === "" ? snapshotName(one) : `${namespace}: ${snapshotName(one)}`;
}
