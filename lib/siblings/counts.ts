/** The most workers that one server may have: what Proxmox is asked at once is divided among them. */
export const MOST_WORKERS = 4;

/** Bytes of a `Counts` with so many entries for each worker. */
export function bytesOf(entries: number): number {
  return 4 * MOST_WORKERS * 2 * entries;
}

/**
 * How many of something each worker has for each token, in memory that all workers see. What does not
 * fit into a worker's entries is not told to the others.
 */
export class Counts {
  readonly #all: Int32Array;
  readonly #index: number;
  readonly #size: number;
  /** Where a token's count stands among this worker's own. */
  readonly #places = new Map<number, number>();
  readonly #free: number[] = [];

  /**
   * @param all a token and its count by turns, as many for each worker
   * @param index the worker's own, from 0
   */
  constructor(all: Int32Array, index: number) {
    this.#all = all;
    this.#index = index;
    this.#size = all.length / MOST_WORKERS;
    const start = index * this.#size;
    for (let at = start + this.#size - 2; at >= start; at -= 2) this.#free.push(at);
  }

  /** Tells the others how many of a token there are here. */
  set(tokenId: number, count: number): void {
    const place = this.#places.get(tokenId) ?? this.#free.pop();
    if (place === undefined) return;
    if (count === 0) {
      this.#places.delete(tokenId);
      this.#free.push(place);
    } else this.#places.set(tokenId, place);
    Atomics.store(this.#all, place, tokenId);
    Atomics.store(this.#all, place + 1, count);
  }

  /** How many there are elsewhere: of the token, and of all. */
  elsewhere(tokenId: number): { own: number; all: number } {
    let own = 0;
    let all = 0;
    for (let worker = 0; worker < MOST_WORKERS; worker++) {
      if (worker === this.#index) continue;
      const end = (worker + 1) * this.#size;
      for (let at = worker * this.#size; at < end; at += 2) {
        const count = Atomics.load(this.#all, at + 1);
        all += count;
        if (count > 0 && Atomics.load(this.#all, at) === tokenId) own += count;
      }
    }
    return { own, all };
  }

  /** Forgets what a worker that has broken has left behind. */
  static clear(all: Int32Array, index: number): void {
    const size = all.length / MOST_WORKERS;
    all.fill(0, index * size, (index + 1) * size);
  }
}
