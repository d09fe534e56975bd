import assert from "node:assert/strict";
import { ping } from "../../lib/database/database.ts";
import { openDatabase } from "../../lib/database/open.ts";
import { openPostgres } from "../../lib/database/postgres_database.ts";
import { parsePostgresUrl } from "../../lib/database/postgres_url.ts";
import { runAsOwner, urlOf } from "./postgres.ts";
import { sharedPostgres as server } from "./shared_postgres.ts";

async function reach(url: string): Promise<void> {
  const database = await openPostgres(url);
  try {
    await ping(database);
  } finally {
    await database.close();
  }
}

Deno.test("parsePostgresUrl reads every part", () => {
  assert.deepEqual(
    parsePostgresUrl(
      "postgresql://al%40ice:p%40ss%3A%2F@db.example:6543/m%63p?sslmode=verify-full",
    ),
    {
      host: "db.example",
      port: 6543,
      database: "mcp",
      user: "al@ice",
      password: "p@ss:/",
      sslMode: "verify-full",
      sslRootCert: null,
    },
  );
  const { host, port, database, sslMode } = parsePostgresUrl("postgres://alice@[::1]");
  assert.deepEqual([host, port, database, sslMode], ["::1", 5432, "alice", "prefer"]);
  assert.equal(parsePostgresUrl("postgres://alice@%2Frun%2Fpg/mcp").host, "/run/pg");
  const modes = [
    ["sslmode=require", "require"],
    ["sslmode=require&sslrootcert=/ca.pem", "verify-ca"],
    ["sslrootcert=system", "verify-full"],
    ["sslrootcert=/ca.pem", "verify-ca"],
    ["sslrootcert=/ca.pem&sslmode=verify-full", "verify-full"],
  ];
  for (const [query, mode] of modes) {
    assert.equal(parsePostgresUrl(`postgres://alice@db/mcp?${query}`).sslMode, mode);
  }
});

Deno.test("parsePostgresUrl refuses what it cannot read without showing the password", () => {
  const urls = [
    "postgres://alice:s3cret@db:port/mcp",
    "postgres://alice:s3cret%@db/mcp",
    "postgres://:s3cret@db/mcp",
    "postgres://alice:s3cret@db/mcp?sslmode=yes",
    "postgres://alice:s3cret@db/mcp?statement_timeout=0",
    "mysql://alice:s3cret@db/mcp",
    "s3cret",
  ];
  for (const url of urls) {
    assert.throws(() => parsePostgresUrl(url), (error: Error) => {
      assert.equal((error as { code?: unknown }).code, "invalid");
      assert.match(error.message, /^Cannot read the database URL: /);
      assert.ok(!Deno.inspect(error).includes("s3cret"), error.message);
      return true;
    });
  }
});

Deno.test("parsePostgresUrl refuses several hosts and says what to name", () => {
  for (const hosts of ["db1,db2", "db1:5432,db2:5432", "[::1]:5432,db2"]) {
    assert.throws(
      () => parsePostgresUrl(`postgres://alice:s3cret@${hosts}/mcp`),
      /it names several hosts; name an address that leads to the one that can be written$/,
    );
  }
  assert.equal(parsePostgresUrl("postgres://alice:s3,cret@db/m,cp").password, "s3,cret");
});

Deno.test("openDatabase chooses by the URL and refuses others", async () => {
  await assert.rejects(openDatabase("mysql://alice:s3cret@db/mcp"), {
    code: "invalid",
    message: "Cannot open the database: its URL begins with sqlite: or postgres://",
  });
  const folder = await Deno.makeTempDir();
  const databases = [
    await openDatabase(`sqlite:${folder}/store.db`),
    await openDatabase(urlOf(await server(), { database: "postgres" })),
  ];
  for (const database of databases) {
    await ping(database);
    await database.close();
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("an sslrootcert that cannot be read is named", async () => {
  const url = "postgres://alice@db/mcp?sslmode=verify-full&sslrootcert=/nowhere/ca.pem";
  await assert.rejects(openPostgres(url), {
    code: "invalid",
    message: /^Cannot read sslrootcert \/nowhere\/ca.pem: /,
  });
});

Deno.test("sslmode: encrypts or not, and verifies as it says", async () => {
  const running = await server();
  const caFile = running.real.caFile;
  const url = (query: string, host = running.host) =>
    urlOf({ host, port: running.port }, { database: "postgres", query });
  const encrypted = async () => {
    const [row] = await runAsOwner(running, {
      database: "postgres",
      sql: "SELECT bool_or(ssl) AS ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) " +
        "WHERE application_name = 'proxmox-mcp'",
    });
    return row?.ssl;
  };
  const good: [string, boolean][] = [
    ["?sslmode=disable", false],
    ["?sslmode=prefer", true],
    ["?sslmode=require", true],
    [`?sslmode=verify-ca&sslrootcert=${caFile}`, true],
    [`?sslmode=verify-full&sslrootcert=${caFile}`, true],
  ];
  for (const [query, expected] of good) {
    const database = await openPostgres(url(query));
    try {
      await ping(database);
      assert.equal(await encrypted(), expected, query);
    } finally {
      await database.close();
    }
  }
  const bad: [string, string][] = [
    [url("?sslmode=verify-full"), "a CA that is not trusted"],
    [url(`?sslmode=verify-full&sslrootcert=${caFile}`, "localhost"), "another name"],
  ];
  for (const [refused, why] of bad) {
    await assert.rejects(reach(refused), { code: "unavailable", message: /certificate/ }, why);
  }
  await reach(url(`?sslmode=verify-ca&sslrootcert=${caFile}`, "localhost"));
});

Deno.test("sslmode=require never falls back to plain text, prefer does", async () => {
  const running = await server();
  const setSsl = async (value: string) => {
    await runAsOwner(running, {
      database: "postgres",
      sql: `ALTER SYSTEM SET ssl = ${value}`,
    });
    await running.real.stop();
    await running.real.start();
  };
  await setSsl("off");
  try {
    const url = (query: string) => urlOf(running, { database: "postgres", query });
    await reach(url("?sslmode=prefer"));
    for (const mode of ["require", "verify-full"]) {
      await assert.rejects(reach(url(`?sslmode=${mode}`)), { name: "DatabaseAway" });
    }
  } finally {
    await setSsl("on");
  }
});

Deno.test("a process that may only connect needs nothing from the environment", async () => {
  const { port } = await server();
  const allowed = ["--ignore-env=PG*", `--allow-net=127.0.0.1:${port}`];
  assert.equal(await pingFromChild(allowed), "reached");
});

Deno.test("a process that lacks a permission is told where to find it", async () => {
  const { port } = await server();
  const refused = "unavailable: Cannot reach the database: this process may not connect to it; " +
    "start with the permissions of `flags`";
  assert.equal(await pingFromChild([`--allow-net=127.0.0.1:${port}`]), refused);
  assert.equal(await pingFromChild(["--ignore-env=PG*", "--allow-net=127.0.0.1:1"]), refused);
});

/** What a process of its own with these permissions says, amid variables that would mislead it. */
async function pingFromChild(permissions: string[]): Promise<string> {
  const url = urlOf(await server(), { database: "postgres" });
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const child = new URL("./postgres_child.ts", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--cached-only", "--config", config, ...permissions, child, url],
    env: { PGHOST: "host.invalid", PGUSER: "mallory", PGPASSWORD: "wrong", PGAPPNAME: "wrong" },
  }).output();
  const text = new TextDecoder();
  return text.decode(stdout) || text.decode(stderr);
}
