import type { Pve } from "../proxmox/pve.ts";
import type { ToolContext } from "../tool/tool.ts";
import type { CallServices } from "./call.ts";

/** What a tool works with in one call. */
export function toolContext(
  { catalog, server, trail }: Pick<CallServices, "catalog" | "server" | "trail">,
  pve: Pve,
): ToolContext {
  return { pve, server, audit: trail, isOn: (name) => catalog.isOn(name) };
}
