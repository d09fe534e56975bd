import type { AnyTool, Privilege } from "./tool.ts";

/** Every Proxmox privilege that some call of the tool needs. */
export function allPrivileges(tool: AnyTool): readonly Privilege[] {
  return tool.privileges;
}

/** `VM.Clone on /vms/{vmid}, VM.Allocate on /vms/{vmid}`. */
export function privilegeText(privileges: readonly Privilege[]): string {
  return privileges.map(([path, ...anyOf]) => `${anyOf.join(" or ")} on ${path}`).join(", ");
}
