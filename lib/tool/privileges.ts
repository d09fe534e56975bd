import type { AnyTool, Privilege } from "./tool.ts";

/** What a call with this input needs. */
export function privilegesOf(tool: AnyTool, input: Record<string, unknown>): readonly Privilege[] {
  const more = (tool.conditionalPrivileges ?? []).filter((each) => each.if(input));
  return [...tool.privileges, ...more.map(({ privilege }) => privilege)];
}

/** What any call may need: what a role for the tool must hold. */
export function allPrivileges(tool: AnyTool): readonly Privilege[] {
  return [
    ...tool.privileges,
    ...(tool.conditionalPrivileges ?? []).map(({ privilege }) => privilege),
  ];
}
