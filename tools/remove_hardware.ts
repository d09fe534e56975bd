import * as z from "zod";
import { onFailure } from "../lib/errors.ts";
import { compact, flag, type GuestConfig } from "../lib/proxmox/api/values.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { readConfig } from "../lib/proxmox/guest/config.ts";
import { type ConfigResult, configureGuest } from "../lib/proxmox/guest/configure.ts";
import { type Guest, guestLabel, isVm } from "../lib/proxmox/guest/directory.ts";
import { bootOrder, cloudInitDrive } from "../lib/proxmox/guest/drives.ts";
import { findPart, isNodeDevice, type Part, partsOf } from "../lib/proxmox/guest/parts.ts";
import { snapshotsWith } from "../lib/proxmox/guest/snapshots_with.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import { USING_MAPPINGS } from "../lib/tool/conditions.ts";
import { hardwareOutput } from "../lib/tool/config_change.ts";
import { guestInput, guestTaskResult, waiting } from "../lib/tool/fields.ts";
import { type ConditionalPrivilege, defineTool, DESTROYS } from "../lib/tool/tool.ts";

const input = z.strictObject({
  ...guestInput,
  device: z.string().max(20).regex(/^[a-z]+\d*$/, "must be like scsi1")
    .describe("scsi1, mp0, net1, ide2, unused0, usb0, ..."),
  destroy_data: z.boolean().default(false)
    .describe("Default: a disk is kept as unused one"),
  ...waiting,
});

type Input = z.output<typeof input>;

const DRIVE = /^(?:scsi|virtio|sata|ide)\d/;
const NIC = /^net\d/;

export default defineTool({
  name: "remove_hardware",
  title: "Remove hardware",
  description: "Removes a disk, network card, CD drive, USB or PCI device from a guest.",
  scope: "admin",
  toolsets: ["guests"],
  hints: DESTROYS,
  subject: "guest",
  privileges: [],
  conditionalPrivileges: [
    needs(
      "VM.Config.Disk",
      "for a disk",
      /^(?:scsi|virtio|sata|ide|efidisk|tpmstate|unused|mp|virtiofs)\d/,
    ),
    needs("VM.Config.CDROM", "for a CD or cloud-init drive", DRIVE),
    needs("VM.Config.Cloudinit", "for a cloud-init drive", DRIVE),
    needs("VM.Config.Network", "for a network card", NIC),
    {
      privilege: ["/sdn/zones/{zone}", "SDN.Use"],
      when: "for a network card",
      if: ({ device }) => NIC.test(device),
    },
    { ...USING_MAPPINGS, when: "for a mapped device" },
    needs("VM.Config.HWType", "for other devices", /^(?:usb|hostpci|serial|rng|audio)\d/),
    {
      // What destroys a container's volume is the removal of an unused one, for which Proxmox asks this.
      privilege: ["/vms/{vmid}", "VM.Config.Options"],
      when: "with destroy_data, for a container",
      if: ({ device, destroy_data }) => destroy_data && /^(?:mp|unused)\d/.test(device),
    },
    {
      privilege: ["/storage/{storage}", "Datastore.AllocateSpace"],
      when: "with destroy_data, for a VM",
      if: ({ device, destroy_data }) => destroy_data && !/^mp\d/.test(device),
    },
  ],
  input,
  output: z.object({
    ...guestTaskResult,
    ...hardwareOutput,
    kept_as: z.string().optional(),
    destroyed: z.string().optional(),
  }),
  action: ({ vmid, device }) => `remove ${device} of guest ${vmid}`,
  about: aboutGuest<Input>({
    more: async ({ device, destroy_data }, { pve, guest }) => {
      const config = await readConfig(pve, guest);
      const part = partsOf(config).find(({ key }) => key === device);
      if (part === undefined) return [`hardware that goes: ${device}, which is not there`];
      return [`hardware that goes: ${partText(part, config)}`, fateOf(part, destroy_data)];
    },
  }),
  run: async (given, { pve }) => {
    const { destroy_data } = given;
    const guest = await pve.claim(given);
    const { status } = await requireState(pve, guest);
    const config = await readConfig(pve, guest);
    const part = findPart(guest, config, given.device);
    const { key: device, volid } = part;
    checkRemoval(pve, guest, { part, config, destroy: destroy_data, runs: status !== "stopped" });
    if (destroy_data) await requireNoSnapshot(pve, guest, part);
    pve.foresee(fateOf(part, destroy_data));
    const result = isVm(guest)
      ? await removeFromVm(pve, guest, { device, given })
      : await removeFromContainer(pve, guest as Guest<"lxc">, { part, given });
    if (result.pending.includes(device) || result.status === "running") {
      return { ...result, device };
    }
    if (destroy_data) {
      return { ...result, device, destroyed: volid, undo: "none: the data is gone" };
    }
    const kept = volid === undefined || pve.dryRun ? undefined : await keptAs(pve, guest, volid);
    return { ...result, device, ...toldOf(guest, { part, kept, config }) };
  },
});

