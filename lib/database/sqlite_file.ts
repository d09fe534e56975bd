import { setImmediate } from "node:timers";
import { ioReason } from "../errors.ts";
import { DatabaseReplaced } from "./database.ts";

/** What SQLite keeps beside the file as long as anybody has it open: its log, and the index of that. */
const BESIDE = ["-wal", "-shm"];

/**
 * The file that a database was opened from, and its log. A file that is removed or replaced stays open and
 * can be read and written, by this process and no other: nothing that anybody else writes would be seen.
 */
export class SqliteFile {
  readonly #opened: Map<string, string>;
  readonly #path: string;
  #isKnown = false;
  #isDamaged = false;

  constructor(path: string) {
    this.#path = path;
    this.#opened = new Map([[path, identityOf(path)]]);
  }

  /** To be called once it was read: the log is there from then on. */
  noteLog(): void {
    for (const end of BESIDE) {
      const path = `${this.#path}${end}`;
      this.#opened.set(path, identityOf(path));
    }
  }

  /** What is read or written there from now on may be lost. */
  readonly noteDamage = (): void => {
    this.#isDamaged = true;
  };

  /**
   * Throws `DatabaseReplaced` when it was damaged, or unless the paths lead to what was opened; looks once in a
   * turn of the event loop.
   */
  assertSame(): void {
    if (this.#isDamaged) throw damaged();
    if (this.#isKnown) return;
    for (const [path, opened] of this.#opened) {
      const what = path === this.#path ? "file" : "write-ahead log";
      let found: string;
      try {
        found = identityOf(path);
      } catch (error) {
        const state = error instanceof Deno.errors.NotFound
          ? `its ${what} was removed`
          : `its ${what} cannot be looked at (${ioReason(error)})`;
        throw replaced(state, error);
      }
      if (found !== opened) throw replaced(`its ${what} was replaced`);
    }
    this.#isKnown = true;
    setImmediate(() => this.#isKnown = false);
  }
}

function identityOf(path: string): string {
  const { dev, ino } = Deno.statSync(path);
  return `${dev} ${ino}`;
}

function damaged(): DatabaseReplaced {
  const state = "its file is damaged; restore it from a backup and restart the server";
  return new DatabaseReplaced("unavailable", `Cannot use the database: ${state}`);
}

function replaced(state: string, cause?: unknown): DatabaseReplaced {
  const message = `Cannot use the database: ${state}; put it back, or restart the server`;
  return new DatabaseReplaced("unavailable", message, { cause });
}
