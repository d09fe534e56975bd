import { ioReason } from "../errors.ts";
import { DatabaseReplaced } from "./database.ts";

/**
 * The file that a database was opened from. A file that is removed or replaced stays open and can be read
 * and written, by this process and no other: nothing that anybody else writes would be seen.
 */
export class SqliteFile {
  readonly #path: string;
  readonly #opened: string;

  constructor(path: string) {
    this.#path = path;
    this.#opened = identityOf(path);
  }

  /** Throws `DatabaseReplaced` unless the path leads to the file that was opened; takes 3 µs. */
  assertSame(): void {
    let found: string;
    try {
      found = identityOf(this.#path);
    } catch (error) {
      const state = error instanceof Deno.errors.NotFound
        ? "its file was removed"
        : `its file cannot be looked at (${ioReason(error)})`;
      throw replaced(state, error);
    }
    if (found !== this.#opened) throw replaced("its file was replaced");
  }
}

function identityOf(path: string): string {
  const { dev, ino } = Deno.statSync(path);
  return `${dev} ${ino}`;
}

function replaced(state: string, cause?: unknown): DatabaseReplaced {
  const message = `Cannot use the database: ${state}; put it back, or restart the server`;
  return new DatabaseReplaced("unavailable", message, { cause });
}