function needs(privilege: string, when: string, keys: RegExp): ConditionalPrivilege<Input> {
  return { privilege: ["/vms/{vmid}", privilege], when, if: ({ device }) => keys.test(device) };
}

function partText({ key, value }: Part, config: GuestConfig): string {
  const boots = bootOrder(config)?.includes(key) ? ", of the devices to boot from" : "";
  return `${key}: ${value}${boots}`;
}

function fateOf({ key, volid }: Part, destroy: boolean): string {
  if (volid === undefined) return `${key} goes; it holds no data`;
  return destroy ? `${volid} is destroyed, for good` : `${volid} is kept as an unused disk`;
}

/** Requires what Proxmox requires, before anything is written: what it refuses may be half done. */
function checkRemoval(
  pve: Pve,
  guest: Guest,
  { part: { key, value, volid }, config, destroy, runs }: {
    part: Part;
    config: GuestConfig;
    destroy: boolean;
    runs: boolean;
  },
): void {
  const label = guestLabel(guest);
  pve.check(
    "an API token may remove it",
    !isNodeDevice(key, value),
    `${key} (${value}) is the node's own device: only root@pam may remove it, and no API token`,
  );
  const isProtected = flag(config.protection) && volid !== undefined;
  pve.check("is not protected", !isProtected, `${label} is protected (protection: 1)`);
  pve.check(
    "there is data to destroy",
    !destroy || volid !== undefined,
    `${key} holds no data; leave destroy_data out`,
  );
  pve.check(
    "data may be destroyed where it cannot be kept",
    destroy || !key.startsWith("unused"),
    `${key} is only there to keep ${volid}: removing it destroys that; give destroy_data`,
  );
  const hot = isVm(guest) && /^(?:scsi|virtio)\d/.test(key) && volid !== undefined;
  pve.check(
    "does not run from it",
    !(runs && hot && (bootOrder(config)?.includes(key) ?? false)),
    `${label} runs and boots from ${key}; shut it down first`,
  );
  pve.check(
    "can be destroyed now",
    !(runs && !isVm(guest) && destroy && key.startsWith("mp")),
    `${label} runs, so that ${key} goes at its next stop only; stop it first or leave destroy_data out`,
  );
}

/** Requires that no snapshot needs the volume: Proxmox would refuse to destroy it. */
async function requireNoSnapshot(pve: Pve, guest: Guest, { key, volid = "" }: Part): Promise<void> {
  const names = (await snapshotsWith(pve, guest, volid)).join(", ");
  pve.check("no snapshot holds it", names === "", `snapshots hold ${key} (${volid}): ${names}`);
}

function removeFromVm(
  pve: Pve,
  guest: Guest<"qemu">,
  { device, given }: { device: string; given: Input },
): Promise<ConfigResult> {
  const { destroy_data: force, wait, timeout_seconds } = given;
  const inTask = { wait, timeout_seconds, mustSeeEnd: true };
  return configureGuest<"qemu">(pve, guest, { set: {}, unset: [device], force, inTask });
}

/** A container's volume is detached first; what removes an unused one destroys it. */
async function removeFromContainer(
  pve: Pve,
  guest: Guest<"lxc">,
  { part: { key, volid }, given }: { part: Part; given: Input },
): Promise<ConfigResult> {
  const result = await configureGuest<"lxc">(pve, guest, { set: {}, unset: [key] });
  if (!given.destroy_data || key.startsWith("unused") || volid === undefined) return result;
  const kept = pve.dryRun ? "unused0" : await keptAs(pve, guest, volid);
  if (kept === undefined) return result;
  await pve.put("/nodes/{node}/lxc/{vmid}/config", guest, { delete: kept }).catch(
    onFailure((error) => {
      throw error.withMessage(`${error.message}; ${key} is detached, its volume kept as ${kept}`);
    }),
  );
  return result;
}

/** The key of the unused disk that holds a volume now. */
async function keptAs(pve: Pve, guest: Guest, volid: string): Promise<string | undefined> {
  const parts = partsOf(await readConfig(pve, guest));
  return parts.find((part) => part.key.startsWith("unused") && part.volid === volid)?.key;
}

/** What is left, and how it is had back. Proxmox takes what goes out of the order to boot in, too. */
function toldOf(
  { vmid }: Guest,
  { part: { key, value }, kept, config }: {
    part: Part;
    kept: string | undefined;
    config: GuestConfig;
  },
) {
  const how = kept !== undefined
    ? `add_disk of ${vmid}: unused ${kept}`
    : NIC.test(key)
    ? `add_nic of ${vmid}`
    : key === cloudInitDrive(config)
    ? `set_cloud_init of ${vmid}: drive_storage ${value.slice(0, value.indexOf(":"))}`
    : DRIVE.test(key)
    ? `attach_iso of ${vmid}`
    : "none";
  const boots = bootOrder(config)?.includes(key)
    ? `; update_vm of ${vmid}: boot ${config.boot}, with its new key for ${key}`
    : "";
  return { ...compact({ kept_as: kept }), undo: `${how}; it was ${key}: ${value}${boots}` };
}
