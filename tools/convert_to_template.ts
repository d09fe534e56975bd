import * as z from "zod";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import { guestInput, guestTaskResult, waiting } from "../lib/tool/fields.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { guestLabel } from "../lib/proxmox/guest/directory.ts";
import { readSnapshots } from "../lib/proxmox/guest/snapshots.ts";
import { settle } from "../lib/proxmox/guest/settle.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "convert_to_template",
  title: "Convert to template",
  description: "Makes a stopped VM or container a template. This cannot be undone.",
  scope: "admin",
  toolsets: ["guests"],
  hints: DESTROYS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Allocate"]],
  input: z.strictObject({ ...guestInput, ...waiting }),
  output: z.object(guestTaskResult),
  action: ({ vmid }) => `convert guest ${vmid} to a template`,
  about: aboutGuest(),
  run: async (input, { pve }) => {
    const guest = await pve.claim(input);
    const { node, type, vmid } = guest;
    const label = guestLabel(guest);
    const { template } = await requireState(pve, guest, { from: ["stopped"] });
    if (template) return pve.unchanged(`${label} is a template already`);
    const { snapshots } = await readSnapshots(pve, guest);
    pve.check(
      "has no snapshots",
      snapshots.length === 0,
      `${label} has ${snapshots.length} snapshots; delete them first`,
    );
    const upid = await pve.post("/nodes/{node}/{type}/{vmid}/template", { node, type, vmid });
    return settle(pve, upid, input);
  },
});
