/** Something that stays open for a client between its requests. */
export interface Session {
  readonly id: string;
  /** The token that opened it; no other token may use it. */
  readonly tokenId: number;
  close(): void | Promise<void>;
}

/**
 * Open sessions: bounded in number, closed after some idle time, bound to the token that opened them.
 * When the table is full the session that has been idle longest makes room.
 */
export class Sessions<S extends Session> {
  readonly #open = new Map<string, { session: S; lastUsed: number; calls: number }>();
  readonly #options: { max: number; idleMs: number; now: () => Date };

  constructor(options: { max: number; idleMs: number; now: () => Date }) {
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  add(session: S): void {
    this.sweep();
    while (this.#open.size >= this.#options.max) {
      const [oldest] = [...this.#open.values()].toSorted((a, b) => a.lastUsed - b.lastUsed);
      if (!oldest) break;
      this.#end(oldest.session);
    }
    this.#open.set(session.id, { session, lastUsed: this.#options.now().getTime(), calls: 0 });
  }

  /** Keeps a session from being idle, for a call under way, until the returned function is called. */
  hold(id: string): () => void {
    const entry = this.#open.get(id);
    if (!entry) return () => {};
    entry.calls++;
    return () => {
      entry.calls--;
      entry.lastUsed = this.#options.now().getTime();
    };
  }

  /** The session, if this token opened it; marks it as used. */
  use(id: string, tokenId: number): S | undefined {
    const entry = this.#open.get(id);
    if (entry?.session.tokenId !== tokenId) return undefined;
    entry.lastUsed = this.#options.now().getTime();
    return entry.session;
  }

  remove(id: string): void {
    this.#open.delete(id);
  }

  /** Closes what has been idle too long. */
  sweep(): void {
    const limit = this.#options.now().getTime() - this.#options.idleMs;
    for (const { session, lastUsed, calls } of [...this.#open.values()]) {
      if (calls === 0 && lastUsed <= limit) this.#end(session);
    }
  }

  /** Closes the sessions of one token, or all of them. */
  closeAll(tokenId?: number): void {
    for (const { session } of [...this.#open.values()]) {
      if (tokenId === undefined || session.tokenId === tokenId) this.#end(session);
    }
  }

  #end(session: S): void {
    this.#open.delete(session.id);
    // A client that is gone may make closing fail; there is nobody left to tell.
    Promise.resolve(session.close()).catch(() => {});
  }
}
