import type { Places } from "./places.ts";

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
  /** Gives its place back. */
  readonly leave: () => void;
  lastUsed: number;
  calls: number;
}

export interface SessionsOptions {
  /** How many a token may hold. */
  readonly places: Places;
  readonly idleMs: number;
  /** After so long without a call a session rests. */
  readonly restMs?: number;
  /** Milliseconds that only ever rise. */
  readonly monotonic: () => number;
}

/**
 * Open sessions: bounded in number for each token, closed after some idle time, bound to the token that
 * opened them. When a token's places are taken, the session of its own that has been idle longest makes
 * room, on whichever worker, never one with a call under way.
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
    return this.#options.places.isFull(tokenId);
  }

  /**
   * Takes a place for a session of the token, which the result gives back; undefined when there is a call
   * under way in each that it has.
   */
  async take(tokenId: number): Promise<(() => void) | undefined> {
    this.sweep();
    for (;;) {
      const leave = this.#options.places.take(tokenId);
      if (leave !== undefined) return leave;
      if (!await this.#makeRoom(tokenId)) return undefined;
    }
  }

  /** Adds a session, which gives the place that was taken for it back when it ends. */
  add(session: S, leave: () => void): void {
    const lastUsed = this.#options.monotonic();
    this.#open.set(session.id, { session, leave, lastUsed, calls: 0 });
  }

  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** For how many milliseconds the token's longest idle session, which may be ended, has been so; null without one. */
  idlest(tokenId: number, { end }: { end: boolean }): number | null {
    const [idlest] = [...this.#open.values()]
      .filter(({ session, calls }) => session.tokenId === tokenId && calls === 0)
      .toSorted((a, b) => a.lastUsed - b.lastUsed);
    if (idlest === undefined) return null;
    if (end) this.#end(idlest.session);
    return this.#options.monotonic() - idlest.lastUsed;
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
    this.#open.get(id)?.leave();
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

  async #makeRoom(tokenId: number): Promise<boolean> {
    const elsewhere = await this.#options.places.idlestElsewhere(tokenId);
    const here = this.idlest(tokenId, { end: false }) ?? -1;
    if (elsewhere !== undefined && elsewhere.idleMs > here && await elsewhere.end()) return true;
    return this.idlest(tokenId, { end: true }) !== null;
  }

  #end(session: S): void {
    this.remove(session.id);
    // A client that is gone may make closing fail; there is nobody left to tell.
    Promise.resolve(session.close()).catch(() => {});
  }
}
