import type { Command } from "commander";
import { fileURLToPath } from "node:url";
import { type CliContext, configOf, withCommonOptions } from "../context.ts";
import { permissionFlags } from "../flags.ts";
import { processIo } from "../io.ts";
import { createCommand, runProgram } from "../run.ts";
import { type ServeArguments, serveOptionsOf, withServeOptions } from "./options.ts";

const PASSED_ON: readonly Deno.Signal[] = ["SIGTERM", "SIGINT", "SIGHUP"];

/** `deno task start`: `serve` from a checkout, with exactly the permissions that its config calls for. */
function createStart(args: readonly string[]): (context: CliContext) => Command {
  return (context) =>
    withServeOptions(withCommonOptions(createCommand("deno task start", context.io)))
      .description("run the server from a checkout with the permission flags of its config")
      .option("--no-auth", "ask for no token; only while listening on a loopback address")
      .action(async (options: ServeArguments) => {
        const config = await configOf(context, options, {
          secrets: "skip",
          serve: serveOptionsOf(options),
        });
        context.setStatus(await serve([...permissionFlags(config), main(), "serve", ...args]));
      });
}

function main(): string {
  return fileURLToPath(new URL("../../../main.ts", import.meta.url));
}

async function serve(args: readonly string[]): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), { args: ["run", ...args] }).spawn();
  const listeners = PASSED_ON.map((signal) => {
    const listener = () => child.kill(signal);
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  const { code } = await child.status;
  for (const remove of listeners) remove();
  return code;
}

Deno.exit(await runProgram(Deno.args, { io: processIo(), create: createStart(Deno.args) }));
