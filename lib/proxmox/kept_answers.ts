import type { Answer } from "./api/client.ts";

/** Characters of JSON that are kept in all, and of one answer. */
const MOST_KEPT = 8 * 1024 * 1024;
const LARGEST = 2 * 1024 * 1024;
const MOST_ENTRIES = 1_000;

interface Kept {
  readonly answer: Answer;
  readonly askedAt: number;
}

/** Answers by what was asked, so many and so large at most; the oldest make room. */
export class KeptAnswers {
  readonly #isFresh: (askedAt: number) => boolean;
  readonly #kept = new Map<string, Kept>();
  #size = 0;

  constructor(isFresh: (askedAt: number) => boolean) {
    this.#isFresh = isFresh;
  }

  /** Characters of JSON that are kept now. */
  get size(): number {
    return this.#size;
  }

  get(key: string): Answer | undefined {
    const kept = this.#kept.get(key);
    return kept !== undefined && this.#isFresh(kept.askedAt) ? kept.answer : undefined;
  }

  put(key: string, { answer, askedAt }: Kept): void {
    this.#delete(key);
    if (answer.size > LARGEST) return;
    this.#kept.set(key, { answer, askedAt });
    this.#size += answer.size;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= MOST_KEPT && this.#kept.size <= MOST_ENTRIES) break;
      this.#delete(oldest);
    }
  }

  clear(): void {
    this.#kept.clear();
    this.#size = 0;
  }

  #delete(key: string): void {
    this.#size -= this.#kept.get(key)?.answer.size ?? 0;
    this.#kept.delete(key);
  }
}
