import * as z from "zod";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import { guestInput, guestTaskResult, snapshotName, waiting } from "../lib/tool/fields.ts";
import { snapshotText } from "../lib/proxmox/guest/about.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { guestLabel } from "../lib/proxmox/guest/directory.ts";
import { requireSnapshot } from "../lib/proxmox/guest/snapshots.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "delete_snapshot",
  title: "Delete snapshot",
  description: "Deletes a snapshot of a VM or container; its present state stays as it is.",
  scope: "admin",
  toolsets: ["guests"],
  hints: DESTROYS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Snapshot"]],
  input: z.strictObject({
    ...guestInput,
    name: snapshotName,
    force: z.boolean().default(false)
      .describe("Forget it though disks' parts of it cannot be removed, as of an incomplete one"),
    ...waiting,
  }),
  output: z.object({ ...guestTaskResult, undo: z.string().optional() }),
  action: ({ vmid, name }) => `delete snapshot ${name} of guest ${vmid}`,
  about: aboutGuest({
    more: async ({ name }, { pve, guest }) => [
      `snapshot that goes: ${await snapshotText(pve, guest, name)}`,
    ],
  }),
  run: async (input, { pve }) => {
    const guest = await pve.claim(input);
    const { node, type, vmid } = guest;
    await requireState(pve, guest);
    const snapshot = await requireSnapshot(pve, guest, input.name);
    const upid = await pve.delete("/nodes/{node}/{type}/{vmid}/snapshot/{snapname}", {
      node,
      type,
      vmid,
      snapname: input.name,
    }, input.force ? { force: true } : {});
    const of = snapshot.time === undefined ? "" : ` of ${snapshot.time}`;
    return {
      ...await pve.task(upid, input),
      undo: `none: the state${of} is gone; ${guestLabel(guest)} itself is unchanged`,
    };
  },
});
