import * as z from "zod";
import { compact, flag, number } from "../lib/proxmox/api/values.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { gather } from "../lib/proxmox/fan_out.ts";
import { readConfig } from "../lib/proxmox/guest/config.ts";
import { type Guest, guestLabel, guestsIn } from "../lib/proxmox/guest/directory.ts";
import { properties } from "../lib/proxmox/guest/properties.ts";
import { assertKnown, nodesIn, whyEmpty } from "../lib/proxmox/known.ts";
import { paginate } from "../lib/proxmox/list.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { listing, nodeName, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const row = z.object({
  vmid: z.int(),
  name: z.string(),
  node: z.string(),
  status: z.string(),
  starts_at_boot: z.boolean(),
  order: z.number().describe("Lower starts first; absent: last"),
  up_seconds: z.number().describe("waited after its start"),
  down_seconds: z.number().describe("waited for its shutdown"),
}).partial();

export default defineTool({
  name: "get_boot_order",
  title: "Boot order",
  description: "Lists which guests start with their node, in which order, and which do not.",
  scope: "user",
  toolsets: ["guests", "core"],
  hints: READS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject({
    node: nodeName.optional().describe("Only this node's"),
    starts_at_boot: z.boolean().optional().describe("Only those that do, or that do not"),
    ...listing(row),
  }),
  output: z.object({ guests: z.array(row), ...paged }),
  action: () => "read the boot order",
  run: async ({ node, starts_at_boot: starts, ...page }, { pve }) => {
    const resources = await pve.resources();
    assertKnown(node, { what: "node", known: nodesIn(resources) });
    const guests = guestsIn(resources).filter((guest) =>
      !guest.template && (node ?? guest.node) === guest.node
    );
    const { results, warnings, errors } = await gather(guests, {
      name: guestLabel,
      read: (guest) => bootOf(pve, guest),
    });
    if (results.length === 0 && errors[0] !== undefined) throw errors[0];
    const rows = results.filter((row) => (starts ?? row.starts_at_boot) === row.starts_at_boot);
    const { items, ...rest } = paginate(rows, (row) => row.vmid, page);
    const empty = whyEmpty(rows, {
      filters: { node, starts_at_boot: starts },
      among: `${guests.length} guests`,
    });
    return { guests: items, ...rest, ...warned([...empty, ...warnings]) };
  },
});

async function bootOf(pve: Pve, guest: Guest) {
  const { vmid, name, node, status } = guest;
  const { onboot, startup } = await readConfig(pve, guest);
  const { "": bare, order, up, down } = properties(startup);
  return compact({
    vmid,
    name,
    node,
    status,
    starts_at_boot: flag(onboot),
    order: number(order ?? bare),
    up_seconds: number(up),
    down_seconds: number(down),
  });
}
