import type * as z from "zod";
import { oncePer } from "../../once_per.ts";
import type { Topic } from "../../proxmox/advice.ts";
import { hasTag, type Resource } from "../../proxmox/api/values.ts";
import { guestsIn } from "../../proxmox/guest/directory.ts";
import { parseUpid } from "../../proxmox/tasks.ts";
import type { AnyTool } from "../../tool/tool.ts";

/** Something that a call names and that only some clusters have. */
export interface Reference {
  /** `guest 101`, `node pve1`. */
  readonly told: string;
  /** Where those that there are can be seen. */
  readonly listed: Topic;
  /** The guest's vmid or name, where it is one. */
  readonly guest?: number | string;
  /** The UPID of a task on this node. */
  readonly task?: string;
  readonly fits: (rows: readonly Resource[]) => boolean;
}

type Input = Readonly<Record<string, unknown>>;

const NODES = ["node", "target"];
const STORAGES = ["storage", "target_storage"];

/** What an input names that tells its cluster, what tells most first. */
export function referencesIn(tool: AnyTool, input: Input): Reference[] {
  const texts = (names: readonly string[]) =>
    names.map((name) => input[name]).filter((value) => typeof value === "string");
  const { upid, volid } = input;
  return [
    ...guestFields(tool).flatMap((name) => input[name] ?? []).map(guestReference),
    ...takesBackups(tool) ? ofBackups(input.group) : [],
    ...typeof upid === "string" ? nodeOf(upid) : [],
    ...texts(NODES).map(nodeReference),
    ...texts(STORAGES).map(storageReference),
    ...texts(["pool"]).map(poolReference),
    ...texts(["tag"]).map(tagReference),
    ...typeof volid === "string" ? [storageReference(volid.split(":", 1)[0] ?? "")] : [],
  ];
}

/** The fields that hold guests which exist: the vmid of a new one has no name in its place. */
const guestFields: (tool: AnyTool) => readonly string[] = oncePer(({ input }: AnyTool) => {
  const fields: [string, z.ZodType][] = Object.entries(input.shape);
  return fields.filter(([name, field]) => {
    if (name === "vmids") return field.safeParse(["name"]).success;
    return /^(other_)?vmid$/.test(name) && field.safeParse("name").success;
  }).map(([name]) => name);
});

/** Whether its group is one of backups, which may be given as the guest whose they are. */
const takesBackups: (tool: AnyTool) => boolean = oncePer(({ input }: AnyTool) => {
  const { group } = input.shape as Record<string, z.ZodType | undefined>;
  return group?.safeParse("vm/100").success === true;
});

/** A name has no slash, and is no number. */
function ofBackups(group: unknown): Reference[] {
  return typeof group === "string" && !/\/|^\d+$/.test(group) ? [guestReference(group)] : [];
}

function guestReference(given: unknown): Reference {
  const guest = given as number | string;
  return {
    told: `guest ${guest}`,
    listed: "guests",
    guest,
    fits: (rows) => namesOf(rows).has(guest),
  };
}

/** The vmids and names of guests: with many clusters every list is looked through for every call. */
const namesOf = oncePer((rows: readonly Resource[]): ReadonlySet<unknown> =>
  new Set(guestsIn(rows).flatMap(({ vmid, name }) => [vmid, name]))
);

function nodeReference(node: string): Reference {
  return {
    told: `node ${node}`,
    listed: "nodes",
    fits: (rows) => rows.some((row) => row.type === "node" && row.node === node),
  };
}

function storageReference(storage: string): Reference {
  return {
    told: `storage ${storage}`,
    listed: "storages",
    fits: (rows) => rows.some((row) => row.type === "storage" && row.storage === storage),
  };
}

function poolReference(pool: string): Reference {
  return {
    told: `pool ${pool}`,
    listed: "pools",
    fits: (rows) => rows.some((row) => row.pool === pool),
  };
}

function tagReference(tag: string): Reference {
  return {
    told: `a guest with the tag ${tag}`,
    listed: "guests",
    fits: (rows) => guestsIn(rows).some(({ tags }) => hasTag(tags, tag)),
  };
}

/** One that is malformed is left for the tool to refuse. */
function nodeOf(upid: string): Reference[] {
  try {
    return [{ ...nodeReference(parseUpid(upid).node), task: upid }];
  } catch {
    return [];
  }
}
