import * as z from "zod";
import { AppError, onFailure } from "../lib/errors.ts";
import { compact, flag, text } from "../lib/proxmox/api/values.ts";
import { listed } from "../lib/proxmox/clip.ts";
import {
  assertNodes,
  assertSettings,
  type Definition,
  KINDS,
  nodeNames,
  requireDefinition,
  settingText,
  type StorageParams,
  type StorageType,
  usersOf,
} from "../lib/proxmox/storage/definitions.ts";
import type { Change } from "../lib/proxmox/plan.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { dryRun, storageId } from "../lib/tool/fields.ts";
import {
  definitionInput,
  definitionOutput,
  shownDefinition,
} from "../lib/tool/storage_definition.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

const input = z.strictObject({
  storage: storageId,
  ...definitionInput,
  nodes: definitionInput.nodes.describe("[]: all"),
  ...dryRun,
});

export default defineTool({
  name: "update_storage",
  title: "Update storage",
  description: "Switches a storage on or off, or changes what it may hold, its nodes or its login.",
  scope: "admin",
  toolsets: ["storage"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "cluster",
  privileges: [["/storage", "Datastore.Allocate"]],
  input,
  output: z.object(definitionOutput),
  action: ({ storage }) => `update storage ${storage}`,
  run: async (given, { pve }) => {
    const { storage } = given;
    const row = await requireDefinition(pve, storage);
    assertNodes(given.nodes ?? [], await nodeNames(pve));
    const { set, unset } = editOf(row, given);
    assertFits(row, set);
    const changes = changesOf(row, { set, unset });
    if (Object.keys(changes).length === 0) {
      return {
        storage,
        ...pve.unchanged(`storage ${storage} is so`),
        definition: shownDefinition(row),
      };
    }
    if (takesAway(row, { set, unset })) await tellUsers(pve, storage);
    Object.assign(pve.plan.changes, changes);
    await pve.put("/storage/{storage}", { storage }, {
      ...set,
      ...(unset.length > 0 ? { delete: unset.join(",") } : {}),
      ...compact({ digest: text(row.digest) }),
    });
    const after = pve.dryRun ? undefined : await requireDefinition(pve, storage);
    return {
      storage,
      ...(after ? { definition: shownDefinition(after) } : {}),
      changes,
      ...undoOf(row, { set, unset }),
    };
  },
});

/** What is set and what is taken away, by Proxmox's names. */
interface Edit {
  readonly set: StorageParams;
  readonly unset: readonly string[];
}

function editOf(row: Definition, given: z.output<typeof input>): Edit {
  const { enabled, content, nodes, keep, shared, username, password, fingerprint } = given;
  const wanted: StorageParams = compact({
    disable: enabled === false ? true : undefined,
    content: content?.join(","),
    nodes: nodes === undefined || nodes.length === 0 ? undefined : nodes.join(","),
    "prune-backups": keep,
    shared,
    username,
    password,
    fingerprint,
  });
  const set = Object.fromEntries(
    Object.entries(wanted).filter(([key, value]) => settingText(row[key]) !== settingText(value)),
  );
  const unset = [
    ...(enabled === true && row.disable !== undefined ? ["disable"] : []),
    ...(nodes?.length === 0 && row.nodes !== undefined ? ["nodes"] : []),
  ];
  return { set, unset };
}

/** @throws AppError `invalid` for what storages of its type have not, as far as they are known here */
function assertFits(row: Definition, set: StorageParams): void {
  const type = text(row.type) ?? "";
  if (Object.hasOwn(KINDS, type)) assertSettings(type as StorageType, set, { isNew: false });
}

function changesOf(row: Definition, { set, unset }: Edit): Record<string, Change> {
  const entries = Object.entries(set).map(([key, to]) => {
    const from = settingText(row[key]);
    const now = key === "password" ? "another one" : settingText(to);
    return [key, compact({ from, to: now })];
  });
  return Object.fromEntries([...entries, ...unset.map((key) => [key, { from: row[key] }])]);
}

/** True when something that is there could be used no longer. */
function takesAway(row: Definition, { set }: Edit): boolean {
  const all = (value: unknown) => text(value)?.split(",") ?? [];
  const nodes = all(row.nodes);
  return set.disable === true ||
    set.content !== undefined &&
      all(row.content).some((each) => !all(set.content).includes(each)) ||
    set.nodes !== undefined &&
      (nodes.length === 0 || nodes.some((each) => !all(set.nodes).includes(each)));
}

/** Who uses the storage is worth knowing, and no reason against the change. */
async function tellUsers(pve: Pve, storage: string): Promise<void> {
  const users = await usersOf(pve, storage).catch(onFailure((error) => error));
  const note = users instanceof AppError
    ? users.message
    : users.length > 0
    ? `in use: ${listed(users)}`
    : undefined;
  if (note !== undefined) pve.warn(note);
}

/** A password is gone for good, and what was not set cannot be unset here. */
function undoOf(row: Definition, { set, unset }: Edit): { undo?: string } {
  const back = compact({
    enabled: "disable" in set || unset.includes("disable") ? !flag(row.disable) : undefined,
    content: set.content === undefined ? undefined : text(row.content)?.split(","),
    nodes: "nodes" in set || unset.includes("nodes")
      ? text(row.nodes)?.split(",") ?? []
      : undefined,
    shared: set.shared === undefined ? undefined : flag(row.shared),
    keep: set["prune-backups"] === undefined ? undefined : settingText(row["prune-backups"]),
    username: set.username === undefined ? undefined : text(row.username),
    fingerprint: set.fingerprint === undefined ? undefined : text(row.fingerprint),
  });
  if (Object.keys(back).length === 0) return {};
  return { undo: `update_storage ${JSON.stringify({ storage: row.storage, ...back })}` };
}
