import { setImmediate } from "node:timers";
import { DatabaseAway, type Queryable, type Row, type Value } from "./database.ts";

interface Question {
  readonly text: string;
  readonly params: readonly Value[];
  readonly answer: (rows: Row[] | Promise<Row[]>) => void;
}

/** Makes one statement of those that come in one turn of the event loop, and gives each its own rows. */
export class PostgresQuestions {
  readonly #run: Queryable["all"];
  #asked: Question[] = [];

  constructor(run: Queryable["all"]) {
    this.#run = run;
  }

  /** The rows of a statement, whose values are as JSON has them. */
  ask(text: string, params: readonly Value[] = []): Promise<Row[]> {
    return new Promise((answer) => {
      this.#asked.push({ text, params, answer });
      if (this.#asked.length === 1) setImmediate(() => void this.#askAll());
    });
  }

  async #askAll(): Promise<void> {
    // In one order, so that there are few statements to prepare, and none waits for another in a circle.
    const asked = this.#asked.toSorted((a, b) => a.text < b.text ? -1 : 1);
    this.#asked = [];
    try {
      const [rows] = await this.#run(together(asked), asked.flatMap(({ params }) => params));
      asked.forEach(({ answer }, at) => answer(rows?.[`q${at}`] as Row[] | null ?? []));
    } catch (error) {
      // Whose fault another failure was shows when each is asked alone.
      const isOver = error instanceof DatabaseAway || asked.length === 1;
      for (const { text, params, answer } of asked) {
        answer(isOver ? Promise.reject(error) : this.#run(text, params));
      }
    }
  }
}

function together(asked: readonly Question[]): string {
  let before = 0;
  const statements = asked.map(({ text, params }, at) => {
    const own = text.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + before}`);
    before += params.length;
    return `q${at} AS (${own})`;
  });
  const rows = asked.map((_, at) => `(SELECT json_agg(q${at}) FROM q${at}) AS q${at}`);
  return `WITH ${statements.join(", ")} SELECT ${rows.join(", ")}`;
}
