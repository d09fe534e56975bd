import type { AnyTool, Privilege } from "./tool.ts";

/** What any call may need: what a role for the tool must hold. */
export function allPrivileges(tool: AnyTool): readonly Privilege[] {
  return [
    ...tool.privileges,
    ...(tool.conditionalPrivileges ?? []).map(({ privilege }) => privilege),
  ];
}

/** `VM.Clone on /vms/{vmid}, VM.Allocate on /vms/{vmid}`. */
export function privilegeText(privileges: readonly Privilege[]): string {
  return privileges.map(([path, ...anyOf]) => `${anyOf.join(" or ")} on ${path}`).join(", ");
}

/** The same for all that a tool may need, with what it depends on: `VM.Config.CDROM on /vms/{vmid} with iso_name`. */
export function describePrivileges(tool: AnyTool): string {
  const isAlways = tool.switchedOnBy === "backup_servers";
  const of = isAlways ? "the backup server" : "backup servers that the config names";
  return [
    ...tool.privileges.map((privilege) => privilegeText([privilege])),
    ...(tool.conditionalPrivileges ?? []).map(({ privilege, when }) =>
      `${privilegeText([privilege])} ${when}`
    ),
    ...(tool.backupPrivileges ?? []).map((privilege) => `${privilegeText([privilege])} of ${of}`),
  ].join(", ");
}
