import { hash } from "node:crypto";
import type { Bearer } from "../auth/bearer.ts";

const MAX_TOKENS = 10_000;
/** What the provider or an administrator has changed meanwhile is seen after so long at the latest. */
const KEPT_MS = 5 * 60_000;

interface Entry {
  readonly token: Bearer;
  /** Unix milliseconds, after which the token itself is no longer good. */
  readonly expires: number;
  readonly until: number;
}

/** Tokens whose signature has been checked, by their hash; the least recently used ones give way. */
export class VerifiedTokens {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => Date;
  readonly #monotonic: () => number;

  constructor({ now, monotonic }: { now: () => Date; monotonic: () => number }) {
    this.#now = now;
    this.#monotonic = monotonic;
  }

  get(bearer: string): Bearer | undefined {
    const key = keyOf(bearer);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (this.#now().getTime() >= entry.expires || this.#monotonic() >= entry.until) {
      return undefined;
    }
    this.#entries.set(key, entry);
    return entry.token;
  }

  /** @param expires Unix seconds */
  keep(bearer: string, { token, expires }: { token: Bearer; expires: number }): void {
    const until = this.#monotonic() + KEPT_MS;
    this.#entries.set(keyOf(bearer), { token, expires: expires * 1000, until });
    if (this.#entries.size <= MAX_TOKENS) return;
    const [oldest = ""] = this.#entries.keys();
    this.#entries.delete(oldest);
  }

  forget(bearer: string): void {
    this.#entries.delete(keyOf(bearer));
  }

  clear(): void {
    this.#entries.clear();
  }
}

function keyOf(bearer: string): string {
  return hash("sha256", bearer, "base64");
}
