import type { Pve } from "../proxmox/pve.ts";
import type { ToolContext } from "../tool/tool.ts";
import type { CallServices } from "./call.ts";

/** What a tool works with in one call. */
export function toolContext(
  { catalog, history, server, trail }: Pick<
    CallServices,
    "catalog" | "history" | "server" | "trail"
  >,
  pve: Pve,
): ToolContext {
  return { pve, server, audit: trail, history, isOn: (name) => catalog.isOn(name) };
}
