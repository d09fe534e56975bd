import { mayReachCluster, type TokenLimits } from "../../auth/limits.ts";
import { AppError } from "../../errors.ts";
import { instead } from "../../proxmox/known.ts";
import { isRecord } from "../../record.ts";
import type { AnyTool } from "../../tool/tool.ts";
import type { CallRequest } from "../call_request.ts";
import type { CallServices } from "../call_services.ts";
import { Denied } from "../denied.ts";
import { messagesIn } from "../messages.ts";
import { coverageOf } from "./coverage.ts";

/** A call's arguments without the cluster that they name. */
export interface Taken {
  readonly arguments: unknown;
  readonly named: string | undefined;
  /** The clusters that the call may be about; none where there is one only, which nobody names. */
  readonly visible: readonly string[];
}

/** The clusters that a token may know of, in the order of the configuration. */
export function visibleTo(names: readonly string[], limits: TokenLimits | null): string[] {
  return names.filter((name) => mayReachCluster(limits, name));
}

/**
 * Takes the cluster out of a call's arguments, where there are several.
 *
 * @throws AppError `invalid` for one that there is not, and in the same words for one out of reach; Denied
 * when none is within reach
 */
export function takeCluster(
  { proxmox }: Pick<CallServices, "proxmox">,
  { arguments: given, language, principal: { limits } }: CallRequest,
  tool: AnyTool,
): Taken {
  const visible = visibleTo(proxmox.names, limits);
  const isAboutNone = coverageOf(tool) === "none";
  if (visible.length === 0 && !isAboutNone) {
    throw new Denied(messagesIn(language).toolOutOfReach(tool.name));
  }
  if (!proxmox.several) return { arguments: given, named: undefined, visible: [] };
  if (isAboutNone) return { arguments: given, named: undefined, visible };
  const { cluster = null, ...rest } = isRecord(given) ? given : {};
  if (cluster === null) {
    return { arguments: isRecord(given) ? rest : given, named: undefined, visible };
  }
  if (typeof cluster !== "string" || !visible.includes(cluster)) {
    const shown = (typeof cluster === "string" ? cluster : JSON.stringify(cluster)).slice(0, 100);
    throw new AppError(
      "invalid",
      `Invalid arguments for ${tool.name}: there is no cluster ${shown}${instead(shown, visible)}`,
    );
  }
  return { arguments: rest, named: cluster, visible };
}
