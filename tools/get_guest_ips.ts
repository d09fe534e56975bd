import * as z from "zod";
import { guestReference, paged, paging } from "../lib/tool/fields.ts";
import { interfaceRow, readRowOfGuest } from "../lib/proxmox/guest/addresses.ts";
import { forEachBounded } from "../lib/proxmox/fan_out.ts";
import { guestOf } from "../lib/proxmox/guest/directory.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_guest_ips",
  title: "Guests' addresses",
  description: "Gives the network addresses of running guests, from their agents or containers.",
  scope: "user",
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
    ...paging,
  }),
  output: z.object({
    guests: z.array(
      z.object({
        vmid: z.union([z.number(), z.string()]),
        name: z.string(),
        interfaces: z.array(interfaceRow),
        error: z.string(),
      }).partial(),
    ),
    ...paged,
  }),
  action: () => "read the guests' addresses",
  run: async (input, { pve }) => {
    const running = async () =>
      (await pve.resources()).map(guestOf).filter((guest) => guest?.status === "running")
        .flatMap((guest) => guest ? [guest.vmid] : []);
    const wanted = [...new Set(input.vmids ?? await running())];
    const { items, ...page } = paginate(wanted, (vmid) => String(vmid).padStart(9, "0"), input);
    return { guests: await forEachBounded(items, (vmid) => readRowOfGuest(pve, vmid)), ...page };
  },
});
