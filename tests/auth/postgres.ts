import postgres from "postgres";
import type { Row } from "../../lib/database/database.ts";
import { findPrograms, startReal } from "./postgres_real.ts";
import type { Site } from "./site.ts";
import { openPostgres } from "../../lib/database/postgres_database.ts";

/** The server's superuser, whose password is the worst that a URL may hold. */
export const OWNER = { user: "postgres", password: "p@ss:w/or d%?#" };

/** A running server. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly real: RealServer;
  dispose(): Promise<void>;
}

export interface RealServer {
  /** PEM file of the CA of the server's certificate, which is for `127.0.0.1` and not for `localhost`. */
  readonly caFile: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it without letting it say goodbye to anyone. */
  kill(): Promise<void>;
  /** Stops all of its processes where they are, as SIGSTOP does, until `thaw`. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

/** Starts PostgreSQL from PATH or Debian's folders, and says which. */
export async function startPostgres(): Promise<Server> {
  return await startReal(await findPrograms(), OWNER.password);
}

/** Prints which server the tests run on. */
export async function say(server: string): Promise<void> {
  await Deno.stderr.write(new TextEncoder().encode(`Store tests run on: ${server}\n`));
}

/** The URL of a database, by default for the server's superuser. */
export function urlOf(
  { host, port }: Pick<Server, "host" | "port">,
  options: { database: string; user?: string; password?: string; query?: string },
): string {
  const { database, user = OWNER.user, password = OWNER.password, query = "" } = options;
  const account = [user, password].map(encodeURIComponent).join(":");
  return `postgres://${account}@${host}:${port}/${database}${query}`;
}

/** Runs statements as the superuser, on a connection of their own. */
export async function runAsOwner(
  server: Server,
  { database, sql }: { database: string; sql: string },
): Promise<Row[]> {
  const connection = postgres({
    host: server.host,
    port: server.port,
    database,
    username: OWNER.user,
    password: OWNER.password,
    max: 1,
    fetch_types: false,
    onnotice: () => {},
  });
  try {
    return [...await connection.unsafe(sql)];
  } finally {
    await connection.end();
  }
}

/** A site on a database of its own. */
export async function makePostgresSite(
  server: Server,
): Promise<Site & { readonly database: string; readonly url: string }> {
  const database = await makeDatabase(server);
  const url = urlOf(server, { database });
  return {
    database,
    url,
    open: (options) => openPostgres(url, options),
    run: (sql) => runAsOwner(server, { database, sql }),
    script: async (sql) => {
      await runAsOwner(server, { database, sql: `SET TIME ZONE 'UTC'; ${sql}` });
    },
    dispose: () => dropDatabase(server, database),
  };
}

async function makeDatabase(server: Server): Promise<string> {
  const database = `site_${crypto.randomUUID().replaceAll("-", "")}`;
  await runAsOwner(server, { database: "postgres", sql: `CREATE DATABASE ${database}` });
  return database;
}

async function dropDatabase(server: Server, database: string): Promise<void> {
  const sql = `DROP DATABASE ${database} WITH (FORCE)`;
  await runAsOwner(server, { database: "postgres", sql });
}
