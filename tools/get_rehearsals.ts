import * as z from "zod";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { pastWithin } from "../lib/proxmox/history/past.ts";
import { whyEmpty } from "../lib/proxmox/known.ts";
import { guestReference, paged } from "../lib/tool/fields.ts";
import { rehearsalFields, rehearsalRow } from "../lib/tool/rehearsal_row.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_rehearsals",
  title: "Restore rehearsals",
  description: "Lists backups that were restored to be tried, newest first, and what came of it.",
  scope: "admin",
  toolsets: ["backups"],
  across: "each",
  hints: READS,
  subject: "guest",
  privileges: [],
  input: z.strictObject({
    vmid: guestReference.optional(),
    limit: z.int().min(1).max(200).default(20),
  }),
  output: z.object({
    rehearsals: z.array(z.object(rehearsalFields).partial()),
    warnings: paged.warnings,
  }),
  action: () => "list restore rehearsals",
  run: async ({ vmid: given, limit }, { pve, rehearsals }) => {
    const vmid = await pve.vmidOf(given);
    const past = await pastWithin(pve);
    const kept = (await rehearsals.list({ vmid, limit }))
      .filter((rehearsal) => past.guest(rehearsal.vmid, rehearsal.node));
    const empty = whyEmpty(kept, { filters: { vmid }, among: "the rehearsals kept" });
    return { rehearsals: kept.map(rehearsalRow), ...warned(empty) };
  },
});
