import { AppError, messageOf, toAppError } from "../errors.ts";
import {
  type Along,
  type Database,
  type DatabaseOptions,
  DatabaseSilent,
  type Dialect,
  type Load,
  type Queryable,
  type Row,
  type Value,
  type WriteOptions,
} from "./database.ts";
import { PatientWrites } from "./patient_writes.ts";
import { PostgresConnection, type Tls } from "./postgres_connection.ts";
import { PostgresListener } from "./postgres_listener.ts";
import { PostgresPool } from "./postgres_pool.ts";
import { PostgresQuestions } from "./postgres_questions.ts";
import { parsePostgresUrl, type PostgresTarget } from "./postgres_url.ts";

/** With the one that listens, at most ten connections. */
const POOL = 9;
/** A server that does not say anything to a new connection for so long answers nobody. */
const PROBE_MS = 1_500;
/** The key of the advisory lock under which the schema is changed. */
const SCHEMA_LOCK = 7_288_112_006;

const DIALECT: Dialect = {
  name: "postgres",
  columnsOf: `SELECT attname AS name FROM pg_attribute
    WHERE attrelid = to_regclass($1::text) AND attnum > 0 AND NOT attisdropped`,
  idsOfJson: "(SELECT value::bigint FROM json_array_elements_text($1::text::json))",
  textsOfJson: "(SELECT value FROM json_array_elements_text($1::text::json))",
  rowsOfJson: (table, parameter) =>
    `json_populate_recordset(NULL::${table}, ${parameter}::text::json)`,
  forUpdate: "FOR UPDATE",
  utcText: (column) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`,
  tryLockSchema: `SELECT pg_try_advisory_xact_lock(${SCHEMA_LOCK}) AS locked`,
  notify: "SELECT pg_notify($1, $2)",
  watchIntervalMs: 10_000,
};

interface PostgresPlace {
  readonly target: PostgresTarget;
  readonly ssl: Tls;
}

/**
 * Connects to PostgreSQL 12 or later when it is first used, so that the server can start while the
 * database is away. Throws AppError `invalid` for a malformed URL or an unreadable certificate file.
 */
export async function openPostgres(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const target = parsePostgresUrl(url);
  return new PostgresDatabase({ target, ssl: await tlsFor(target) }, options);
}

/**
 * `disable` and `allow` never encrypt; `prefer` (the default) does where the server offers it and `require`
 * always, both without looking at the certificate, so that only a listener is kept out; `verify-ca` and
 * `verify-full` need a certificate of a trusted CA, and both also need it to be for the host's name.
 */
async function tlsFor({ host, sslMode, sslRootCert }: PostgresTarget): Promise<Tls> {
  if (sslMode === "disable" || sslMode === "allow") return false;
  if (sslMode === "prefer" || sslMode === "require") return sslMode;
  const anyName = sslMode === "verify-ca" ? { checkServerIdentity: () => undefined } : {};
  if (sslRootCert === null || sslRootCert === "system") return { host, ...anyName };
  try {
    return { host, ...anyName, ca: await Deno.readTextFile(sslRootCert) };
  } catch (error) {
    const message = `Cannot read sslrootcert ${sslRootCert}: ${messageOf(error)}`;
    throw new AppError("invalid", message, { cause: error });
  }
}

class PostgresDatabase implements Database {
  readonly dialect = DIALECT;
  readonly mark = null;
  readonly ownTables: boolean;
  readonly #place: PostgresPlace;
  readonly #pool: PostgresPool;
  readonly #questions = new PostgresQuestions((text, params) => this.all(text, params));
  readonly #patient = new PatientWrites((text, params) => this.all(text, params));
  readonly #listeners: PostgresListener[] = [];
  #probing: Promise<boolean> | null = null;

  constructor(place: PostgresPlace, { ownTables = true }: DatabaseOptions) {
    const answers = () => this.#answers();
    this.ownTables = ownTables;
    this.#place = place;
    this.#pool = new PostgresPool({
      connect: () => new PostgresConnection({ ...place, answers }),
      max: POOL,
    });
  }

  ask(text: string, params?: readonly Value[]): Promise<Row[]> {
    return this.#questions.ask(text, params);
  }

  all(text: string, params: readonly Value[] = []): Promise<Row[]> {
    return this.#pool.use((connection) => connection.run(text, params));
  }

  /** A statement alone is a transaction. */
  async write(
    text: string,
    params: readonly Value[] = [],
    { along, patienceMs = 0 }: WriteOptions & { readonly along?: Along } = {},
  ): Promise<Row[]> {
    if (along === undefined || patienceMs === 0) return await this.all(text, params);
    await this.#patient.submit(along, patienceMs);
    return [];
  }

  takeAlong(): Load {
    return this.#patient.take();
  }

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.#pool.use((connection) => inTransaction(connection, { begin: "BEGIN", work }));
  }

  snapshot<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    return this.#pool.use((connection) => inTransaction(connection, { begin, work }));
  }

  listen(channel: string, listener: (message: string | null) => void): void {
    const connect = (onNotify: (message: string) => void) =>
      new PostgresConnection({ ...this.#place, onNotify });
    this.#listeners.push(new PostgresListener({ connect, channel, listener }));
  }

  /** One probe at a time, however many statements wait. */
  #answers(): Promise<boolean> {
    this.#probing ??= answersNewcomers(this.#place).finally(() => {
      this.#probing = null;
    });
    return this.#probing;
  }

  async close(): Promise<void> {
    await this.#patient.close();
    await Promise.all([...this.#listeners, this.#pool].map((part) => part.close()));
  }
}

/** A refusal is an answer too: only silence is none. */
async function answersNewcomers(place: PostgresPlace): Promise<boolean> {
  const connection = new PostgresConnection({ ...place, silenceMs: PROBE_MS });
  try {
    await connection.run("SELECT 1 AS one");
    return true;
  } catch (error) {
    return !(error instanceof DatabaseSilent);
  } finally {
    connection.discard();
  }
}

async function inTransaction<T>(
  connection: PostgresConnection,
  { begin, work }: { begin: string; work: (tx: Queryable) => Promise<T> },
): Promise<T> {
  await connection.run(begin);
  try {
    const result = await work({ all: (text, params) => connection.run(text, params) });
    await connection.run("COMMIT");
    return result;
  } catch (error) {
    if (!connection.isLost) await connection.run("ROLLBACK").catch(() => connection.discard());
    throw toAppError(error);
  }
}
