import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import type { LineTarget, ToSiblings } from "./messages.ts";

/** Each message wakes the parent, which costs both sides more than the lines do. */
const TOGETHER_MS = 5;

/** The lines of one worker on their way to the parent: those of a moment go together. */
export class Lines {
  readonly #post: (message: ToSiblings, transfer: Transferable[]) => void;
  readonly #waiting = new Map<LineTarget, string[]>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> | undefined;

  /** @param post tells the parent */
  constructor(post: (message: ToSiblings, transfer: Transferable[]) => void) {
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
    if (this.#waiting.size > 0) this.#send(null);
  }

  /** Resolves when the parent has written all that was pushed before; those of one turn share the asking. */
  written(): Promise<void> {
    return this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#writing = undefined;
    const { port1, port2 } = new MessageChannel();
    const { promise, resolve } = Promise.withResolvers<void>();
    port1.onmessage = () => resolve();
    this.#send(port2);
    await promise;
    port1.close();
  }

  /** @param written told when the parent has written them */
  #send(written: MessagePort | null): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = [...this.#waiting].map(([to, lines]) => ({ to, text: lines.join("\n") }));
    this.#waiting.clear();
    this.#post({ kind: "lines", lines, written }, written === null ? [] : [written]);
  }
}
