import * as z from "zod";
import { type RightSize, rightSize } from "../lib/proxmox/capacity/right_size.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { gather } from "../lib/proxmox/fan_out.ts";
import { type Guest, guestLabel, guestsIn } from "../lib/proxmox/guest/directory.ts";
import { offlineNodes } from "../lib/proxmox/inventory.ts";
import { paginate } from "../lib/proxmox/list.ts";
import type { ColumnsOf } from "../lib/tool/columns.ts";
import { guestReference, listing, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const MONTH = { timeframe: "month" } as const;

const row = z.object(
  {
    vmid: z.int(),
    name: z.string(),
    node: z.string(),
    type: z.string(),
    status: z.string(),
    days: z.number().describe("measured"),
    cpus: z.number(),
    cpu_average_fraction: z.number(),
    cpu_peak_fraction: z.number(),
    cpus_proposed: z.number(),
    memory_mib: z.number(),
    memory_average_mib: z.number(),
    memory_peak_mib: z.number(),
    memory_proposed_mib: z.number(),
    disk_used_fraction: z.number(),
    reasons: z.array(z.string()),
  } satisfies ColumnsOf<RightSize>,
).partial();

export default defineTool({
  name: "get_right_size",
  title: "Right size",
  description:
    "Proposes CPUs and memory of guests by what they used in the last month, with reasons. Memory is as Proxmox sees it: caches may count as used.",
  scope: "user",
  toolsets: ["guests"],
  hints: READS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject({
    vmid: guestReference.optional().describe("Default: all"),
    ...listing(row.pick({ vmid: true, name: true, node: true, status: true })),
    limit: z.int().min(1).max(100).default(50),
  }),
  output: z.object({
    guests: z.array(
      row,
    ),
    ...paged,
  }),
  action: ({ vmid }) => `propose the size of ${vmid === undefined ? "guests" : `guest ${vmid}`}`,
  run: async ({ vmid, ...page }, { pve }) => {
    const wanted = vmid === undefined ? undefined : await pve.find({ vmid });
    const resources = await pve.resources();
    const offline = offlineNodes(resources);
    const sizes = new Map(resources.map((row) => [Number(row.vmid), row]));
    const all = wanted ? [wanted] : guestsIn(resources).filter((guest) => !guest.template);
    const { items, ...rest } = paginate(all, (guest) => guest.vmid, page);
    const asked = items.filter(({ node }) => wanted !== undefined || !offline.has(node));
    const { results, warnings, errors } = await gather(asked, {
      name: guestLabel,
      read: async (guest: Guest) => {
        const read = (cf: "AVERAGE" | "MAX") =>
          pve.list("/nodes/{node}/{type}/{vmid}/rrddata", guest, { ...MONTH, cf });
        const [average, maximum] = [await read("AVERAGE"), await read("MAX")];
        const row = sizes.get(guest.vmid) ?? { type: guest.type, id: "" };
        return rightSize(guest, { row, average, maximum });
      },
    });
    if (results.length === 0 && errors[0] !== undefined) throw errors[0];
    const away = items.length - asked.length;
    return {
      guests: results,
      ...rest,
      ...warned([
        ...(away > 0 ? [`${away} guests of offline nodes were not read`] : []),
        ...warnings,
      ]),
    };
  },
});
