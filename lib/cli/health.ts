import type { Command } from "commander";
import { hostForUrl } from "../config/config.ts";
import { AppError } from "../errors.ts";
import { answersAsServer } from "./check/listening.ts";
import { type CliContext, withCommonOptions } from "./context.ts";
import { type ServeArguments, serveConfigOf, withServeOptions } from "./serve/options.ts";

const NOTES = `
Asks /healthz where the config says that the server listens, as a container engine or a timer does. It
says nothing of the database and Proxmox: /readyz does.

Exit status: 0 it answers, 1 it does not, 2 usage.`;

export function registerHealth(program: Command, context: CliContext): void {
  withServeOptions(withCommonOptions(program.command("health")))
    .description("tell whether the server answers")
    .addHelpText("after", NOTES)
    .action(async (options: ServeArguments) => {
      const config = await serveConfigOf(context, options);
      const { host, port } = config.server;
      const endpoint = `${hostForUrl(host)}:${port}`;
      if (await answersAsServer(config)) return context.io.out(`ok: ${endpoint}`);
      throw new AppError(
        "unavailable",
        `Cannot reach the server: ${endpoint} does not answer`,
      );
    });
}
