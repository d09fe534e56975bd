import * as z from "zod";
import { nodeName, paged, paging, rowsOf } from "../lib/tool/fields.ts";
import { readDisks } from "../lib/proxmox/cluster/hardware.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { eachNode, warned } from "../lib/proxmox/cluster/nodes.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_disks",
  title: "List disks",
  description: "Lists the nodes' disks and their SMART health.",
  scope: "user",
  hints: READS,
  subject: "node",
  privileges: [["/nodes/{node}", "Sys.Audit"]],
  input: z.strictObject({ node: nodeName.optional(), ...paging }),
  output: z.object({
    disks: rowsOf(
      "node, device, model, serial, type, size_bytes, used_as, health (else than PASSED, OK, UNKNOWN: fails), life_left_percent",
    ),
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
