import { DatabaseSync } from "node:sqlite";
import type { Row } from "../../lib/database/database.ts";
import { openSqliteStore } from "../../lib/auth/store_sqlite.ts";
import type { Site } from "./site.ts";

/** A fresh file in a folder of its own. */
export async function makeSqliteSite(): Promise<Site & { readonly path: string }> {
  const folder = await Deno.makeTempDir({ prefix: "proxmox-mcp-" });
  const path = `${folder}/store.db`;
  return {
    path,
    open: (options) => openSqliteStore({ path, ...options }),
    run: (sql) => Promise.try(() => runOnce(path, sql)),
    dispose: () => Deno.remove(folder, { recursive: true }),
  };
}

function runOnce(path: string, sql: string): Row[] {
  const database = new DatabaseSync(path, { timeout: 5_000, enableForeignKeyConstraints: false });
  try {
    return database.prepare(sql).all() as Row[];
  } finally {
    database.close();
  }
}
