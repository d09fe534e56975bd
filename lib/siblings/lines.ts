import { setImmediate } from "node:timers";
import type { LineTarget, ToSiblings } from "./messages.ts";

/** The lines of one worker on their way to the parent: those of one turn of the event loop go together. */
export class Lines {
  readonly #post: (message: ToSiblings) => void;
  readonly #waiting = new Map<LineTarget, string[]>();

  /** @param post tells the parent */
  constructor(post: (message: ToSiblings) => void) {
    this.#post = post;
  }

  push(to: LineTarget, line: string): void {
    if (this.#waiting.size === 0) setImmediate(() => this.flush());
    const waiting = this.#waiting.get(to);
    if (waiting === undefined) this.#waiting.set(to, [line]);
    else waiting.push(line);
  }

  /** Sends what waits: to be called when the turn will not end. */
  flush(): void {
    for (const [to, lines] of this.#waiting) {
      this.#post({ kind: "lines", to, lines: lines.join("\n") });
    }
    this.#waiting.clear();
  }
}
