import * as z from "zod";
import { guestInput } from "../lib/tool/fields.ts";
import { currentState } from "../lib/proxmox/guest/power.ts";
import { compact, number, text } from "../lib/proxmox/api/values.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_vm_usage",
  title: "VM usage",
  description: "Tells what one VM uses now: CPU, memory, disk and network counters.",
  scope: "user",
  toolsets: ["guests"],
  hints: READS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject(guestInput),
  output: z.object({
    vmid: z.int(),
    name: z.string().optional(),
    node: z.string(),
    status: z.string(),
    uptime_seconds: z.number().optional(),
    cpus: z.number().optional(),
    cpu_fraction: z.number().optional().describe("of cpus"),
    memory_bytes: z.number().optional(),
    memory_used_bytes: z.number().optional(),
    disk_bytes: z.number().optional(),
    disk_read_bytes: z.number().optional().describe("since the VM's start"),
    disk_written_bytes: z.number().optional(),
    network_in_bytes: z.number().optional(),
    network_out_bytes: z.number().optional(),
    lock: z.string().optional(),
  }),
  action: ({ vmid }) => `read the usage of VM ${vmid}`,
  run: async (input, { pve }) => {
    const guest = await pve.find(input, { type: "qemu" });
    const { status, lock, row } = await currentState(pve, guest);
    return compact({
      vmid: guest.vmid,
      name: text(row.name),
      node: guest.node,
      status,
      uptime_seconds: number(row.uptime),
      cpus: number(row.cpus),
      cpu_fraction: number(row.cpu),
      memory_bytes: number(row.maxmem),
      memory_used_bytes: number(row.mem),
      disk_bytes: number(row.maxdisk),
      disk_read_bytes: number(row.diskread),
      disk_written_bytes: number(row.diskwrite),
      network_in_bytes: number(row.netin),
      network_out_bytes: number(row.netout),
      lock,
    });
  },
});
