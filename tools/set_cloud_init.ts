import * as z from "zod";
import { changed, dryRun, guestInput, storageId } from "../lib/tool/fields.ts";
import {
  cloudInitDrive,
  encodeKeys,
  freeSlot,
  ipConfig,
  regenerateDrive,
} from "../lib/proxmox/guest/cloud_init.ts";
import { type ConfigEdit, configureGuest } from "../lib/proxmox/guest/configure.ts";
import { configOutput, undoConfig } from "../lib/proxmox/guest/undo.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "set_cloud_init",
  title: "Set cloud-init",
  description:
    "Sets a VM's cloud-init user, keys and network, and writes the cloud-init drive anew.",
  scope: "admin",
  hints: { ...DESTROYS, idempotentHint: true },
  subject: "guest",
  privileges: [
    ["/vms/{vmid}", "VM.Config.Cloudinit", "VM.Config.Network", "VM.Config.Disk"],
    ["/storage/{storage}", "Datastore.AllocateSpace"],
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
  output: z.object({ ...changed, ...configOutput }),
  action: ({ vmid }) => `set the cloud-init of VM ${vmid}`,
  run: async (input, { pve }) => {
    const guest = await pve.claim(input, { type: "qemu" });
    const { vmid } = guest;
    const network = `ipconfig${input.interface}` as const;
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
      if (slot && input.drive_storage) set[slot] = `${input.drive_storage}:cloudinit`;
      return { set };
    });
    const notes = await regenerateDrive(pve, guest);
    return { ...result, ...notes, ...undoConfig("set_cloud_init", guest, result, undefined) };
  },
});
