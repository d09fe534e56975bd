import type { Command } from "commander";
import { fileURLToPath } from "node:url";
import type { Config } from "../../config/config.ts";
import { type CliContext, withCommonOptions } from "../context.ts";
import { HEAP_FLAG, permissionFlags } from "../flags.ts";
import { runTask } from "../run.ts";
import { type ServeArguments, serveConfigOf, withServeOptions } from "./options.ts";
import { listenToSignals } from "./signals.ts";

/** `deno task start`: `serve` from a checkout, with exactly the permissions that its config calls for. */
function describeStart(command: Command, context: CliContext): Command {
  return withServeOptions(withCommonOptions(command))
    .description("run the server from a checkout with the permission flags of its config")
    .option("--no-auth", "ask for no token; only while listening on a loopback address")
    .action(async (options: ServeArguments) => {
      const config = await serveConfigOf(context, options);
      context.setStatus(await runWithFlags(config, "serve"));
    });
}

/** Runs a command of the program, with this process's arguments, in one that may do what the config needs. */
export async function runWithFlags(config: Config, command: string): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...runtimeArguments(config), command, ...Deno.args],
    // Else the runtime asks its maker for a newer version, by whatever proxy there is.
    env: { DENO_NO_UPDATE_CHECK: "1" },
  }).spawn();
  using _listening = listenToSignals((_, name) => child.kill(name));
  const { code } = await child.status;
  return code;
}

/** How the runtime runs the program for this config. */
export function runtimeArguments(config: Config): string[] {
  const main = fileURLToPath(new URL("../../../main.ts", import.meta.url));
  return ["run", "--quiet", HEAP_FLAG, ...permissionFlags(config), main];
}

if (import.meta.main) await runTask("start", describeStart);
