import type { Answer } from "./api/client.ts";

/** Characters of JSON that are kept in all, and of one answer. */
const MOST_KEPT = 4 * 1024 * 1024;
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
}

/** Answers by what was asked, so many and so large at most; the oldest make room. */
export class KeptAnswers<A extends Sized = Answer> {
  readonly #isFresh: (askedAt: number) => boolean;
  readonly #kept = new Map<string, Kept<A>>();
  #size = 0;

  constructor(isFresh: (askedAt: number) => boolean) {
    this.#isFresh = isFresh;
  }

  /** Characters of JSON that are kept now. */
  get size(): number {
    return this.#size;
  }

  get(key: string): Kept<A> | undefined {
    const kept = this.#kept.get(key);
    return kept !== undefined && this.#isFresh(kept.askedAt) ? kept : undefined;
  }

  put(key: string, kept: Kept<A>): void {
    this.#delete(key);
    const { size } = kept.answer;
    if (size > LARGEST) return;
    this.#kept.set(key, kept);
    this.#size += size;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= MOST_KEPT && this.#kept.size <= MOST_ENTRIES) break;
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
