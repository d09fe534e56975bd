import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import type { Turn } from "./database.ts";

interface Submitted<Item, Result> {
  readonly item: Item;
  readonly done: (result: Result) => void;
  readonly failed: (reason: unknown) => void;
}

/**
 * Collects what is submitted in one turn of the event loop, while work is under way and until it is this
 * one's turn to write, and hands it on together, so that many callers share one commit or one query. What
 * `work` is given together fails together; it gives a result for each item. Order is kept.
 */
export class GroupCommit<Item, Result = void> {
  #waiting: Submitted<Item, Result>[] = [];
  #running: Promise<void> | null = null;
  #patience: ReturnType<typeof setTimeout> | undefined;
  readonly #work: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #max: number;
  readonly #turn: Turn;

  constructor(
    work: (items: readonly Item[]) => Promise<readonly Result[]>,
    { max, turn = () => Promise.resolve(() => {}) }: { max: number; turn?: Turn | undefined },
  ) {
    this.#work = work;
    this.#max = max;
    this.#turn = turn;
  }

  /**
   * Resolves with the item's result when it is done, rejects with what `work` rejected with.
   *
   * @param options.patienceMs how long it may wait for others to be handed on with; not at all when not given
   */
  submit(item: Item, { patienceMs = 0 }: { patienceMs?: number } = {}): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ item, done: resolve, failed: reject });
    if (patienceMs === 0) this.#begin();
    else this.#patience ??= setTimeout(() => this.#begin(), patienceMs);
    return promise;
  }

  /** Resolves when nothing is under way, and nothing waits. */
  async idle(): Promise<void> {
    this.#begin();
    await this.#running;
  }

  #begin(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    if (this.#waiting.length > 0) this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      const giveOn = await this.#turn();
      const batch = this.#waiting.splice(0, this.#max);
      try {
        const results = await this.#work(batch.map(({ item }) => item));
        batch.forEach(({ done }, at) => done(results[at] as Result));
      } catch (error) {
        for (const { failed } of batch) failed(error);
      } finally {
        giveOn();
      }
    }
    this.#running = null;
  }
}
