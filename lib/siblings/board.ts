import { createHash } from "node:crypto";
import { bytesOf, Counts, MOST_WORKERS } from "./counts.ts";

export { MOST_WORKERS } from "./counts.ts";

/** What a token keeps open between its requests; `follow` is what it is told the changes of. */
const OPEN_KINDS = ["http", "sse", "listen", "follow"] as const;
export type OpenKind = typeof OPEN_KINDS[number];

/** Tokens with calls under way that one worker tells the others of. */
const CALLERS = 200;
/** The same for those that keep something open. */
const KEEPERS = 2_000;
const HEAD = 4 + MOST_WORKERS;
const WAYS = 16;
const SETS = 4_096;
const SLOTS = WAYS * SETS;
const COUNTS_BYTES = 4 * HEAD + bytesOf(CALLERS) + OPEN_KINDS.length * bytesOf(KEEPERS);
/** Bytes of the memory that all workers of one server see. */
export const BOARD_BYTES = COUNTS_BYTES + 8 * 3 * SLOTS;

/** Holds the number, from 1, of the worker that counts; 0 when none does. */
const LOCK = 0;
const CHANGES = 1;
/** Holds the number, from 1, of the worker whose turn it is to write; 0 when it is nobody's. */
const TURN = 2;
/** From here on how often each worker has said that its event loop turns. */
const BEATS = 4;
const LOCK_WAIT_MS = 1;
/** Counting takes microseconds: who has not done it in so long was ended meanwhile. */
const LOCK_MS = 100;
/** Who keeps its turn for longer, or has broken, is no longer waited for. */
const TURN_MS = 100;

/** How often something has happened, and for how many milliseconds that still counts. */
export interface Tally {
  readonly points: number;
  readonly leftMs: number;
}

/**
 * What all workers of one server count together, in memory that they share: calls under way, what tokens
 * keep open, rates on a database that nobody else uses, and the changes after which what was read is out
 * of date.
 */
export class Board {
  readonly #index: number;
  readonly #now: () => number;
  readonly #head: Int32Array;
  readonly #calls: Counts;
  readonly #open: Readonly<Record<OpenKind, Counts>>;
  readonly #keys: BigInt64Array;
  /** Points and the time when they expire, by turns. */
  readonly #tallies: Float64Array;
  /** For how many the turn is kept here. */
  #turns = 0;

  /**
   * @param index the worker's own, from 0
   * @param now milliseconds of a clock that nobody sets, the same for all workers
   */
  constructor(memory: SharedArrayBuffer, index: number, now = () => performance.now()) {
    this.#index = index;
    this.#now = now;
    // One that broke has left its counts behind, and may have kept its turn.
    forgetWorker(memory, index);
    this.#head = new Int32Array(memory, 0, HEAD);
    this.#calls = new Counts(callsIn(memory), index);
    const opened = OPEN_KINDS.map((kind) => [kind, new Counts(openIn(memory, kind), index)]);
    this.#open = Object.fromEntries(opened);
    this.#keys = new BigInt64Array(memory, COUNTS_BYTES, SLOTS);
    this.#tallies = new Float64Array(memory, COUNTS_BYTES + 8 * SLOTS, 2 * SLOTS);
  }

