/** Bodies of the largest size that one token, and all of them, may have in memory. */
const BODIES_PER_TOKEN = 8;
const BODIES = 32;

/** Counts the bytes of bodies that are being read or whose requests are not answered yet. */
export class BodyBudget {
  readonly #perToken: number;
  readonly #all: number;
  readonly #byToken = new Map<number, number>();
  #total = 0;

  /** @param share among how many workers what all of them may hold is divided */
  constructor(maxBodyBytes: number, share = 1) {
    this.#perToken = BODIES_PER_TOKEN * maxBodyBytes;
    this.#all = BODIES * maxBodyBytes / share;
  }

  /** The bytes of one body of this token; dispose of it when they are no longer needed. */
  open(tokenId: number): { take(bytes: number): boolean } & Disposable {
    let held = 0;
    const add = (bytes: number) => {
      held += bytes;
      this.#total += bytes;
      const all = (this.#byToken.get(tokenId) ?? 0) + bytes;
      if (all === 0) this.#byToken.delete(tokenId);
      else this.#byToken.set(tokenId, all);
    };
    return {
      /** False when that is more than there may be; then nothing is counted. */
      take: (bytes) => {
        const own = (this.#byToken.get(tokenId) ?? 0) + bytes;
        if (own > this.#perToken || this.#total + bytes > this.#all) return false;
        add(bytes);
        return true;
      },
      [Symbol.dispose]: () => add(-held),
    };
  }
}
