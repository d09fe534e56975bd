import * as z from "zod";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import { STOPPING_FIRST } from "../lib/tool/conditions.ts";
import { guestInput, guestTaskResult, waiting } from "../lib/tool/fields.ts";
import { destroyGuest } from "../lib/proxmox/guest/destroy.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "delete_container",
  title: "Delete container",
  description: "Deletes a container and its volumes, for good. A running one only with force.",
  scope: "admin",
  toolsets: ["guests"],
  hints: DESTROYS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Allocate"]],
  conditionalPrivileges: [STOPPING_FIRST],
  input: z.strictObject({
    ...guestInput,
    force: z.boolean().default(false).describe("Stop it first when it runs"),
    purge: z.boolean().default(true).describe("Remove it from jobs, replication and HA too"),
    ...waiting,
  }),
  output: z.object(guestTaskResult),
  action: ({ vmid }) => `delete container ${vmid}`,
  about: aboutGuest({ type: "lxc", goes: true }),
  run: (input, { pve }) =>
    destroyGuest(pve, input, { type: "lxc", unprotect: "remove that with update_container" }),
});
