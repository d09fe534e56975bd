import * as z from "zod";
import { guestInput, nodeName, storageId, taskResult, waiting } from "../lib/tool/fields.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { requireMigratable } from "../lib/proxmox/guest/migration.ts";
import { haNotes } from "../lib/proxmox/guest/power.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "migrate_guest",
  title: "Migrate guest",
  description: "Moves a VM or container to another node, a running VM live. Says what forbids it.",
  scope: "admin",
  hints: CHANGES,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Migrate"]],
  input: z.strictObject({
    ...guestInput,
    target: nodeName,
    with_local_disks: z.boolean().default(false).describe("Copy a VM's disks that are not shared"),
    target_storage: storageId.optional().describe("For copied disks; default: the same name"),
    restart: z.boolean().default(false).describe("Stop a running container, move and start it"),
    ...waiting,
  }),
  output: z.object({ ...taskResult, node: z.string().optional(), undo: z.string().optional() }),
  action: ({ vmid, target }) => `migrate guest ${vmid} to node ${target}`,
  run: async (input, { pve }) => {
    const guest = await pve.claim(input);
    const { node, type, vmid } = guest;
    const { target } = input;
    pve.assertGuest({ ...guest, node: target });
    const state = await requireState(pve, guest);
    const running = state.status !== "stopped";
    const notes = await requireMigratable(pve, guest, {
      target,
      running,
      withLocalDisks: input.with_local_disks,
      restart: input.restart,
    });
    notes.push(...haNotes(pve, state).notes ?? []);
    const upid = type === "qemu"
      ? await pve.post("/nodes/{node}/qemu/{vmid}/migrate", guest, {
        target,
        online: running || undefined,
        "with-local-disks": input.with_local_disks || undefined,
        targetstorage: input.target_storage,
      })
      : await pve.post("/nodes/{node}/lxc/{vmid}/migrate", guest, {
        target,
        restart: running && input.restart || undefined,
        "target-storage": input.target_storage,
      });
    return {
      ...await pve.task(upid, input),
      node: target,
      undo: `migrate_guest ${vmid} to ${node}`,
      ...(notes.length > 0 ? { notes } : {}),
    };
  },
});
