import * as z from "zod";
import { AppError, onFailure } from "../errors.ts";
import { guestsOf, readPart } from "../pbs/below.ts";
import type { Pbs } from "../pbs/pbs.ts";
import { flag, record, text } from "../proxmox/api/values.ts";
import type { CheckedCall, DescribedApi } from "../proxmox/apidoc/call.ts";
import {
  type ApiDescription,
  type ApiMethod,
  parseApiDescription,
} from "../proxmox/apidoc/description.ts";
import { schemaFor } from "../proxmox/apidoc/schema.ts";
import type { Pve } from "../proxmox/pve.ts";
import { contractDescription } from "./backup_contract.ts";
import { backupServerName } from "./backup_server.ts";
import type { ToolContext } from "./tool.ts";

/** By which a tool of the API is about a backup server; only where the config names some. */
export const productInput = {
  product: z.enum(["pve", "pbs"]).optional().describe("pbs: a backup server. Default pve"),
  server: backupServerName.optional().describe("With pbs"),
};

export const PRODUCT_FIELDS = ["product", "server"] as const;

interface Given {
  readonly product?: "pve" | "pbs" | undefined;
  readonly server?: string | undefined;
}

/** A backup server belongs to no cluster. */
export function isOfBackupServer({ product }: Given): boolean {
  return product === "pbs";
}

/** A backup server whose API is to be used. */
export interface BackupApi extends DescribedApi {
  readonly pbs: Pbs;
}

const FILE = "/docs/api-viewer/apidoc.js";

/**
 * The backup server that a call of an API tool is about; undefined for Proxmox VE.
 *
 * @throws AppError `invalid` when it could be several; `not_found` also for a token that is limited, whatever
 * there is: what is on a backup server belongs to all
 */
export function backupApiOf(
  { pbs: servers, pve }: Pick<ToolContext, "pbs" | "pve">,
  { product, server }: Given,
): BackupApi | undefined {
  if (product !== "pbs") {
    if (server === undefined) return undefined;
    throw new AppError("invalid", 'server is taken only with product: "pbs"');
  }
  requireWhole(pve, server);
  const { names } = servers;
  const [only = ""] = names;
  if (server === undefined && names.length > 1) {
    throw new AppError("invalid", `name the server: ${names.join(" or ")}`);
  }
  const pbs = servers.of(server ?? only);
  const { advice } = pve;
  const describe = async (): Promise<ApiDescription> => {
    const file = await pbs.client.file(FILE, pve.signal).catch((cause) => {
      if (cause instanceof AppError && cause.code === "not_found") return undefined;
      throw cause;
    });
    if (file !== undefined) return parseApiDescription(file, advice.paths);
    const { version, description } = await contractDescription(advice.paths);
    pve.warn(
      `backup server ${pbs.server} does not serve the description of its API, which the package ` +
        `proxmox-backup-docs there does: that of Proxmox Backup Server ${version} stands in for it`,
    );
    return description;
  };
  let described: Promise<ApiDescription> | undefined;
  return {
    pbs,
    advice,
    apiDescription: () => described ??= describe(),
    refuses: refusalOfBackups,
  };
}

/**
 * What is on a backup server belongs to all clusters and guests: to a token that is limited to some each is as
 * good as none.
 *
 * @throws AppError `not_found`
 */
export function requireWhole({ reach }: Pick<Pve, "reach">, name: string | undefined): void {
  if (reach.everywhere) return;
  const what = name === undefined ? "no backup server" : `no backup server ${JSON.stringify(name)}`;
  throw new AppError("not_found", `${what} is within the token's limits as a whole`);
}

