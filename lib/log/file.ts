import { AppError, ioReason } from "../errors.ts";

/** How many rotated files are kept beside the one in use. */
export const KEPT_FILES = 5;

export interface LogFile {
  write(line: string): void;
  reopen(): void;
  close(): void;
}

export interface LogFileOptions {
  readonly maxBytes: number;
  readonly keep: number;
  /** Told once when writing starts to fail, and once when it works again. */
  readonly onFailure: (line: string) => void;
}

/**
 * A file that lines are appended to and that is rotated by size. Throws AppError `invalid` when it
 * cannot be opened; after that nothing throws.
 */
export function openLogFile(path: string, options: LogFileOptions): LogFile {
  try {
    return new RotatingFile(path, options);
  } catch (error) {
    throw new AppError("invalid", `Cannot open log file ${path}: ${ioReason(error)}`, {
      cause: error,
    });
  }
}

class RotatingFile implements LogFile {
  readonly #path: string;
  readonly #options: LogFileOptions;
  readonly #encoder = new TextEncoder();
  #handle: Deno.FsFile | null;
  #size: number;
  #failing = false;

  constructor(path: string, options: LogFileOptions) {
    this.#path = path;
    this.#options = options;
    this.#handle = openForAppend(path);
    this.#size = this.#handle.statSync().size;
  }

  write(line: string): void {
    const bytes = this.#encoder.encode(`${line}\n`);
    this.#attempt("write", () => {
      if (this.#handle === null) this.#open();
      if (this.#size > 0 && this.#size + bytes.length > this.#options.maxBytes) this.#rotate();
      for (let done = 0; done < bytes.length;) {
        done += this.#handle?.writeSync(bytes.subarray(done)) ?? bytes.length;
      }
      this.#size += bytes.length;
    });
  }

  reopen(): void {
    this.#attempt("reopen", () => {
      this.close();
      this.#open();
    });
  }

  close(): void {
    this.#handle?.close();
    this.#handle = null;
  }

  #open(): void {
    this.#handle = openForAppend(this.#path);
    this.#size = this.#handle.statSync().size;
  }

  /** A rename that fails leaves the old file in use for another `maxBytes`. */
  #rotate(): void {
    this.close();
    try {
      for (let number = this.#options.keep - 1; number >= 0; number--) {
        const from = number === 0 ? this.#path : `${this.#path}.${number}`;
        renameIfThere(from, `${this.#path}.${number + 1}`);
      }
      this.#open();
    } catch (error) {
      this.#options.onFailure(`Cannot rotate log file ${this.#path}: ${ioReason(error)}`);
      this.#open();
      this.#size = 0;
    }
  }

  #attempt(action: string, run: () => void): void {
    try {
      run();
      if (this.#failing) this.#options.onFailure(`Log file ${this.#path} can be written again`);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        this.#options.onFailure(
          `ERROR Cannot ${action} log file ${this.#path}: ${
            ioReason(error)
          }: lines go to stderr only`,
        );
      }
      this.#failing = true;
    }
  }
}

function openForAppend(path: string): Deno.FsFile {
  return Deno.openSync(path, { append: true, create: true, mode: 0o640 });
}

function renameIfThere(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
