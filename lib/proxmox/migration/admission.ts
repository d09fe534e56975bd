import { AppError } from "../../errors.ts";
import { text } from "../api/values.ts";
import type { GuestType } from "../guest/directory.ts";
import { type Grants, holds } from "../privileges.ts";
import type { Pve } from "../pve.ts";
import type { Bridge } from "./landing_bridge.ts";
import { type Grant, type Need, ownerOf } from "./pass.ts";

/** What a guest takes up in the cluster that it comes into. */
export interface Claim {
  readonly type: GuestType;
  readonly vmid: number;
  readonly storages: readonly string[];
  readonly bridges: readonly Bridge[];
  readonly modifies: boolean;
}

const OF_ALL = ["CPU", "Disk", "Memory", "Network", "Options"];
const OF_VMS = ["CDROM", "Cloudinit", "HWType"];
/** For a role that the remedy makes. */
const ROLE = "GuestsFromElsewhere";

/** What Proxmox asks of whoever lets a guest in (`mtunnel` and the commands in its tunnel). */
export function needsOf({ bridges, modifies, storages, type, vmid }: Claim): Need[] {
  const settings = [...OF_ALL, ...(type === "qemu" ? OF_VMS : [])].sort();
  return [
    // The source asks for the name of the node that it talks to.
    { path: "/", privileges: ["Sys.Audit", "Sys.Incoming", ...(modifies ? ["Sys.Modify"] : [])] },
    {
      path: `/vms/${vmid}`,
      privileges: ["VM.Allocate", ...settings.map((each) => `VM.Config.${each}`)],
    },
    ...storages.map((id) => ({
      path: `/storage/${id}`,
      privileges: ["Datastore.AllocateSpace"],
    })),
    ...bridges.map(({ name, tagged, zone }) => ({
      path: `/sdn/zones/${zone}/${name}`,
      privileges: ["SDN.Use"],
      below: tagged,
    })),
  ];
}

/**
 * Requires that the API token of a cluster may do what the guest needs there, and may give that to a token
 * made for it.
 *
 * @throws AppError `forbidden` naming what lacks, and what gives it
 */
export async function requireAdmission(
  pve: Pve,
  { cluster, needs }: { cluster: string; needs: readonly Need[] },
): Promise<Grant[]> {
  const grants = await pve.grants({ fresh: true });
  const lacking = grants === undefined ? [] : lackingIn(grants, needs);
  pve.check(
    `the API token of cluster ${cluster} may let it in`,
    lacking.length === 0,
    lackText(pve, { cluster, lacking }),
  );
  const roles = (await pve.list("/access/roles")).map((row) => ({
    id: String(row.roleid),
    privileges: (text(row.privs) ?? "").split(","),
  }));
  return needs.map(({ below, path, privileges }) => {
    const [role] = roles
      .filter((role) => privileges.every((each) => role.privileges.includes(each)))
      .sort((a, b) => a.privileges.length - b.privileges.length || (a.id < b.id ? -1 : 1));
    if (role !== undefined) return { path, role: role.id, propagate: below === true };
    const command = `pveum role add ${ROLE} --privs "${privileges.join(",")}"`;
    const state = `no role of cluster ${cluster} has ${privileges.join(" and ")}`;
    throw new AppError("conflict", `${state}; on a node of it: \`${command}\``);
  });
}

function lackingIn(grants: Grants, needs: readonly Need[]): Need[] {
  const making: Need[] = [
    { path: "/access/groups", privileges: ["User.Modify"] },
    ...needs.map(({ path }) => ({ path, privileges: ["Permissions.Modify"] })),
  ];
  return [...needs, ...making].map(({ path, privileges }) => ({
    path,
    privileges: privileges.filter((privilege) => !holds(grants, path, [privilege])),
  })).filter(({ privileges }) => privileges.length > 0);
}

function lackText(
  pve: Pve,
  { cluster, lacking }: { cluster: string; lacking: readonly Need[] },
): string {
  const told = lacking.map(({ path, privileges }) => `${privileges.join(" and ")} on ${path}`);
  const privileges = [...new Set(lacking.flatMap(({ privileges }) => privileges))].sort();
  const commands = [
    `pveum role add ${ROLE} --privs "${privileges.join(",")}"`,
    `pveum acl modify / --users ${ownerOf(pve)} --roles ${ROLE}`,
  ];
  return `the API token ${pve.tokenId} of cluster ${cluster} lacks ${told.join(", ")}; ` +
    `on a node of it: ${commands.map((command) => `\`${command}\``).join(", ")}, ` +
    "and the same for the token itself where its privileges are separated";
}
