import type { Log, LogFields } from "../log/log.ts";

const MAX_LINES = 10;
const WINDOW_MS = 1_000;
const MAX_BYTES = 200;
/** A path is shown at least so far, whatever else the line says. */
const LEAST_BYTES = 40;

/**
 * Lines about requests without a good token, which anybody can cause: short, and at most ten in a second;
 * one more then says how many were left out.
 */
export class StrangerLog {
  readonly #log: Log;
  readonly #now: () => number;
  #windowStart = -Infinity;
  #written = 0;
  #leftOut = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param now milliseconds of a clock that nobody sets */
  constructor(log: Log, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  write(
    level: "warning" | "error",
    { message, path, fields }: { message: string; path: string; fields: LogFields },
  ): void {
    if (this.#now() - this.#windowStart >= WINDOW_MS) this.#beginWindow();
    if (this.#written >= MAX_LINES) {
      this.#leftOut++;
      this.#timer ??= setTimeout(() => this.flush(), WINDOW_MS);
      return;
    }
    this.#written++;
    const taken = message.length + JSON.stringify(fields).length;
    const room = Math.max(LEAST_BYTES, MAX_BYTES - taken);
    this.#log[level](message, { ...fields, path: clip(path, room) });
  }

  /** Says what has been left out so far. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#leftOut === 0) return;
    this.#log.warning(`Left out ${this.#leftOut} more lines about requests without a good token`);
    this.#leftOut = 0;
  }

  #beginWindow(): void {
    this.flush();
    this.#windowStart = this.#now();
    this.#written = 0;
  }
}

/** A request's path is ASCII: what is not comes percent-encoded. */
function clip(path: string, room: number): string {
  if (path.length <= room) return path;
  const note = ` … (${path.length} bytes in all)`;
  return path.slice(0, Math.max(0, room - note.length)) + note;
}
