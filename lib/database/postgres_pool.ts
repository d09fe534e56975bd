import { DatabaseAway, DatabaseSilent } from "./database.ts";
import type { PostgresConnection } from "./postgres_connection.ts";

const FASTEST_RETRY_MS = 50;
const SLOWEST_RETRY_MS = 1_000;
/** Where the server was silent callers wait for an attempt to connect no longer than this. */
const PATIENCE_MS = 300;

/** How long to wait before connecting again after so many failures in a row, in milliseconds. */
export function backOff(failures: number): number {
  return Math.min(FASTEST_RETRY_MS * 2 ** failures, SLOWEST_RETRY_MS);
}

export interface PoolOptions {
  readonly connect: () => PostgresConnection;
  /** At most so many connections. */
  readonly max: number;
}

/**
 * Lends out connections. After a failure one attempt at a time is made to connect, with a growing pause, and
 * callers share its outcome: however many wait, none waits for more than one attempt, and for a server that
 * was silent none waits longer than 300 ms.
 */
export class PostgresPool {
  readonly #connect: () => PostgresConnection;
  readonly #max: number;
  readonly #idle: PostgresConnection[] = [];
  readonly #waiting: (() => void)[] = [];
  #open = 0;
  #failures = 0;
  #failedAt = 0;
  #wasSilent = false;
  #attempt: Promise<void> | null = null;
  #trying: PostgresConnection | null = null;
  #isClosed = false;

  constructor({ connect, max }: PoolOptions) {
    this.#connect = connect;
    this.#max = max;
  }

  async use<T>(work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    if (this.#failures > 0) await this.#untilBack();
    const connection = await this.#acquire();
    try {
      return await work(connection);
    } catch (error) {
      if (error instanceof DatabaseAway) this.#noteFailure(error);
      throw error;
    } finally {
      await this.#release(connection);
    }
  }

  /** Closes what is idle at once and the others as they are given back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const proceed of this.#waiting.splice(0)) proceed();
    this.#trying?.discard();
    await Promise.all(this.#idle.splice(0).map((connection) => connection.close()));
  }

  async #untilBack(): Promise<void> {
    this.#attempt ??= this.#tryAgain().finally(() => {
      this.#attempt = null;
    });
    if (!this.#wasSilent) return await this.#attempt;
    // Those who wait may be gone by the time it fails.
    this.#attempt.catch(() => {});
    const patience = Promise.withResolvers<never>();
    const timer = setTimeout(() => patience.reject(new DatabaseSilent()), PATIENCE_MS);
    await Promise.race([this.#attempt, patience.promise]).finally(() => clearTimeout(timer));
  }

  async #tryAgain(): Promise<void> {
    const pause = this.#failedAt + backOff(this.#failures) - performance.now();
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    const connection = await this.#acquire();
    this.#trying = connection;
    try {
      await connection.run("SELECT 1 AS one");
      this.#failures = 0;
    } catch (error) {
      this.#noteFailure(error);
      throw error;
    } finally {
      this.#trying = null;
      await this.#release(connection);
    }
  }

  #noteFailure(error: unknown): void {
    this.#failures++;
    this.#wasSilent = error instanceof DatabaseSilent;
    this.#failedAt = performance.now();
  }

  async #acquire(): Promise<PostgresConnection> {
    while (true) {
      if (this.#isClosed) throw new DatabaseAway("Cannot reach the database: it is being closed");
      const idle = this.#idle.pop();
      if (idle !== undefined && !idle.isLost) return idle;
      if (idle !== undefined) this.#open--;
      if (this.#open < this.#max) {
        const connection = this.#connect();
        this.#open++;
        return connection;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async #release(connection: PostgresConnection): Promise<void> {
    if (connection.isLost || this.#isClosed) this.#open--;
    else this.#idle.push(connection);
    this.#waiting.shift()?.();
    if (this.#isClosed) await connection.close();
  }
}
