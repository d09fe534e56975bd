import { Command, CommanderError } from "commander";
import { VariableError } from "../config/config.ts";
import { AppError, messageOf } from "../errors.ts";
import { redactText } from "../log/redact.ts";
import { type CliContext, UsageError } from "./context.ts";
import { type Io, processIo, shownOnly } from "./io.ts";
import { VERSION } from "./version.ts";

const FAILED = 1;
const MISUSED = 2;

/** Runs one command line and gives its exit status: 0 success, 1 failure, 2 usage. Never throws. */
export async function runProgram(
  args: readonly string[],
  { io: given, create }: { io: Io; create: (context: CliContext) => Command },
): Promise<number> {
  const io = shownOnly(given);
  let status = 0;
  const context: CliContext = {
    io,
    version: VERSION,
    setStatus: (chosen) => {
      status = chosen;
    },
  };
  try {
    await create(context).parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    return report(error, { io, debug: args.includes("--debug") });
  }
}

/** Runs a program of one command, `deno task NAME`, and ends the process. */
export async function runTask(
  name: string,
  describe: (command: Command, context: CliContext) => Command,
): Promise<never> {
  const io = processIo();
  const create = (context: CliContext) => describe(createCommand(`deno task ${name}`, io), context);
  Deno.exit(await runProgram(Deno.args, { io, create }));
}

/** A command that neither ends the process nor writes anywhere but to `io`. */
export function createCommand(name: string, io: Io): Command {
  return new Command(name)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
      outputError: () => {},
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function report(error: unknown, { io, debug }: { io: Io; debug: boolean }): number {
  if (error instanceof CommanderError) return reportUsage(error, io);
  io.err(`proxmox-mcp: ${printed(messageOf(error))}`);
  if (debug) io.err(redactText(stackOf(error)));
  if (!debug && !(error instanceof AppError || error instanceof UsageError)) {
    io.err("proxmox-mcp: this was not foreseen; --debug shows where it happened");
  }
  return error instanceof UsageError || error instanceof VariableError ? MISUSED : FAILED;
}

function reportUsage(error: CommanderError, io: Io): number {
  if (error.exitCode === 0) return 0;
  if (error.code === "commander.help") return MISUSED;
  io.err(`proxmox-mcp: ${printed(error.message.replace(/^error: /, ""))}`);
  return MISUSED;
}

/** Control characters could repaint the terminal; a secret may stand in any message. */
function printed(text: string): string {
  return redactText(text).replace(/[\s\p{Cc}]+/gu, " ").trim();
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\nCaused by: ${stackOf(error.cause)}`;
}
