import { clearTimeout, setTimeout } from "node:timers";
import type { Terms } from "../database/beginning.ts";
import { DatabaseAway } from "../database/database.ts";
import { AppError, messageOf, toAppError } from "../errors.ts";
import type { AuditRow } from "./row.ts";
import type { AuditTrail } from "./trail.ts";

const MAX_ROWS = 10_000;
const ROWS_PER_FLUSH = 200;
const RETRY_MS = 1_000;
const AWAY = "Cannot write audit rows: they wait for the database";

export interface AuditQueueOptions {
  readonly trail: Pick<AuditTrail, "append">;
  /** Rows kept in memory while the database is away; 10,000 when not given. */
  readonly max?: number;
  /** Told when rows begin to be kept back, and of rows that are lost at the end, for the log. */
  readonly onProblem?: (error: unknown) => void;
}

/**
 * Keeps audit rows in memory while the database is away and writes them, in order, when it is back. A
 * database that is there and cannot be written (a full disk, a right that was taken) refuses calls instead.
 * A row may be written twice when the connection is lost just as it is committed.
 */
export class AuditQueue {
  readonly #trail: AuditQueueOptions["trail"];
  readonly #max: number;
  readonly #onProblem: (error: unknown) => void;
  #rows: AuditRow[] = [];
  #refusal: AppError | null = null;
  #flushing: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor({ trail, max = MAX_ROWS, onProblem = () => {} }: AuditQueueOptions) {
    this.#trail = trail;
    this.#max = max;
    this.#onProblem = onProblem;
  }

  /** Rows that wait for the database. */
  get length(): number {
    return this.#rows.length;
  }

  /** Rejects with AppError `unavailable` while the database cannot be written, or no more can be kept. */
  async admit(): Promise<void> {
    if (this.#refusal !== null) await this.flush();
    if (this.#refusal !== null) throw this.#refusal;
    if (this.#rows.length >= this.#max) throw full();
  }

  /**
   * Resolves when the row is durable and all before it are; false when it is not kept because its terms do not
   * hold. Rejects with AppError when it is not durable: then it is not kept, and what it announces must not be
   * done.
   */
  async commit(row: AuditRow, terms?: Terms): Promise<boolean> {
    await this.admit();
    if (this.#rows.length > 0) await this.flush();
    if (this.#rows.length > 0) throw new DatabaseAway(AWAY);
    return await this.#appendNow(row, terms);
  }

  /**
   * Resolves when the row is durable, or kept because the database is away. Rejects with AppError when the
   * database is there and does not take it: then the row is kept too, so that it is not lost, and no further
   * call is let in until it is written. Rejects with `unavailable` when no more rows can be kept.
   *
   * @param options.isOwed whether it tells what came of a row that was committed: it is kept however many
   * are, since no more of them can be waited for than calls are under way
   */
  async append(row: AuditRow, { isOwed = false }: { isOwed?: boolean } = {}): Promise<void> {
    if (this.#rows.length === 0) {
      try {
        return void await this.#appendNow(row);
      } catch (error) {
        this.#refusal = error instanceof DatabaseAway ? null : toAppError(error);
      }
    }
    if (this.#rows.length >= this.#max && !isOwed) throw full();
    this.#keep(row);
    if (this.#refusal !== null) throw this.#refusal;
  }

  /** Writes what waits, as far as the database takes it; never rejects. */
  flush(): Promise<void> {
    this.#flushing ??= this.#write().finally(() => {
      this.#flushing = null;
      if (this.#rows.length > 0) this.#retryLater();
    });
    return this.#flushing;
  }

  /** Waits for rows under way, tries once more to write what waits, and reports how many rows are lost. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await this.flush();
    if (this.#timer !== null) clearTimeout(this.#timer);
    const lost = this.#rows.length;
    this.#rows = [];
    if (lost > 0) {
      const message = `Cannot write ${lost} audit rows: the database did not come back`;
      this.#onProblem(new AppError("unavailable", message));
    }
  }

  async #appendNow(row: AuditRow, terms?: Terms): Promise<boolean> {
    const appended = this.#trail.append(row, terms);
    this.#underWay.add(appended);
    return await appended.finally(() => this.#underWay.delete(appended));
  }

  #keep(row: AuditRow): void {
    this.#rows.push(row);
    if (this.#rows.length === 1) {
      this.#onProblem(new AppError("unavailable", `${AWAY}${reasonOf(this.#refusal)}`));
    }
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.flush();
    }, RETRY_MS);
    this.#timer.unref();
  }

  async #write(): Promise<void> {
    while (this.#rows.length > 0) {
      const batch = this.#rows.slice(0, ROWS_PER_FLUSH);
      const results = await Promise.allSettled(batch.map((row) => this.#trail.append(row)));
      const left = batch.filter((_, at) => results[at]?.status === "rejected");
      this.#rows = [...left, ...this.#rows.slice(batch.length)];
      const failure = results.find((result) => result.status === "rejected");
      if (failure !== undefined) {
        const away = failure.reason instanceof DatabaseAway;
        this.#refusal = away ? null : toAppError(failure.reason);
        return;
      }
    }
    this.#refusal = null;
  }
}

/** What only the log tells of a failure that was not foreseen is told there. */
function reasonOf(refusal: AppError | null): string {
  if (refusal === null) return "";
  const { code, cause, message } = refusal;
  return ` (${code === "internal" ? messageOf(cause) : message})`;
}

function full(): AppError {
  return new AppError(
    "unavailable",
    "Cannot run the call: the database is away and no more audit rows can be kept; try again later",
  );
}
