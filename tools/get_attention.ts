import * as z from "zod";
import { paged, paging, rowsOf } from "../lib/tool/fields.ts";
import { collectAttention, countFindings, findingKey } from "../lib/proxmox/attention/attention.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { SEVERITIES } from "../lib/proxmox/attention/probes.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_attention",
  title: "What needs attention",
  description:
    "Lists what is wrong or soon will be, worst first, and the tool for it; unread: what was not seen.",
  scope: "user",
  hints: READS,
  subject: "cluster",
  privileges: [],
  input: z.strictObject({
    max_guests: z.int().min(0).max(2000).default(100)
      .describe("Asked one by one: snapshots, agent"),
    ...paging,
  }),
  output: z.object({
    counts: z.record(z.string(), z.number()),
    findings: z.array(z.object({
      severity: z.enum(SEVERITIES),
      what: z.string(),
      where: z.string(),
      since: z.string().optional(),
      tool: z.string(),
    })),
    unread: rowsOf("part, of, reason"),
    ...paged,
  }),
  action: () => "tell what needs attention",
  run: async (input, { pve }) => {
    const { findings, unread } = await collectAttention(pve, input.max_guests);
    const { items, ...page } = paginate(findings, findingKey, input);
    return {
      counts: countFindings(findings),
      findings: items.map((finding) => compact({ ...finding })),
      unread: unread.map((part) => ({ ...part })),
      ...page,
    };
  },
});
