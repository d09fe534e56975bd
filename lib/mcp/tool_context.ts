import type * as z from "zod";
import type { AuditTrail } from "../audit/trail.ts";
import type { Principal } from "../auth/principal.ts";
import type { History } from "../database/history.ts";
import type { Rehearsals } from "../database/rehearsals.ts";
import type { Pve } from "../proxmox/pve.ts";
import type { ToolDetails, ToolEntry } from "../tool/directory.ts";
import type { PlanDesk } from "../tool/plans.ts";
import type { SecretFiles } from "../tool/secret_files.ts";
import type { AnyTool, ToolContext } from "../tool/tool.ts";
import { admit } from "./admission.ts";
import type { Asked, Background } from "./background.ts";
import type { Catalog } from "./catalog.ts";

/** What tools are given besides Proxmox. */
export interface ToolServices {
  readonly catalog: Catalog;
  /** Tells which tools Proxmox would let do anything at all. */
  readonly able: (principal: Principal) => Promise<(tool: AnyTool) => boolean>;
  readonly trail: Pick<AuditTrail, "list">;
  readonly secrets: SecretFiles | null;
  readonly background: Background;
  /** Those of a cluster. */
  readonly rehearsals: (cluster: string) => Rehearsals;
  /** Of a cluster; null where the database keeps none. */
  readonly history: (cluster: string) => History | null;
  readonly server: { readonly version: string; readonly startedAt: Date };
}

/** What the tool of a call works with. */
export function toolContext(
  { able, background, catalog, history, rehearsals, secrets, server, trail }: ToolServices,
  { pve, plans, ...caller }: Omit<Asked, "cluster"> & { pve: Pve; plans: PlanDesk },
): ToolContext {
  const { cluster } = pve;
  const asked = { ...caller, cluster };
  const { principal, language } = asked;
  return {
    pve,
    server,
    secrets,
    plans,
    rehearsals: rehearsals(cluster),
    audit: trail,
    history: history(cluster),
    caller: principal,
    background: (kind, work) => background.begin(kind, asked, work),
    isOn: (name) => catalog.isOn(name),
    tools: {
      callable: async () =>
        catalog.callableBy(principal, await able(principal)).filter((tool) => !tool.leadsToOthers)
          .map((tool) => entryOf(tool, catalog)),
      find: (name) => detailsOf(admit(catalog, name, { principal, language }), catalog),
    },
  };
}

function entryOf(tool: AnyTool, catalog: Catalog): ToolEntry {
  const { name, title, description, toolsets, hints } = tool;
  const fields = Object.entries<z.ZodType>(tool.input.shape);
  const takes = fields.map(([key, field]) => field.safeParse(undefined).success ? `${key}?` : key);
  return { name, title, description, scope: catalog.scopeOf(tool), toolsets, hints, takes };
}

function detailsOf(tool: AnyTool, catalog: Catalog): ToolDetails {
  const { inputSchema, outputSchema } = catalog.describe(tool);
  return { ...entryOf(tool, catalog), inputSchema, outputSchema };
}