/** What is never called, besides what holds for any Proxmox. */
const REFUSED: readonly (readonly [path: RegExp, reason: string])[] = [
  [/^\/(backup|reader)(\/|$)/, "it begins another protocol, of backup clients"],
  [/\/(download|download-decoded|pxar-file-download)$/, "it would hand out a guest's files"],
  [/\/upload-backup-log$/, "it takes a file"],
  [/^\/tape\/media\/destroy$/, "it destroys a medium, though it is a GET"],
  [/^\/config\/acme\/plugins(\/|$)/, "it holds credentials of DNS providers"],
  [/^\/config\/notifications\/endpoints\/webhook(\/|$)/, "its headers may hold secrets"],
  [
    /^\/admin\/(verify|prune|sync)\/\{id\}\/run$/,
    "jobs are run by the tool for it, which tells what goes",
  ],
];

function refusalOfBackups({ path }: ApiMethod): string | undefined {
  return REFUSED.find(([where]) => where.test(path))?.[1];
}

/** What a person must know of calls that do more than they say. */
const DANGERS: readonly (readonly [call: RegExp, danger: string])[] = [
  [
    /^DELETE \/config\/datastore\/\{name\}$/,
    "all verify, prune and sync jobs of the datastore are removed with it (unless keep-job-configs), and with destroy-data every backup",
  ],
  [
    /^DELETE \/admin\/datastore\/\{store\}\/groups$/,
    "every backup of the group that is not protected goes, for good",
  ],
  [
    /^DELETE \/admin\/datastore\/\{store\}\/namespace$/,
    "with delete-groups every backup in the namespace goes, for good",
  ],
  [/^DELETE \/admin\/datastore\/\{store\}\/snapshots$/, "the backup goes, for good"],
  [
    /^POST \/admin\/datastore\/\{store\}\/prune(-datastore)?$/,
    "what no keep-… keeps goes, for good, unless dry-run is true",
  ],
  [/^(?:POST|PUT) \/nodes\/\{node\}\/disks\//, "what is on the disk is lost"],
  [/^DELETE \/nodes\/\{node\}\/disks\//, "what is on the disk may be lost"],
];

export function dangersOf({ method, match }: CheckedCall): string[] {
  const call = `${method.method} ${match.path}`;
  return DANGERS.filter(([of]) => of.test(call)).map(([, danger]) => danger);
}

/** Values in the types that JSON of a backup server must have: unlike Proxmox VE it takes no other. */
export function strictParams(
  { method }: CheckedCall,
  params: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      const type = schemaFor(name, method.parameters)?.type;
      if (type === "boolean") return [name, flag(value) || value === "true"];
      if (type === "integer" || type === "number") return [name, Number(value)];
      return [name, type === "string" ? String(value) : value];
    }),
  );
}

/**
 * Says whose backups a change concerns that names no group, so that approvals hold for it too: anybody's, where
 * the backups cannot be read, or a disk may hold them.
 */
export async function noteConcerned(
  { pbs }: BackupApi,
  { match: { path, values }, path: at }: CheckedCall,
  { params, pve }: { params: Readonly<Record<string, unknown>>; pve: Pve },
): Promise<void> {
  if (params["backup-id"] !== undefined) return;
  if (path.startsWith("/nodes/{node}/disks/")) return pve.concerns(null);
  const known = <T>(read: Promise<T>, none: T): Promise<T> =>
    read.catch(onFailure((error) => {
      if (error.code !== "not_found") pve.concerns(null);
      return none;
    }));
  const isJob = A_JOB.test(path);
  const job = isJob ? record(await known(pbs.call("GET", at, {}), {})) : {};
  const named = path.startsWith("/config/datastore/") ? values.name : values.store;
  // A job can be led elsewhere in its datastore, step by step.
  const namespace = isJob ? "" : text(params.ns) ?? "";
  const stores = new Set([named, params.store, job.store].map(text));
  const backups = await Promise.all(
    [...stores].map((store) =>
      store === undefined ? [] : known(readPart({ pbs, store }, { namespace }), [])
    ),
  );
  pbs.concerns(guestsOf(backups.flat()));
}

/** A job of its own, which says nothing of where it works when a part of it is changed. */
const A_JOB = /^\/config\/(?:prune|sync|verify)\/\{id\}$/;
