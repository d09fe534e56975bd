import type * as z from "zod";
import type { AuditTrail } from "../audit/trail.ts";
import type { TokenLimits } from "../auth/limits.ts";
import type { Principal } from "../auth/principal.ts";
import type { Tenants } from "../backups/tenants.ts";
import type { History } from "../database/history.ts";
import type { Rehearsals } from "../database/rehearsals.ts";
import { CallsBackupServers } from "../pbs/call.ts";
import type { BackupServers } from "../pbs/servers.ts";
import { DEFAULT_CLUSTER } from "../proxmox/clusters.ts";
import type { Pve } from "../proxmox/pve.ts";
import type { ToolDetails, ToolEntry } from "../tool/directory.ts";
import type { OtherClusters } from "../tool/other_clusters.ts";
import type { PlanDesk } from "../tool/plans.ts";
import type { SecretFiles } from "../tool/secret_files.ts";
import type { AnyTool, ToolContext } from "../tool/tool.ts";
import { admit } from "./admission.ts";
import type { Asked, Background } from "./background.ts";
import type { Catalog } from "./catalog.ts";
import { coverageOf } from "./clusters/coverage.ts";
import { reachOf } from "./reach.ts";

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
  readonly backupServers: BackupServers;
  readonly tenants: Pick<Tenants, "all">;
  readonly server: { readonly version: string; readonly startedAt: Date };
}

/** What the tool of a call works with. */
export function toolContext(
  services: ToolServices,
  { pve, clusters, plans, meant, ...caller }: Omit<Asked, "cluster"> & {
    pve: Pve;
    clusters: OtherClusters;
    plans: PlanDesk;
    meant?: string | undefined;
  },
): ToolContext {
  const { able, background, catalog, history, rehearsals, secrets, server, trail } = services;
  const { cluster } = pve;
  const asked = { ...caller, cluster };
  const { principal, language } = asked;
  const { limits } = principal;
  return {
    pve,
    clusters,
    isOneOfSeveral: catalog.hasSeveral,
    pbs: new CallsBackupServers(services.backupServers, pve),
    server,
    secrets,
    plans,
    rehearsals: rehearsals(cluster),
    audit: auditOf(trail, { of: catalog.hasSeveral ? meant : undefined, limits }),
    history: history(cluster),
    caller: principal,
    background: (kind, work) => background.begin(kind, asked, work),
    isOn: (name) => catalog.isOn(name),
    tools: {
      callable: async () =>
        catalog.callableBy(principal, await able(principal)).filter((tool) => !tool.leadsToOthers)
          .map((tool) => entryOf(tool, { catalog, limits })),
      switchedOff: () =>
        catalog.switchedOff(principal).map((tool) => entryOf(tool, { catalog, limits })),
      find: (name) => detailsOf(admit(catalog, name, { principal, language }), { catalog, limits }),
    },
  };
}

/** The calls about one cluster, else about all that the caller may know of. */
function auditOf(
  trail: Pick<AuditTrail, "list">,
  { of, limits }: { of: string | undefined; limits: TokenLimits | null },
): Pick<AuditTrail, "list"> {
  // Before there were several the one that is called so had no name in its rows; nor have those about all, and
  // about backup servers, which are nothing to who sees a part.
  const unnamed = of === DEFAULT_CLUSTER && reachOf(limits).everywhere ? [""] : [];
  const clusters = of === undefined ? limits?.clusters : [of, ...unnamed];
  if (!clusters) return trail;
  return { list: (filter) => trail.list({ ...filter, clusters }) };
}

interface Told {
  readonly catalog: Catalog;
  readonly limits: TokenLimits | null;
}

function entryOf(tool: AnyTool, { catalog, limits }: Told): ToolEntry {
  const { name, title, description, toolsets, hints } = tool;
  const fields = Object.entries<z.ZodType>(tool.input.shape);
  const takes = fields.map(([key, field]) => field.safeParse(undefined).success ? `${key}?` : key);
  if (coverageOf(tool) !== "none" && catalog.clustersFor(limits).length > 0) takes.push("cluster?");
  return { name, title, description, scope: catalog.scopeOf(tool), toolsets, hints, takes };
}

function detailsOf(tool: AnyTool, told: Told): ToolDetails {
  const { inputSchema, outputSchema } = told.catalog.describe(tool, told.limits);
  return { ...entryOf(tool, told), inputSchema, outputSchema };
}
