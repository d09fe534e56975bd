import { AppError } from "../../errors.ts";
import type { Guest } from "./directory.ts";
import { properties } from "./properties.ts";
import type { Pve } from "../pve.ts";
import { type GuestConfig, text } from "../api/values.ts";

/** Slots that a cloud-init drive is usually put into. */
const SLOTS = ["ide2", "ide0", "ide1", "ide3", "sata5", "scsi30"] as const;

export interface Addresses {
  readonly ip?: string | undefined;
  readonly gateway?: string | undefined;
  readonly ip6?: string | undefined;
  readonly gateway6?: string | undefined;
}

/** The key of the VM's cloud-init drive; undefined when it has none. */
export function cloudInitDrive(config: GuestConfig): string | undefined {
  return Object.entries(config).find(([key, value]) =>
    /^(ide|sata|scsi|virtio)\d+$/.test(key) && /(^|[:/,-])cloudinit\b/.test(text(value) ?? "")
  )?.[0];
}

/** A slot where a cloud-init drive can be put. */
export function freeSlot(config: GuestConfig): typeof SLOTS[number] | undefined {
  return SLOTS.find((slot) => config[slot] === undefined);
}

/** An `ipconfig` value with what is given replaced and the rest kept; undefined when nothing is given. */
export function ipConfig(before: unknown, given: Addresses): string | undefined {
  const { ip, gateway: gw, ip6, gateway6: gw6 } = given;
  if ((ip ?? gw ?? ip6 ?? gw6) === undefined) return undefined;
  const merged: Record<string, string | undefined> = { ...properties(before) };
  // A gateway belongs to its address: a new one without a gateway has none.
  if (ip !== undefined) Object.assign(merged, { ip, gw: undefined });
  if (ip6 !== undefined) Object.assign(merged, { ip6, gw6: undefined });
  if (gw !== undefined) merged.gw = gw;
  if (gw6 !== undefined) merged.gw6 = gw6;
  return Object.entries(merged).filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}`).join(",");
}

/** SSH keys as Proxmox wants them: one per line, percent-encoded. */
export function encodeKeys(keys: readonly string[]): string {
  return encodeURIComponent(keys.map((key) => key.trim()).join("\n"));
}

/**
 * Writes the cloud-init drive anew. The settings are kept even where that fails, and Proxmox writes
 * it again at the VM's next start, so a failure is told as a note.
 */
export async function regenerateDrive(
  pve: Pve,
  { node, vmid }: Guest,
): Promise<{ notes?: string[] }> {
  try {
    await pve.put("/nodes/{node}/qemu/{vmid}/cloudinit", { node, vmid });
    return {};
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return {
      notes: [
        `the settings are written, but not the drive: ${error.message}; the next start writes it`,
      ],
    };
  }
}
