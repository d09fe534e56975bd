import * as z from "zod";
import { MAKING } from "../lib/tool/conditions.ts";
import { guestName, guestTaskResult, newGuestInput, waiting } from "../lib/tool/fields.ts";
import { addressInput } from "../lib/tool/nic_fields.ts";
import { canonicalTags } from "../lib/proxmox/api/values.ts";
import { chooseNode, makeGuest } from "../lib/proxmox/guest/placement.ts";
import { requireBridge, withNic } from "../lib/proxmox/guest/nics.ts";
import { chooseStorage } from "../lib/proxmox/storage/storage.ts";
import { isOciReference, requireTemplate } from "../lib/proxmox/storage/templates.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "create_container",
  title: "Create container",
  description:
    "Creates a container from a template or OCI image; lists templates when none is given.",
  scope: "admin",
  toolsets: ["guests"],
  hints: CHANGES,
  subject: "guest",
  privileges: [
    ["/vms/{vmid}", "VM.Allocate"],
    ["/vms/{vmid}", "VM.Config.CPU"],
    ["/vms/{vmid}", "VM.Config.Disk"],
    ["/vms/{vmid}", "VM.Config.Memory"],
    ["/vms/{vmid}", "VM.Config.Network"],
    ["/storage/{storage}", "Datastore.AllocateSpace"],
    ["/sdn/zones/{zone}", "SDN.Use"],
  ],
  conditionalPrivileges: [
    {
      privilege: ["/vms/{vmid}", "VM.Config.Options"],
      when: "with tags or description",
      if: ({ tags, description }) => (tags ?? description) !== undefined,
    },
    {
      privilege: ["/", "Sys.Modify"],
      when: "with unprivileged false",
      if: ({ unprivileged }) => !unprivileged,
    },
    {
      privilege: ["/storage/{storage}", "Datastore.AllocateTemplate"],
      when: "with pull",
      if: ({ pull }) => pull,
    },
    {
      privilege: ["/nodes/{node}", "Sys.AccessNetwork"],
      when: "with pull of an OCI image",
      if: ({ pull, template = "" }) => pull && isOciReference(template),
    },
    ...MAKING,
  ],
  input: z.strictObject({
    ...newGuestInput,
    hostname: guestName,
    template: z.string().min(1).max(255).optional()
      .describe("File name or its beginning, volume id, or OCI image: docker.io/library/debian:13"),
    pull: z.boolean().default(false).describe("Fetch the template first if it is not there"),
    cpus: z.int().min(1).max(8192).default(1),
    memory: z.int().min(16).default(512).describe("MiB"),
    swap: z.int().min(0).default(512).describe("MiB"),
    disk_size: z.int().min(1).max(65_536).default(8).describe("GiB"),
    ip: addressInput.ip.unwrap().default("dhcp"),
    gateway: addressInput.gateway,
    ssh_public_keys: z.array(z.string().min(1).max(8192)).max(50).optional(),
    unprivileged: z.boolean().default(true),
    nesting: z.boolean().default(true).describe("Unprivileged ones only"),
    ...waiting,
  }),
  output: z.object({
    ...guestTaskResult,
    node: z.string().optional(),
    storage: z.string().optional(),
    template: z.string().optional(),
  }),
  action: ({ hostname }) => `create container ${hostname}`,
  run: async (input, { pve }) => {
    const node = input.node ?? await chooseNode(pve, input.memory);
    return makeGuest(pve, { ...input, name: input.hostname, node, type: "lxc" }, async (vmid) => {
      const ostemplate = await requireTemplate(pve, node, { ...input, name: input.template });
      await requireBridge(pve, node, input.bridge);
      const { storage } = await chooseStorage(pve, node, {
        wanted: input.storage,
        content: "rootdir",
        sizeGib: input.disk_size,
      });
      const { bridge, ip, gateway } = input;
      const upid = await pve.post("/nodes/{node}/lxc", { node }, {
        vmid,
        ostemplate,
        hostname: input.hostname,
        cores: input.cpus,
        memory: input.memory,
        swap: input.swap,
        rootfs: `${storage}:${input.disk_size}`,
        net0: withNic("name=eth0", "lxc", { bridge, ip, gateway }),
        "ssh-public-keys": input.ssh_public_keys?.join("\n"),
        unprivileged: input.unprivileged,
        features: input.unprivileged && input.nesting ? "nesting=1" : undefined,
        pool: input.pool,
        tags: input.tags && canonicalTags(input.tags).join(";"),
        description: input.description,
        start: input.start ? true : undefined,
      });
      return { upid, storage, template: ostemplate };
    });
  },
});
