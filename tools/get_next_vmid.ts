import * as z from "zod";
import { nextVmid } from "../lib/proxmox/guest/placement.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_next_vmid",
  title: "Next vmid",
  description: "Gives a vmid that is free for a new guest.",
  scope: "user",
  toolsets: ["guests"],
  hints: { ...READS, idempotentHint: false },
  subject: "guest",
  privileges: [],
  input: z.strictObject({}),
  output: z.object({ vmid: z.number() }),
  action: () => "find a free vmid",
  run: async (_input, { pve }) => ({ vmid: await nextVmid(pve) }),
});
