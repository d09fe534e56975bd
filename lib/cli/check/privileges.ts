import { includesScope, type Scope, SCOPES } from "../../auth/scope.ts";
import type { ClusterConfig } from "../../config/config.ts";
import { type Grants, mayAnywhere } from "../../proxmox/privileges.ts";
import { NOTHING, type Present } from "./present.ts";
import { scopeOf, type ToolPolicy } from "../../tool/policy.ts";
import { allPrivileges, privilegeText } from "../../tool/privileges.ts";
import type { AnyTool, Privilege } from "../../tool/tool.ts";

/** What a Proxmox token for one scope needs, and the commands that make it so. */
export interface ScopePrivileges {
  readonly scope: Scope;
  readonly privileges: readonly string[];
  /** What is there already, and so is not made by the commands. */
  readonly present: readonly string[];
  readonly commands: readonly string[];
}

/** The tools that can do nothing with these grants, each with the privileges it lacks. */
export function lackingTools(tools: readonly AnyTool[], grants: Grants): [AnyTool, string][] {
  return tools.flatMap((tool): [AnyTool, string][] => {
    const missing = tool.privileges.filter((privilege) => !mayAnywhere(grants, [privilege]));
    return missing.length === 0 ? [] : [[tool, privilegeText(missing)]];
  });
}

/**
 * `pveum` commands for a role with the least privileges, a user and a token of its own, for each
 * scope. A privilege-separated token has only what both it and its user were granted, so both are.
 *
 * @param options.major Proxmox VE's major version: 9 split `VM.Monitor` into `VM.GuestAgent.…`
 * @param options.present what need not be made any more
 */
export function scopePrivileges(
  tools: readonly AnyTool[],
  { auth, policy, major, present = NOTHING }: {
    auth: Pick<ClusterConfig["auth"], "user" | "token_name">;
    policy: Pick<ToolPolicy, "scopes">;
    major: number;
    present?: Present;
  },
): ScopePrivileges[] {
  const root = auth.user === "root@pam";
  return SCOPES.map((scope) => {
    const within = tools.filter((tool) => includesScope(scope, scopeOf(tool, policy)));
    const privileges = [
      ...new Set(
        within.flatMap((tool) => grantedFor(tool).map(([, ...anyOf]) => leastOf(anyOf, major))),
      ),
    ].filter((privilege) => privilege !== TOO_MUCH).sort();
    const role = `MCP-${scope}`;
    const token = `${auth.user}!${auth.token_name}`;
    const making = [
      makingRole(role, { privileges, known: present.roles.get(role) }),
      {
        what: `user ${auth.user}`,
        command: root || present.token ? null : `pveum user add ${auth.user}`,
      },
      {
        what: `token ${token}`,
        command: present.token
          ? null
          : `pveum user token add ${auth.user} ${auth.token_name} --privsep 1`,
      },
    ];
    return {
      scope,
      privileges,
      present: making.flatMap(({ what, command }) => command === null ? [what] : []),
      commands: [
        ...making.flatMap(({ command }) => command ?? []),
        ...(root ? [] : [`pveum acl modify / --roles ${role} --users ${auth.user}`]),
        `pveum acl modify / --roles ${role} --tokens '${token}'`,
      ],
    };
  });
}

/** The command that makes a role, or gives one that is there its privileges; null when it has them. */
function makingRole(
  role: string,
  { privileges, known }: { privileges: readonly string[]; known: readonly string[] | undefined },
): { what: string; command: string | null } {
  const holds = known !== undefined && privileges.every((privilege) => known.includes(privilege));
  const privs = privileges.length === 0 ? "" : ` --privs ${privileges.join(",")}`;
  const command = known === undefined
    ? `pveum role add ${role}${privs}`
    // What a role holds for other tools is not taken away from it.
    : `pveum role modify ${role}${privs} --append 1`;
  return { what: `role ${role}`, command: holds ? null : command };
}

/**
 * What a role should hold for a tool, by what the tool is, whoever may call it. Proxmox shows backups and guests' disks only to who may make
 * them: a role for reading holds nothing of that kind, and the tools tell what is not seen.
 */
function grantedFor(tool: AnyTool): readonly Privilege[] {
  if (tool.scope !== "user") return allPrivileges(tool);
  const readable = allPrivileges(tool).filter(([, ...anyOf]) => anyOf.some(isForReading));
  return [...new Set([...tool.privileges, ...readable])];
}

function isForReading(privilege: string): boolean {
  return /\.Audit$|^Sys\.Syslog$/.test(privilege);
}

/** Proxmox asks for it to list updates; it also lets its holder change the node, so nobody gets it. */
const TOO_MUCH = "Sys.Modify";
const BEFORE_NINE = "VM.Monitor";
const SINCE_NINE = /^(VM\.GuestAgent\.|VM\.Replicate$)/;

/** The first privilege of the alternatives that this version of Proxmox has. */
function leastOf(anyOf: readonly string[], major: number): string {
  const known = anyOf.filter((privilege) =>
    major >= 9 ? privilege !== BEFORE_NINE : !SINCE_NINE.test(privilege)
  );
  return known[0] ?? anyOf[0] ?? "";
}
