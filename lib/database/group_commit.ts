/**
 * Collects what is submitted while a write is under way and hands it on together, so that many callers
 * share one commit. What `write` is given together succeeds or fails together. Order is kept.
 */
export class GroupCommit<T> {
  #waiting: { item: T; done: () => void; failed: (reason: unknown) => void }[] = [];
  #running = false;
  readonly #write: (items: readonly T[]) => Promise<void>;
  readonly #max: number;

  constructor(write: (items: readonly T[]) => Promise<void>, options: { max: number }) {
    this.#write = write;
    this.#max = options.max;
  }

  /** Resolves when the item is written, rejects with what `write` rejected with. */
  submit(item: T): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ item, done: resolve, failed: reject });
    if (!this.#running) this.#run();
    return promise;
  }

  async #run(): Promise<void> {
    this.#running = true;
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#max);
      try {
        await this.#write(batch.map(({ item }) => item));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#running = false;
  }
}
