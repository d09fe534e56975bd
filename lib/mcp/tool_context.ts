import type * as z from "zod";
import type { Pve } from "../proxmox/pve.ts";
import type { ToolDetails, ToolEntry } from "../tool/directory.ts";
import type { PlanDesk } from "../tool/plans.ts";
import type { AnyTool, ToolContext } from "../tool/tool.ts";
import { admit } from "./admission.ts";
import type { CallRequest, CallServices } from "./call.ts";
import type { Catalog } from "./catalog.ts";

type Services = Pick<CallServices, "able" | "catalog" | "secrets" | "server" | "trail">;

/** What the tool of a call works with. */
export function toolContext(
  { able, catalog, secrets, server, trail }: Services,
  { principal, language, pve, plans }: Pick<CallRequest, "principal" | "language"> & {
    pve: Pve;
    plans: PlanDesk;
  },
): ToolContext {
  return {
    pve,
    server,
    secrets,
    plans,
    audit: trail,
    isOn: (name) => catalog.isOn(name),
    tools: {
      callable: async () =>
        catalog.callableBy(principal, await able()).filter((tool) => !tool.leadsToOthers)
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
