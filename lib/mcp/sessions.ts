/** Something that stays open for a client between its requests. */
export interface Session {
  readonly id: string;
  /** The token that opened it; no other token may use it. */
  readonly tokenId: number;
  close(): void | Promise<void>;
  /** Lets go of what can be made again. */
  rest?(): void;
}

interface Entry<S> {
  readonly session: S;
  lastUsed: number;
  calls: number;
}

export interface SessionsOptions {
  /** How many a token may hold. */
  readonly maxPerToken: number;
  readonly idleMs: number;
  /** After so long without a call a session rests. */
  readonly restMs?: number;
  /** Milliseconds that only ever rise. */
  readonly monotonic: () => number;
}

/**
 * Open sessions: bounded in number for each token, closed after some idle time, bound to the token that
 * opened them. When a token's places are taken, the session of its own that has been idle longest makes
 * room, never one with a call under way.
 */
export class Sessions<S extends Session> {
  readonly #open = new Map<string, Entry<S>>();
  readonly #options: SessionsOptions;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  /** True when the token's places are taken. */
  isFull(tokenId: number): boolean {
    return this.#of(tokenId).length >= this.#options.maxPerToken;
  }

  /** Makes sure that the token has a place; false when there is a call under way in each of its sessions. */
  makeRoom(tokenId: number): boolean {
    this.sweep();
    while (this.isFull(tokenId)) {
      const [idlest] = this.#of(tokenId).filter(({ calls }) => calls === 0)
        .toSorted((a, b) => a.lastUsed - b.lastUsed);
      if (!idlest) return false;
      this.#end(idlest.session);
    }
    return true;
  }

  /** Adds a session, for which `makeRoom` has found a place. */
  add(session: S): void {
    this.makeRoom(session.tokenId);
    this.#open.set(session.id, { session, lastUsed: this.#options.monotonic(), calls: 0 });
  }

  /** Keeps a session from being idle, for a call under way, until the returned function is called. */
  hold(id: string): () => void {
    const entry = this.#open.get(id);
    if (!entry) return () => {};
    entry.calls++;
    return () => {
      entry.calls--;
      entry.lastUsed = this.#options.monotonic();
    };
  }

  /** The session, if this token opened it; marks it as used. */
  use(id: string, tokenId: number): S | undefined {
    const entry = this.#open.get(id);
    if (entry?.session.tokenId !== tokenId) return undefined;
    entry.lastUsed = this.#options.monotonic();
    return entry.session;
  }

  remove(id: string): void {
    this.#open.delete(id);
  }

  /** Closes one session, if it is open. */
  end(id: string): void {
    const entry = this.#open.get(id);
    if (entry) this.#end(entry.session);
  }

  /** Closes what has been idle too long, and lets rest what is idle. */
  sweep(): void {
    const { idleMs, restMs = Infinity, monotonic } = this.#options;
    const now = monotonic();
    for (const { session, lastUsed, calls } of [...this.#open.values()]) {
      if (calls > 0) continue;
      if (now - lastUsed >= idleMs) this.#end(session);
      else if (now - lastUsed >= restMs) session.rest?.();
    }
  }

  /** Closes the sessions of one token, or all of them. */
  closeAll(tokenId?: number): void {
    for (const { session } of [...this.#open.values()]) {
      if (tokenId === undefined || session.tokenId === tokenId) this.#end(session);
    }
  }

  #of(tokenId: number): Entry<S>[] {
    return [...this.#open.values()].filter(({ session }) => session.tokenId === tokenId);
  }

  #end(session: S): void {
    this.#open.delete(session.id);
    // A client that is gone may make closing fail; there is nobody left to tell.
    Promise.resolve(session.close()).catch(() => {});
  }
}
