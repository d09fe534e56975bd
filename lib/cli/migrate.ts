import type { Command } from "commander";
import { dirname } from "node:path";
import { makeAuditKey } from "../audit/key.ts";
import { AuditTrail } from "../audit/trail.ts";
import type { Config } from "../config/config.ts";
import type { Database } from "../database/database.ts";
import { migrate } from "../database/migrate.ts";
import { type CliContext, type CommonOptions, withCommonOptions } from "./context.ts";
import { giveToOwnerOf, withDatabase } from "./with_store.ts";

export function registerMigrate(program: Command, context: CliContext): void {
  withCommonOptions(program.command("migrate"))
    .description("create or update the database schema; print what was done")
    .addHelpText(
      "after",
      "\nSafe to run again and while the server runs. Tables that Django made are kept as they are.\n" +
        "The file that audit.key_file names is made when it is not there.\n\n" +
        "Examples:\n  proxmox-mcp migrate\n  DATABASE_URL=postgres://mcp@db.example/mcp proxmox-mcp migrate",
    )
    .action((options: CommonOptions) => runMigrate(context, options));
}

async function runMigrate(context: CliContext, options: CommonOptions): Promise<void> {
  const { io } = context;
  await withDatabase(context, options, async (database, config) => {
    const report = await migrate(database, { now: io.now });
    for (const step of report.applied) io.out(step);
    const path = await makeKey(database, { config, at: io.now() });
    if (path !== null) {
      io.out(`made audit.key_file ${path}: keep a copy of it where the database is not`);
    }
    io.out(
      report.from === report.to
        ? `schema version ${report.to}: nothing to do`
        : `schema version ${report.from} -> ${report.to}`,
    );
  });
}

/** Makes the key that the config names, and signs with it from now on; null when there is none to make. */
export async function makeKey(
  database: Database,
  { config, at }: { config: Config; at: Date },
): Promise<string | null> {
  const path = config.audit.key_file;
  const key = path === null || !database.ownTables ? null : await makeAuditKey(path);
  if (path === null || key === null) return null;
  await giveToOwnerOf(dirname(path), [path]);
  await new AuditTrail(database, { key }).anchor({ by: "migrate", at });
  return path;
}
