import { PassingByKey } from "../passing.ts";
import { unlessAborted } from "../upstream/abort.ts";
import type { Answer } from "./api/client.ts";
import { type Kept, KeptAnswers, type Sized } from "./kept_answers.ts";
import type { ShareTime } from "./share_time.ts";

/** Of how many things it is remembered when they were asked for. */
const MOST_ASKED = 10_000;

interface Read<A> {
  readonly answer: Promise<A>;
  readonly over: AbortController;
  waiting: number;
  isOver: boolean;
}

export interface SharedRead<A> {
  /** In whose name it is asked: nobody waits in another's line. */
  readonly caller: string;
  readonly signal: AbortSignal;
  /** Reads, until the signal that it is given aborts: when nobody waits any longer. */
  readonly start: (signal: AbortSignal) => Promise<A>;
  /** Whether what is read is such that it may be kept for others, and for how long. */
  readonly keeps: "not" | "shortly" | "long";
  /** Whether this caller may be told what was kept. */
  readonly takesKept: boolean;
  /** What is known of the thing without asking: what was kept under another mark is not told. */
  readonly mark?: string | undefined;
  /** True for who asks about more than can be read at once: what is kept long is told for longer. */
  readonly ofFleet?: boolean | undefined;
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
export class SharedReads<A extends Sized = Answer> {
  /** When what is kept long was last asked for, whatever came of it; the oldest first. */
  readonly #asked = new Map<string, number>();
  readonly #time: ShareTime;
  readonly #kept: Readonly<Record<"shortly" | "long", KeptAnswers<A>>>;
  readonly #underWay = new PassingByKey<string, Read<A>>();

  /** @param options.mostKept characters of JSON that are kept, each time for long and shortly */
  constructor(time: ShareTime, { mostKept: most }: { mostKept?: number } = {}) {
    this.#time = time;
    const bound = most === undefined ? {} : { most };
    this.#kept = {
      shortly: new KeptAnswers((askedAt) => time.isOver(askedAt), bound),
      long: new KeptAnswers((askedAt) => !time.isLately(askedAt, { ofFleet: true }), bound),
    };
  }

  /**
   * When this was last asked for, in milliseconds of the clock of what is kept: Infinity for what would be told
   * without asking, -Infinity for what was not asked for lately.
   */
  lastAsked(key: string, reading: Pick<SharedRead<A>, "mark" | "ofFleet">): number {
    const kept = this.#toldOf(key, { ...reading, keeps: "long" });
    return kept === undefined ? this.#asked.get(key) ?? -Infinity : Infinity;
  }

  #toldOf(
    key: string,
    { keeps, mark, ofFleet = false }: Pick<SharedRead<A>, "keeps" | "mark" | "ofFleet">,
  ): Kept<A> | undefined {
    if (keeps === "not" || this.#time.isOff) return undefined;
    const kept = this.#kept[keeps].get(key);
    if (kept === undefined || kept.mark !== mark) return undefined;
    const isGood = keeps === "long"
      ? this.#time.isLately(kept.askedAt, { ofFleet })
      : this.#time.isFresh(kept.askedAt);
    return isGood ? kept : undefined;
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
  async read(key: string, reading: SharedRead<A>): Promise<A> {
    const { caller, keeps, mark = "", onKept, signal, start, takesKept } = reading;
    const kept = takesKept ? this.#toldOf(key, reading) : undefined;
    if (kept !== undefined) {
      onKept?.(kept.askedAt);
      return kept.answer;
    }
    if (keeps === "long") this.#noteAsked(key);
    if (this.#time.isOff) return await start(signal);
    const own = `${caller} ${key} ${mark}`;
    const read = this.#underWay.get(own) ?? this.#start(key, own, reading);
    read.waiting++;
    try {
      return await unlessAborted(read.answer, signal);
    } finally {
      if (--read.waiting === 0) {
        this.#end(own, read);
        if (!read.isOver) read.over.abort();
      }
    }
  }

  #noteAsked(key: string): void {
    this.#asked.delete(key);
    this.#asked.set(key, this.#time.now());
    const [oldest = ""] = this.#asked.keys();
    if (this.#asked.size > MOST_ASKED) this.#asked.delete(oldest);
  }

  #start(key: string, own: string, { start, keeps, mark, vmid }: SharedRead<A>): Read<A> {
    const over = new AbortController();
    const askedAt = this.#time.now();
    const read: Read<A> = { answer: start(over.signal), over, waiting: 0, isOver: false };
    this.#underWay.set(own, read);
    const end = () => {
      read.isOver = true;
      return this.#end(own, read);
    };
    read.answer.then((answer) => {
      // A change made meanwhile has dropped this read: its answer may be older than the change.
      if (end() && keeps !== "not") {
        this.#kept[keeps].put(key, { answer, askedAt, mark, vmid });
      }
    }, end);
    return read;
  }

  /** False for a read that was dropped. */
  #end(own: string, read: Read<A>): boolean {
    return this.#underWay.get(own) === read && this.#underWay.delete(own) === read;
  }
}
