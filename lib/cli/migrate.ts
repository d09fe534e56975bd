import type { Command } from "commander";
import { migrate } from "../database/migrate.ts";
import { type CliContext, type CommonOptions, withCommonOptions } from "./context.ts";
import { withDatabase } from "./with_store.ts";

export function registerMigrate(program: Command, context: CliContext): void {
  withCommonOptions(program.command("migrate"))
    .description("create or update the database schema; print what was done")
    .addHelpText(
      "after",
      "\nSafe to run again and while the server runs. Tables that Django made are kept as they are.\n\n" +
        "Examples:\n  proxmox-mcp migrate\n  DATABASE_URL=postgres://mcp@db.example/mcp proxmox-mcp migrate",
    )
    .action((options: CommonOptions) => runMigrate(context, options));
}

async function runMigrate(context: CliContext, options: CommonOptions): Promise<void> {
  const { io } = context;
  const report = await withDatabase(
    context,
    options,
    (database) => migrate(database, { now: io.now }),
  );
  for (const step of report.applied) io.out(step);
  io.out(
    report.from === report.to
      ? `schema version ${report.to}: nothing to do`
      : `schema version ${report.from} -> ${report.to}`,
  );
}
