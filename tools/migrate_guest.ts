import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { requireNode } from "../lib/proxmox/cluster/nodes.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { type Guest, guestLabel } from "../lib/proxmox/guest/directory.ts";
import { haWillDo } from "../lib/proxmox/guest/ha_manages.ts";
import { leaves } from "../lib/proxmox/migration/arrival.ts";
import {
  dependentsIn,
  type MigrationWish,
  readConditions,
  reasonsAgainst,
} from "../lib/proxmox/migration/conditions.ts";
import { sendMigration } from "../lib/proxmox/migration/request.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { TO_STORAGE } from "../lib/tool/conditions.ts";
import { guestInput, guestTaskResult, nodeName, storageId, waiting } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "migrate_guest",
  title: "Migrate guest",
  description: "Moves a VM or container to another node, a running VM live. Says what forbids it.",
  scope: "admin",
  toolsets: ["guests"],
  hints: CHANGES,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Migrate"]],
  conditionalPrivileges: TO_STORAGE,
  input: z.strictObject({
    ...guestInput,
    target: nodeName,
    with_local_disks: z.boolean().default(false).describe("Copy a VM's disks that are not shared"),
    target_storage: storageId.optional().describe("For copied disks; default: the same name"),
    restart: z.boolean().default(false).describe("Stop a running container, move and start it"),
    ...waiting,
  }),
  output: z.object({
    ...guestTaskResult,
    node: z.string().optional(),
    undo: z.string().optional(),
  }),
  action: ({ vmid, target }) => `migrate guest ${vmid} to node ${target}`,
  run: async (input, { pve }) => {
    const guest = await pve.claim(input);
    const { node, vmid } = guest;
    const { target } = input;
    if (target === node) return pve.unchanged(`${guestLabel(guest)} is on node ${node} already`);
    pve.assertGuest({ ...guest, node: target });
    const state = await requireState(pve, guest);
    const byHa = haWillDo(pve, guest, state);
    const wish = {
      target,
      running: state.status !== "stopped",
      withLocalDisks: input.with_local_disks,
      targetStorage: input.target_storage,
      restart: input.restart,
      byHa,
    };
    const notes = await requireMigratable(pve, guest, wish);
    // An identical call follows the task, which of HA's is only the request.
    pve.about({ ...guest, node: byHa ? node : target });
    const upid = await sendMigration(pve, guest, wish);
    const task = await pve.task(upid, input);
    const isDone = task.status === "stopped";
    const at = !byHa
      ? target
      : isDone
      ? await leaves(pve, guest, { seconds: input.timeout_seconds })
      : undefined;
    if (at === undefined) {
      notes.push(`HA does it: the task is only the request; ${pve.advice.guest}`);
    }
    // Whoever follows the task is told how the guest stands once that has ended.
    const isLeft = isDone || pve.hasDetached;
    pve.about({ ...guest, node: isLeft ? at ?? node : node });
    return {
      ...task,
      node: at ?? node,
      undo: `migrate_guest ${vmid} to ${node}`,
      ...(notes.length > 0 ? { notes } : {}),
    };
  },
});

/**
 * Asks Proxmox whether the guest can go to the target and requires that nothing stands in its way.
 * Every reason is told, not the first one only.
 *
 * @returns notes for the caller
 */
async function requireMigratable(
  pve: Pve,
  guest: Guest,
  wish: MigrationWish & { readonly target: string },
): Promise<string[]> {
  const { target } = wish;
  const { status } = await requireNode(pve, target);
  pve.check(`node ${target} is online`, status === "online", `node ${target} is ${status}`);
  const conditions = await readConditions(pve, guest, target);
  const includes = await pve.includes();
  const knows = (sid: string) => includes(Number(sid.slice(sid.indexOf(":") + 1)), guest.node);
  const others = dependentsIn(conditions);
  if (!others.every(knows)) {
    throw new AppError(
      "forbidden",
      "HA moves guests with it that the token's limits do not include",
    );
  }
  const reasons = reasonsAgainst(conditions, { guest, knows, target, wish });
  pve.check("nothing stands in its way", reasons.length === 0, reasons.join("; "));
  return conditions === undefined
    ? ["this Proxmox tells no preconditions for containers; the task itself checks them"]
    : others.length === 0
    ? []
    : [`HA moves these with it: ${others.join(", ")}`];
}
