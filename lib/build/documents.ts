import { toolsMarkdown } from "../cli/tools.ts";
import { configTable, type Language } from "./config_table.ts";
import type { AnyTool } from "../tool/tool.ts";
import { roleCommands, roleTable } from "./role_table.ts";
import { type CostOf, toolsetTable } from "./toolset_table.ts";

/** The document with everything in it that follows from the program, the rest as it is. */
export function generatedDocument(
  text: string,
  { language, tools, costOf }: {
    language: Language;
    tools: readonly AnyTool[];
    costOf: CostOf;
  },
): string {
  const withTools = between("tools", { text, content: () => toolsMarkdown(tools) });
  const withKeys = between("config", {
    text: withTools,
    content: () => `\n${configTable(language)}\n`,
  });
  const withToolsets = between("toolsets", {
    text: withKeys,
    content: () => `\n${toolsetTable(language, costOf)}\n`,
  });
  const withRoles = between("roles", {
    text: withToolsets,
    content: () => `\n${roleTable(language, tools)}\n`,
  });
  return roleCommands(tools).reduce(replaceRole, withRoles);
}

/** Puts the content between its two marks; a text without them stays as it is. */
function between(
  name: string,
  { text, content }: { text: string; content: () => string },
): string {
  const [begin, end] = [`<!-- ${name}:begin -->\n`, `\n<!-- ${name}:end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 && to < 0) return text;
  if (from < 0 || to < from) throw new Error(`no ${begin.trim()} and ${end.trim()} around it`);
  return text.slice(0, from + begin.length) + content() + text.slice(to);
}

/** Puts the command in place of every line that adds the same role. */
function replaceRole(text: string, command: string): string {
  const start = command.slice(0, command.indexOf(" --privs "));
  const line = new RegExp(`^( *)${start} .*$`, "gm");
  return text.replace(line, (_, indent: string) => indent + command);
}
