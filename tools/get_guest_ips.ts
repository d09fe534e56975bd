import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import { guestReference, listing, paged } from "../lib/tool/fields.ts";
import { type Interface, readInterfaces } from "../lib/proxmox/guest/addresses.ts";
import { forEachBounded } from "../lib/proxmox/fan_out.ts";
import { guestOf } from "../lib/proxmox/guest/directory.ts";
import { describePage } from "../lib/proxmox/list.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import type { ColumnsOf } from "../lib/tool/columns.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const interfaceRow = z.object(
  {
    name: z.string(),
    mac: z.string(),
    addresses: z.array(z.string()).describe("with prefix length"),
  } satisfies ColumnsOf<Interface>,
).partial();

/** One guest: its interfaces, or why they are not known. */
const row = z.object({
  vmid: z.union([z.number(), z.string()]),
  name: z.string(),
  interfaces: z.array(interfaceRow),
  error: z.string(),
}).partial();

export default defineTool({
  name: "get_guest_ips",
  title: "Guests' addresses",
  description: "Gives the network addresses of running guests, from their agents or containers.",
  scope: "user",
  toolsets: ["guests", "core"],
  hints: READS,
  subject: "guest",
  privileges: [[
    "/vms/{vmid}",
    "VM.GuestAgent.Audit",
    "VM.GuestAgent.Unrestricted",
    "VM.Monitor",
    "VM.Audit",
  ]],
  input: z.strictObject({
    vmids: z.array(guestReference).min(1).max(100).optional().describe("Default: all that run"),
    ...listing(row.pick({ vmid: true, name: true })),
  }),
  output: z.object({
    guests: z.array(row),
    ...paged,
  }),
  action: () => "read the guests' addresses",
  run: async (input, { pve }) => {
    const known = (await pve.resources()).map(guestOf).filter((guest) => guest !== undefined);
    const byName = new Map(known.map((guest) => [guest.name, guest]));
    const byVmid = new Map(known.map((guest) => [guest.vmid, guest]));
    const running = known.filter(({ status }) => status === "running").map(({ vmid }) => vmid);
    const by = {
      key: (given: number | string) => String(given).padStart(9, "0"),
      describe: (given: number | string) => {
        const guest = typeof given === "number" ? byVmid.get(given) : byName.get(given);
        return { given, vmid: guest?.vmid, name: guest?.name };
      },
    };
    const { items, ...page } = describePage([...new Set(input.vmids ?? running)], by, input);
    return { guests: await forEachBounded(items, ({ given }) => readRow(pve, given)), ...page };
  },
});

async function readRow(pve: Pve, vmid: number | string): Promise<z.input<typeof row>> {
  try {
    const guest = await pve.find({ vmid });
    const base = compact({ vmid: guest.vmid, name: guest.name });
    return await readInterfaces(pve, guest).then(
      (interfaces) => ({ ...base, interfaces }),
      (error) => ({ ...base, error: reasonOf(error) }),
    );
  } catch (error) {
    return { vmid, error: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  throw error;
}
