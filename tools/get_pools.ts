import * as z from "zod";
import { paged, paging, rowsOf } from "../lib/tool/fields.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { compact, text } from "../lib/proxmox/api/values.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const MEMBERS = 100;

export default defineTool({
  name: "get_pools",
  title: "List pools",
  description: "Lists resource pools with their guests.",
  scope: "user",
  hints: READS,
  subject: "cluster",
  privileges: [["/pool/{pool}", "Pool.Audit"]],
  input: z.strictObject(paging),
  output: z.object({
    pools: rowsOf("pool, comment, guests, vmids (at most 100)"),
    ...paged,
  }),
  action: () => "list pools",
  run: async (input, { pve }) => {
    const [pools, resources] = await Promise.all([
      pve.list("/pools"),
      pve.resources(),
    ]);
    const { items, ...page } = paginate(pools, (row) => String(row.poolid), input);
    const rows = items.map((row) => {
      const vmids = resources.filter((guest) => guest.vmid && guest.pool === row.poolid)
        .map((guest) => Number(guest.vmid)).sort((a, b) => a - b);
      return compact({
        pool: text(row.poolid),
        comment: text(row.comment),
        guests: vmids.length,
        vmids: vmids.slice(0, MEMBERS),
      });
    });
    return { pools: rows, ...page };
  },
});
