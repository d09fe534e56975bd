import { AppError, type ErrorCode, messageOf } from "../errors.ts";
import type { Log } from "../log/log.ts";
import { withdrawLeftovers } from "../proxmox/migration/leftover_passes.ts";
import type { Background } from "./background.ts";
import { NOBODY } from "./leftovers.ts";

interface Options {
  readonly background: Background;
  readonly cluster: string;
  readonly isStopping: () => boolean;
  readonly log: Pick<Log, "warning">;
  readonly monotonic: () => number;
}

const AWAY: readonly ErrorCode[] = ["timeout", "unavailable"];
const PAUSE_MS = 60_000;

/** Deletes the tokens of guests that came into one cluster while their server ended. */
export class LeftoverPasses {
  readonly #options: Options;
  #isDone = false;
  #notBefore = -Infinity;
  #looking: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Looks until nothing is left of the time before; never rejects. */
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
    const { background, cluster, isStopping, log, monotonic } = this.#options;
    if (this.#isDone || monotonic() < this.#notBefore) return;
    this.#notBefore = monotonic() + PAUSE_MS;
    try {
      const work = await background.begin("tokens left over", {
        principal: { ...NOBODY, user: "proxmox-mcp", tokenName: "" },
        cluster,
        tool: "migrate_to_cluster",
        arguments: {},
        action: "delete API tokens that guests have come in with",
        language: "en",
        isOwn: true,
      }, withdrawLeftovers);
      this.#isDone = await work?.done === 0;
    } catch (error) {
      // That a cluster is away is told by who asks how it is.
      const isAway = error instanceof AppError && AWAY.includes(error.code);
      if (!isStopping() && !isAway) {
        log.warning(`API tokens of guests not cleaned up: ${messageOf(error)}`);
      }
    }
  }
}
