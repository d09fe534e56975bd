import type { TokenRecord } from "./accounts.ts";

/** A token that was good when it was last looked up. */
export interface CachedToken {
  readonly record: TokenRecord;
  /** When the database last said so, and when its use was last noted, by the monotonic clock. */
  readonly checkedAt: number;
  readonly touchedAt: number;
}

/** Tokens by the hash of their raw form, the most recently used ones up to a bound. */
export class TokenCache {
  readonly #entries = new Map<string, CachedToken>();
  readonly #max: number;

  constructor(options: { max: number }) {
    this.#max = options.max;
  }

  get(tokenHash: string): CachedToken | undefined {
    return this.#entries.get(tokenHash);
  }

  /** Makes it the most recently used; the least recently used gives way. */
  set(tokenHash: string, entry: CachedToken): void {
    this.#entries.delete(tokenHash);
    this.#entries.set(tokenHash, entry);
    if (this.#entries.size <= this.#max) return;
    const [oldest = ""] = this.#entries.keys();
    this.#entries.delete(oldest);
  }

  /** Renews an entry where it stands in the order of use. */
  renew(tokenHash: string, entry: CachedToken): void {
    if (this.#entries.has(tokenHash)) this.#entries.set(tokenHash, entry);
  }

  delete(tokenHash: string): boolean {
    return this.#entries.delete(tokenHash);
  }

  deleteToken(tokenId: number): void {
    for (const [tokenHash, { record }] of this.#entries) {
      if (record.id === tokenId) this.#entries.delete(tokenHash);
    }
  }

  entries(): [string, CachedToken][] {
    return [...this.#entries];
  }
}

/** True when nothing but the time of its last use differs. */
export function isSameToken(a: TokenRecord, b: TokenRecord): boolean {
  return a === b || fingerprint(a) === fingerprint(b);
}

/** Databases give a user's Proxmox tokens in any order, and JSON tells nothing of a map. */
function fingerprint({ proxmoxTokens, ...record }: TokenRecord): string {
  const sealed = [...proxmoxTokens.values()].map((token) => token.sealed).sort();
  return JSON.stringify({ ...record, lastUsed: null, sealed });
}
