import { clearTimeout, setTimeout } from "node:timers";
import type { LineTarget, ToSiblings } from "./messages.ts";

/** Each message wakes the parent, which costs both sides more than the lines do. */
const TOGETHER_MS = 5;

/** The lines of one worker on their way to the parent: those of a moment go together. */
export class Lines {
  readonly #post: (message: ToSiblings) => void;
  readonly #waiting = new Map<LineTarget, string[]>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param post tells the parent */
  constructor(post: (message: ToSiblings) => void) {
    this.#post = post;
  }

  push(to: LineTarget, line: string): void {
    this.#timer ??= setTimeout(() => this.flush(), TOGETHER_MS);
    const waiting = this.#waiting.get(to);
    if (waiting === undefined) this.#waiting.set(to, [line]);
    else waiting.push(line);
  }

  /** Sends what waits: to be called when the moment will not end. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.size === 0) return;
    const lines = [...this.#waiting].map(([to, lines]) => ({ to, text: lines.join("\n") }));
    this.#waiting.clear();
    this.#post({ kind: "lines", lines });
  }
}
