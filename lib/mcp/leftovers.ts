import type { Rehearsals } from "../database/rehearsals.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../log/log.ts";
import { cleanUpAll } from "../proxmox/rehearsal/leftover.ts";
import { REHEARSING } from "../proxmox/rehearsal/rehearse.ts";
import type { Background } from "./background.ts";

interface Options {
  readonly background: Background;
  readonly cluster: string;
  /** Those of the cluster. */
  readonly rehearsals: Rehearsals;
  readonly isStopping: () => boolean;
  readonly log: Pick<Log, "warning">;
  readonly monotonic: () => number;
}

/** Whoever began it may have no token any more. */
export const NOBODY = {
  userId: 0,
  tokenId: 0,
  scope: "admin",
  limits: null,
  proxmoxTokens: new Map(),
  address: "",
} as const;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

/** Cleans up after rehearsals whose server has ended before them. */
export class Leftovers {
  readonly #options: Options;
  #pauseMs = FIRST_PAUSE_MS;
  #notBefore = -Infinity;
  #looking: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Destroys what is left over, and tries again later where that fails; never rejects. */
  sweep(): Promise<void> {
    return this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
  }

  /** Resolves when nothing is looked for. */
  async idle(): Promise<void> {
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { background, cluster, isStopping, log, monotonic, rehearsals } = this.#options;
    if (monotonic() < this.#notBefore) return;
    try {
      // A database that is away is asked again at the next sweep.
      const [first] = await rehearsals.open().catch(() => []);
      if (first === undefined) return;
      const { begunBy: user, tokenName, vmid } = first;
      const work = await background.begin(REHEARSING, {
        principal: { ...NOBODY, user, tokenName },
        cluster,
        tool: "rehearse_restore",
        arguments: { vmid },
        action: `clean up after a rehearsal of ${vmid}`,
        language: "en",
        isOwn: true,
      }, (pve) => cleanUpAll(pve, rehearsals));
      const left = await work?.done ?? [];
      if (left.length === 0) {
        this.#pauseMs = FIRST_PAUSE_MS;
        return;
      }
      throw new Error(left.join("; "));
    } catch (error) {
      if (isStopping()) return;
      log.warning(`Rehearsal not cleaned up: ${messageOf(error)}`);
      this.#notBefore = monotonic() + this.#pauseMs;
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}
