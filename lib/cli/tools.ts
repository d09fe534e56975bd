import type { Command } from "commander";
import { AppError } from "../errors.ts";
import { scopeOf, switchKeyOf, type ToolPolicy } from "../tool/policy.ts";
import { compact } from "../proxmox/api/values.ts";
import { describePrivileges } from "../tool/privileges.ts";
import type { AnyTool, Privilege } from "../tool/tool.ts";
import { isChosen } from "../tool/toolsets.ts";
import { type CliContext, type CommonOptions, configOf, withCommonOptions } from "./context.ts";
import { requireTools } from "./serve/load_config.ts";
import { toolsets } from "./options.ts";
import { table } from "./table.ts";

interface ToolsArguments extends CommonOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly toolset?: readonly string[];
}

export function registerTools(program: Command, context: CliContext): void {
  const { io } = context;
  withCommonOptions(program.command("tools"))
    .description("list every tool with its scope, its toolsets and the Proxmox privileges it needs")
    .option("--toolset <TOOLSET>", "only tools of this toolset", toolsets)
    .option("--json", "print JSON")
    .option("--markdown", "print a Markdown table")
    .addHelpText(
      "after",
      "\nExamples:\n  proxmox-mcp tools\n  proxmox-mcp tools --toolset core,backups\n  proxmox-mcp tools --json | jq '.[].name'",
    )
    .action(async (options: ToolsArguments) => {
      const scopes = await scopesOf(context, options);
      const { toolset = null } = options;
      const list = (await import("../mcp/tools.ts")).TOOLS
        .filter((tool) => isChosen(tool.toolsets, [toolset]))
        .map((tool) => ({ ...tool, scope: scopeOf(tool, { scopes }) }));
      if (options.json) return io.out(JSON.stringify(list.map(asJson), null, 2));
      io.out(options.markdown ? toolsMarkdown(list) : toolsTable(list));
    });
}

/** The scopes that the config changes; without one that can be read, none. */
async function scopesOf(
  context: CliContext,
  options: ToolsArguments,
): Promise<ToolPolicy["scopes"]> {
  try {
    const config = await configOf(context, options, { secrets: "skip" });
    await requireTools(config);
    return config.tools.scopes;
  } catch (error) {
    if (options.config === undefined && error instanceof AppError) return {};
    throw error;
  }
}

/** The Markdown table that the documents hold. */
export function toolsMarkdown(list: readonly AnyTool[]): string {
  const rows = list.map((tool) =>
    `| \`${tool.name}\` | ${tool.scope} | ${tool.toolsets.join(", ")} | ${tool.title} | ${
      neededBy(tool)
    } |`
  );
  return [
    "| Tool | Scope | Toolsets | What it does | Proxmox privileges |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ]
    .join("\n");
}

function toolsTable(list: readonly AnyTool[]): string {
  return table(
    ["tool", "scope", "toolsets", "what it does", "Proxmox privileges"],
    list.map((tool) => [
      tool.name,
      tool.scope,
      tool.toolsets.join(","),
      tool.title,
      neededBy(tool),
    ]),
  );
}

function neededBy(tool: AnyTool): string {
  const needed = describePrivileges(tool) || "none";
  const key = switchKeyOf(tool);
  return key === undefined ? needed : `${needed}; off without \`${key}\``;
}

function asJson(tool: AnyTool) {
  return {
    name: tool.name,
    scope: tool.scope,
    toolsets: tool.toolsets,
    title: tool.title,
    ...compact({ switched_on_by: switchKeyOf(tool) }),
    description: tool.description,
    privileges: [
      ...tool.privileges.map(asJsonPrivilege),
      ...(tool.conditionalPrivileges ?? []).map(({ privilege, when }) => ({
        ...asJsonPrivilege(privilege),
        when,
      })),
    ],
    ...(tool.backupPrivileges === undefined
      ? {}
      : { backup_privileges: tool.backupPrivileges.map(asJsonPrivilege) }),
  };
}

function asJsonPrivilege([path, ...anyOf]: Privilege) {
  return { path, any_of: anyOf };
}
