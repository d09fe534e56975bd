import { type Resource, text } from "../api/values.ts";
import { listed } from "../clip.ts";
import { guestsIn } from "../guest/directory.ts";
import { type Grants, holds } from "../privileges.ts";
import type { Pve } from "../pve.ts";

/** What a list may lack for want of a privilege. */
export interface Hidden {
  /** One line for each thing that cannot be seen, with what to grant. */
  readonly warnings: readonly string[];
  /** Whether volumes of this guest may be missing. */
  of(vmid: number): boolean;
}

interface Kind {
  readonly what: string;
  readonly contents: readonly string[];
  /** What the storage must grant, and what the guest must. */
  readonly storage: string;
  readonly guest: string;
}

/**
 * Proxmox silently leaves volumes of these kinds out of a storage's list, unless the caller has
 * `Datastore.Allocate` there, or both of these privileges (seen in 9.2's `check_volume_access`).
 */
const KINDS: readonly Kind[] = [
  {
    what: "backups",
    contents: ["backup"],
    storage: "Datastore.AllocateSpace",
    guest: "VM.Backup",
  },
  {
    what: "disks",
    contents: ["images", "rootdir"],
    storage: "Datastore.Audit",
    guest: "VM.Config.Disk",
  },
];

/** A volume as far as it matters here. */
interface Seen {
  readonly volid: string;
  readonly content?: string;
  readonly vmid?: number;
}

interface Listed {
  /** What each storage may hold; undefined where that is not known. */
  readonly storages: ReadonlyMap<string, readonly string[] | undefined>;
  /** The guests whose volumes are wanted. */
  readonly vmids: readonly number[];
  readonly volumes: readonly Seen[];
}

/** What Proxmox has left out of lists of volumes; the grants are read anew before anything is said. */
export async function findHidden(
  pve: Pve,
  { resources, places, filter, volumes }: {
    resources: readonly Resource[];
    /** Where the lists came from. */
    places: readonly { readonly storage: string }[];
    /** What was asked for; `sought` is the kind that matters among all. */
    filter: {
      readonly content?: string | undefined;
      readonly sought?: string;
      readonly vmid?: number | undefined;
    };
    /** What was listed: what is there can be seen, whatever the grants say. */
    volumes: readonly Seen[];
  },
): Promise<Hidden> {
  const read = new Set(places.map(({ storage }) => storage));
  const storages = new Map(
    resources.filter((row) => row.type === "storage" && read.has(row.storage ?? ""))
      .map((row) => [row.storage ?? "", text(row.content)?.split(",")]),
  );
  const content = filter.sought ?? filter.content;
  const kinds = KINDS.filter(({ contents }) => content === undefined || contents.includes(content));
  const vmids = filter.vmid === undefined
    ? guestsIn(resources).map(({ vmid }) => vmid)
    : [filter.vmid];
  const find = (grants: Grants | undefined) =>
    grants === undefined
      ? []
      : mergeAlike(kinds.flatMap((kind) => gapsOf(kind, grants, { storages, vmids, volumes })));
  let gaps = kinds.length === 0 ? [] : find(await pve.grants());
  if (gaps.length > 0) gaps = find(await pve.grants({ fresh: true }));
  return {
    warnings: gaps.map((gap) => gapText(gap, pve.tokenId)),
    of: (vmid) => gaps.some(({ guests }) => guests === "all" || guests.includes(vmid)),
  };
}

/** What of one kind cannot be seen in storages: of all guests, or of these. */
interface Gap {
  readonly kind: Kind;
  readonly storages: readonly string[];
  readonly guests: "all" | readonly number[];
  readonly lacksStorage: boolean;
  /** Where the guests' privilege is to be granted. */
  readonly paths: readonly string[];
}

function gapsOf(kind: Kind, grants: Grants, { storages, vmids, volumes }: Listed): Gap[] {
  const backedBy = (vmid: number) => holds(grants, `/vms/${vmid}`, [kind.guest]);
  return [...storages].flatMap(([storage, contents]): Gap[] => {
    const may = contents === undefined || kind.contents.some((each) => contents.includes(each));
    const at = `/storage/${storage}`;
    if (!may || holds(grants, at, ["Datastore.Allocate"])) return [];
    const seen = volumes.filter(({ volid, content = "" }) =>
      volid.startsWith(`${storage}:`) && kind.contents.includes(content)
    );
    const lacksStorage = seen.length === 0 && !holds(grants, at, [kind.storage]);
    const lacking = vmids.filter((vmid) =>
      !backedBy(vmid) && !seen.some((volume) => volume.vmid === vmid)
    );
    const none = lacking.length === vmids.length && !holds(grants, "/vms", [kind.guest]);
    const gap = { kind, storages: [storage], lacksStorage };
    const paths = none ? ["/vms"] : lacking.map((vmid) => `/vms/${vmid}`);
    if (lacksStorage || none && seen.length === 0) return [{ ...gap, guests: "all", paths }];
    return lacking.length === 0 ? [] : [{ ...gap, guests: lacking, paths }];
  });
}

/** Gaps that differ in their storages only, as one. */
function mergeAlike(gaps: readonly Gap[]): Gap[] {
  const alike = Map.groupBy(gaps, ({ storages: _, ...gap }) => JSON.stringify(gap));
  return [...alike.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ ...first, storages: [first, ...others].flatMap(({ storages }) => storages) }]
  );
}

function gapText({ kind, storages, guests, lacksStorage, paths }: Gap, tokenId: string): string {
  const whose = guests === "all" ? "" : ` of guest ${few(guests)}`;
  const at = few(storages.map((storage) => `/storage/${storage}`));
  const grants = [
    ...(lacksStorage ? [`${kind.storage} on ${at}`] : []),
    ...(paths.length > 0 ? [`${kind.guest} on ${few(paths)}`] : []),
  ];
  return `${kind.what}${whose} in storage ${
    few(storages)
  } cannot be seen: grant the Proxmox API token ` +
    `${tokenId} ${grants.join(" and ")}, or Datastore.Allocate on ${at}`;
}

function few(names: readonly (string | number)[]): string {
  return listed(names, { most: 5 });
}
