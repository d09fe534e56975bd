import * as z from "zod";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { guestOf } from "../lib/proxmox/guest/directory.ts";
import { describePage } from "../lib/proxmox/list.ts";
import { compact, type Row, text } from "../lib/proxmox/api/values.ts";
import { unseen } from "../lib/proxmox/unseen.ts";
import { listing, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const MEMBERS = 100;

const poolRow = z.object({
  pool: z.string(),
  comment: z.string(),
  guests: z.number(),
  vmids: z.array(z.number()).describe(`At most ${MEMBERS}`),
}).partial();

export default defineTool({
  name: "get_pools",
  title: "List pools",
  description: "Lists resource pools with their guests.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "cluster",
  privileges: [["/pool/{pool}", "Pool.Audit"]],
  conditionalPrivileges: [{
    privilege: ["/vms/{vmid}", "VM.Audit"],
    when: "to see their guests",
    if: () => true,
  }],
  input: z.strictObject(listing(poolRow)),
  output: z.object({
    pools: z.array(poolRow),
    ...paged,
  }),
  action: () => "list pools",
  run: async (input, { pve }) => {
    const [pools, resources, hidden] = await Promise.all([
      pve.list("/pools"),
      pve.resources(),
      unseen(pve, { what: "some pools", path: "/pool/{pool}", anyOf: ["Pool.Audit"] }),
    ]);
    const guests = resources.map(guestOf).filter((guest) => guest !== undefined);
    const describe = (row: Row) => {
      const vmids = guests.filter((guest) => guest.pool === text(row.poolid))
        .map((guest) => guest.vmid).sort((a, b) => a - b);
      return compact({
        pool: text(row.poolid),
        comment: text(row.comment),
        guests: vmids.length,
        vmids: vmids.slice(0, MEMBERS),
      });
    };
    const by = { key: ({ poolid }: Row) => String(poolid), describe };
    const { items, ...page } = describePage(pools, by, input);
    return { pools: items, ...page, ...warned(hidden) };
  },
});
