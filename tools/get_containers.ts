import * as z from "zod";
import { SEEING_POOLS } from "../lib/tool/conditions.ts";
import { paged } from "../lib/tool/fields.ts";
import { guestLister, guestListInput, guestRow } from "../lib/tool/guest_list.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const list = guestLister("lxc", "containers");

export default defineTool({
  name: "get_containers",
  title: "List containers",
  description: "Lists the cluster's LXC containers.",
  scope: "user",
  toolsets: ["guests"],
  hints: READS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Audit"]],
  conditionalPrivileges: [SEEING_POOLS],
  input: z.strictObject(guestListInput),
  output: z.object({ containers: z.array(guestRow), ...paged }),
  action: () => "list containers",
  run: async (input, { pve }) => list(await pve.resources(), input),
});
