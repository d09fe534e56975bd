import * as z from "zod";
import { guestInput, snapshotName, taskResult, waiting } from "../lib/tool/fields.ts";
import { path } from "../lib/proxmox/api/path.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "create_snapshot",
  title: "Create snapshot",
  description: "Takes a snapshot of a VM or container.",
  scope: "write",
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
  output: z.object(taskResult),
  action: ({ vmid, name }) => `create snapshot ${name} of guest ${vmid}`,
  run: async (input, { pve }) => {
    const { node, type, vmid } = await pve.claim(input);
    // Containers have no memory to save: Proxmox refuses the parameter for them.
    const vmstate = type === "qemu" && input.vmstate ? true : undefined;
    const upid = await pve.post(path`/nodes/${node}/${type}/${vmid}/snapshot`, {
      snapname: input.name,
      description: input.description,
      vmstate,
    });
    const task = await pve.task(upid, input);
    return type === "lxc" && input.vmstate
      ? { ...task, notes: ["vmstate was left out: a container's memory cannot be saved"] }
      : task;
  },
});
