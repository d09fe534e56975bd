import * as z from "zod";
import { type AuditFilter, OUTCOMES, type StoredAuditRow } from "../lib/audit/row.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import { clip } from "../lib/proxmox/clip.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { whyEmpty } from "../lib/proxmox/known.ts";
import { clusterColumn, guestReference, paged } from "../lib/tool/fields.ts";
import { moment, momentOf } from "../lib/tool/moments.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const MAX_ARGUMENTS = 500;

export default defineTool({
  name: "get_audit",
  title: "Audit",
  description:
    "Lists who called which tool of this server, newest first: by guest, user, tool and time.",
  scope: "admin",
  toolsets: ["cluster"],
  hints: READS,
  subject: "cluster",
  across: "any",
  privileges: [],
  input: z.strictObject({
    vmid: guestReference.optional().describe("Calls about this guest, also one that is gone"),
    user: z.string().max(150).optional(),
    tool: z.string().max(100).optional(),
    outcome: z.enum(OUTCOMES).optional(),
    since: moment.optional(),
    until: moment.optional(),
    limit: z.int().min(1).max(200).default(50),
    cursor: z.string().regex(/^\d{1,15}$/, "must be one that this list gave").optional(),
  }),
  output: z.object({
    calls: z.array(
      z.object({
        seq: z.int(),
        time: z.string(),
        user: z.string(),
        token: z.string(),
        address: z.string(),
        door: z.string(),
        tool: z.string(),
        cluster: clusterColumn,
        vmids: z.array(z.int()),
        outcome: z.string(),
        error: z.string(),
        upid: z.string(),
        confirmation: z.string(),
        confirmed_by: z.string(),
        arguments: z.string(),
        duration_ms: z.number(),
      }).partial(),
    ),
    next_cursor: paged.next_cursor,
    warnings: paged.warnings,
  }),
  action: () => "read the audit",
  run: async (input, { pve, audit }) => {
    const { limit, cursor, user, tool, outcome } = input;
    const filter = compact({
      vmid: await pve.vmidOf(input.vmid),
      user,
      tool,
      outcome,
      since: momentOf("since", input.since, pve.now()),
      until: momentOf("until", input.until, pve.now()),
    }) satisfies AuditFilter;
    const before = cursor === undefined ? {} : { before: Number(cursor) };
    const rows = await audit.list({ ...filter, ...before, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const { since, until, ...named } = { ...filter, since: input.since, until: input.until };
    return {
      calls: page.map(callOf),
      ...(rows.length > limit && last ? { next_cursor: String(last.seq) } : {}),
      ...warned(whyEmpty(page, { filters: { ...named, since, until }, among: "the calls kept" })),
    };
  },
});

function callOf(row: StoredAuditRow) {
  const { seq, time, user, tokenName, address, door, tool, vmids, vmid, outcome } = row;
  const about = vmids.length > 0 || vmid === null ? vmids : [vmid];
  return compact({
    seq,
    time: time.toISOString(),
    user,
    token: tokenName || undefined,
    address: address || undefined,
    door: door || undefined,
    tool,
    cluster: row.cluster || undefined,
    vmids: about.length > 0 ? [...about] : undefined,
    outcome,
    error: row.error || undefined,
    upid: row.upid || undefined,
    confirmation: row.confirmation || undefined,
    confirmed_by: row.confirmedBy || undefined,
    arguments: clip(row.arguments, MAX_ARGUMENTS) || undefined,
    duration_ms: row.durationMs,
  });
}
