import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import type { Database } from "../database/database.ts";
import { haltsOf } from "../database/halts.ts";
import { typedHere } from "../command.ts";
import { AppError } from "../errors.ts";
import { withChangeOptions } from "./account_change.ts";
import type { CliContext, CommonOptions } from "./context.ts";
import { halt, haltText, resume } from "./halting.ts";
import { localUser } from "./local_user.ts";
import { shortText } from "./options.ts";
import { auditTrailOf, withReadyDatabase } from "./with_store.ts";

interface Options extends CommonOptions {
  readonly by?: string;
  readonly json?: boolean;
}

type HaltOptions = Options & { readonly reason?: string };

const HALT_NOTES = `
Every instance on this database refuses every change from now on, also the next request of a change that
is under way; what Proxmox has begun goes on. Reads and dry runs go on too. A halt that is in force
stays as it is. SIGUSR1 to a server does the same, SIGUSR2 is \`resume\`.

Examples:
  proxmox-mcp halt --reason "storage is being moved"
  systemctl kill --kill-whom=main -s USR1 proxmox-mcp`;

export function registerHalt(program: Command, context: CliContext): void {
  withHaltOptions(program.command("halt"))
    .description("refuse every change, by every instance, until `resume`")
    .option("--reason <TEXT>", "why, for whoever is refused", shortText(500))
    .addHelpText("after", HALT_NOTES)
    .action((options: HaltOptions) => runHalt(context, options));
  withHaltOptions(program.command("resume"))
    .description("let changes be made again after `halt`")
    .action((options: Options) => runResume(context, options));
}

function withHaltOptions(command: Command): Command {
  return withChangeOptions(command)
    .option("--json", "print JSON");
}

async function runHalt(context: CliContext, options: HaltOptions): Promise<void> {
  const { io } = context;
  const { by = localUser(), json, reason = "" } = options;
  const at = io.now();
  const now = await withReadyDatabase(
    context,
    options,
    (database, config) => halt(partsOf(database, config), { by, reason, at, door: "command" }),
  );
  if (json) return io.out(JSON.stringify({ halted: true, ...now }));
  const already = now.since.getTime() === at.getTime() ? "" : " already,";
  io.out(`changes are halted${already} ${haltText(now)}; \`${typedHere("resume")}\` ends it`);
}

async function runResume(context: CliContext, options: Options): Promise<void> {
  const { io } = context;
  const { by = localUser(), json } = options;
  const ended = await withReadyDatabase(
    context,
    options,
    (database, config) => resume(partsOf(database, config), { by, at: io.now(), door: "command" }),
  );
  if (json) return io.out(JSON.stringify({ halted: false, ended: ended ?? null }));
  io.out(ended ? `changes go on; they were halted ${haltText(ended)}` : "changes were not halted");
}

function partsOf(database: Database, config: Config) {
  if (!database.ownTables) {
    throw new AppError(
      "conflict",
      "Cannot halt changes: with audit.database false the database keeps nothing of the program's own; " +
        "send SIGUSR1 to each server, SIGUSR2 to resume",
    );
  }
  return { halts: haltsOf(database), trail: () => auditTrailOf(config, database) };
}
