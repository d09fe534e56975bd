import * as z from "zod";
import { changed, changedGuest, dryRun, guestInput } from "../lib/tool/fields.ts";
import { configureGuest } from "../lib/proxmox/guest/configure.ts";
import { configOutput } from "../lib/tool/config_change.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "set_guest_notes",
  title: "Set guest's notes",
  description: "Replaces the notes of a VM or container.",
  scope: "write",
  toolsets: ["guests"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Config.Options"]],
  input: z.strictObject({
    ...guestInput,
    notes: z.string().max(8192).describe("Markdown; empty removes them"),
    ...dryRun,
  }),
  output: z.object({ ...changedGuest, ...changed, ...configOutput }),
  action: ({ vmid }) => `set the notes of guest ${vmid}`,
  run: async (input, { pve }) => {
    const guest = await pve.claim(input);
    const result = await configureGuest(
      pve,
      guest,
      input.notes === ""
        ? { set: {}, unset: ["description"] }
        : { set: { description: input.notes } },
    );
    const { description } = result.changes;
    const undo = description &&
      `set_guest_notes of ${guest.vmid}: notes back to ${JSON.stringify(description.from ?? "")}`;
    return { ...result, ...(undo ? { undo } : {}) };
  },
});
