import { type Guest, guestLabel } from "./directory.ts";

/**
 * That a guest is locked, and how it is unlocked: Proxmox's work that was cut off leaves its lock behind, which
 * no API token may remove.
 */
export function lockedText(guest: Pick<Guest, "node" | "type" | "vmid">, lock = ""): string {
  const state = `${guestLabel(guest)} is locked (${lock})`;
  if (lock === "suspended") return `${state}: resume it first`;
  const tool = guest.type === "qemu" ? "qm" : "pct";
  const unlock = `${tool} unlock ${guest.vmid} in a shell of node ${guest.node}`;
  return `${state}: wait for what holds it; one left behind goes by ${unlock}`;
}
