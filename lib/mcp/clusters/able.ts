import type { Principal } from "../../auth/principal.ts";
import type { Log } from "../../log/log.ts";
import { oncePer } from "../../once_per.ts";
import { type Grants, mayAnywhere } from "../../proxmox/privileges.ts";
import type { AnyTool } from "../../tool/tool.ts";
import type { CallServices } from "../call_services.ts";
import type { Language } from "../messages.ts";
import { visibleTo } from "./argument.ts";
import { askAll } from "./ask_all.ts";
import { reachedIn } from "./reached.ts";

/** Tells whether Proxmox would let a tool do anything at all. */
export type Able = (tool: AnyTool) => boolean;

interface Surroundings extends Pick<CallServices, "monotonic" | "proxmox" | "stragglers"> {
  readonly language: Language;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Makes what tells of tools whether any of the clusters that somebody sees would let them do anything, always
 * the same for the same grants. Where one does not tell, or none has answered, every tool may.
 */
export function ableIn(around: Surroundings): (principal: Principal) => Promise<Able> {
  const ableBy = ableWith();
  const { language, proxmox, stragglers } = around;
  return async (principal) => {
    const names = visibleTo(proxmox.names, principal.limits);
    const answers = await askAll(names, async (cluster) => {
      // Who may send nothing is told why by what is called.
      const { access } = await reachedIn({ proxmox }, { principal, language, cluster });
      return await access.grants();
    }, { ...around, stragglers: stragglers.of("grants", principal) });
    return ableBy(answers.flatMap((answer) => "value" in answer ? [answer.value] : []));
  };
}

function ableWith(): (grants: readonly (Grants | undefined)[]) => Able {
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
