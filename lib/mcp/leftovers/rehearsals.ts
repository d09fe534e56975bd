import type { Rehearsals } from "../../database/rehearsals.ts";
import { messageOf } from "../../errors.ts";
import { cleanUpAll } from "../../proxmox/rehearsal/leftover.ts";
import { REHEARSING } from "../../proxmox/rehearsal/rehearse.ts";
import { ownWork, type Surroundings } from "./looking.ts";

const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

/** Cleans up after rehearsals whose server has ended before them, later and later where that fails. */
export function lookForRehearsals(
  { background, cluster, isStopping, log }: Surroundings,
  rehearsals: Rehearsals,
): () => Promise<number> {
  let pauseMs = FIRST_PAUSE_MS;
  return async () => {
    try {
      // A database that is away is asked again at the next sweep.
      const [first] = await rehearsals.open().catch(() => []);
      if (first === undefined) return 0;
      const { begunBy: user, tokenName, vmid } = first;
      const asked = ownWork({
        user,
        tokenName,
        cluster,
        tool: "rehearse_restore",
        arguments: { vmid },
        action: `clean up after a rehearsal of ${vmid}`,
      });
      const work = await background.begin(REHEARSING, asked, (pve) => cleanUpAll(pve, rehearsals));
      const left = await work?.done ?? [];
      if (left.length > 0) throw new Error(left.join("; "));
      pauseMs = FIRST_PAUSE_MS;
      return 0;
    } catch (error) {
      if (isStopping()) return 0;
      log.warning(`Rehearsal not cleaned up: ${messageOf(error)}`);
      const pause = pauseMs;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      return pause;
    }
  };
}
