import { oncePer } from "../../once_per.ts";
import { type Grants, mayAnywhere } from "../../proxmox/privileges.ts";
import type { AnyTool } from "../../tool/tool.ts";

/** Tells whether Proxmox would let a tool do anything at all. */
export type Able = (tool: AnyTool) => boolean;

/**
 * Makes what tells of tools whether any of some clusters would let them do anything, always the same for the
 * same grants. Where one does not tell, or none has answered, every tool may.
 */
export function ableWith(): (grants: readonly (Grants | undefined)[]) => Able {
  const none = step(() => false);
  return (grants) => {
    if (grants.length === 0) return everything;
    let reached = none;
    for (const each of grants) {
      if (each === undefined) return everything;
      reached = reached.and(each);
    }
    return reached.able;
  };
}

interface Step {
  readonly able: Able;
  readonly and: (grants: Grants) => Step;
}

function step(able: Able): Step {
  return {
    able,
    and: oncePer((grants: Grants) =>
      step((tool) => able(tool) || mayAnywhere(grants, tool.privileges))
    ),
  };
}

const everything: Able = () => true;
