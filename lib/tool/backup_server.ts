import * as z from "zod";
import { clusterColumn } from "./fields.ts";

/** The name that the config gives a backup server. */
export const backupServerName = z.string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, "must be the name of a backup server");

export const datastoreName = z.string()
  .regex(/^\w[\w.-]{2,31}$/, "must be a datastore's name, of at least 3 characters");

/** A namespace with those above it: `tenant-a/prod`; the root is empty. */
export const namespacePath = z.string().max(256)
  .regex(/^(?:\w[\w.-]*(?:\/\w[\w.-]*){0,6})?$/, "must be a namespace, like a/b");

/** Which datastore a change is about. */
export const storeInput = {
  server: backupServerName.optional().describe("Default: the one that has the datastore"),
  datastore: datastoreName.optional().describe("Default: the only one"),
};

/** Whose backups, where a tool takes one group. */
export const backupGroup = z.union([z.int(), z.string()]).transform((given, context) => {
  const text = String(given);
  if (/^(?:(?:vm|ct|host)\/)?\w[\w.-]*$/.test(text) && text.length <= 200) return text;
  context.addIssue({ code: "custom", message: "must be like vm/101, or a guest's vmid or name" });
  return z.NEVER;
}).describe("vm/101, ct/200, host/mail, or a guest");

/** When a backup was made, as lists of backups tell it; gives Unix seconds. */
export const backupTime = z.string().max(40).transform((given, context) => {
  const ms = Date.parse(given);
  if (!Number.isNaN(ms) && /^\d{4}-\d\d-\d\dT/.test(given)) return Math.floor(ms / 1000);
  context.addIssue({ code: "custom", message: "must be a time like 2026-11-26T14:05:41Z" });
  return z.NEVER;
}).describe("2026-11-26T14:05:41Z");

/** Where a change was made. */
export const storeOutput = {
  server: z.string().optional(),
  datastore: z.string().optional(),
  unchanged: z.boolean().optional(),
};

/** Where a change of a guest's backups was made, and whose they are. */
export const groupOutput = { of_cluster: clusterColumn.optional(), ...storeOutput };

/** How backups stand by what verifications have found. */
export const verdictOutput = {
  checked: z.int().optional().describe("Read by this run"),
  good: z.int().optional(),
  failed: z.int().optional(),
  never: z.int().optional().describe("Never verified"),
  unfinished: z.int().optional(),
  bad: z.array(z.object({ group: z.string(), time: z.string(), namespace: z.string() }).partial())
    .optional(),
};

const keepCount = z.int().min(1).max(9_999).optional();

/** How many backups of a group a prune keeps. */
export const keepInput = {
  keep_last: keepCount,
  keep_hourly: keepCount,
  keep_daily: keepCount,
  keep_weekly: keepCount,
  keep_monthly: keepCount,
  keep_yearly: keepCount,
};

/** What is about no one guest's backups is about those of all clusters. */
export function isOfAll({ group }: { readonly group?: string | undefined }): boolean {
  return group === undefined;
}
