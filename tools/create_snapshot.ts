import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { guestInput, guestTaskResult, snapshotName, waiting } from "../lib/tool/fields.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { guestLabel } from "../lib/proxmox/guest/directory.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

const OF_BACKUPS = "vzdump";

export default defineTool({
  name: "create_snapshot",
  title: "Create snapshot",
  description: "Takes a snapshot of a VM or container.",
  scope: "write",
  toolsets: ["guests", "core"],
  hints: CHANGES,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Snapshot"]],
  input: z.strictObject({
    ...guestInput,
    name: snapshotName.describe("The snapshot's name"),
    description: z.string().max(8192).optional(),
    vmstate: z.boolean().default(false).describe("Save a running VM's memory too"),
    ...waiting,
  }),
  output: z.object(guestTaskResult),
  action: ({ vmid, name }) => `create snapshot ${name} of guest ${vmid}`,
  run: async (input, { pve }) => {
    const guest = await pve.claim(input);
    if (guest.type === "lxc" && input.name === OF_BACKUPS) {
      const state =
        `${OF_BACKUPS} is what Proxmox calls the snapshot that it backs containers up from`;
      throw new AppError("invalid", `name: ${state}`);
    }
    const { status, template } = await requireState(pve, guest);
    pve.check("is not a template", !template, `${guestLabel(guest)} is a template`);
    const without = guest.type === "lxc"
      ? "a container's memory cannot be saved"
      : status === "stopped"
      ? "the VM is stopped"
      : undefined;
    const notes = input.vmstate && without !== undefined
      ? [`vmstate was left out: ${without}`]
      : [];
    for (const note of notes) pve.foresee(note);
    const named = { snapname: input.name, description: input.description };
    // Containers have no memory to save: Proxmox refuses the parameter for them.
    const upid = guest.type === "qemu"
      ? await pve.post("/nodes/{node}/qemu/{vmid}/snapshot", guest, {
        ...named,
        vmstate: input.vmstate || undefined,
      })
      : await pve.post("/nodes/{node}/lxc/{vmid}/snapshot", guest, named);
    const task = await pve.task(upid, input);
    return notes.length > 0 ? { ...task, notes } : task;
  },
});
