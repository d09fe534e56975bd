import process from "node:process";
import type { Command } from "commander";
import { hostForUrl } from "../config/config.ts";
import { AppError } from "../errors.ts";
import { answersAsServer } from "./check/listening.ts";
import { type CliContext, withCommonOptions } from "./context.ts";
import { wholeNumber } from "./options.ts";
import { type ServeArguments, serveConfigOf, withServeOptions } from "./serve/options.ts";

const NOTES = `
Asks /healthz where the config says that the server listens, as a container engine or a timer does. It
says nothing of the database and Proxmox: /readyz does. With --while it asks until it is answered, for
half a minute and as long as that process runs; the systemd unit waits so until its server listens. An
executable that is compiled for a config may not see processes and asks on.

Exit status: 0 it answers, 1 it does not, 2 usage.`;

const PAUSE_MS = 100;
const PATIENCE_MS = 30_000;
const MAX_PID = 2 ** 31 - 1;

interface HealthArguments extends ServeArguments {
  readonly while?: number;
}

export function registerHealth(program: Command, context: CliContext): void {
  withServeOptions(withCommonOptions(program.command("health")))
    .description("tell whether the server answers")
    .option(
      "--while <PID>",
      "wait until it does, as long as this process runs",
      wholeNumber(1, MAX_PID),
    )
    .addHelpText("after", NOTES)
    .action(async (options: HealthArguments) => {
      const config = await serveConfigOf(context, options);
      const { host, port } = config.server;
      const endpoint = `${hostForUrl(host)}:${port}`;
      const begun = performance.now();
      const mayCome = (pid: number) => runs(pid) && performance.now() - begun < PATIENCE_MS;
      while (!await answersAsServer(config)) {
        if (options.while === undefined || !mayCome(options.while)) {
          throw new AppError(
            "unavailable",
            `Cannot reach the server: ${endpoint} does not answer`,
          );
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      context.io.out(`ok: ${endpoint}`);
    });
}

/** Whether there is such a process; true also where this one may not know. */
function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code !== "ESRCH";
  }
}
