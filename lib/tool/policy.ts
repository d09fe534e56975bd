import type { Scope } from "../auth/scope.ts";
import type { AnyTool, Switch } from "./tool.ts";
import type { ToolsetChoice } from "./toolsets.ts";

/** What the configuration lets the server offer, and to whom. `read_only` beats every allow-list. */
export interface ToolPolicy extends Readonly<Record<Switch, boolean | string | null>> {
  readonly read_only: boolean;
  readonly allow: readonly string[] | null;
  readonly deny: readonly string[];
  /** Scopes in place of the tools' own. */
  readonly scopes: Readonly<Record<string, Scope>>;
  /** What is listed of that; what is not can still be called. */
  readonly toolsets: ToolsetChoice;
  /** Whether lists tell what tools answer; null: those that leave out no tool. */
  readonly output_schemas: boolean | null;
}

/** The policy of a configuration. */
export function policyOf(
  { tools, backup_servers }: {
    readonly tools: Omit<ToolPolicy, "backup_servers">;
    readonly backup_servers: Readonly<Record<string, unknown>>;
  },
): ToolPolicy {
  return { ...tools, backup_servers: Object.keys(backup_servers).length > 0 };
}

/** True when the configuration offers the tool at all. */
export function isOffered(tool: AnyTool, policy: ToolPolicy): boolean {
  const { read_only, allow, deny } = policy;
  if (tool.switchedOnBy !== undefined && !policy[tool.switchedOnBy]) return false;
  // The tool's own scope says that it only reads, whoever may call it here.
  if (read_only && tool.scope !== "user") return false;
  return !deny.includes(tool.name) && (allow === null || allow.includes(tool.name));
}

/** The key of the config that stands for a switch: `tools.container_exec`, `backup_servers`. */
export function keyOf(name: Switch): string {
  return name === "backup_servers" ? name : `tools.${name}`;
}

/** The tools as a server has them that knows backup servers, or none. */
export function fitted(
  tools: readonly AnyTool[],
  { backup_servers }: Pick<ToolPolicy, "backup_servers">,
): AnyTool[] {
  return tools.map((tool) => {
    const { withBackupServers: fields, input } = tool;
    if (fields === undefined || backup_servers) return tool;
    const left = input.omit(Object.fromEntries(fields.map((field) => [field, true])));
    return { ...tool, input: left };
  });
}

/** True when the tool is offered where the configuration names one cluster and says nothing of tools. */
export function isOnByDefault(tool: AnyTool): boolean {
  return switchKeyOf(tool) === undefined;
}

/** The key of the configuration that has to be there for the tool to be offered. */
export function switchKeyOf({ clustersNeeded = 1, switchedOnBy }: AnyTool): string | undefined {
  if (clustersNeeded > 1) return "clusters";
  return switchedOnBy === undefined ? undefined : keyOf(switchedOnBy);
}

/** The scope that a caller of the tool needs here. */
export function scopeOf(tool: AnyTool, { scopes }: Pick<ToolPolicy, "scopes">): Scope {
  return scopes[tool.name] ?? tool.scope;
}
