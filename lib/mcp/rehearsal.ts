import { Limit } from "../abort.ts";
import { AppError } from "../errors.ts";
import { clip } from "../proxmox/clip.ts";
import { Pve } from "../proxmox/pve.ts";
import type { ToolContext } from "../tool/tool.ts";
import type { CallRequest, CallServices } from "./call.ts";
import { reachOf } from "./reach.ts";

const PATIENCE_MS = 20_000;
const LONGEST_REASON = 4_000;

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
  const pve = new Pve(services.pve, {
    caller: `token ${request.principal.tokenId}`,
    signal: over.signal,
    reach: reachOf(request.principal.limits),
    dryRun: true,
    action,
    progress: request.progress,
    announce: () => Promise.resolve(),
  });
  try {
    return await look({
      pve,
      server: services.server,
      plans: services.approvals.deskOf(request.principal, services.catalog),
      isOn: (name) => services.catalog.isOn(name),
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const reason = clip(error.message, LONGEST_REASON);
    throw new AppError(error.code, `Cannot ${action}: ${reason}`, { cause: error });
  } finally {
    pve.release();
    // What was not waited for any longer ends too.
    over.abort();
  }
}
