import { AppError } from "../../errors.ts";
import type { GuestType } from "../guest/directory.ts";
import { diskList, isVolume } from "../guest/left_out.ts";
import { isNodeDevice } from "../guest/parts.ts";
import { disksOf, properties } from "../guest/properties.ts";
import { mayAnywhere } from "../privileges.ts";
import type { Pve } from "../pve.ts";
import type { Volume } from "./volumes.ts";

/** The settings that a backup holds, without notes and snapshots. */
export type BackedUp = Readonly<Record<string, string>>;

export async function readBackedUp(
  pve: Pve,
  { node, volid: volume }: Pick<Volume, "node" | "volid">,
): Promise<BackedUp> {
  const file = await pve.value("/nodes/{node}/vzdump/extractconfig", { node }, { volume });
  const [current = ""] = String(file ?? "").split(/^\[/m);
  return Object.fromEntries(
    [...current.matchAll(/^([a-z][\w.]*):[ \t]*(.*)$/gm)].map(([, key, value]) => [key, value]),
  );
}

/**
 * Requires that the token may restore what a backup holds. Of a VM's devices and bridges Proxmox asks that
 * only when the disks of the VM that is replaced are gone (`check_restore_permissions`), and leaves it
 * without its configuration then.
 *
 * @param options.byHand the command for who may do all
 */
export async function requireRestorable(
  pve: Pve,
  config: BackedUp,
  { type, byHand }: { type: GuestType; byHand: string },
): Promise<void> {
  const barred = Object.entries(config).filter(([key, value]) =>
    type === "qemu"
      ? /^(?:hostpci|usb)\d+$/.test(key) && isNodeDevice(key, value)
      : /^mp\d+$/.test(key) && !disksOf({ [key]: value }).every(({ volid }) => isVolume(volid))
  ).map(([key, value]) => `${key} (${value})`).join(", ");
  pve.check(
    "an API token may restore all that it holds",
    barred === "",
    `it holds ${barred}, which only root@pam may restore, and no API token; by hand: ${byHand}`,
  );
  if (type === "lxc") return;
  const grants = await pve.grants({ fresh: true });
  for (const [key, value] of Object.entries(config)) {
    const need = neededFor(key, value);
    if (need === undefined || mayAnywhere(grants, [need])) continue;
    const [path, privilege] = need;
    throw new AppError(
      "forbidden",
      `the Proxmox API token lacks ${privilege} on ${path} for ${key}`,
    );
  }
}

/** What it takes to restore a setting of a VM, beyond making a VM. */
function neededFor(key: string, value: string): [path: string, privilege: string] | undefined {
  if (/^net\d+$/.test(key)) return ["/sdn/zones/{zone}", "SDN.Use"];
  const isMapped = /^virtiofs\d+$/.test(key) || "mapping" in properties(value);
  return isMapped ? ["/mapping/{kind}/{id}", "Mapping.Use"] : undefined;
}

/**
 * The storage that a container's root was on: where none is named Proxmox takes `local`, whatever the
 * backup says, and there is one for all of its volumes.
 *
 * @returns with what is said of volumes that were elsewhere
 */
export function storageOfRoot(config: BackedUp): { storage: string; moved: string[] } {
  const disks = disksOf(config);
  const root = disks.find(({ key }) => key === "rootfs");
  if (root === undefined) {
    throw new AppError("conflict", "the backup does not tell where its root was; give storage");
  }
  const storage = storageOf(root.volid);
  const others = disks.filter(({ volid }) => storageOf(volid) !== storage);
  const moved = others.length === 0
    ? []
    : [`all volumes go to ${storage}, also what was elsewhere: ${diskList(others)}`];
  return { storage, moved };
}

function storageOf(volid: string): string {
  return volid.slice(0, volid.indexOf(":"));
}