  /** Says that this worker's event loop turns. */
  beat(): void {
    Atomics.add(this.#head, BEATS + this.#index, 1);
  }

  /** How many changes the workers have made; another number than before: what was read is out of date. */
  get changes(): number {
    return Atomics.load(this.#head, CHANGES);
  }

  /** Counts one more; gives their number. */
  noteChange(): number {
    return (Atomics.add(this.#head, CHANGES, 1) + 1) | 0;
  }

  /**
   * Waits until none of the others writes the file that all of them use, so that each collects meanwhile
   * what it is to write. It saves work and holds nobody off: the database keeps its own lock.
   */
  readonly turn = async (): Promise<() => void> => {
    while (this.#turns === 0) {
      const holder = Atomics.compareExchange(this.#head, TURN, 0, this.#index + 1);
      if (holder === 0) break;
      const { async, value } = Atomics.waitAsync(this.#head, TURN, holder, TURN_MS);
      if (async && await value === "timed-out") return () => {};
    }
    this.#turns++;
    return () => {
      if (--this.#turns === 0) giveOn(this.#head, TURN, this.#index);
    };
  };

  /** Tells the others how many calls of a token are under way here. */
  setCalls(tokenId: number, calls: number): void {
    this.#calls.set(tokenId, calls);
  }

  /** How many calls are under way elsewhere: of the token, and of all. */
  callsElsewhere(tokenId: number): { own: number; all: number } {
    return this.#calls.elsewhere(tokenId);
  }

  /** How many of a kind a token keeps open elsewhere. */
  openElsewhere(kind: OpenKind, tokenId: number): number {
    return this.#open[kind].elsewhere(tokenId).own;
  }

  /** Tells the others that a token is to have so many open here; false where that makes more than `most` in all. */
  takeOpen(kind: OpenKind, tokenId: number, { own, most }: { own: number; most: number }): boolean {
    return this.#locked(() => {
      if (own + this.openElsewhere(kind, tokenId) > most) return false;
      this.setOpen(kind, tokenId, own);
      return true;
    });
  }

  setOpen(kind: OpenKind, tokenId: number, own: number): void {
    this.#open[kind].set(tokenId, own);
  }

  /** Adds to what is counted under a key; what has expired begins anew and counts for so long. */
  add(key: string, points: number, ms: number): Tally {
    return this.#at(key, (slot, now) => {
      const { points: before, expires } = this.#read(slot);
      return expires > now
        ? this.#write(slot, { points: before + points, expires })
        : this.#write(slot, { points, expires: now + ms });
    });
  }

  set(key: string, points: number, ms: number): Tally {
    return this.#at(key, (slot, now) => this.#write(slot, { points, expires: now + ms }));
  }

  get(key: string): Tally | undefined {
    const tally = this.#at(key, (slot) => this.#read(slot));
    return tally.leftMs > 0 ? tally : undefined;
  }

  /** Works on the key's own slot, or the one whose time ends first in its set: that becomes the key's. */
  #at(
    key: string,
    work: (slot: number, now: number) => { points: number; expires: number },
  ): Tally {
    const digest = createHash("sha256").update(key).digest();
    const own = digest.readBigInt64LE(0);
    const first = digest.readUInt16LE(8) % SETS * WAYS;
    const now = this.#now();
    const { points, expires } = this.#locked(() => work(this.#slotOf(own, first), now));
    return { points, leftMs: Math.max(0, expires - now) };
  }

  #slotOf(own: bigint, first: number): number {
    let slot = first;
    for (let at = first; at < first + WAYS; at++) {
      if (this.#keys[at] === own) return at;
      if (this.#read(at).expires < this.#read(slot).expires) slot = at;
    }
    this.#keys[slot] = own;
    this.#write(slot, { points: 0, expires: 0 });
    return slot;
  }

  #read(slot: number): { points: number; expires: number } {
    const [points = 0, expires = 0] = this.#tallies.subarray(2 * slot, 2 * slot + 2);
    return { points, expires };
  }

  #write(slot: number, tally: { points: number; expires: number }): typeof tally {
    this.#tallies.set([tally.points, tally.expires], 2 * slot);
    return tally;
  }

  /** Microseconds of work, for which another worker waits. */
  #locked<T>(work: () => T): T {
    const own = this.#index + 1;
    const end = performance.now() + LOCK_MS;
    for (let holder; (holder = Atomics.compareExchange(this.#head, LOCK, 0, own)) !== 0;) {
      if (performance.now() > end) {
        if (Atomics.compareExchange(this.#head, LOCK, holder, own) === holder) break;
      } else Atomics.wait(this.#head, LOCK, holder, LOCK_WAIT_MS);
    }
    try {
      return work();
    } finally {
      giveOn(this.#head, LOCK, this.#index);
    }
  }
}

/** Takes away what a worker that has ended has left behind. */
export function forgetWorker(memory: SharedArrayBuffer, index: number): void {
  Counts.clear(callsIn(memory), index);
  for (const kind of OPEN_KINDS) Counts.clear(openIn(memory, kind), index);
  giveOn(new Int32Array(memory, 0, HEAD), TURN, index);
}

/** How often a worker has said that its event loop turns. */
export function beatsOf(memory: SharedArrayBuffer, index: number): number {
  return Atomics.load(new Int32Array(memory, 0, HEAD), BEATS + index);
}

/** Lets go of what a worker holds, if it does. */
function giveOn(head: Int32Array, what: typeof LOCK | typeof TURN, index: number): void {
  const own = index + 1;
  if (Atomics.compareExchange(head, what, own, 0) === own) Atomics.notify(head, what);
}

function callsIn(memory: SharedArrayBuffer): Int32Array {
  return new Int32Array(memory, 4 * HEAD, bytesOf(CALLERS) / 4);
}

function openIn(memory: SharedArrayBuffer, kind: OpenKind): Int32Array {
  const before = 4 * HEAD + bytesOf(CALLERS) + OPEN_KINDS.indexOf(kind) * bytesOf(KEEPERS);
  return new Int32Array(memory, before, bytesOf(KEEPERS) / 4);
}
