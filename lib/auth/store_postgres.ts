import postgres from "postgres";
import { AppError, messageOf, toAppError } from "../errors.ts";
import { type Database, DatabaseAway, type Dialect, type Queryable } from "./database.ts";
import type { Row, Value } from "./database.ts";
import { postgresFailure } from "./postgres_failures.ts";
import { parsePostgresUrl, type PostgresTarget } from "./postgres_url.ts";
import { SqlStore, type SqlStoreOptions } from "./sql_store.ts";
import type { Store } from "./store.ts";

/** With the one that listens, at most ten connections. */
const POOL = 9;
const CONNECT_SECONDS = 5;
const IDLE_SECONDS = 300;
const STATEMENT_MS = 5_000;
const IDLE_IN_TRANSACTION_MS = 10_000;
/** A statement that has not answered by now never will: its connection is lost. */
const SILENCE_MS = 12_000;
const SLOWEST_RETRY_SECONDS = 1;

const CHANNEL = "proxmox_mcp_revoked";
/** The key of the advisory lock under which the schema is changed. */
const SCHEMA_LOCK = 7_288_112_006;

const DIALECT: Dialect = {
  name: "postgres",
  columnsOf: `SELECT attname AS name FROM pg_attribute
    WHERE attrelid = to_regclass($1::text) AND attnum > 0 AND NOT attisdropped`,
  idsOfJson: "(SELECT value::bigint FROM json_array_elements_text($1::text::json))",
  forUpdate: "FOR UPDATE",
  auditTime: "to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
  tryLockSchema: `SELECT pg_try_advisory_xact_lock(${SCHEMA_LOCK}) AS locked`,
  notify: `SELECT pg_notify('${CHANNEL}', $1)`,
  watchIntervalMs: 10_000,
};

/**
 * A store on PostgreSQL 12 or later. Connects when it is first used, so that the server can start while
 * the database is away. Throws AppError `invalid` for a malformed URL or an unreadable certificate file.
 */
export async function openPostgresStore(
  options: SqlStoreOptions & { url: string },
): Promise<Store> {
  const target = parsePostgresUrl(options.url);
  const ssl = await tlsFor(target);
  return new SqlStore(new PostgresDatabase(() => connect(target, ssl)), options);
}

type Sql = ReturnType<typeof connect>;
type Tls = postgres.Options<Record<string, never>>["ssl"];

/** Every option is given, so that the driver looks for none of them in the environment. */
function connect(target: PostgresTarget, ssl: Tls) {
  return postgres({
    host: target.host,
    port: target.port,
    database: target.database,
    username: target.user,
    password: () => target.password,
    ssl: ssl ?? false,
    max: POOL,
    connect_timeout: CONNECT_SECONDS,
    idle_timeout: IDLE_SECONDS,
    max_lifetime: null,
    keep_alive: 60,
    backoff: (retries: number) => Math.min(0.05 * 2 ** retries, SLOWEST_RETRY_SECONDS),
    prepare: true,
    debug: false,
    fetch_types: false,
    publications: "",
    types: {
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
    },
    onnotice: () => {},
    connection: {
      application_name: "proxmox-mcp",
      statement_timeout: STATEMENT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      default_transaction_isolation: "read committed",
      DateStyle: "ISO",
      TimeZone: "UTC",
    },
  });
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
  readonly #connect: () => Sql;
  #sql: Sql;
  #listener: ((message: string | null) => void) | null = null;

  constructor(connect: () => Sql) {
    this.#connect = connect;
    this.#sql = connect();
  }

  all(text: string, params: readonly Value[] = []): Promise<Row[]> {
    return this.#guarded((sql) => run(sql, { text, params }));
  }

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.#begin("read write", work);
  }

  snapshot<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.#begin("isolation level repeatable read read only", work);
  }

  listen(listener: (message: string | null) => void): void {
    this.#listener = listener;
    this.#startListening();
  }

  async close(): Promise<void> {
    this.#listener = null;
    await this.#sql.end({ timeout: CONNECT_SECONDS });
  }

  #begin<T>(mode: string, work: (tx: Queryable) => Promise<T>): Promise<T> {
    let failure: { readonly error: unknown } | null = null;
    const done = this.#guarded(async (sql, heard) => {
      const result = await sql.begin(mode, async (tx) => {
        const all = async (text: string, params: readonly Value[] = []) => {
          heard();
          const rows = await run(tx, { text, params }).catch((error) => {
            throw postgresFailure(error);
          });
          heard();
          return rows;
        };
        try {
          return { value: await work({ all }) };
        } catch (error) {
          failure = { error };
          throw error;
        }
      });
      return (result as { value: T }).value;
    });
    return done.catch((error) => {
      throw failure === null ? error : toAppError(failure.error);
    });
  }

  /**
   * Bounds the time in which nothing is heard of the database: a connection whose other end vanished
   * (a host lost its power, a firewall its state) would else be waited for without end.
   */
  async #guarded<T>(work: (sql: Sql, heard: () => void) => Promise<T>): Promise<T> {
    const sql = this.#sql;
    const silence = Promise.withResolvers<never>();
    const onSilence = () => {
      this.#replace(sql);
      silence.reject(new DatabaseAway("Cannot reach the database: it does not answer"));
    };
    let timer = setTimeout(onSilence, SILENCE_MS);
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(onSilence, SILENCE_MS);
    };
    try {
      return await Promise.race([work(sql, heard), silence.promise]);
    } catch (error) {
      throw postgresFailure(error);
    } finally {
      clearTimeout(timer);
    }
  }

  #replace(sql: Sql): void {
    if (this.#sql !== sql) return;
    this.#sql = this.#connect();
    this.#startListening();
    sql.end({ timeout: 0 }).catch(() => {});
  }

  /** The driver listens again by itself whenever the connection was lost. */
  #startListening(): void {
    if (this.#listener === null) return;
    const tell = (message: string | null) => this.#listener?.(message);
    this.#sql.listen(CHANNEL, tell, () => tell(null)).catch(() => {});
  }
}

async function run(
  sql: Pick<Sql, "unsafe">,
  { text, params }: { text: string; params: readonly Value[] },
): Promise<Row[]> {
  return [...await sql.unsafe(text, [...params], { prepare: true })];
}
