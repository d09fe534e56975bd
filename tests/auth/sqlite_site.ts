import { DatabaseSync } from "node:sqlite";
import type { Row } from "../../lib/database/database.ts";
import { openSqlite } from "../../lib/database/sqlite_database.ts";
import type { Site } from "./site.ts";

/** A fresh file in a folder of its own. */
export async function makeSqliteSite(): Promise<Site & { readonly path: string }> {
  const folder = await Deno.makeTempDir({ prefix: "proxmox-mcp-" });
  const path = `${folder}/store.db`;
  return {
    path,
    open: (options) => openSqlite(path, options),
    run: (sql) => beside(path, (database) => database.prepare(sql).all() as Row[]),
    script: (sql) => beside(path, (database) => database.exec(sql)),
    dispose: () => Deno.remove(folder, { recursive: true }),
  };
}

async function beside<T>(path: string, work: (database: DatabaseSync) => T): Promise<T> {
  const database = new DatabaseSync(path, { timeout: 5_000, enableForeignKeyConstraints: false });
  try {
    return await Promise.try(() => work(database));
  } finally {
    database.close();
  }
}
