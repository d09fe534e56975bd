import * as z from "zod";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import { AppError } from "../lib/errors.ts";
import { type GuestConfig, text } from "../lib/proxmox/api/values.ts";
import { type ConfigEdit, configureGuest } from "../lib/proxmox/guest/configure.ts";
import type { Guest } from "../lib/proxmox/guest/directory.ts";
import { properties } from "../lib/proxmox/guest/properties.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { configOutput, undoConfig } from "../lib/tool/config_change.ts";
import { changed, changedGuest, dryRun, guestInput, storageId } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

/** Slots that a cloud-init drive is usually put into. */
const SLOTS = ["ide2", "ide0", "ide1", "ide3", "sata5", "scsi30"] as const;

export default defineTool({
  name: "set_cloud_init",
  title: "Set cloud-init",
  description:
    "Sets a VM's cloud-init user, keys and network, and writes the cloud-init drive anew.",
  scope: "admin",
  toolsets: ["guests"],
  hints: { ...DESTROYS, idempotentHint: true },
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Config.Cloudinit"]],
  conditionalPrivileges: [
    {
      privilege: ["/vms/{vmid}", "VM.Config.Network"],
      when: "with nameserver, searchdomain",
      if: ({ nameserver, searchdomain }) => (nameserver ?? searchdomain) !== undefined,
    },
    {
      privilege: ["/vms/{vmid}", "VM.Config.CDROM"],
      when: "with drive_storage",
      if: ({ drive_storage }) => drive_storage !== undefined,
    },
    {
      privilege: ["/storage/{storage}", "Datastore.AllocateSpace"],
      when: "with drive_storage",
      if: ({ drive_storage }) => drive_storage !== undefined,
    },
  ],
  input: z.strictObject({
    ...guestInput,
    user: z.string().min(1).max(64).optional(),
    password: z.string().min(1).max(256).optional().describe("Never shown again"),
    ssh_public_keys: z.array(z.string().min(1).max(8192)).min(1).max(50).optional(),
    interface: z.int().min(0).max(31).default(0).describe("Number of the network card"),
    ip: z.string().regex(/^(dhcp|\d+(\.\d+){3}\/\d+)$/, "must be dhcp or like 10.0.0.5/24")
      .optional(),
    gateway: z.ipv4().optional(),
    ip6: z.string().regex(/^(auto|dhcp|[0-9a-fA-F:.]+\/\d+)$/, "must be auto, dhcp or a CIDR")
      .optional(),
    gateway6: z.ipv6().optional(),
    nameserver: z.string().max(255).optional(),
    searchdomain: z.string().max(255).optional(),
    upgrade: z.boolean().optional().describe("Upgrade packages at the first start"),
    drive_storage: storageId.optional().describe("Add a cloud-init drive here if there is none"),
    ...dryRun,
  }),
  output: z.object({ ...changedGuest, ...changed, ...configOutput }),
  action: ({ vmid }) => `set the cloud-init of VM ${vmid}`,
  about: aboutGuest({ type: "qemu" }),
  run: async (input, { pve }) => {
    const guest = await pve.claim(input, { type: "qemu" });
    const { vmid } = guest;
    const network = `ipconfig${input.interface}` as const;
    let asked = false;
    const result = await configureGuest(pve, guest, (before) => {
      const drive = cloudInitDrive(before);
      pve.check(
        "has a cloud-init drive",
        drive !== undefined || input.drive_storage !== undefined,
        `VM ${vmid} has no cloud-init drive; give drive_storage to add one`,
      );
      const slot = drive === undefined ? freeSlot(before) : undefined;
      const set: ConfigEdit<"qemu">["set"] = {
        ciuser: input.user,
        cipassword: input.password,
        sshkeys: input.ssh_public_keys && encodeKeys(input.ssh_public_keys),
        nameserver: input.nameserver,
        searchdomain: input.searchdomain,
        ciupgrade: input.upgrade,
      };
      set[network] = ipConfig(before[network], input);
      if (slot && input.drive_storage) {
        set[slot] = `${input.drive_storage}:cloudinit,media=cdrom`;
      }
      asked = Object.values(set).some((value) => value !== undefined);
      return { set };
    });
    if (result.unchanged && asked) return { ...result };
    const { unchanged: _, ...written } = result;
    const notes = await regenerateDrive(pve, guest);
    return { ...written, ...notes, ...undoConfig("set_cloud_init", guest, result) };
  },
});

interface Addresses {
  readonly ip?: string | undefined;
  readonly gateway?: string | undefined;
  readonly ip6?: string | undefined;
  readonly gateway6?: string | undefined;
}

/** The key of the VM's cloud-init drive; undefined when it has none. */
function cloudInitDrive(config: GuestConfig): string | undefined {
  return Object.entries(config).find(([key, value]) =>
    /^(ide|sata|scsi|virtio)\d+$/.test(key) && /(^|[:/,-])cloudinit\b/.test(text(value) ?? "")
  )?.[0];
}

/** A slot where a cloud-init drive can be put. */
function freeSlot(config: GuestConfig): typeof SLOTS[number] | undefined {
  return SLOTS.find((slot) => config[slot] === undefined);
}

/** An `ipconfig` value with what is given replaced and the rest kept; undefined when nothing is given. */
function ipConfig(before: unknown, given: Addresses): string | undefined {
  const { ip, gateway: gw, ip6, gateway6: gw6 } = given;
  if ((ip ?? gw ?? ip6 ?? gw6) === undefined) return undefined;
  const merged: Record<string, string | undefined> = { ...properties(before) };
  // A gateway belongs to its address: a new one without a gateway has none.
  if (ip !== undefined) Object.assign(merged, { ip, gw: undefined });
  if (ip6 !== undefined) Object.assign(merged, { ip6, gw6: undefined });
  if (gw !== undefined) merged.gw = gw;
  if (gw6 !== undefined) merged.gw6 = gw6;
  return Object.entries(merged).filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}`).join(",");
}

/** SSH keys as Proxmox wants them: one per line, percent-encoded. */
function encodeKeys(keys: readonly string[]): string {
  return encodeURIComponent(keys.map((key) => key.trim()).join("\n"));
}

/**
 * Writes the cloud-init drive anew. The settings are kept even where that fails, and Proxmox writes
 * it again at the VM's next start, so a failure is told as a note.
 */
async function regenerateDrive(
  pve: Pve,
  { node, vmid }: Guest,
): Promise<{ notes?: string[] }> {
  try {
    await pve.put("/nodes/{node}/qemu/{vmid}/cloudinit", { node, vmid });
    return {};
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return {
      notes: [
        `the settings are written, but not the drive: ${error.message}; the next start writes it`,
      ],
    };
  }
}
