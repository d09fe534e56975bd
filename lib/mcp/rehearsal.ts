import { Limit } from "../abort.ts";
import { onlyLooking } from "../proxmox/only_looking.ts";
import { Pve } from "../proxmox/pve.ts";
import type { ToolContext } from "../tool/tool.ts";
import type { CallRequest } from "./call_request.ts";
import type { CallServices } from "./call_services.ts";
import { markOfCaller } from "./callers_proxmox.ts";
import { Others } from "./clusters/others.ts";
import { reachedIn } from "./clusters/reached.ts";
import { forOtherType } from "./advice.ts";
import { cannot } from "./cannot.ts";
import { reachOf } from "./reach.ts";
import { toolContext } from "./tool_context.ts";

const PATIENCE_MS = 20_000;

/**
 * Looks at what a call would do, in a dry run of its own: nothing is changed by that.
 *
 * @throws AppError that begins with what cannot be done
 */
export async function rehearse<T>(
  services: CallServices,
  request: CallRequest,
  { action, look }: { action: string; look: (context: ToolContext) => Promise<T> },
): Promise<T> {
  using over = new Limit(request.signal, PATIENCE_MS);
  const call = onlyLooking({
    caller: `token ${request.principal.tokenId}`,
    signal: over.signal,
    // The call that is approved at last is another request.
    mark: markOfCaller(request.principal),
    reach: reachOf(request.principal.limits),
    action,
    forOtherType: forOtherType(request.tool),
    progress: request.progress,
  });
  const pve = new Pve(await reachedIn(services, request), call);
  const clusters = new Others(services, { caller: request, call, pve });
  try {
    const plans = services.approvals.deskOf(request.principal, services.catalog);
    const seen = await look(toolContext(services, { ...request, pve, clusters, plans, action }));
    if (pve.refused) throw pve.refused;
    return seen;
  } catch (error) {
    throw cannot(action, pve.refused ?? error);
  } finally {
    clusters.release();
    pve.release();
    // What was not waited for any longer ends too.
    over.abort();
  }
}
