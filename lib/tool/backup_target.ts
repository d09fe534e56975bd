import { AppError } from "../errors.ts";
import { chooseStore, type ChosenStore } from "../pbs/chosen.ts";
import { type Group, guestOf, parseGroup } from "../pbs/group.ts";
import { readNamespaces, readSnapshots } from "../pbs/snapshots.ts";
import { guestsIn } from "../proxmox/guest/directory.ts";
import type { Pve } from "../proxmox/pve.ts";
import type { ToolContext } from "./tool.ts";

interface Given {
  readonly server?: string | undefined;
  readonly datastore?: string | undefined;
  readonly namespace: string;
  readonly group?: string | undefined;
}

/** What a change of backups is about. */
export interface Target {
  readonly at: ChosenStore;
  readonly namespace: string;
  readonly group: Group | undefined;
}

/**
 * Finds what a change of backups is about. A token that is limited to some guests may only name a group of
 * one of these.
 *
 * @throws AppError `forbidden` for what is out of reach, before any backup server is asked
 */
export async function targetOf(
  { pbs, pve }: Pick<ToolContext, "pbs" | "pve">,
  given: Given,
): Promise<Target> {
  const { namespace } = given;
  const named = given.group === undefined ? undefined : parseGroup(given.group);
  const vmid = given.group === undefined || named !== undefined
    ? undefined
    : await vmidOf(pve, given.group);
  await assertInReach(pve, named === undefined ? vmid : guestOf(named));
  const at = await chooseStore(pbs, given);
  const group = vmid === undefined ? named : await groupOf(at, { namespace, vmid });
  return { at, namespace, group };
}

async function vmidOf(pve: Pve, given: string): Promise<number> {
  if (/^[1-9]\d{2,8}$/.test(given)) return Number(given);
  return (await pve.find({ vmid: given })).vmid;
}

/** Backup servers belong to all clusters: of one of several a token may touch what its guests are. */
async function assertInReach(pve: Pve, vmid: number | undefined): Promise<void> {
  const { reach } = pve;
  if (reach.everywhere) return;
  if (vmid !== undefined) {
    const isKnown = reach.everything
      ? guestsIn(await pve.resources()).some((guest) => guest.vmid === vmid)
      : (await pve.includes())(vmid, "");
    if (isKnown) return;
    throw new AppError("forbidden", `the token's limits do not include guest ${vmid}`);
  }
  throw new AppError("forbidden", "the token's limits do not include a backup server as a whole");
}

/** The group of a guest, which may be gone: its backups tell of which type it is. */
async function groupOf(
  { pbs, store: datastore }: ChosenStore,
  { namespace, vmid }: { namespace: string; vmid: number },
): Promise<Group> {
  const id = String(vmid);
  const isThere = (await readNamespaces(pbs, datastore)).includes(namespace);
  const own = isThere ? await readSnapshots(pbs, { datastore, namespace }, { id }) : [];
  const types = [...new Set(own.map(({ type }) => type))].filter((type) => type !== "host");
  const [type] = types;
  const where = `${pbs.server}:${datastore}${namespace === "" ? "" : `/${namespace}`}`;
  if (type === undefined) {
    throw new AppError("not_found", `${where} has no backups of guest ${vmid}`);
  }
  if (types.length > 1) {
    throw new AppError("conflict", `${where} has vm/${vmid} and ct/${vmid}: name one as the group`);
  }
  return { type, id };
}
