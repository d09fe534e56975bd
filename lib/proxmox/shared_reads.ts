import { PassingByKey } from "../passing.ts";
import { unlessAborted } from "../upstream/abort.ts";
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
  /** Whether what is read is such that it may be kept for others, and for how long. */
  readonly keeps: "not" | "shortly" | "long";
  /** Whether this caller may be told what was kept. */
  readonly takesKept: boolean;
  /** The guest that it is about. */
  readonly vmid?: number | undefined;
  /** Told when what was kept was asked for. */
  readonly onKept?: (askedAt: number) => void;
}

/**
 * Reads that are under way, which who asks for the same meanwhile waits for too, and what they have answered
 * for a little longer. After a change nobody is told what began to be read before it, and what fails is kept
 * for nobody. What is given must not be changed: others hold it too.
 */
export class SharedReads {
  readonly #time: ShareTime;
  readonly #kept: Readonly<Record<"shortly" | "long", KeptAnswers>>;
  readonly #underWay = new PassingByKey<string, Read>();

  constructor(time: ShareTime) {
    this.#time = time;
    this.#kept = {
      shortly: new KeptAnswers((askedAt) => time.isFresh(askedAt)),
      long: new KeptAnswers((askedAt) => time.isLately(askedAt)),
    };
  }

  /**
   * Whoever asks from now on is told what is read from now on.
   *
   * @param vmids what was changed where that is known: what is kept long of other guests is kept on
   */
  drop(vmids?: ReadonlySet<unknown>): void {
    this.#underWay.clear();
    this.#kept.shortly.clear();
    if (vmids === undefined) this.#kept.long.clear();
    else this.#kept.long.clearAbout(vmids);
  }

  /**
   * Gives what was kept under this key, joins the read of it, or starts one.
   *
   * @throws AppError as the read does, or when this caller's own signal aborts
   */
  async read(key: string, reading: SharedRead): Promise<Answer> {
    const { caller, keeps, onKept, signal, start, takesKept } = reading;
    if (this.#time.isOff) return await start(signal);
    const kept = takesKept && keeps !== "not" ? this.#kept[keeps].get(key) : undefined;
    if (kept !== undefined) {
      onKept?.(kept.askedAt);
      return kept.answer;
    }
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

  #start(key: string, own: string, { start, keeps, vmid }: SharedRead): Read {
    const over = new AbortController();
    const askedAt = this.#time.now();
    const read: Read = { answer: start(over.signal), over, waiting: 0 };
    this.#underWay.set(own, read);
    read.answer.then((answer) => {
      // A change made meanwhile has dropped this read: its answer may be older than the change.
      if (this.#end(own, read) && keeps !== "not") {
        this.#kept[keeps].put(key, { answer, askedAt, vmid });
      }
    }, () => this.#end(own, read));
    return read;
  }

  /** False for a read that was dropped. */
  #end(own: string, read: Read): boolean {
    return this.#underWay.get(own) === read && this.#underWay.delete(own) === read;
  }
}
