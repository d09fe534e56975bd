import * as z from "zod";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import { snapshotText } from "../lib/proxmox/guest/about.ts";
import { withStart } from "../lib/proxmox/guest/afterwards.ts";
import { foreseeRollback } from "../lib/proxmox/guest/rollback.ts";
import { guestInput, guestTaskResult, snapshotName, waiting } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "rollback_snapshot",
  title: "Roll back to snapshot",
  description:
    "Puts a VM or container back to a snapshot. Everything since then is lost; without saved memory it is stopped in between.",
  scope: "admin",
  toolsets: ["guests"],
  hints: DESTROYS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Snapshot.Rollback", "VM.Snapshot"]],
  conditionalPrivileges: [{
    privilege: ["/vms/{vmid}", "VM.PowerMgmt"],
    when: "with start or start_after",
    if: ({ start, start_after }) => start || start_after,
  }],
  input: z.strictObject({
    ...guestInput,
    name: snapshotName.describe("The snapshot's name"),
    start: z.boolean().default(false).describe("Start it even if it was stopped"),
    start_after: z.boolean().default(true)
      .describe("Start it again if it ran and the snapshot has no memory"),
    ...waiting,
  }),
  output: z.object(guestTaskResult),
  action: ({ vmid, name }) => `roll guest ${vmid} back to snapshot ${name}`,
  about: aboutGuest({
    more: async ({ name, start, start_after: startAfter }, { pve, guest }) => {
      const { note } = await foreseeRollback(pve, guest, { name, start, startAfter });
      return [
        `what goes: all since snapshot ${await snapshotText(pve, guest, name)}`,
        ...(note === undefined ? [] : [note]),
      ];
    },
  }),
  run: async (input, { pve }) => {
    const guest = await pve.claim(input);
    const { node, type, vmid } = guest;
    const { name, start_after: startAfter } = input;
    const { start, note } = await foreseeRollback(pve, guest, {
      name,
      start: input.start,
      startAfter,
    });
    if (note !== undefined) pve.foresee(note);
    const upid = await pve.post(
      "/nodes/{node}/{type}/{vmid}/snapshot/{snapname}/rollback",
      { node, type, vmid, snapname: name },
      start ? { start } : {},
    );
    const task = start
      ? await withStart(pve, { guest, upid, patience: input })
      : await pve.task(upid, input);
    return { ...task, ...(note === undefined ? {} : { notes: [note] }) };
  },
});
