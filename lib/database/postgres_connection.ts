import postgres from "postgres";
import { DatabaseAway, DatabaseSilent, type Row, type Value } from "./database.ts";
import { isReadOnly, postgresFailure } from "./postgres_failures.ts";
import type { PostgresTarget } from "./postgres_url.ts";

const CONNECT_SECONDS = 5;
const IDLE_SECONDS = 300;
const STATEMENT_MS = 5_000;
const IDLE_IN_TRANSACTION_MS = 10_000;
/** A statement that has not answered by now never will: its connection is lost. */
const SILENCE_MS = 12_000;
/** After so long without an answer it is asked whether the server answers anybody. */
const QUIET_MS = 500;

export type Tls = postgres.Options<Record<string, never>>["ssl"];

export interface ConnectionOptions {
  readonly target: PostgresTarget;
  readonly ssl: Tls;
  /** False when the server answers nobody: then no statement waits for it any longer. */
  readonly answers?: () => Promise<boolean>;
  /** How long a statement may stay without an answer, in milliseconds; 12,000 when not given. */
  readonly silenceMs?: number;
  /** Told of each notification; a connection that is told of them is not closed for being idle. */
  readonly onNotify?: (message: string) => void;
}

/**
 * A driver of its own for one connection, which connects with its first statement, runs one statement at a
 * time and is thrown away once it is lost. The driver's pool is not used since its connections do not
 * survive their loss: in 3.4.9 a write that was still waiting ends the process, or leaves a connection that
 * never connects again, and statements of a lost transaction can run on the connection that follows
 * (porsager/postgres#1208, #1216). Making one throws `DatabaseAway` where the process may not connect.
 */
export class PostgresConnection {
  readonly #sql: postgres.Sql<{ bigint: number }>;
  readonly #lost = Promise.withResolvers<void>();
  readonly #answers: () => Promise<boolean>;
  readonly #silenceMs: number;
  #isLost = false;

  constructor(options: ConnectionOptions) {
    const { target, ssl, onNotify, answers, silenceMs = SILENCE_MS } = options;
    this.#answers = answers ?? (() => Promise.resolve(true));
    this.#silenceMs = silenceMs;
    const listening = onNotify === undefined ? {} : {
      onnotify: (_channel: string, message: string) => onNotify(message),
    };
    try {
      this.#sql = postgres({
        ...optionsFor(target, ssl),
        ...listening,
        idle_timeout: onNotify === undefined ? IDLE_SECONDS : 0,
        onclose: () => this.#markLost(),
      });
    } catch (error) {
      throw postgresFailure(error);
    }
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Resolves when the connection is lost or closed. */
  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  /** Throws AppError as `Database` says. Only one statement may be under way. */
  async run(text: string, params: readonly Value[] = []): Promise<Row[]> {
    if (this.#isLost) {
      throw new DatabaseAway("Cannot reach the database: the connection was closed");
    }
    const silence = Promise.withResolvers<never>();
    const begun = performance.now();
    const watch = setInterval(async () => {
      const isOver = performance.now() - begun >= this.#silenceMs;
      if (isOver || !await this.#answers()) silence.reject(new DatabaseSilent());
    }, Math.min(QUIET_MS, this.#silenceMs));
    try {
      const statement = this.#sql.unsafe(text, [...params], { prepare: true });
      const result = await Promise.race([statement, silence.promise]);
      if (text === "COMMIT" && result.command !== text) throw new Error("COMMIT was a rollback");
      return [...result];
    } catch (error) {
      const failure = postgresFailure(error);
      // A session stays read-only when the database is writable again.
      if (failure instanceof DatabaseAway || isReadOnly(error)) this.discard();
      throw failure;
    } finally {
      clearInterval(watch);
    }
  }

  /** Drops the connection without a goodbye. */
  discard(): void {
    this.#markLost();
    this.#sql.end({ timeout: 0 }).catch(() => {});
  }

  async close(): Promise<void> {
    this.#markLost();
    await this.#sql.end({ timeout: CONNECT_SECONDS });
  }

  #markLost(): void {
    this.#isLost = true;
    this.#lost.resolve();
  }
}

/**
 * Every option is given, so that the environment changes nothing. The driver reads `PG*` variables all the
 * same: a process that may not read them is started with `--ignore-env=PG*`.
 */
function optionsFor(target: PostgresTarget, ssl: Tls) {
  return {
    host: target.host,
    port: target.port,
    database: target.database,
    username: target.user,
    password: () => target.password,
    ssl: ssl ?? false,
    max: 1,
    connect_timeout: CONNECT_SECONDS,
    max_lifetime: null,
    keep_alive: 60,
    backoff: () => 1,
    prepare: true,
    debug: false,
    fetch_types: false,
    publications: "",
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    onnotice: () => {},
    connection: {
      application_name: "proxmox-mcp",
      statement_timeout: STATEMENT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      default_transaction_isolation: "read committed" as const,
      DateStyle: "ISO",
      TimeZone: "UTC",
    },
  };
}
