import * as z from "zod";
import { nodeName, paged, paging } from "../lib/tool/fields.ts";
import { warningsOf } from "../lib/proxmox/inventory.ts";
import { assertKnown, nodesIn } from "../lib/proxmox/known.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { compact, flag, number, text } from "../lib/proxmox/api/values.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_storage",
  title: "List storages",
  description: "Lists storages per node with their space.",
  scope: "user",
  toolsets: ["storage"],
  hints: READS,
  subject: "node",
  privileges: [["/storage/{storage}", "Datastore.Audit", "Datastore.AllocateSpace"]],
  input: z.strictObject({ node: nodeName.optional().describe("Only this node's"), ...paging }),
  output: z.object({
    storages: z.array(
      z.object({
        storage: z.string(),
        node: z.string(),
        type: z.string(),
        status: z.string(),
        content: z.array(z.string()),
        shared: z.boolean(),
        total_bytes: z.number(),
        used_bytes: z.number(),
        used_fraction: z.number(),
      }).partial(),
    ),
    ...paged,
  }),
  action: () => "list storages",
  run: async (input, { pve }) => {
    const resources = await pve.resources();
    const rows = resources.filter((row) =>
      row.type === "storage" && (input.node === undefined || row.node === input.node)
    );
    if (rows.length === 0) {
      assertKnown(input.node, { what: "node", known: nodesIn(resources) });
    }
    const { items, ...page } = paginate(rows, (row) => `${row.storage} ${row.node}`, input);
    return {
      storages: items.map((row) => {
        const total = number(row.maxdisk);
        const used = number(row.disk);
        return compact({
          storage: row.storage,
          node: row.node,
          type: text(row.plugintype),
          status: text(row.status) ?? "unknown",
          content: text(row.content)?.split(",").sort(),
          shared: flag(row.shared),
          total_bytes: total,
          used_bytes: used,
          used_fraction: total && used !== undefined
            ? Math.round(used / total * 10_000) / 10_000
            : undefined,
        });
      }),
      ...page,
      ...warningsOf(resources, "storage"),
    };
  },
});
