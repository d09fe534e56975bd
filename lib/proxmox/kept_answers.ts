import type { Answer } from "./api/client.ts";

/** Characters of JSON that are kept in all where nothing else is said, and of one answer. */
export const MOST_KEPT = 4 * 1024 * 1024;
const LARGEST = 1024 * 1024;
const MOST_ENTRIES = 5_000;

export interface Sized {
  /** Characters of its JSON. */
  readonly size: number;
}

export interface Kept<A> {
  readonly answer: A;
  readonly askedAt: number;
  /** The guest that it is about; undefined for what is about no single one. */
  readonly vmid?: number | undefined;
  /** What was known of the thing without asking. */
  readonly mark?: string | undefined;
}

/** Answers by what was asked, so many and so large at most; the oldest make room. */
export class KeptAnswers<A extends Sized = Answer> {
  readonly #isOver: (askedAt: number) => boolean;
  readonly #most: number;
  readonly #kept = new Map<string, Kept<A>>();
  #size = 0;

  /**
   * @param isOver tells what is of no use to anybody any more
   * @param options.most characters of JSON that are kept
   */
  constructor(isOver: (askedAt: number) => boolean, { most = MOST_KEPT } = {}) {
    this.#isOver = isOver;
    this.#most = most;
  }

  /** Characters of JSON that are kept now. */
  get size(): number {
    return this.#size;
  }

  get(key: string): Kept<A> | undefined {
    return this.#kept.get(key);
  }

  put(key: string, kept: Kept<A>): void {
    this.#delete(key);
    const { size } = kept.answer;
    if (size > LARGEST) return;
    this.#kept.set(key, kept);
    this.#size += size;
    for (const [oldest, { askedAt }] of this.#kept) {
      const fits = this.#size <= this.#most && this.#kept.size <= MOST_ENTRIES;
      if (fits && !this.#isOver(askedAt)) break;
      this.#delete(oldest);
    }
  }

  clear(): void {
    this.#kept.clear();
    this.#size = 0;
  }

  /** Forgets what a change of these guests may have made untrue: of other guests nothing. */
  clearAbout(vmids: ReadonlySet<unknown>): void {
    for (const [key, { vmid }] of this.#kept) {
      if (vmid === undefined || vmids.has(vmid)) this.#delete(key);
    }
  }

  #delete(key: string): void {
    this.#size -= this.#kept.get(key)?.answer.size ?? 0;
    this.#kept.delete(key);
  }
}
