import * as z from "zod";
import type { ConfigResult } from "../proxmox/guest/configure.ts";
import type { Guest } from "../proxmox/guest/directory.ts";
import { decodeKeys } from "../proxmox/guest/guest_config.ts";
import { DISK_KEY } from "../proxmox/guest/properties.ts";
import { isMasked } from "../proxmox/plan.ts";

/** The output of tools that change a configuration. */
export const configOutput = {
  changes: z.record(
    z.string(),
    z.object({ from: z.unknown().optional(), to: z.unknown().optional() }),
  ).optional(),
  pending: z.array(z.string()).optional().describe("All that takes effect at the next start"),
  snapshot: z.string().optional().describe("Taken before the change"),
  undo: z.string().optional(),
};

/** A setting as the tool takes it: Proxmox keeps some numbers as text, and SSH keys encoded. */
function asGiven(key: string, value: unknown): string {
  if (key === "sshkeys") return JSON.stringify(decodeKeys(String(value)).split("\n"));
  return typeof value === "string" && /^\d+$/.test(value) ? value : JSON.stringify(value);
}

/** The output of tools that add or remove hardware. */
export const hardwareOutput = {
  device: z.string().optional(),
  changes: configOutput.changes,
  pending: configOutput.pending,
  undo: configOutput.undo,
};

/** Tells how hardware that was added is removed again. */
export function undoHardware(
  { vmid }: Guest,
  { device, holdsData = false }: { device: string; holdsData?: boolean },
): { undo: string } {
  const data = holdsData ? "; destroy_data: true also destroys what is on it" : "";
  return { undo: `remove_hardware of ${vmid}: ${device}${data}` };
}

/** The guest's new name, where the change gave it one that it has already. */
export function renamed({ changes, pending }: ConfigResult): { name?: string } {
  const key = changes.hostname === undefined ? "name" : "hostname";
  const to = changes[key]?.to;
  return typeof to === "string" && !pending.includes(key) ? { name: to } : {};
}

/**
 * Tells how a change of the configuration is taken back.
 *
 * @param options.names the tool's names that are not Proxmox's, with Proxmox's keys for them
 */
export function undoConfig(
  tool: string,
  guest: Guest,
  { changes, snapshot, names = {} }: ConfigResult & { names?: Readonly<Record<string, string>> },
): { undo?: string } {
  const named = Object.fromEntries(Object.entries(names).map(([name, key]) => [key, name]));
  const updater = guest.type === "qemu" ? "update_vm" : "update_container";
  const steps = Object.entries(changes).map(([key, change]) => {
    const name = named[key] ?? key;
    if (isMasked(change.from)) return [tool, `${name} anew: the former value is not known`];
    if ("from" in change) return [tool, `${name} back to ${asGiven(key, change.from)}`];
    if (DISK_KEY.test(key)) return ["remove_hardware", key];
    // No other tool takes away what was not set.
    return [updater, `unset ${tool === updater ? name : key}`];
  });
  if (steps.length === 0) return {};
  const undo = [...Map.groupBy(steps, ([call]) => call)]
    .map(([call, its]) => `${call} of ${guest.vmid}: ${its.map(([, what]) => what).join(", ")}`)
    .join("; ");
  const rollback = snapshot === undefined
    ? ""
    : `; or rollback_snapshot to ${snapshot}, which discards what the guest wrote since`;
  return { undo: `${undo}${rollback}` };
}
