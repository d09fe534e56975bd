import type { Command } from "commander";
import { type CliContext, type CommonOptions, withCommonOptions } from "./context.ts";
import { withStore } from "./with_store.ts";

export function registerMigrate(program: Command, context: CliContext): void {
  withCommonOptions(program.command("migrate"))
    .description("create or update the database schema; print what was done")
    .addHelpText(
      "after",
      "\nSafe to run again and while the server runs. Tables that Django made are kept as they are.\n\n" +
        "Examples:\n  proxmox-mcp migrate\n  DATABASE_URL=postgres://mcp@db.example/mcp proxmox-mcp migrate",
    )
    .action((options: CommonOptions) => migrate(context, options));
}

async function migrate(context: CliContext, options: CommonOptions): Promise<void> {
  const { io } = context;
  const report = await withStore(context, options, (store) => store.migrate());
  for (const step of report.applied) io.out(step);
  io.out(
    report.from === report.to
      ? `schema version ${report.to}: nothing to do`
      : `schema version ${report.from} -> ${report.to}`,
  );
}
