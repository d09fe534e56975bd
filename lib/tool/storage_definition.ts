import * as z from "zod";
import { compact, flag, number, text } from "../proxmox/api/values.ts";
import { retentionOf } from "../proxmox/storage/backups.ts";
import type { Definition } from "../proxmox/storage/definitions.ts";
import { configOutput } from "./config_change.ts";
import { changed, contentType, nodeName } from "./fields.ts";
import { jobInput } from "./backup_job.ts";

/** What any storage may be told. */
export const definitionInput = {
  enabled: z.boolean().optional(),
  content: z.array(contentType).min(1).optional(),
  nodes: z.array(nodeName).max(100).optional(),
  shared: z.boolean().optional().describe("It is the same on all nodes"),
  keep: jobInput.keep,
  username: z.string().min(1).max(200).optional(),
  password: z.string().min(1).max(256).optional().describe("Never shown again"),
  fingerprint: z.string().regex(/^(?:[0-9a-f]{2}:){31}[0-9a-f]{2}$/i, "must be SHA-256, aa:bb:…")
    .optional(),
};

/** What a change of a definition answers. */
export const definitionOutput = {
  storage: z.string().optional(),
  unchanged: z.boolean().optional(),
  definition: z.looseObject({}).optional(),
  ...changed,
  changes: configOutput.changes,
  undo: z.string().optional(),
};

/** A definition in the words in which one is asked for. */
export function shownDefinition(row: Definition): Record<string, unknown> {
  return compact({
    storage: row.storage,
    type: text(row.type),
    enabled: !flag(row.disable),
    content: text(row.content)?.split(",").sort(),
    nodes: text(row.nodes)?.split(",").sort(),
    shared: row.shared === undefined ? undefined : flag(row.shared),
    keep: retentionOf(row["prune-backups"]),
    path: text(row.path),
    is_mountpoint: row.is_mountpoint === undefined ? undefined : isMountpoint(row.is_mountpoint),
    server: text(row.server),
    port: number(row.port),
    export: text(row.export),
    share: text(row.share),
    subdir: text(row.subdir),
    domain: text(row.domain),
    options: text(row.options),
    username: text(row.username),
    fingerprint: text(row.fingerprint),
    datastore: text(row.datastore),
    namespace: text(row.namespace),
    pool: text(row.pool),
    sparse: row.sparse === undefined ? undefined : flag(row.sparse),
    vgname: text(row.vgname),
    thinpool: text(row.thinpool),
  });
}

/** Proxmox takes the folder's own path for yes too. */
function isMountpoint(value: unknown): boolean {
  return flag(value) || (text(value) ?? "").startsWith("/");
}
