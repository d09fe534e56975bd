import * as z from "zod";
import { guestInput, taskResult, waiting } from "../lib/fields.ts";
import { path } from "../lib/proxmox/path.ts";
import { currentState } from "../lib/proxmox/power.ts";
import { flag, type GuestConfig } from "../lib/proxmox/wire.ts";
import { defineTool, DESTROYS } from "../lib/tool.ts";

export default defineTool({
  name: "delete_vm",
  title: "Delete VM",
  description: "Deletes a VM and its disks, for good. A running one only with force.",
  scope: "admin",
  hints: DESTROYS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Allocate"]],
  input: z.strictObject({
    ...guestInput,
    force: z.boolean().default(false).describe("Stop it first when it runs"),
    purge: z.boolean().default(true).describe("Remove it from jobs, replication and HA too"),
    ...waiting,
  }),
  output: z.object(taskResult),
  action: ({ vmid }) => `delete VM ${vmid}`,
  run: async (input, { pve }) => {
    const { node, vmid } = await pve.claim(input, { type: "qemu" });
    const config = await pve.get<GuestConfig>(path`/nodes/${node}/qemu/${vmid}/config`);
    pve.check(
      "is not protected",
      !flag(config.protection),
      `VM ${vmid} is protected (protection: 1); remove that with update_vm first`,
    );
    const { status } = await currentState(pve, { node, type: "qemu", vmid });
    const runs = status !== "stopped";
    pve.check("is stopped", !runs || input.force, `VM ${vmid} is ${status}; stop it or give force`);
    if (runs && input.force) {
      const stop = await pve.post(path`/nodes/${node}/qemu/${vmid}/status/stop`);
      await pve.task(stop, { timeout_seconds: input.timeout_seconds });
    }
    const upid = await pve.delete(path`/nodes/${node}/qemu/${vmid}`, {
      purge: input.purge,
      "destroy-unreferenced-disks": true,
    });
    return pve.task(upid, input);
  },
});
