import { clearInterval, setInterval } from "node:timers";
import { DatabaseReplaced } from "../database/database.ts";
import { AppError } from "../errors.ts";
import { Passing } from "../passing.ts";
import type { AccountStore } from "./account_store.ts";
import type { TokenRecord } from "./accounts.ts";
import { judgeToken } from "./token.ts";
import { isSameToken, TokenCache } from "./token_cache.ts";

/** How long a token is honoured after the database last vouched for it, while that is away. */
const HONOURED_MS = 60_000;
const TOUCH_AFTER_MS = 60_000;
const PATIENCE_MS = 3_000;
const MAX_TOKENS = 10_000;
const UNAVAILABLE = "Cannot check the token: the database is not available, try again later";

/** What is asked about tokens. */
export type TokenSource = Pick<
  AccountStore,
  "findToken" | "findTokensById" | "touchToken" | "onRevoked" | "watchIntervalMs"
>;

export interface TokenWatchOptions {
  readonly store: TokenSource;
  readonly now: () => Date;
  /** Milliseconds that only ever rise: a clock set back must not keep what is known for longer. */
  readonly monotonic: () => number;
  readonly onProblem: (error: unknown) => void;
  /** How long a lookup may take before the database counts as away; 3,000 ms when not given. */
  readonly patienceMs?: number | undefined;
}

/** Looks tokens up, remembers the good ones for when the database is away, and notices their end. */
export class TokenWatch {
  readonly #store: TokenSource;
  readonly #now: () => Date;
  readonly #monotonic: () => number;
  readonly #onProblem: (error: unknown) => void;
  readonly #patienceMs: number;
  readonly #cache = new TokenCache({ max: MAX_TOKENS });
  readonly #listeners = new Passing<(tokenId: number) => void>();
  readonly #touches = new Set<Promise<void>>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #unsubscribe: () => void;
  #revocations = 0;
  #away: AppError | null = null;
  #lookups = 0;
  #polling: Promise<void> | null = null;

  constructor(options: TokenWatchOptions) {
    this.#store = options.store;
    this.#now = options.now;
    this.#monotonic = options.monotonic;
    this.#onProblem = options.onProblem;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.#unsubscribe = this.#store.onRevoked((tokenId) => this.#revoked(tokenId));
    this.#timer = setInterval(() => this.poll(), this.#store.watchIntervalMs);
    this.#timer.unref();
  }

  /**
   * The token with this hash, good or not, null when there is none. Throws AppError `unavailable` when
   * the database is away and did not vouch for the token within the last minute, or when it was replaced:
   * then nobody can tell what was revoked.
   */
  async find(tokenHash: string): Promise<TokenRecord | null> {
    try {
      const record = await this.#lookUp(tokenHash);
      this.#keep(tokenHash, record);
      return record;
    } catch (error) {
      if (error instanceof AppError && error.cause instanceof DatabaseReplaced) this.#forget();
      const known = this.#cache.get(tokenHash);
      if (known !== undefined && this.#monotonic() - known.checkedAt <= HONOURED_MS) {
        return known.record;
      }
      throw error;
    }
  }

  /** The token as it was when the database last vouched for it. */
  lastKnown(tokenHash: string): TokenRecord | undefined {
    return this.#cache.get(tokenHash)?.record;
  }

