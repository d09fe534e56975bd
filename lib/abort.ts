/** Resolves when the signal aborts, at once when it has. For signals that end: the listener stays. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/**
 * A signal that aborts when another one does, when it is told to, or after so many milliseconds. Disposing
 * of it leaves nothing behind, where `AbortSignal.timeout` and `any` stay in memory until the time is over.
 */
export class Limit implements Disposable {
  readonly #controller = new AbortController();
  #parent: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #follow = () => this.#controller.abort(this.#parent?.reason);

  constructor(parent: AbortSignal, ms?: number) {
    this.#parent = parent;
    if (parent.aborted) this.#follow();
    else parent.addEventListener("abort", this.#follow, { once: true });
    if (ms === undefined) return;
    const late = () => this.abort(new DOMException("The time is over", "TimeoutError"));
    this.#timer = setTimeout(late, ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#parent?.removeEventListener("abort", this.#follow);
    // A timer that was cleared stays in memory for a while: see Passing.
    this.#parent = undefined;
  }
}
