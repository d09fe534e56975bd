import type { Pve } from "../proxmox/pve.ts";
import type { PlanDesk } from "../tool/plans.ts";
import type { ToolContext } from "../tool/tool.ts";
import type { CallServices } from "./call.ts";

/** What a tool works with in one call. */
export function toolContext(
  { catalog, server, trail }: Pick<CallServices, "catalog" | "server" | "trail">,
  { pve, plans }: { pve: Pve; plans: PlanDesk },
): ToolContext {
  return { pve, server, plans, audit: trail, isOn: (name) => catalog.isOn(name) };
}
