import assert from "node:assert/strict";
import { migrate } from "../../lib/database/migrate.ts";
import { openSqlite } from "../../lib/database/sqlite_database.ts";
import { runStoreCases } from "./conformance.ts";
import { makeSqliteSite } from "./sqlite_site.ts";

runStoreCases("SQLite store", makeSqliteSite);

Deno.test("openSqlite creates a file that only its owner reads", async () => {
  const site = await makeSqliteSite();
  const database = await site.open();
  try {
    await migrate(database, { now: () => new Date() });
    for (const suffix of ["", "-wal", "-shm"]) {
      const { mode } = await Deno.stat(site.path + suffix);
      assert.equal((mode ?? 0) & 0o777, 0o600, `mode of store.db${suffix}`);
    }
  } finally {
    await database.close();
    await site.dispose();
  }
});

Deno.test("openSqlite says in one line what is wrong with a path", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/notes.txt`, "no database at all\n".repeat(100));
    const cases: [string, string, RegExp][] = [
      [`${folder}/none/store.db`, "invalid", /its folder does not exist; create it$/],
      [folder, "invalid", /it is a folder; name a file in it$/],
      [`${folder}/notes.txt`, "invalid", /its file is not an SQLite database; name another one$/],
      [":memory:", "invalid", /name a file by its path$/],
    ];
    for (const [path, code, message] of cases) {
      await assert.rejects(openSqlite(path), (error: Error) => {
        assert.equal((error as { code?: unknown }).code, code);
        assert.match(error.message, message);
        assert.ok(error.message.startsWith(`Cannot open database ${path}: `));
        assert.ok(!error.message.includes("\n"));
        return true;
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
