import { isRecord } from "../../record.ts";

export { isRecord };

/**
 * A row of `/cluster/resources`, as far as the tools read it: nothing is certain to be there, and more may be
 * (traffic of guests, which never rests). Read by {@linkcode resourceOf}.
 */
export interface Resource {
  readonly type: string;
  readonly id: string;
  readonly node?: string;
  readonly vmid?: number;
  readonly name?: string;
  readonly status?: string;
  readonly cpu?: number;
  readonly maxcpu?: number;
  readonly mem?: number;
  readonly maxmem?: number;
  readonly disk?: number;
  readonly maxdisk?: number;
  readonly uptime?: number;
  readonly template?: number;
  readonly tags?: string;
  readonly pool?: string;
  readonly lock?: string;
  readonly hastate?: string;
  readonly storage?: string;
  readonly plugintype?: string;
  readonly content?: string;
  readonly shared?: number;
  readonly sdn?: string;
  readonly network?: string;
  readonly "network-type"?: string;
}

/** An object that Proxmox answers with: keys as in the API, values as they come. */
export type Row = Readonly<Record<string, unknown>>;

/** Reads a row of `/cluster/resources`: gives itself where nothing in it has to be read otherwise. */
export function resourceOf(row: Row): Resource {
  if (isResource(row)) return row;
  const type = text(row.type) ?? "";
  const id = text(row.id) ?? "";
  return compact({
    type,
    id,
    node: text(row.node) ?? (type === "node" || type === "storage" ? partOf(id, 1) : undefined),
    vmid: vmidOf(row.vmid) ??
      (type === "qemu" || type === "lxc" ? vmidOf(partOf(id, 1)) : undefined),
    name: text(row.name),
    status: text(row.status),
    cpu: number(row.cpu),
    maxcpu: number(row.maxcpu),
    mem: number(row.mem),
    maxmem: number(row.maxmem),
    disk: number(row.disk),
    maxdisk: number(row.maxdisk),
    uptime: number(row.uptime),
    template: number(row.template),
    tags: text(row.tags),
    pool: text(row.pool),
    lock: text(row.lock),
    hastate: text(row.hastate),
    storage: text(row.storage) ?? (type === "storage" ? partOf(id, 2) : undefined),
    plugintype: text(row.plugintype),
    content: text(row.content),
    shared: number(row.shared),
    sdn: text(row.sdn),
    network: text(row.network),
    "network-type": text(row["network-type"]),
  });
}

/** Written out: copies of all rows would be a tenth of what a list of 1,000 guests costs. */
function isResource(row: Row): row is Row & Resource {
  const { type, id, node, storage, vmid } = row;
  const isGuest = type === "qemu" || type === "lxc";
  if (type === undefined || id === undefined || (isGuest && vmid === undefined)) return false;
  if (node === undefined && (type === "node" || type === "storage")) return false;
  if (storage === undefined && type === "storage") return false;
  return vmidOf(vmid) === vmid &&
    areTexts([type, id, node, row.name, row.status, row.tags, row.pool, row.lock, row.hastate]) &&
    areTexts([storage, row.plugintype, row.content, row.sdn, row.network, row["network-type"]]) &&
    areNumbers([row.cpu, row.maxcpu, row.mem, row.maxmem, row.disk, row.maxdisk]) &&
    areNumbers([row.uptime, row.template, row.shared]);
}

function areTexts(values: readonly unknown[]): boolean {
  return values.every((value) => text(value) === value);
}

function areNumbers(values: readonly unknown[]): boolean {
  return values.every((value) => number(value) === value);
}

/** What a row says that rests: all but load, use, traffic and uptime. */
export function restingState(row: Resource): Resource {
  const { type, id, node, vmid, name, status, template, tags, pool, lock, hastate } = row;
  const { maxcpu, maxmem, maxdisk, storage, plugintype, content, shared, sdn, network } = row;
  const size = { maxcpu, maxmem, maxdisk };
  const guest = { vmid, name, template, tags, pool, lock, hastate };
  const other = { storage, plugintype, content, shared, sdn, network };
  const kind = { "network-type": row["network-type"] };
  return compact({ type, id, node, status, ...size, ...guest, ...other, ...kind });
}

/** A piece of an id, which says what the row is of: `qemu/100`, `node/pve1`, `storage/pve1/local`. */
function partOf(id: string, index: number): string | undefined {
  return text(id.split("/")[index]);
}

function vmidOf(value: unknown): number | undefined {
  const vmid = number(value);
  return vmid !== undefined && Number.isInteger(vmid) && vmid > 0 ? vmid : undefined;
}

/** A guest's configuration: keys as in the API, values as they come. */
export type GuestConfig = Row & { readonly digest?: string };

/**
 * A number, from one, a numeric string or a boolean; undefined for anything else, and for one so large that
 * it is no longer exact.
 */
export function number(value: unknown): number | undefined {
  const isText = typeof value === "string" && value.trim() !== "";
  if (!isText && typeof value !== "number" && typeof value !== "boolean") return undefined;
  const result = Number(value);
  return Math.abs(result) <= Number.MAX_SAFE_INTEGER ? result : undefined;
}

/** Proxmox's boolean: 1, true, and within property strings `on` and `yes`; absent and the rest are false. */
export function flag(value: unknown): boolean {
  return value === true || value === 1 ||
    typeof value === "string" && /^(?:1|on|yes|true)$/i.test(value);
}

/** Non-empty text; undefined for anything else. */
export function text(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The non-empty texts of a list; none for anything else. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text).filter((each) => each !== undefined) : [];
}

/** Tags come separated by semicolons, commas or spaces. */
export function tagList(value: unknown): string[] {
  return (text(value) ?? "").split(/[;,\s]+/).filter((tag) => tag !== "");
}

/** Tags as Proxmox stores them: in lower case, sorted, each once (seen with 9.2.11). */
export function canonicalTags(tags: readonly string[]): string[] {
  return [...new Set(tags.map((tag) => tag.toLowerCase()))].sort();
}

/** Whether a tag is among others, in whatever case it is written. */
export function hasTag(tags: readonly string[], tag: string): boolean {
  const wanted = tag.toLowerCase();
  return tags.some((each) => each.toLowerCase() === wanted);
}

/** The last second of the year 9999: RFC 3339 knows none later. */
const LAST_SECOND = 253_402_300_799;

/** Unix seconds as RFC 3339; undefined for anything else, also for zero, which stands for never. */
export function time(seconds: unknown): string | undefined {
  const value = number(seconds);
  if (value === undefined || value <= 0 || value > LAST_SECOND) return undefined;
  return new Date(value * 1000).toISOString();
}

/** An object; an empty one for anything else. */
export function record(value: unknown): Row {
  return isRecord(value) ? value : {};
}

/** The objects of a list within a row; none for anything else. */
export function records(value: unknown): Row[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** Takes out what is null, which is as good as absent; gives the same record. */
export function withoutNulls<T extends object>(row: T): T {
  const members = row as Record<string, unknown>;
  for (const key in members) if (members[key] === null) delete members[key];
  return row;
}

/** Drops the undefined values, so that results hold only what is known. */
export function compact<T extends Record<string, unknown>>(record: T): Defined<T> {
  const known: Record<string, unknown> = {};
  for (const key in record) {
    if (record[key] !== undefined) known[key] = record[key];
  }
  return known as Defined<T>;
}

type Defined<T> =
  & { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] }
  & { readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };
