import type { AuditTrail } from "../audit/trail.ts";
import type { Rehearsals } from "../database/rehearsals.ts";
import type { Pve } from "../proxmox/pve.ts";
import type { ToolContext } from "../tool/tool.ts";
import type { Asked, Background } from "./background.ts";
import type { Catalog } from "./catalog.ts";

/** What tools are given besides Proxmox. */
export interface ToolServices {
  readonly catalog: Catalog;
  readonly trail: Pick<AuditTrail, "list">;
  readonly background: Background;
  readonly rehearsals: Rehearsals;
  readonly server: { readonly version: string; readonly startedAt: Date };
}

/** What a tool works with in one call. */
export function toolContext(
  { background, catalog, rehearsals, server, trail }: ToolServices,
  { pve, principal, tool, arguments: given, action, language }: Asked & { pve: Pve },
): ToolContext {
  const asked = { principal, tool, arguments: given, action, language };
  return {
    pve,
    server,
    audit: trail,
    caller: principal,
    rehearsals,
    isOn: (name) => catalog.isOn(name),
    background: (kind, work) => background.begin(kind, asked, work),
  };
}
