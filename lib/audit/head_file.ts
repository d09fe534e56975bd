import { AppError, ioReason } from "../errors.ts";
import { headText } from "./head.ts";
import type { AuditTrail } from "./trail.ts";

const EVERY_MS = 60 * 60_000;

export interface HeadFileOptions {
  readonly path: string;
  readonly trail: Pick<AuditTrail, "head">;
  readonly now: () => Date;
  /** Told when the head could not be kept; it is tried again after an hour. */
  readonly onProblem: (error: unknown) => void;
}

/** Appends the trail's head to a file, at once and every hour: `TIME SEQ:HASH`, a line each. */
export class HeadFile {
  readonly #options: HeadFileOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #writing: Promise<void>;

  constructor(options: HeadFileOptions) {
    this.#options = options;
    this.#writing = this.#append();
    this.#timer = setInterval(() => {
      this.#writing = this.#writing.then(() => this.#append());
    }, EVERY_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
  }

  async #append(): Promise<void> {
    const { path, trail, now, onProblem } = this.#options;
    try {
      const line = `${now().toISOString()} ${headText(await trail.head())}\n`;
      await Deno.writeTextFile(path, line, { append: true, mode: 0o600 });
    } catch (error) {
      const message = `Cannot append to audit.head_file ${path}: ${ioReason(error)}`;
      onProblem(new AppError("unavailable", message, { cause: error }));
    }
  }
}
