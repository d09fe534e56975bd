import type { Log } from "../../log/log.ts";
import type { Asked, Background } from "../background.ts";

/** What a look for leftovers in one cluster needs. */
export interface Surroundings {
  readonly background: Background;
  readonly cluster: string;
  readonly isStopping: () => boolean;
  readonly log: Pick<Log, "warning">;
}

/** Looks for one kind of leftovers in one cluster, and sees to what it finds; never rejects. */
export class Looking {
  readonly #look: () => Promise<number>;
  readonly #monotonic: () => number;
  #notBefore = -Infinity;
  #underWay: Promise<void> | undefined;

  /** @param look never rejects; resolves with the milliseconds until it is to look again */
  constructor(look: () => Promise<number>, monotonic: () => number) {
    this.#look = look;
    this.#monotonic = monotonic;
  }

  /** Looks, unless it does so already or is to wait. */
  sweep(): void {
    if (this.#monotonic() < this.#notBefore) return;
    this.#underWay ??= this.#look().then((pauseMs) => {
      this.#notBefore = this.#monotonic() + pauseMs;
      this.#underWay = undefined;
    });
  }

  /** Resolves when nothing is looked for. */
  async idle(): Promise<void> {
    await this.#underWay;
  }
}

/** Work of the server itself: whoever began it may have no token any more. */
export function ownWork(
  { user, tokenName, ...work }:
    & Pick<Asked, "action" | "arguments" | "cluster" | "tool">
    & Pick<Asked["principal"], "user" | "tokenName">,
): Asked {
  return {
    ...work,
    principal: {
      user,
      userId: 0,
      tokenName,
      tokenId: 0,
      scope: "admin",
      limits: null,
      proxmoxTokens: new Map(),
      address: "",
    },
    language: "en",
    isOwn: true,
  };
}
