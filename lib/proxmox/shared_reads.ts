import { unlessAborted } from "./api/abort.ts";
import type { Answer } from "./api/client.ts";
import { KeptAnswers } from "./kept_answers.ts";
import type { ShareTime } from "./share_time.ts";

interface Read {
  readonly answer: Promise<Answer>;
  readonly over: AbortController;
  waiting: number;
}

export interface SharedRead {
  /** In whose name it is asked: nobody waits in another's line. */
  readonly caller: string;
  readonly signal: AbortSignal;
  /** Reads, until the signal that it is given aborts: when nobody waits any longer. */
  readonly start: (signal: AbortSignal) => Promise<Answer>;
  /** Whether what is read is such that it may be kept for others. */
  readonly keeps: boolean;
  /** Whether this caller may be told what was kept. */
  readonly takesKept: boolean;
}

/**
 * Reads that are under way, which who asks for the same meanwhile waits for too, and what they have answered
 * for a little longer. After a change nobody is told what began to be read before it, and what fails is kept
 * for nobody. What is given must not be changed: others hold it too.
 */
export class SharedReads {
  readonly #time: ShareTime;
  readonly #kept: KeptAnswers;
  #underWay = new Map<string, Read>();

  constructor(time: ShareTime) {
    this.#time = time;
    this.#kept = new KeptAnswers((askedAt) => time.isFresh(askedAt));
  }

  /** Whoever asks from now on is told what is read from now on. */
  drop(): void {
    this.#underWay = new Map();
    this.#kept.clear();
  }

  /**
   * Gives what was kept under this key, joins the read of it, or starts one.
   *
   * @throws AppError as the read does, or when this caller's own signal aborts
   */
  async read(key: string, reading: SharedRead): Promise<Answer> {
    const { caller, signal, start, takesKept } = reading;
    if (this.#time.isOff) return await start(signal);
    const kept = takesKept ? this.#kept.get(key) : undefined;
    if (kept !== undefined) return kept;
    const own = `${caller} ${key}`;
    const read = this.#underWay.get(own) ?? this.#start(key, own, reading);
    read.waiting++;
    try {
      return await unlessAborted(read.answer, signal);
    } finally {
      if (--read.waiting === 0) {
        this.#end(own, read);
        read.over.abort();
      }
    }
  }

  #start(key: string, own: string, { start, keeps }: SharedRead): Read {
    const over = new AbortController();
    const askedAt = this.#time.now();
    const read: Read = { answer: start(over.signal), over, waiting: 0 };
    this.#underWay.set(own, read);
    read.answer.then((answer) => {
      // A change made meanwhile has dropped this read: its answer may be older than the change.
      if (this.#end(own, read) && keeps) this.#kept.put(key, { answer, askedAt });
    }, () => this.#end(own, read));
    return read;
  }

  /** False for a read that was dropped. */
  #end(own: string, read: Read): boolean {
    return this.#underWay.get(own) === read && this.#underWay.delete(own);
  }
}
