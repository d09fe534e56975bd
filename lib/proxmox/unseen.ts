import { AppError } from "../errors.ts";
import { type Grants, holds } from "./privileges.ts";
import type { Pve } from "./pve.ts";

/**
 * The warning of a list from which Proxmox silently leaves out what the token may not see; none when it
 * sees all, or when Proxmox does not tell.
 *
 * @param list.path where one of the privileges shows all, as `/sdn/zones/{zone}` or `/`
 */
export async function unseen(
  pve: Pve,
  { what, path, anyOf }: { what: string; path: string; anyOf: readonly [string, ...string[]] },
): Promise<string[]> {
  if (!await lacks(pve, { path, anyOf })) return [];
  const at = path.replace(/\/\{\w+\}$/, "");
  return [
    `${what} cannot be seen: grant the Proxmox API token ${pve.tokenId} ${anyOf[0]} on ${at}`,
  ];
}

/** True when the token holds none of the privileges there; the grants are read anew before that is said. */
export async function lacks(
  pve: Pve,
  { path, anyOf }: { path: string; anyOf: readonly [string, ...string[]] },
): Promise<boolean> {
  const lack = (grants: Grants | undefined) => grants !== undefined && !holds(grants, path, anyOf);
  return lack(await pve.grants()) && lack(await pve.grants({ fresh: true }));
}

/** The warning where Proxmox tells of nodes that they are there, and not how they are used. */
export function unseenLoad(pve: Pve): Promise<string[]> {
  const load = "the load of some nodes";
  return unseen(pve, { what: load, path: "/nodes/{node}", anyOf: ["Sys.Audit"] });
}

/** The warning where Proxmox leaves storages out of every list. */
export function unseenStorages(pve: Pve): Promise<string[]> {
  const audit = ["Datastore.Audit"] as const;
  return unseen(pve, { what: "some storages", path: "/storage/{storage}", anyOf: audit });
}

/** The warning where Proxmox leaves guests out of every list. */
export async function unseenGuests(pve: Pve): Promise<string[]> {
  // What is decided by it must not rest on grants of some minutes ago.
  await pve.grants({ fresh: true });
  return unseen(pve, { what: "some guests", path: "/vms/{vmid}", anyOf: ["VM.Audit"] });
}

/**
 * Requires that no guest is hidden, for what is safe only where there is none.
 *
 * @param question what is unknown otherwise, as `whether it is in use`
 * @throws AppError `unavailable`
 */
export async function requireGuestsSeen(pve: Pve, question: string): Promise<void> {
  const hidden = await unseenGuests(pve);
  if (await pve.grants() === undefined) {
    throw new AppError(
      "unavailable",
      `${question} is unknown: Proxmox does not tell what its API token ${pve.tokenId} may see`,
    );
  }
  if (hidden.length > 0) {
    throw new AppError("unavailable", `${question} is unknown: ${hidden.join("; ")}`);
  }
}
