import * as z from "zod";
import { clip, newestFirst } from "../lib/proxmox/clip.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { assertKnown, nodesIn } from "../lib/proxmox/known.ts";
import { describePage } from "../lib/proxmox/list.ts";
import { unseen } from "../lib/proxmox/unseen.ts";
import { compact, number, text, time } from "../lib/proxmox/api/values.ts";
import { listing, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const SEVERITIES = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];
const NEWEST = 1_000;

const entryRow = z.object({
  time: z.string(),
  node: z.string(),
  user: z.string(),
  tag: z.string(),
  severity: z.string(),
  message: z.string(),
}).partial();

export default defineTool({
  name: "get_cluster_log",
  title: "Cluster log",
  description: `Searches the cluster log's newest ${NEWEST} entries, newest first.`,
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "cluster",
  privileges: [],
  conditionalPrivileges: [{
    privilege: ["/", "Sys.Syslog"],
    when: "to see others' entries",
    if: () => true,
  }],
  input: z.strictObject({
    text: z.string().max(200).optional().describe("Part of the message, user or tag"),
    node: z.string().optional(),
    ...listing(entryRow),
  }),
  output: z.object({
    entries: z.array(entryRow),
    ...paged,
  }),
  action: () => "read the cluster log",
  run: async (input, { pve }) => {
    const [all, hidden] = await Promise.all([
      pve.list("/cluster/log", {}, { max: NEWEST }),
      unseen(pve, { what: "others' entries", path: "/", anyOf: ["Sys.Syslog"] }),
    ]);
    const wanted = input.text?.toLowerCase() ?? "";
    const rows = all.filter((row) =>
      (input.node === undefined || row.node === input.node) &&
      [row.msg, row.user, row.tag].some((part) => (text(part) ?? "").toLowerCase().includes(wanted))
    );
    if (input.node !== undefined && rows.length === 0) {
      assertKnown(input.node, { what: "node", known: nodesIn(await pve.resources()) });
    }
    const key = (row: Record<string, unknown>) =>
      `${newestFirst(row.time)}${newestFirst(row.uid)}${row.id}`;
    const { items: entries, ...page } = describePage(rows, { key, describe }, input);
    return { entries, ...page, ...warned(hidden) };
  },
});

function describe(row: Readonly<Record<string, unknown>>) {
  return compact({
    time: time(row.time),
    node: text(row.node),
    user: text(row.user),
    tag: text(row.tag),
    severity: SEVERITIES[number(row.pri) ?? -1],
    message: clip(text(row.msg) ?? ""),
  });
}
