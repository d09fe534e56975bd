import type { Command } from "commander";
import { shellWord } from "../command.ts";
import type { Config } from "../config/config.ts";
import { AppError } from "../errors.ts";
import { type CliContext, withCommonOptions } from "./context.ts";
import { requiredPermissions, workerModules } from "../sandbox/permissions.ts";
import {
  type ServeArguments,
  serveConfigOf,
  withServeOptions,
  withTokenFile,
} from "./serve/options.ts";

/**
 * How far the heap may grow before it is cleared up: V8 by itself takes 150 MB where 40 are in use, which
 * made 320 MB of a server under load; so it is less than 200, at up to a tenth of its CPU time (measured
 * with V8 15). V8 heeds the second one only at its own start.
 */
export const HEAP_FLAG = "--v8-flags=--max-semi-space-size=4,--heap-growing-percent=50";

/**
 * The flags with which `deno run` and `deno compile` give the server exactly what this config needs.
 * Nothing is granted for running programs, loading libraries, reading system facts or importing code.
 *
 * @param options.shown how paths are written, for an executable that is to be started in another folder
 * @param options.modules what is read of the program itself; what workers of a checkout need when not given
 */
export function permissionFlags(
  config: Config,
  { shown = (path) => path, modules = workerModules(config) }: {
    shown?: (path: string) => string;
    modules?: readonly string[];
  } = {},
): string[] {
  const { net, read, write, env, sys, ignoreEnv } = requiredPermissions(config);
  return [
    "--no-prompt",
    // Denying imports still lets jsr.io be imported from (seen in Deno 2.9.6).
    "--deny-import",
    "--no-remote",
    ...flag("--allow-net", net),
    ...flag("--allow-read", [...read.map(shown), ...modules]),
    ...flag("--allow-write", write.map(shown)),
    ...flag("--allow-env", env),
    ...flag("--allow-sys", sys),
    ...flag("--ignore-env", ignoreEnv),
  ];
}

export function registerFlags(program: Command, context: CliContext): void {
  withTokenFile(withServeOptions(withCommonOptions(program.command("flags"))))
    .description("print the Deno permission flags that this config needs, on one line")
    .option("--stdio", "for `stdio` in place of `serve`")
    .addHelpText(
      "after",
      "\nExamples:\n  deno run $(proxmox-mcp flags) main.ts serve" +
        "\n  deno run $(proxmox-mcp flags --stdio) main.ts stdio",
    )
    .action(async (options: ServeArguments) => {
      const config = await serveConfigOf(context, options);
      context.io.out(permissionFlags(config).map(shellWord).join(" "));
    });
}

/** No values means no flag: a bare `--allow-net` would grant everything. */
function flag(name: string, values: readonly string[]): string[] {
  const unusable = values.find((value) => value.includes(","));
  if (unusable !== undefined) {
    throw new AppError(
      "invalid",
      `Cannot put ${unusable} into a permission flag: Deno splits its lists at commas: rename it`,
    );
  }
  return values.length === 0 ? [] : [`${name}=${values.join(",")}`];
}
