import type { Command } from "commander";
import { describePrivileges } from "../tool/privileges.ts";
import type { AnyTool, Privilege } from "../tool/tool.ts";
import type { CliContext } from "./context.ts";
import { table } from "./table.ts";

export function registerTools(program: Command, { io }: CliContext): void {
  program.command("tools")
    .description("list every tool with its scope and the Proxmox privileges it needs")
    .option("--json", "print JSON")
    .option("--markdown", "print a Markdown table")
    .addHelpText(
      "after",
      "\nExamples:\n  proxmox-mcp tools\n  proxmox-mcp tools --json | jq '.[].name'",
    )
    .action(async (options: { readonly json?: boolean; readonly markdown?: boolean }) => {
      const { TOOLS } = await import("../mcp/tools.ts");
      if (options.json) return io.out(JSON.stringify(TOOLS.map(asJson), null, 2));
      io.out(options.markdown ? toolsMarkdown(TOOLS) : toolsTable(TOOLS));
    });
}

/** The Markdown table that the documents hold. */
export function toolsMarkdown(list: readonly AnyTool[]): string {
  const rows = list.map((tool) =>
    `| \`${tool.name}\` | ${tool.scope} | ${tool.title} | ${neededBy(tool)} |`
  );
  return [
    "| Tool | Scope | What it does | Proxmox privileges |",
    "| --- | --- | --- | --- |",
    ...rows,
  ]
    .join("\n");
}

function toolsTable(list: readonly AnyTool[]): string {
  return table(
    ["tool", "scope", "what it does", "Proxmox privileges"],
    list.map((tool) => [tool.name, tool.scope, tool.title, neededBy(tool)]),
  );
}

function neededBy(tool: AnyTool): string {
  return describePrivileges(tool) || "none";
}

function asJson(tool: AnyTool) {
  return {
    name: tool.name,
    scope: tool.scope,
    title: tool.title,
    description: tool.description,
    privileges: [
      ...tool.privileges.map(asJsonPrivilege),
      ...(tool.conditionalPrivileges ?? []).map(({ privilege, when }) => ({
        ...asJsonPrivilege(privilege),
        when,
      })),
    ],
  };
}

function asJsonPrivilege([path, ...anyOf]: Privilege) {
  return { path, any_of: anyOf };
}
