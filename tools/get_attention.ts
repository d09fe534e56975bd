import * as z from "zod";
import { paged, paging } from "../lib/fields.ts";
import { collectAttention, countFindings, findingKey } from "../lib/proxmox/attention.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { SEVERITIES } from "../lib/proxmox/probes.ts";
import { compact } from "../lib/proxmox/wire.ts";
import { defineTool, READS } from "../lib/tool.ts";

export default defineTool({
  name: "get_attention",
  title: "What needs attention",
  description: "Lists what is wrong or soon will be, worst first, and what could not be looked at.",
  scope: "user",
  hints: READS,
  subject: "cluster",
  privileges: [],
  input: z.strictObject({
    max_guests: z.int().min(0).max(2000).default(100)
      .describe("Guests to ask for snapshots and agent"),
    ...paging,
  }),
  output: z.object({
    counts: z.record(z.string(), z.number()),
    findings: z.array(z.object({
      severity: z.enum(SEVERITIES),
      what: z.string(),
      where: z.string(),
      since: z.string().optional(),
      tool: z.string().describe("Mends it or tells more"),
    })),
    unread: z.array(z.object({ part: z.string(), of: z.string(), reason: z.string() })),
    ...paged,
  }),
  action: () => "tell what needs attention",
  run: async (input, { pve }) => {
    const { findings, unread } = await collectAttention(pve, input.max_guests);
    const { items, ...page } = paginate(findings, findingKey, input);
    return {
      counts: countFindings(findings),
      findings: items.map((finding) => compact({ ...finding })),
      unread,
      ...page,
    };
  },
});
