import { unlessAborted } from "./api/abort.ts";
import type { Answer } from "./api/client.ts";

interface Read {
  readonly answer: Promise<Answer>;
  readonly over: AbortController;
  waiting: number;
}

/**
 * Reads that are under way: who asks for the same meanwhile waits for them too. Nothing is kept of an
 * answer, and after a change nobody joins a read that began before it. What is given must not be changed:
 * others hold it too.
 */
export class SharedReads {
  #underWay = new Map<string, Read>();

  /** Whoever asks from now on is told what is read from now on. */
  drop(): void {
    this.#underWay = new Map();
  }

  /**
   * Joins the read with this key, or starts one.
   *
   * @param start reads, until the signal that it is given aborts: when nobody waits any longer
   * @throws AppError as the read does, or when this caller's own signal aborts
   */
  async read(
    key: string,
    { signal, start }: { signal: AbortSignal; start: (signal: AbortSignal) => Promise<Answer> },
  ): Promise<Answer> {
    const read = this.#underWay.get(key) ?? this.#start(key, start);
    read.waiting++;
    try {
      return await unlessAborted(read.answer, signal);
    } finally {
      if (--read.waiting === 0) {
        this.#end(key, read);
        read.over.abort();
      }
    }
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<Answer>): Read {
    const over = new AbortController();
    const read: Read = { answer: start(over.signal), over, waiting: 0 };
    this.#underWay.set(key, read);
    const end = () => this.#end(key, read);
    read.answer.then(end, end);
    return read;
  }

  #end(key: string, read: Read): void {
    if (this.#underWay.get(key) === read) this.#underWay.delete(key);
  }
}
