import { scopePrivileges } from "../cli/check/privileges.ts";
import { isOnByDefault } from "../tool/policy.ts";
import type { AnyTool } from "../tool/tool.ts";
import { isChosen, TOOLSETS } from "../tool/toolsets.ts";
import { alignedTable, type Language } from "./config_table.ts";

const WORDS = {
  en: { head: ["Toolset", "`user`", "`write` also", "`admin` also"], none: "none" },
  tr: { head: ["Takım", "`user`", "`write` ayrıca", "`admin` ayrıca"], none: "yok" },
} as const;

/** What the tools of each toolset need, of each scope only what the one below it does not hold. */
export function roleTable(language: Language, tools: readonly AnyTool[]): string {
  const { head, none } = WORDS[language];
  const rows = TOOLSETS.map((toolset) => {
    const roles = documentedRoles(tools.filter((tool) => isChosen(tool.toolsets, [[toolset]])));
    const cells = roles.map(({ privileges }, at) =>
      privileges.filter((privilege) => !roles[at - 1]?.privileges.includes(privilege))
    );
    return [`\`${toolset}\``, ...cells.map((added) => added.join(", ") || none)];
  });
  return alignedTable([[...head], ...rows]);
}

/** The commands that make the roles for all of these tools. */
export function roleCommands(tools: readonly AnyTool[]): string[] {
  return documentedRoles(tools).map(({ commands: [role = ""] }) => role);
}

/** For the Proxmox that is current, the version that the documents are about. */
function documentedRoles(tools: readonly AnyTool[]) {
  const auth = { user: "mcp@pve", token_name: "assistant" };
  return scopePrivileges(tools.filter(isOnByDefault), { auth, policy: { scopes: {} }, major: 9 });
}
