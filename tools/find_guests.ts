import * as z from "zod";
import { paged } from "../lib/tool/fields.ts";
import { findGuests, findInput, foundRow } from "../lib/proxmox/guest/find.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "find_guests",
  title: "Find guests",
  description: "Finds VMs and containers that fit all of the filters.",
  scope: "user",
  hints: READS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject(findInput),
  output: z.object({ guests: z.array(foundRow), ...paged }),
  action: () => "find guests",
  run: async (input, { pve }) => findGuests(await pve.resources(), input),
});
