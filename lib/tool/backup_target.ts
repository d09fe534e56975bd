import { sightOf } from "../backups/sight.ts";
import { AppError } from "../errors.ts";
import { chooseStore, type ChosenStore } from "../pbs/chosen.ts";
import { type Group, parseGroup } from "../pbs/group.ts";
import { placeText } from "../pbs/places.ts";
import { readNamespaces, readSnapshots, type Snapshot } from "../pbs/snapshots.ts";
import { findBackups } from "./find_backups.ts";
import type { ToolContext } from "./tool.ts";
import { assertWhose, findGuest, type Meant } from "./whose_backups.ts";

interface Given {
  readonly server?: string | undefined;
  readonly datastore?: string | undefined;
  readonly namespace?: string | undefined;
  readonly group?: string | undefined;
}

/** What a change of backups is about. */
export interface Target {
  readonly at: ChosenStore;
  readonly namespace: string;
  readonly group: Group | undefined;
  /** The cluster whose guest it has turned out to be, where the call tells none. */
  readonly cluster?: string | undefined;
}

type Context = Pick<ToolContext, "clusters" | "isOneOfSeveral" | "pbs" | "pve">;

/**
 * Finds what a change of backups is about. A token that is limited may only name a group of a guest within
 * its limits, whose cluster stores there; where several clusters have a guest of the number, the one is meant
 * that the call names, or that has the name which it gives.
 *
 * @param options.finds whether the datastore of a group is looked for where the call names none
 * @throws AppError `forbidden` for what is out of reach, before any backup server is asked; `conflict` when
 * nothing tells which of several clusters' guest it is
 */
export async function targetOf(
  context: Context,
  given: Given,
  { finds = false }: { finds?: boolean } = {},
): Promise<Target> {
  const named = given.group === undefined ? undefined : parseGroup(given.group);
  const meant = await findGuest(context, { given: given.group, named });
  const sight = await sightOf(context);
  const { group: sought, namespace: asked, server } = given;
  const place = finds && sought !== undefined && given.datastore === undefined
    ? await findBackups(context, sight, { meant, named, server, namespace: asked })
    : undefined;
  const namespace = place?.namespace ?? asked ?? "";
  const at = place === undefined
    ? await chooseStore(sight.pbs, given, { sees: sight.sees })
    : { pbs: sight.pbs.of(place.server), store: place.datastore };
  if (given.group === undefined) return { at, namespace, group: undefined };
  const group = named ?? await groupOf(at, { namespace, vmid: meant.vmid });
  const owner = sight.whose === null ? undefined : assertWhose(context, {
    ...{ at, group, meant, namespace, sight },
    snapshots: await read(at, { namespace, group }),
  });
  const { meant: told, names } = context.clusters;
  // Who has named it knows it, and who sees one only is told of none.
  const cluster = told === undefined && names.length > 1 ? owner : undefined;
  return { at, namespace, group, cluster };
}

/** The backups of a group; none where the namespace is not there, which is told later. */
async function read(
  { pbs, store: datastore }: ChosenStore,
  { namespace, group }: { namespace: string; group: { id: string; type?: Group["type"] } },
): Promise<Snapshot[]> {
  const isThere = (await readNamespaces(pbs, datastore)).includes(namespace);
  return isThere ? await readSnapshots(pbs, { datastore, namespace }, group) : [];
}

/** Where a change was made, and whose backups they are. */
export function toldOf({ at, cluster }: Pick<Target, "at" | "cluster">) {
  const of_cluster = cluster ? { of_cluster: cluster } : {};
  return { ...of_cluster, server: at.pbs.server, datastore: at.store };
}

/** The group of a guest, which may be gone: its backups tell of which type it is. */
async function groupOf(
  at: ChosenStore,
  { namespace, vmid }: { namespace: string; vmid: Meant["vmid"] },
): Promise<Group> {
  const id = String(vmid);
  const own = await read(at, { namespace, group: { id } });
  const types = [...new Set(own.map(({ type }) => type))].filter((type) => type !== "host");
  const [type] = types;
  const where = placeText({ server: at.pbs.server, datastore: at.store, namespace });
  if (type === undefined) {
    throw new AppError("not_found", `${where} has no backups of guest ${vmid}`);
  }
  if (types.length > 1) {
    throw new AppError("conflict", `${where} has vm/${vmid} and ct/${vmid}: name one as the group`);
  }
  return { type, id };
}
