import * as z from "zod";
import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "suspend_vm",
  title: "Suspend VM",
  description: "Freezes a VM in memory, or saves it to disk and powers it off.",
  does: "suspend VM",
  type: "qemu",
  from: ["running"],
  to: ({ to_disk }) => to_disk ? "suspended" : "paused",
  input: { to_disk: z.boolean().default(false) },
  conditionalPrivileges: [
    {
      privilege: ["/vms/{vmid}", "VM.Config.Disk"],
      when: "with to_disk",
      if: ({ to_disk }) => to_disk,
    },
    {
      privilege: ["/storage/{storage}", "Datastore.AllocateSpace"],
      when: "with to_disk",
      if: ({ to_disk }) => to_disk,
    },
  ],
  send: (pve, guest, { byHa, to_disk: todisk }) => {
    pve.check(
      "HA lets it go to disk",
      !(todisk && byHa),
      `VM ${guest.vmid} is managed by HA and can be suspended in memory only`,
    );
    return pve.post("/nodes/{node}/qemu/{vmid}/status/suspend", guest, todisk ? { todisk } : {});
  },
});
