import * as z from "zod";
import { type Disk, readDisks } from "../lib/proxmox/cluster/disks.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { eachNode, warned } from "../lib/proxmox/cluster/nodes.ts";
import type { ColumnsOf } from "../lib/tool/columns.ts";
import { listing, nodeName, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const diskRow = z.object(
  {
    node: z.string(),
    device: z.string(),
    model: z.string(),
    serial: z.string(),
    type: z.string(),
    size_bytes: z.number(),
    used_as: z.string(),
    health: z.string().describe("Else than PASSED, OK, UNKNOWN: fails"),
    life_left_percent: z.number(),
  } satisfies ColumnsOf<Disk>,
).partial();

export default defineTool({
  name: "get_disks",
  title: "List disks",
  description: "Lists the nodes' disks and their SMART health.",
  scope: "user",
  toolsets: ["storage"],
  hints: READS,
  subject: "node",
  privileges: [["/nodes/{node}", "Sys.Audit"]],
  input: z.strictObject({ node: nodeName.optional(), ...listing(diskRow) }),
  output: z.object({
    disks: z.array(diskRow),
    ...paged,
  }),
  action: () => "list disks",
  run: async (input, { pve }) => {
    const { results, warnings } = await eachNode(pve, input.node, (node) => readDisks(pve, node));
    const { items, ...page } = paginate(
      results.flat(),
      (row) => `${row.node} ${row.device}`,
      input,
    );
    return { disks: items, ...page, ...warned(warnings) };
  },
});
