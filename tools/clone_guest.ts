import * as z from "zod";
import {
  guestInput,
  guestName,
  guestTaskResult,
  newGuestInput,
  newVmid,
  nodeName,
  snapshotName,
  storageId,
  waiting,
} from "../lib/tool/fields.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { guestLabel } from "../lib/proxmox/guest/directory.ts";
import { makeGuest } from "../lib/proxmox/guest/placement.ts";
import { USING_BRIDGES, USING_MAPPINGS } from "../lib/tool/conditions.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "clone_guest",
  title: "Clone guest",
  description: "Copies a VM, container or template. Linked clones share a template's disks.",
  scope: "admin",
  toolsets: ["guests", "core"],
  hints: CHANGES,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Clone"], ["/vms/{vmid}", "VM.Allocate"]],
  conditionalPrivileges: [
    {
      privilege: ["/storage/{storage}", "Datastore.AllocateSpace"],
      when: "for a guest with disks",
      if: () => true,
    },
    USING_BRIDGES,
    { ...USING_MAPPINGS, when: `${USING_MAPPINGS.when} or a CPU model of the cluster's own` },
  ],
  input: z.strictObject({
    ...guestInput,
    new_vmid: newVmid.optional().describe("Default: the next free one"),
    name: guestName.optional(),
    full: z.boolean().optional().describe("Default: linked for templates, full for others"),
    snapshot: snapshotName.optional().describe("Default: the present state"),
    target: nodeName.optional().describe("Another node, when the storage is shared"),
    storage: storageId.optional().describe("For full clones"),
    pool: newGuestInput.pool,
    description: newGuestInput.description,
    ...waiting,
  }),
  output: z.object({
    ...guestTaskResult,
    node: z.string().optional(),
  }),
  action: ({ vmid }) => `clone guest ${vmid}`,
  run: async (input, { pve }) => {
    const guest = await pve.claim(input);
    const { node, type, vmid, tags } = guest;
    const to = input.target ?? node;
    const wish = { ...input, vmid: input.new_vmid, node: to, tags, type };
    return makeGuest(pve, wish, async (newid) => {
      const { template } = await requireState(pve, guest);
      pve.check(
        "a linked clone is made of a template",
        template || input.full !== false,
        `${guestLabel(guest)} is no template; only templates can be cloned without a full copy`,
      );
      pve.check(
        "a storage is given for a full copy only",
        input.storage === undefined || !template || input.full === true,
        "a linked clone stays on its template's storage; give full or leave storage out",
      );
      const upid = await pve.post("/nodes/{node}/{type}/{vmid}/clone", { node, type, vmid }, {
        newid,
        [type === "qemu" ? "name" : "hostname"]: input.name,
        full: template ? input.full : true,
        snapname: input.snapshot,
        target: input.target,
        storage: input.storage,
        pool: input.pool,
        description: input.description,
      });
      // Many may clone a template at once: Proxmox locks it for none of them.
      if (template && input.full !== true) pve.letGo(vmid);
      return { upid };
    });
  },
});
