import type { Command } from "commander";
import { checkVariables } from "../../config/config.ts";
import { ProxmoxError } from "../../proxmox/api/errors.ts";
import { type CliContext, UsageError } from "../context.ts";
import { InterruptedError } from "../terminal.ts";
import { Asking } from "./asking.ts";
import { type InitArguments, withInitOptions } from "./options.ts";
import { Steps } from "./steps.ts";
import { textsFor } from "./texts.ts";

const INTERRUPTED = 130;

export function registerInit(program: Command, context: CliContext): void {
  withInitOptions(program.command("init"))
    .description("set everything up, step by step: config, token, database, first user")
    .action((options: InitArguments) => init(context, options));
}

async function init(context: CliContext, options: InitArguments): Promise<void> {
  const { io } = context;
  checkVariables(io.env);
  const { texts, language } = textsFor(options.language, io.env);
  const steps = new Steps(io, { texts, language });
  const interrupted = `proxmox-mcp: ${texts.interrupted(commandOf(options))}`;
  using _interrupts = onInterrupt(() => {
    io.terminal?.restore();
    io.err(interrupted);
    Deno.exit(INTERRUPTED);
  });
  try {
    const asking = askingFor(io, options);
    if (options.addBackupServer !== undefined) {
      const { AddBackupServer } = await import("./add_backup_server.ts");
      return await new AddBackupServer(context, { options, asking, steps }).run(
        options.addBackupServer,
      );
    }
    // Loaded here, since it needs the tools, for which no other command should wait.
    if (options.addCluster !== undefined) {
      const { addCluster } = await import("./add_cluster.ts");
      return await addCluster(context, { cluster: options.addCluster, options, asking, steps });
    }
    const { Setup } = await import("./setup.ts");
    await new Setup(context, { options, asking, steps }).run();
  } catch (error) {
    if (!(error instanceof InterruptedError)) {
      const failed = texts.failed(error instanceof ProxmoxError ? error.kind : undefined);
      if (failed !== null) io.err(`proxmox-mcp: ${failed}`);
      throw error;
    }
    io.err(interrupted);
    context.setStatus(INTERRUPTED);
  }
}

/** The command, with what makes it another one. */
function commandOf({ addBackupServer, addCluster }: InitArguments): string {
  if (addBackupServer !== undefined) return `init --add-backup-server ${addBackupServer}`;
  return addCluster === undefined ? "init" : `init --add-cluster ${addCluster}`;
}

/** Who answers the questions of a run; refuses when nobody can. */
export function askingFor(io: CliContext["io"], { yes }: Pick<InitArguments, "yes">): Asking {
  if (yes) return new Asking(io, null);
  if (io.terminal !== undefined) return new Asking(io, io.terminal);
  throw new UsageError(
    "Cannot ask: standard input is no terminal: add --yes, --host HOST and --token-file FILE",
  );
}

/** A handler for the signals by which a person or a system ends a run. */
function onInterrupt(handler: () => void): Disposable {
  const names = ["SIGINT", "SIGTERM"] as const;
  for (const name of names) Deno.addSignalListener(name, handler);
  return {
    [Symbol.dispose]: () => {
      for (const name of names) Deno.removeSignalListener(name, handler);
    },
  };
}
