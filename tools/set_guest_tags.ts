import * as z from "zod";
import { TAGGING } from "../lib/tool/conditions.ts";
import { changed, changedGuest, dryRun, guestInput, tags } from "../lib/tool/fields.ts";
import { configureGuest } from "../lib/proxmox/guest/configure.ts";
import { configOutput, undoConfig } from "../lib/tool/config_change.ts";
import { canonicalTags, tagList } from "../lib/proxmox/api/values.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "set_guest_tags",
  title: "Set guest's tags",
  description: "Replaces, adds or removes tags of a VM or container.",
  scope: "write",
  toolsets: ["guests"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Config.Options"]],
  conditionalPrivileges: [TAGGING],
  input: z.strictObject({
    ...guestInput,
    tags: tags.max(50).optional().describe("Replaces all"),
    add: tags.max(50).optional(),
    remove: tags.max(50).optional(),
    ...dryRun,
  }).refine(
    ({ tags, add, remove }) => tags ?? add ?? remove,
    "give tags, add or remove",
  ),
  output: z.object({ ...changedGuest, ...changed, ...configOutput }),
  action: ({ vmid }) => `set the tags of guest ${vmid}`,
  run: async (input, { pve }) => {
    const guest = await pve.claim(input);
    const result = await configureGuest(pve, guest, (before) => {
      const removed = canonicalTags(input.remove ?? []);
      const given = [...input.tags ?? tagList(before.tags), ...input.add ?? []];
      const tags = canonicalTags(given).filter((tag) => !removed.includes(tag));
      if (tags.length === 0) return { set: {}, unset: ["tags"] };
      return { set: { tags: tags.join(";") } };
    });
    return { ...result, ...undoConfig("set_guest_tags", guest, result) };
  },
});
