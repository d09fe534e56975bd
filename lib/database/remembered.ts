import type { Database } from "./database.ts";
import { GroupCommit } from "./group_commit.ts";

const ASKED_AT_ONCE = 200;
const MOST_REMEMBERED = 10_000;

/**
 * What is asked of the database time and again and may be changed at any time, by anyone. Nobody is told
 * what was read before he asked, unless the database vouches that nothing has changed since; those who ask
 * at the same time share one query.
 */
export class Remembered<Value> {
  readonly #database: Pick<Database, "mark">;
  readonly #read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
  readonly #questions = new GroupCommit((keys: readonly string[]) => this.#ask(keys), {
    max: ASKED_AT_ONCE,
  });
  #known = new Map<string, Value>();
  #mark: string | undefined;

  /** @param read gives what there is of these keys, each of which is there once */
  constructor(
    database: Pick<Database, "mark">,
    read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
  ) {
    this.#database = database;
    this.#read = read;
  }

  async find(key: string): Promise<Value | undefined> {
    this.#forgetOld();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    // What is in a file is read at once, and no turn of the event loop is waited for.
    return this.#mark === undefined
      ? await this.#questions.submit(key)
      : (await this.#ask([key]))[0];
  }

  async #ask(keys: readonly string[]): Promise<(Value | undefined)[]> {
    this.#forgetOld();
    const mark = this.#mark;
    const found = await this.#read([...new Set(keys)]);
    if (mark !== undefined && mark === this.#mark) {
      for (const [key, value] of found) this.#known.set(key, value);
    }
    return keys.map((key) => found.get(key));
  }

  #forgetOld(): void {
    const mark = this.#database.mark?.();
    if (mark === this.#mark && this.#known.size < MOST_REMEMBERED) return;
    this.#mark = mark;
    this.#known = new Map();
  }
}
