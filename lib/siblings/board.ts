import { createHash } from "node:crypto";

/** The most workers that one server may have: what Proxmox is asked at once is divided among them. */
export const MOST_WORKERS = 4;
/** Calls that one worker tells the others of, one entry for each token. */
const ENTRIES = 200;
const REGION = 2 * ENTRIES;
const HEAD = 4;
const WAYS = 16;
const SETS = 4_096;
const SLOTS = WAYS * SETS;
const COUNTS_BYTES = 4 * (HEAD + MOST_WORKERS * REGION);
/** Bytes of the memory that all workers of one server see. */
export const BOARD_BYTES = COUNTS_BYTES + 8 * 3 * SLOTS;

const LOCK = 0;
const CHANGES = 1;
/** Holds the number, from 1, of the worker whose turn it is to write; 0 when it is nobody's. */
const TURN = 2;
const LOCK_WAIT_MS = 1;
/** Who keeps its turn for longer, or has broken, is no longer waited for. */
const TURN_MS = 100;

/** How often something has happened, and for how long that counts. */
export interface Tally {
  readonly points: number;
  /** Unix milliseconds. */
  readonly expires: number;
}

/**
 * What all workers of one server count together, in memory that they share: calls under way, rates on a
 * database that nobody else uses, and the changes after which what was read is out of date.
 */
export class Board {
  readonly #index: number;
  readonly #counts: Int32Array;
  readonly #keys: BigInt64Array;
  /** Points and the time when they expire, by turns. */
  readonly #tallies: Float64Array;
  /** Where a token's calls stand among this worker's own. */
  readonly #places = new Map<number, number>();
  /** For how many the turn is kept here. */
  #turns = 0;

  /** @param index the worker's own, from 0 */
  constructor(memory: SharedArrayBuffer, index: number) {
    this.#index = index;
    this.#counts = new Int32Array(memory, 0, COUNTS_BYTES / 4);
    this.#keys = new BigInt64Array(memory, COUNTS_BYTES, SLOTS);
    this.#tallies = new Float64Array(memory, COUNTS_BYTES + 8 * SLOTS, 2 * SLOTS);
    // One that broke has left its calls behind, and may have kept its turn.
    this.#counts.fill(0, this.#regionOf(index), this.#regionOf(index + 1));
    this.#giveTurnOn();
  }

  /** How many changes the workers have made; another number than before: what was read is out of date. */
  get changes(): number {
    return Atomics.load(this.#counts, CHANGES);
  }

  /** Counts one more; gives their number. */
  noteChange(): number {
    return (Atomics.add(this.#counts, CHANGES, 1) + 1) | 0;
  }

  /**
   * Waits until none of the others writes the file that all of them use, so that each collects meanwhile
   * what it is to write. It saves work and holds nobody off: the database keeps its own lock.
   */
  readonly turn = async (): Promise<() => void> => {
    while (this.#turns === 0) {
      const holder = Atomics.compareExchange(this.#counts, TURN, 0, this.#index + 1);
      if (holder === 0) break;
      const { async, value } = Atomics.waitAsync(this.#counts, TURN, holder, TURN_MS);
      if (async && await value === "timed-out") return () => {};
    }
    this.#turns++;
    return () => {
      if (--this.#turns === 0) this.#giveTurnOn();
    };
  };

  /** Tells the others how many calls of a token are under way here. */
  setCalls(tokenId: number, calls: number): void {
    const place = this.#places.get(tokenId) ?? this.#freePlace();
    if (place === undefined) return;
    if (calls === 0) this.#places.delete(tokenId);
    else this.#places.set(tokenId, place);
    Atomics.store(this.#counts, place, tokenId);
    Atomics.store(this.#counts, place + 1, calls);
  }

  /** How many calls are under way elsewhere: of the token, and of all. */
  callsElsewhere(tokenId: number): { own: number; all: number } {
    let own = 0;
    let all = 0;
    for (let worker = 0; worker < MOST_WORKERS; worker++) {
      if (worker === this.#index) continue;
      const end = this.#regionOf(worker + 1);
      for (let at = this.#regionOf(worker); at < end; at += 2) {
        const calls = Atomics.load(this.#counts, at + 1);
        all += calls;
        if (calls > 0 && Atomics.load(this.#counts, at) === tokenId) own += calls;
      }
    }
    return { own, all };
  }

  /** Adds to what is counted under a key; what has expired begins anew and counts for so long. */
  add(key: string, points: number, { ms, now }: { ms: number; now: number }): Tally {
    return this.#locked(() => {
      const { slot, tally } = this.#look(key, now);
      const next = tally === undefined
        ? { points, expires: now + ms }
        : { ...tally, points: tally.points + points };
      return this.#write(slot, next);
    });
  }

  set(key: string, tally: Tally, now: number): Tally {
    return this.#locked(() => this.#write(this.#look(key, now).slot, tally));
  }

  get(key: string, now: number): Tally | undefined {
    return this.#locked(() => this.#look(key, now).tally);
  }

  #giveTurnOn(): void {
    const own = this.#index + 1;
    if (Atomics.compareExchange(this.#counts, TURN, own, 0) === own) {
      Atomics.notify(this.#counts, TURN);
    }
  }

  #regionOf(worker: number): number {
    return HEAD + worker * REGION;
  }

  #freePlace(): number | undefined {
    const taken = new Set(this.#places.values());
    const start = this.#regionOf(this.#index);
    for (let at = start; at < start + REGION; at += 2) if (!taken.has(at)) return at;
    return undefined;
  }

  /** The key's own slot, or the one whose time ends first in its set; then that becomes the key's. */
  #look(key: string, now: number): { slot: number; tally: Tally | undefined } {
    const digest = createHash("sha256").update(key).digest();
    const own = digest.readBigInt64LE(0);
    const first = digest.readUInt16LE(8) % SETS * WAYS;
    let slot = first;
    for (let at = first; at < first + WAYS; at++) {
      if (this.#keys[at] === own) {
        const tally = this.#read(at);
        return { slot: at, tally: tally.expires > now ? tally : undefined };
      }
      if (this.#read(at).expires < this.#read(slot).expires) slot = at;
    }
    this.#keys[slot] = own;
    this.#write(slot, { points: 0, expires: 0 });
    return { slot, tally: undefined };
  }

  #read(slot: number): Tally {
    const [points = 0, expires = 0] = this.#tallies.subarray(2 * slot, 2 * slot + 2);
    return { points, expires };
  }

  #write(slot: number, tally: Tally): Tally {
    this.#tallies.set([tally.points, tally.expires], 2 * slot);
    return tally;
  }

  /** Microseconds of work, for which another worker waits. */
  #locked<T>(work: () => T): T {
    while (Atomics.compareExchange(this.#counts, LOCK, 0, 1) !== 0) {
      Atomics.wait(this.#counts, LOCK, 1, LOCK_WAIT_MS);
    }
    try {
      return work();
    } finally {
      Atomics.store(this.#counts, LOCK, 0);
      Atomics.notify(this.#counts, LOCK, 1);
    }
  }
}
