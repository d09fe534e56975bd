import * as z from "zod";
import { compact } from "../lib/proxmox/api/values.ts";
import {
  assertNodes,
  assertSettings,
  type Definition,
  definitionText,
  KINDS,
  nodeNames,
  readDefinitions,
  requireDefinition,
  settingText,
  type StorageParams,
  type StorageType,
} from "../lib/proxmox/storage/definitions.ts";
import { dryRun, storageId } from "../lib/tool/fields.ts";
import {
  definitionInput,
  definitionOutput,
  shownDefinition,
} from "../lib/tool/storage_definition.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

const name = z.string().min(1).max(255).regex(/^[^\s,]+$/, "must be one word").optional();
const path = z.string().max(500).regex(/^\/[^\r\n,]*$/, "must be an absolute path").optional();

const input = z.strictObject({
  storage: storageId,
  type: z.enum(Object.keys(KINDS) as [StorageType]),
  path: z.string().max(500)
    .regex(/^\/[-/\w.@]+$/, "must be an absolute path of ASCII letters, digits, - _ . and @")
    .optional().describe("dir, btrfs"),
  is_mountpoint: z.boolean().optional().describe("Offline unless something is mounted at path"),
  server: name.describe("nfs, cifs, pbs"),
  export: path.describe("nfs"),
  share: name.describe("cifs"),
  subdir: path.describe("cifs"),
  domain: name.describe("cifs"),
  options: name.describe("nfs, cifs: mount options"),
  datastore: name.describe("pbs"),
  namespace: name.describe("pbs"),
  port: z.int().min(1).max(65_535).optional().describe("pbs"),
  pool: name.describe("zfspool"),
  sparse: z.boolean().optional().describe("zfspool: thin"),
  vgname: name.describe("lvm, lvmthin"),
  thinpool: name.describe("lvmthin"),
  ...definitionInput,
  nodes: definitionInput.nodes.describe("Default: all"),
  enabled: z.boolean().default(true),
  ...dryRun,
});

type Input = z.output<typeof input>;

export default defineTool({
  name: "add_storage",
  title: "Add storage",
  description: "Defines a storage that exists: a folder, NFS, CIFS, PBS, ZFS or LVM.",
  scope: "admin",
  toolsets: ["storage"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "cluster",
  privileges: [["/storage", "Datastore.Allocate"]],
  input,
  output: z.object(definitionOutput),
  action: ({ storage }) => `add storage ${storage}`,
  run: async (given, { pve }) => {
    const { storage, type } = given;
    const params = paramsOf(given);
    assertSettings(type, params, { isNew: true });
    assertNodes(given.nodes ?? [], await nodeNames(pve));
    const existing = (await readDefinitions(pve)).find((each) => each.storage === storage);
    if (existing && isSame(existing, { ...params, type })) {
      return {
        storage,
        ...pve.unchanged(`storage ${storage} is defined so`),
        definition: shownDefinition(existing),
      };
    }
    pve.check(
      "the id is free",
      existing === undefined,
      `there is a storage ${storage} already (${
        existing && definitionText(existing)
      }); use update_storage`,
    );
    await pve.post("/storage", {}, { storage, type, ...params });
    const added = pve.dryRun ? undefined : await requireDefinition(pve, storage);
    return {
      storage,
      ...(added ? { definition: shownDefinition(added) } : {}),
      undo: `remove_storage ${JSON.stringify({ storage })}`,
    };
  },
});

function paramsOf(given: Input): StorageParams {
  const { storage: _, type: __, dry_run: ___, enabled, content, nodes, keep, ...same } = given;
  return compact({
    ...same,
    is_mountpoint: given.is_mountpoint === undefined
      ? undefined
      : given.is_mountpoint
      ? "yes"
      : "no",
    content: content?.join(","),
    nodes: nodes === undefined || nodes.length === 0 ? undefined : nodes.join(","),
    disable: enabled ? undefined : true,
    "prune-backups": keep,
  });
}

/** True when all that is asked for is so; a password cannot be read, and is no part of it. */
function isSame(
  row: Definition,
  { password: _, ...asked }: StorageParams & { type: string },
): boolean {
  return Object.entries(asked).every(([key, value]) =>
    settingText(row[key]) === settingText(value)
  );
}
