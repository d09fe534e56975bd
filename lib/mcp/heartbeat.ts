import { Passing } from "../passing.ts";
import { Turns } from "../turns.ts";

/** Less than proxies wait for, which is 30 s and more. */
const EVERY_MS = 25_000;
/** So many are reached in one turn. */
const AT_ONCE = 50;

/** Says to all streams, every 25 seconds, that they are to show life: by one timer, and by none without a stream. */
export class Heartbeat {
  readonly #beats = new Passing<() => void>();
  readonly #turns = new Turns();
  #count = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Calls `beat` from now on, until the result is called, once. */
  add(beat: () => void): () => void {
    const takeOut = this.#beats.add(beat);
    this.#count++;
    this.#timer ??= setInterval(() => void this.#beatAll(), EVERY_MS);
    return () => {
      takeOut();
      if (--this.#count > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  async #beatAll(): Promise<void> {
    let reached = 0;
    for (const beat of this.#beats) {
      beat();
      if (++reached % AT_ONCE === 0) await this.#turns.next();
    }
  }
}
