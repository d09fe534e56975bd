import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { runTask } from "../run.ts";
import { serveConfigOf } from "../serve/options.ts";
import { runWithFlags } from "../serve/start.ts";
import { requireOneSpeaker, type StdioArguments, withStdioOptions } from "./stdio.ts";

/** `deno task stdio`: `stdio` from a checkout, with exactly the permissions that its config calls for. */
function describeStart(command: Command, context: CliContext): Command {
  return withStdioOptions(command)
    .description(
      "serve one client on standard input and output with the permission flags of its config",
    )
    .action(async (args: StdioArguments) => {
      requireOneSpeaker(args);
      const config = await serveConfigOf(context, { ...args, stdio: true });
      context.setStatus(await runWithFlags(config, "stdio"));
    });
}

if (import.meta.main) await runTask("stdio", describeStart);
