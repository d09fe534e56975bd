import * as z from "zod";
import { clip } from "../lib/proxmox/clip.ts";
import { describePage } from "../lib/proxmox/list.ts";
import { eachNode, warned } from "../lib/proxmox/cluster/nodes.ts";
import { compact, text } from "../lib/proxmox/api/values.ts";
import { listing, nodeName, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const updateRow = z.object({
  node: z.string(),
  package: z.string(),
  from: z.string(),
  to: z.string(),
  origin: z.string(),
  title: z.string(),
}).partial();

export default defineTool({
  name: "get_updates",
  title: "Pending updates",
  description: "Lists package updates as of each node's last refresh.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "node",
  privileges: [["/nodes/{node}", "Sys.Modify"]],
  conditionalPrivileges: [{
    privilege: ["/nodes/{node}", "Sys.Audit"],
    when: "without node",
    if: ({ node }) => node === undefined,
  }],
  input: z.strictObject({ node: nodeName.optional(), ...listing(updateRow) }),
  output: z.object({
    updates: z.array(updateRow),
    ...paged,
  }),
  action: () => "list pending updates",
  run: async (input, { pve }) => {
    const { results, warnings } = await eachNode(pve, input.node, async (node) => {
      const rows = await pve.list("/nodes/{node}/apt/update", { node });
      return rows.map((row) => ({ node, row }));
    });
    const by = {
      key: ({ node, row }: Update) => `${node} ${row.Package} ${row.Arch}`,
      describe: describeUpdate,
    };
    const { items: updates, ...page } = describePage(results.flat(), by, input);
    return { updates, ...page, ...warned(warnings) };
  },
});

interface Update {
  readonly node: string;
  readonly row: Readonly<Record<string, unknown>>;
}

function describeUpdate({ node, row }: Update) {
  return compact({
    node,
    package: text(row.Package),
    from: text(row.OldVersion),
    to: text(row.Version),
    origin: text(row.Origin),
    title: clip(text(row.Title) ?? "", 120) || undefined,
  });
}
