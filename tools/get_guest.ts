import * as z from "zod";
import { guestInput } from "../lib/tool/fields.ts";
import { guestReport, reportGuest } from "../lib/proxmox/guest/guest_report.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_guest",
  title: "Guest",
  description:
    "Tells all about one VM or container, its snapshots, addresses and newest backup too.",
  scope: "user",
  hints: READS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject(guestInput),
  output: guestReport,
  action: ({ vmid }) => `read guest ${vmid}`,
  run: async (input, { pve }) => reportGuest(pve, await pve.find(input)),
});