  /** Writes `last_used` after the caller has gone on; a failure concerns no caller. */
  noteUse(tokenHash: string): void {
    const touchedAt = this.#monotonic();
    const known = this.#cache.get(tokenHash);
    if (known === undefined || this.#away !== null) return;
    if (touchedAt - known.touchedAt < TOUCH_AFTER_MS) return;
    this.#cache.renew(tokenHash, { ...known, touchedAt });
    const at = this.#now();
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve);
    const touch = promise.then(() => this.#store.touchToken(known.record.id, at))
      .catch(this.#onProblem)
      .finally(() => this.#touches.delete(touch));
    this.#touches.add(touch);
  }

  onRevoked(listener: (tokenId: number) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Looks every known token up again; one run at a time. Failures go to `onProblem`. */
  poll(): Promise<void> {
    this.#polling ??= this.#lookAgain().catch((error) => {
      if (error instanceof DatabaseReplaced) this.#forget();
      this.#onProblem(error);
    }).finally(() => {
      this.#polling = null;
    });
    return this.#polling;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#listeners.clear();
    await Promise.all([this.#polling, ...this.#touches]);
  }

  /** Asks the database; once more when a token was revoked while it answered. */
  async #lookUp(tokenHash: string): Promise<TokenRecord | null> {
    const revocations = this.#revocations;
    const record = await this.#ask(tokenHash);
    return revocations === this.#revocations ? record : await this.#ask(tokenHash);
  }

  /** While the database is away one request at a time finds out whether it is back. */
  async #ask(tokenHash: string): Promise<TokenRecord | null> {
    if (this.#away !== null && this.#lookups > 0) throw this.#away;
    this.#lookups++;
    const answer = this.#store.findToken(tokenHash).finally(() => this.#lookups--);
    const silence = Promise.withResolvers<null>();
    const timer = setTimeout(() => silence.reject(new Error("no answer")), this.#patienceMs);
    try {
      const record = await Promise.race([answer, silence.promise]);
      this.#away = null;
      return record;
    } catch (error) {
      this.#away = new AppError("unavailable", UNAVAILABLE, { cause: error });
      throw this.#away;
    } finally {
      clearTimeout(timer);
      // So that the timer, which stays in memory for a while, holds nothing of the call.
      silence.resolve(null);
    }
  }

  #keep(tokenHash: string, record: TokenRecord | null): void {
    const now = this.#now();
    const known = this.#cache.get(tokenHash);
    const good = record !== null && judgeToken(record, { now }).good;
    if (good) {
      const checkedAt = this.#monotonic();
      // Another instance may have noted a use; a time to come tells nothing.
      const unused = now.getTime() - (record.lastUsed?.getTime() || 0);
      const noted = unused < 0 ? -Infinity : checkedAt - unused;
      const touchedAt = Math.max(known?.touchedAt ?? -Infinity, noted);
      this.#cache.set(tokenHash, { record, checkedAt, touchedAt });
    } else {
      this.#cache.delete(tokenHash);
    }
    if (known !== undefined && !(good && isSameToken(known.record, record))) {
      this.#tell(known.record.id);
    }
  }

  async #lookAgain(): Promise<void> {
    const known = this.#cache.entries();
    if (known.length === 0) return;
    const records = await this.#store.findTokensById(known.map(([, { record }]) => record.id));
    const byId = new Map(records.map((record) => [record.id, record]));
    const now = this.#now();
    for (const [tokenHash, entry] of known) {
      const record = byId.get(entry.record.id);
      const hasMoved = record !== undefined && !tokenHash.startsWith(record.hashPrefix);
      if (record === undefined || hasMoved || !judgeToken(record, { now }).good) {
        this.#revoked(entry.record.id);
      } else {
        this.#cache.renew(tokenHash, { ...entry, record, checkedAt: this.#monotonic() });
        if (!isSameToken(entry.record, record)) this.#tell(record.id);
      }
    }
  }

  /** Nothing that was known of tokens counts any longer. */
  #forget(): void {
    for (const [, { record }] of this.#cache.entries()) this.#revoked(record.id);
  }

  #revoked(tokenId: number | null): void {
    this.#revocations++;
    if (tokenId === null) {
      this.poll();
    } else {
      this.#cache.deleteToken(tokenId);
      this.#tell(tokenId);
    }
  }

  #tell(tokenId: number): void {
    for (const listener of this.#listeners) {
      try {
        listener(tokenId);
      } catch (error) {
        this.#onProblem(error);
      }
    }
  }
}
