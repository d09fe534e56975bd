/** Bodies of the largest size that one holder, and all of them, may have in memory. */
const BODIES_PER_HOLDER = 8;
const BODIES = 32;

/** Counts the bytes of bodies that are being read or whose requests are not answered yet. */
export class BodyBudget {
  readonly #perHolder: number;
  readonly #all: number;
  readonly #byHolder = new Map<number, number>();
  #total = 0;

  /** @param share among how many workers what all of them may hold is divided */
  constructor(maxBodyBytes: number, share = 1) {
    this.#perHolder = BODIES_PER_HOLDER * maxBodyBytes;
    this.#all = BODIES * maxBodyBytes / share;
  }

  /** The bytes of one body of this holder, see `holderOf`; dispose of it when they are no longer needed. */
  open(holder: number): { take(bytes: number): boolean } & Disposable {
    let held = 0;
    const add = (bytes: number) => {
      held += bytes;
      this.#total += bytes;
      const all = (this.#byHolder.get(holder) ?? 0) + bytes;
      if (all === 0) this.#byHolder.delete(holder);
      else this.#byHolder.set(holder, all);
    };
    return {
      /** False when that is more than there may be; then nothing is counted. */
      take: (bytes) => {
        const own = (this.#byHolder.get(holder) ?? 0) + bytes;
        if (own > this.#perHolder || this.#total + bytes > this.#all) return false;
        add(bytes);
        return true;
      },
      [Symbol.dispose]: () => add(-held),
    };
  }
}
