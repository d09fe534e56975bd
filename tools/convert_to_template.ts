import * as z from "zod";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import { guestInput, guestTaskResult, waiting } from "../lib/tool/fields.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { type Guest, guestLabel } from "../lib/proxmox/guest/directory.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
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
    const before = await conversions(pve, guest);
    const upid = await pve.post("/nodes/{node}/{type}/{vmid}/template", { node, type, vmid }) ??
      (await conversions(pve, guest)).find((each) => !before.includes(each));
    return settle(pve, upid, input);
  },
});

/** Of a container Proxmox begins a task and does not tell its id (seen with 9.2.11). */
async function conversions(pve: Pve, { node, type, vmid }: Guest): Promise<unknown[]> {
  if (type === "qemu" || pve.dryRun) return [];
  const own = { vmid, typefilter: "vztemplate", source: "all" } as const;
  return (await pve.list("/nodes/{node}/tasks", { node }, own)).map((row) => row.upid);
}
