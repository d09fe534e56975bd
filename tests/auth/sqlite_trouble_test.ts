import assert from "node:assert/strict";
import { AuditTrail } from "../../lib/audit/trail.ts";
import { migrate } from "../../lib/database/migrate.ts";
import { makeSqliteSite } from "./sqlite_site.ts";
import type { Outcome } from "./sqlite_child.ts";

const CHILD = new URL("./sqlite_child.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Runs a store in a process of its own; `before` are shell commands that narrow what it may do. */
async function runChild(
  path: string,
  { before = "", permissions = ["-A"], rows = 1 }: {
    before?: string;
    permissions?: string[];
    rows?: number;
  },
): Promise<Outcome> {
  const deno = [Deno.execPath(), "run", "--no-prompt", "--cached-only", "--no-code-cache"];
  const command = [...deno, "--config", CONFIG, ...permissions, CHILD, path, `${rows}`];
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `${before} exec ${dropPower()} ${command.join(" ")}`],
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.notEqual(text, "", new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

/** Root may write what no one may, unless that power is given up. */
function dropPower(): string {
  return Deno.uid() === 0 ? "setpriv --bounding-set=-dac_override,-dac_read_search --" : "";
}

async function withMigratedFile(
  work: (site: Awaited<ReturnType<typeof makeSqliteSite>>) => Promise<void>,
): Promise<void> {
  const site = await makeSqliteSite();
  try {
    const database = await site.open();
    await migrate(database, { now: () => new Date() });
    await database.close();
    await work(site);
  } finally {
    await site.dispose();
  }
}

Deno.test("SQLite store: a full disk refuses rows, acknowledges none that is not kept, and still reads", () =>
  withMigratedFile(async (site) => {
    const { written, failures } = await runChild(site.path, {
      before: "trap '' XFSZ; ulimit -f 2000;",
      rows: 5_000,
    });
    assert.ok(written > 0 && written < 5_000, `${written} rows`);
    assert.deepEqual(failures.map(([code]) => code), ["unavailable", "unavailable"]);
    for (const [, message] of failures) assert.match(message, /^Cannot use the database: /);
    const database = await site.open();
    try {
      const { ok, rows } = await new AuditTrail(database).verify();
      assert.deepEqual({ ok, rows }, { ok: true, rows: written });
    } finally {
      await database.close();
    }
  }));

Deno.test("SQLite store: a file that is not writable is not opened", () =>
  withMigratedFile(async (site) => {
    await Deno.chmod(site.path, 0o400);
    assert.deepEqual(await runChild(site.path, {}), {
      written: 0,
      failures: [[
        "unavailable",
        `Cannot open database ${site.path}: it is not writable; ` +
        "make the file and its folder writable for this user",
      ]],
    });
  }));

Deno.test("SQLite store: a folder that is not writable is named", () =>
  withMigratedFile(async (site) => {
    const folder = site.path.replace(/\/[^/]*$/, "");
    await Deno.chmod(folder, 0o500);
    const { written, failures } = await runChild(site.path, {});
    assert.equal(written, 0);
    assert.equal(failures[0]?.[0], "unavailable");
    assert.match(failures[0]?.[1] ?? "", /^Cannot open database .*folder/);
  }));

Deno.test("SQLite store: a process without the permission to write is told which flags it lacks", () =>
  withMigratedFile(async (site) => {
    const { failures } = await runChild(site.path, { permissions: ["--allow-read"] });
    assert.deepEqual(failures, [[
      "unavailable",
      `Cannot open database ${site.path}: this process may not write it; ` +
      "start with the permissions that `deno run -A main.ts flags` prints",
    ]]);
  }));

Deno.test("SQLite store: the file and its two companions are all that it needs", () =>
  withMigratedFile(async (site) => {
    const files = [site.path, `${site.path}-wal`, `${site.path}-shm`].join(",");
    const permissions = [`--allow-read=${files}`, `--allow-write=${files}`];
    assert.deepEqual(await runChild(site.path, { permissions, rows: 3 }), {
      written: 3,
      failures: [],
    });
  }));
