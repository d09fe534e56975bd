import * as z from "zod";
import { compact, text } from "../lib/proxmox/api/values.ts";
import { eachNode, warned } from "../lib/proxmox/cluster/nodes.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { listing, nodeName, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const row = z.object({
  service: z.string(),
  node: z.string(),
  description: z.string(),
  state: z.string(),
  active: z.string(),
  enabled: z.string().describe("The unit's state"),
}).partial();

export default defineTool({
  name: "get_services",
  title: "Services",
  description: "Lists the system services of nodes that Proxmox needs, and how they stand.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "node",
  privileges: [["/nodes/{node}", "Sys.Audit"]],
  input: z.strictObject({
    node: nodeName.optional().describe("Default: all"),
    failed: z.boolean().default(false).describe("Only those that failed"),
    ...listing(row),
  }),
  output: z.object({ services: z.array(row), ...paged }),
  action: ({ node }) => node === undefined ? "read the services" : `read the services of ${node}`,
  run: async (input, { pve }) => {
    const { results, warnings } = await eachNode(pve, input.node, async (node) => {
      const rows = await pve.list("/nodes/{node}/services", { node });
      return rows.map((row) =>
        compact({
          service: text(row.service),
          node,
          description: text(row.desc),
          state: text(row.state),
          active: text(row["active-state"]),
          enabled: text(row["unit-state"]),
        })
      );
    });
    const rows = results.flat()
      .filter(({ active, state }) => !input.failed || active === "failed" || state === "failed");
    const { items, ...page } = paginate(rows, (row) => `${row.node}/${row.service}`, input);
    return { services: items, ...page, ...warned(warnings) };
  },
});
