import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Row, Value } from "./database.ts";
import { isDamage, sqliteFailure } from "./sqlite_failures.ts";
import { textOfDate } from "./values.ts";

/** One connection to a database file, whose statements are prepared once. */
export class SqliteConnection {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #onDamage: () => void;

  /** @param options.onDamage told when what stands in the file makes no sense */
  constructor(
    path: string,
    { readOnly, onDamage }: { readonly readOnly: boolean; readonly onDamage: () => void },
  ) {
    this.#path = path;
    this.#onDamage = onDamage;
    this.#database = new DatabaseSync(path, {
      readOnly,
      enableForeignKeyConstraints: true,
      timeout: 0,
    });
  }

  /** Every commit reaches the disk, readers never wait for a writer. */
  makeDurable(): void {
    this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  }

  run(text: string, params: readonly Value[] = []): Row[] {
    try {
      return this.#prepared(text).all(...params.map(encode)) as Row[];
    } catch (error) {
      if (isDamage(error)) this.#onDamage();
      throw sqliteFailure(error, this.#path);
    }
  }

  #prepared(text: string): StatementSync {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(text.replaceAll(/\$(\d+)/g, "?$1"));
    this.#statements.set(text, statement);
    return statement;
  }

  /** SQLite may have rolled back by itself, as it does when the disk is full. */
  rollBack(): void {
    try {
      this.run("ROLLBACK");
    } catch {
      return;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

function encode(value: Value): string | number | null {
  if (typeof value === "boolean") return value ? 1 : 0;
  return value instanceof Date ? textOfDate(value) : value;
}
