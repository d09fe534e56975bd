import { AppError, type ErrorCode, messageOf } from "../../errors.ts";
import { withdrawLeftovers } from "../../proxmox/migration/leftover_passes.ts";
import { ownWork, type Surroundings } from "./looking.ts";

const AWAY: readonly ErrorCode[] = ["timeout", "unavailable"];
const PAUSE_MS = 60_000;

/** Deletes the tokens of guests that came into a cluster while their server ended, until none is left. */
export function lookForPasses(
  { background, cluster, isStopping, log }: Surroundings,
): () => Promise<number> {
  return async () => {
    try {
      const asked = ownWork({
        user: "proxmox-mcp",
        tokenName: "",
        cluster,
        tool: "migrate_to_cluster",
        arguments: {},
        action: "delete API tokens that guests have come in with",
      });
      const work = await background.begin("tokens left over", asked, withdrawLeftovers);
      return await work?.done === 0 ? Infinity : PAUSE_MS;
    } catch (error) {
      // That a cluster is away is told by who asks how it is.
      const isAway = error instanceof AppError && AWAY.includes(error.code);
      if (!isStopping() && !isAway) {
        log.warning(`API tokens of guests not cleaned up: ${messageOf(error)}`);
      }
      return PAUSE_MS;
    }
  };
}
