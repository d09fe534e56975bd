import { AppError } from "../../errors.ts";
import { flag, isRecord, text } from "../api/values.ts";
import { readNetwork } from "../cluster/network.ts";
import { properties } from "../guest/properties.ts";
import { sameSetting, showSetting } from "../guest/setting_values.ts";
import { type Change, redactedParams } from "../plan.ts";
import type { Pve } from "../pve.ts";
import type { CheckedCall } from "./call.ts";
import { refusalOf } from "./guard.ts";
import { checkParams, type ParamSchema, schemaFor } from "./schema.ts";

type Values = Readonly<Record<string, unknown>>;

/** What a call would make of the object that its path names. */
export interface Differences {
  readonly changes: Record<string, Change>;
  /** What is lost with a change, or why nothing is known. */
  readonly notes: readonly string[];
  /** The digest of what was read. */
  readonly digest: string | undefined;
}

const UNKNOWN: Differences = { changes: {}, notes: [], digest: undefined };
/** What a PUT replaces as a whole, so that what it is not given is lost (`PVE::API2::Firewall::IPSet` and the like). */
const REPLACED =
  /\/firewall\/(?:aliases\/\{name\}|ipset\/\{name\}\/\{cidr\})$|^\/nodes\/\{node\}\/dns$/;
/** What says how to change, and is no setting itself. */
const CONTROL = new Set(["delete", "digest", "revert", "force", "skiplock", "background_delay"]);

/**
 * Reads what a change would overwrite or delete, where its path has a GET of the same object, and compares: the
 * change is about the guests that it names, too.
 *
 * @throws AppError when it cannot be read and Proxmox takes its digest: the change would be blind
 */
export async function readDifferences(
  pve: Pve,
  call: CheckedCall,
  params: Values,
): Promise<Differences> {
  const { match, method, path } = call;
  if (match.path === NETWORK) return await networkDifferences(pve, call);
  const readable = match.methods.find((each) => each.method === "GET");
  const takesDigest = "digest" in method.parameters;
  if (!readable || refusalOf(readable, pve.advice) !== undefined) return UNKNOWN;
  const { vmid } = match.values;
  const goes = method.method === "DELETE" && vmid === undefined;
  if (method.method !== "PUT" && !takesDigest && !goes) return UNKNOWN;
  const own = readable.paramsFor(match.values);
  if (checkParams(match.values, own.schemas, own).length > 0) return UNKNOWN;
  try {
    const before = await pve.call("GET", path, {});
    if (!isRecord(before)) return UNKNOWN;
    if (vmid === undefined) pve.concerns(namesAll(before) ? null : before);
    if (match.path === HA_GROUP) await concernsMembers(pve, match.values.group);
    if (goes && !takesDigest) return UNKNOWN;
    return {
      ...compare(call, { before, params }),
      digest: takesDigest ? text(before.digest) : undefined,
    };
  } catch (error) {
    if (takesDigest || !(error instanceof AppError)) throw error;
    if (vmid === undefined && error.code !== "not_found") pve.concerns(null);
    if (goes) return UNKNOWN;
    const note =
      `what is there now could not be read, so what changes is unknown: ${error.message}`;
    return { ...UNKNOWN, notes: [note] };
  }
}

const HA_GROUP = "/cluster/ha/groups/{group}";

/** A group of HA names nodes, and its guests name the group. */
async function concernsMembers(pve: Pve, group: string | undefined): Promise<void> {
  const resources: Values[] = await pve.list("/cluster/ha/resources");
  for (const resource of resources.filter((each) => each.group === group)) pve.concerns(resource);
}

/** True for a job about whichever guests there are. */
function namesAll({ all, pool, schedule }: Values): boolean {
  return schedule !== undefined && (flag(all) || pool !== undefined);
}

const NETWORK = "/nodes/{node}/network";

/** PUT makes a node use what is written of its network, DELETE throws that away; neither names it. */
async function networkDifferences(
  pve: Pve,
  { match: { values: { node = "" } }, method }: CheckedCall,
): Promise<Differences> {
  const does = { PUT: "is applied now", DELETE: "is thrown away" }[method.method as string];
  if (does === undefined) return UNKNOWN;
  const { unapplied } = await readNetwork(pve, node);
  const lines = unapplied.length === 0 ? [`nothing ${does}`] : [`this ${does}:`, ...unapplied];
  return { ...UNKNOWN, notes: lines };
}

/** One line a change, for whoever is asked about it. */
export function differenceLines({ changes, notes }: Differences): string[] {
  const lines = Object.entries(changes).map(([key, change]) =>
    `${key}: ${showSetting(change.from)} → ${showSetting(change.to)}`
  );
  return [...lines, ...notes];
}

function compare(
  { match, method }: CheckedCall,
  { before, params }: { before: Values; params: Values },
): Omit<Differences, "digest"> {
  const given = Object.entries(params).filter(([key, value]) =>
    !CONTROL.has(key) && !(key in match.values) && !sameSetting(key, before[key], value)
  );
  const replaced = REPLACED.test(match.path) && method.method === "PUT"
    ? Object.keys(method.parameters).filter((key) => !(key in params) && !(key in match.values))
    : [];
  const removed = [...String(params.delete ?? "").split(/[,; ]+/), ...replaced]
    .filter((key) => key in before && !CONTROL.has(key));
  const [was, is] = [redactedParams(before), redactedParams(params)];
  const changes: Record<string, Change> = {};
  for (const [key] of given) {
    changes[key] = was[key] === undefined ? { to: is[key] } : { from: was[key], to: is[key] };
  }
  for (const key of removed) changes[key] = { from: was[key] };
  const notes = given.flatMap(([key]) => {
    if (!isPropertyString(schemaFor(key, method.parameters))) return [];
    const lost = lostParts(was[key], is[key]);
    return lost.length === 0 ? [] : [`${key} loses ${lost.join(", ")}: give them too to keep them`];
  });
  return { changes, notes };
}

/** Formats of values made of named parts that Proxmox's description names without telling the parts. */
const NAMED_FORMATS = /^pve-(?:qm-|qemu-|vm-cpu-conf|startup-order)/;

function isPropertyString(schema: ParamSchema | undefined): boolean {
  const format = schema?.format;
  return typeof format === "string" ? NAMED_FORMATS.test(format) : typeof format === "object";
}

/** The named parts of a property string that another one in its place does not have. */
function lostParts(before: unknown, after: unknown): string[] {
  const [was, is] = [properties(before), properties(after)];
  const sameVolume = was[""] !== undefined && was[""] === is[""];
  return Object.entries(was).filter(([key]) => key !== "" && !(key in is))
    // Proxmox finds the size of a disk out by itself.
    .filter(([key]) => !(key === "size" && sameVolume))
    .map(([key, value]) => `${key}=${value}`);
}
