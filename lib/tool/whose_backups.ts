import type { Sight } from "../backups/sight.ts";
import { AppError } from "../errors.ts";
import { noBackups } from "../pbs/below.ts";
import type { ChosenStore } from "../pbs/chosen.ts";
import { type Group, groupName, guestOf } from "../pbs/group.ts";
import { placeText } from "../pbs/places.ts";
import type { Snapshot } from "../pbs/snapshots.ts";
import { guestsIn } from "../proxmox/guest/directory.ts";
import type { Pve } from "../proxmox/pve.ts";
import type { ToolContext } from "./tool.ts";

type Context = Pick<ToolContext, "clusters" | "isOneOfSeveral" | "pve">;

/** Whose backups a call means. */
export interface Meant {
  readonly vmid: number | undefined;
  /** Whose guest it may be; none where the group itself was named by who may touch all. */
  readonly clusters: readonly string[];
}

/**
 * Finds the guest whose backups are meant, in all clusters that the caller may see.
 *
 * @throws AppError `forbidden` for what a limited token does not reach; `conflict` for a vmid in several
 * clusters; `unavailable` when one that does not answer may have it too
 */
export async function findGuest(
  context: Context,
  { given, named }: { given: string | undefined; named: Group | undefined },
): Promise<Meant> {
  const { clusters: { meant }, isOneOfSeveral, pve } = context;
  const isWhole = pve.reach.everywhere;
  const isName = given !== undefined && named === undefined && !/^[1-9]\d{2,8}$/.test(given);
  // A name was looked for everywhere before the call came here.
  if (isName) return { vmid: (await pve.find({ vmid: given })).vmid, clusters: [pve.cluster] };
  const vmid = named === undefined ? given && Number(given) : guestOf(named);
  if (isWhole && (named !== undefined || given === undefined)) {
    return { vmid: vmid || undefined, clusters: meant === undefined ? [] : [meant] };
  }
  if (!vmid) throw outOfReach("a backup server as a whole");
  if (isWhole && !isOneOfSeveral) return { vmid, clusters: [pve.cluster] };
  const { having, silent } = await lookFor(context, {
    vmid,
    among: meant ?? context.clusters.names,
  });
  if (named !== undefined || having.length <= 1) {
    if (having.length === 0 && !isWhole) throw outOfReach(`guest ${vmid}`);
    const [silence] = silent;
    if (silence === undefined || named !== undefined) return { vmid, clusters: having };
    const doubt = `whether guest ${vmid} is there too is not known`;
    throw new AppError("unavailable", `${silence}; ${doubt}: name the cluster`);
  }
  throw new AppError(
    "conflict",
    `guest ${vmid} is in ${having.join(" and in ")}: name the cluster, or the group as vm/${vmid}`,
  );
}

/** Which clusters have the guest, within the caller's limits, and which do not answer. */
async function lookFor(
  { clusters }: Context,
  { among, vmid }: { among: string | readonly string[]; vmid: number },
): Promise<{ having: string[]; silent: string[] }> {
  const silent: string[] = [];
  const found = await Promise.all(
    [among].flat().map(async (cluster) => {
      try {
        return await hasGuest(await clusters.pve(cluster), vmid) ? [cluster] : [];
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        silent.push(`${cluster} did not answer: ${error.message}`);
        return [];
      }
    }),
  );
  return { having: found.flat(), silent };
}

async function hasGuest(pve: Pve, vmid: number): Promise<boolean> {
  if (!pve.reach.everything) return (await pve.includes())(vmid, "");
  return guestsIn(await pve.resources()).some((guest) => guest.vmid === vmid);
}

/**
 * Requires that the backups at a place are those of the guest that is meant, and gives its cluster; of a group
 * that was named by who may touch all, the one whose it is as far as that is told.
 *
 * @throws AppError `not_found` for another cluster's, and to a limited token for what may be one's; `conflict`
 * when nothing tells it
 */
export function assertWhose(
  { pve }: Context,
  { at, group, meant: { clusters }, namespace, sight, snapshots: [first] }: {
    at: ChosenStore;
    group: Group;
    namespace: string;
    meant: Meant;
    sight: Sight;
    snapshots: readonly Snapshot[];
  },
): string | undefined {
  // That there are none is told later.
  if (first === undefined) return clusters[0];
  const owners = sight.whose?.of(first, first) ?? [];
  const [owner, ...others] = owners;
  const isOf = owners.some((each) => clusters.includes(each));
  if (!pve.reach.everywhere && (!isOf || !sight.shows(first))) {
    throw noBackups(at, { namespace, group });
  }
  if (clusters.length === 0) return others.length === 0 ? owner : undefined;
  const name = groupName(group);
  if (owner !== undefined && !isOf) {
    const { message } = noBackups(at, { namespace, group });
    const told = `${message} of ${clusters.join(" or ")}: ${name} there is of ${
      owners.join(" or ")
    }`;
    throw new AppError("not_found", told);
  }
  if (owner !== undefined && others.length === 0) return owner;
  const where = placeText({ server: at.pbs.server, datastore: at.store, namespace });
  const state = owner === undefined
    ? `no cluster that is known stores in ${where}`
    : `${name} in ${where} may be of ${owners.join(" or of ")}`;
  throw new AppError("conflict", `${state}: name the group as ${name}, and no cluster`);
}

function outOfReach(what: string): AppError {
  return new AppError("forbidden", `the token's limits do not include ${what}`);
}
