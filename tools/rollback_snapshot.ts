import * as z from "zod";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import { snapshotText } from "../lib/proxmox/guest/about.ts";
import { STARTING } from "../lib/tool/conditions.ts";
import { guestInput, snapshotName, taskResult, waiting } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "rollback_snapshot",
  title: "Roll back to snapshot",
  description: "Puts a VM or container back to a snapshot. Everything since then is lost.",
  scope: "admin",
  hints: DESTROYS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Snapshot.Rollback", "VM.Snapshot"]],
  conditionalPrivileges: [STARTING],
  input: z.strictObject({
    ...guestInput,
    name: snapshotName.describe("The snapshot's name"),
    start: z.boolean().default(false).describe("Start the guest afterwards"),
    ...waiting,
  }),
  output: z.object(taskResult),
  action: ({ vmid, name }) => `roll guest ${vmid} back to snapshot ${name}`,
  about: aboutGuest({
    more: async ({ name }, { pve, guest }) =>
      `what goes: all since snapshot ${await snapshotText(pve, guest, name)}`,
  }),
  run: async (input, { pve }) => {
    const { node, type, vmid } = await pve.claim(input);
    const upid = await pve.post(
      "/nodes/{node}/{type}/{vmid}/snapshot/{snapname}/rollback",
      { node, type, vmid, snapname: input.name },
      input.start ? { start: true } : {},
    );
    return pve.task(upid, input);
  },
});
