import * as z from "zod";
import { guestInput, snapshotName } from "../lib/tool/fields.ts";
import { describeConfig, readPending } from "../lib/proxmox/guest/guest_config.ts";
import { pendingRow } from "../lib/tool/guest_rows.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";
import { readConfig } from "../lib/proxmox/guest/config.ts";

export default defineTool({
  name: "get_guest_config",
  title: "Guest configuration",
  description: "Gives the configuration of a VM or container, or the one that a snapshot holds.",
  scope: "user",
  toolsets: ["guests"],
  hints: READS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject({ ...guestInput, snapshot: snapshotName.optional() }),
  output: z.object({
    vmid: z.number(),
    type: z.string(),
    node: z.string(),
    config: z.record(z.string(), z.unknown()),
    pending: z.array(pendingRow).optional().describe("Not in effect yet"),
  }),
  action: ({ vmid }) => `read the configuration of guest ${vmid}`,
  run: async (input, { pve }) => {
    const guest = await pve.find(input);
    const { node, type, vmid } = guest;
    const base = { vmid, type, node };
    if (input.snapshot !== undefined) {
      const config = await readConfig(pve, guest, {
        snapshot: input.snapshot,
      });
      return { ...base, config: describeConfig(config) };
    }
    const [config, pending] = await Promise.all([
      readConfig(pve, guest, { current: true }),
      readPending(pve, guest),
    ]);
    return { ...base, config: describeConfig(config), ...(pending.length > 0 ? { pending } : {}) };
  },
});
