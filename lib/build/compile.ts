import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { type CliContext, withCommonOptions } from "../cli/context.ts";
import { HEAP_FLAG, permissionFlags } from "../cli/flags.ts";
import { oneOf } from "../cli/options.ts";
import { runTask } from "../cli/run.ts";
import type { Config } from "../config/config.ts";
import { isModern, requiredPermissions } from "../sandbox/permissions.ts";
import {
  type ServeArguments,
  serveConfigOf,
  withServeOptions,
  withTokenFile,
} from "../cli/serve/options.ts";
import project from "../../deno.json" with { type: "json" };
import { bundle, type Entry } from "./bundle.ts";
import { execute } from "./execute.ts";

const TARGETS = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"] as const;
export type Target = typeof TARGETS[number];

export interface CompileArguments extends ServeArguments {
  readonly target?: Target;
  readonly output?: string;
}

/** What the program may do that fits any config; it gives up the rest itself when it serves. */
export const ANY_CONFIG_FLAGS = [
  "--allow-all",
  "--deny-import",
  "--ignore-env=PG*",
  "--no-prompt",
] as const;

/** Stands before the paths of a folder that is none. */
const ELSEWHERE = "/elsewhere";

const NOTES = `
With --config the executable may do exactly what that config calls for, and looks there for it. A
config that is named by a relative path is looked for below the folder it is started in. Without
--config the executable fits any config and seals itself when it serves.

Examples:
  deno task compile --config /etc/proxmox-mcp/config.json
  deno task compile --target aarch64-unknown-linux-gnu --output dist/proxmox-mcp-arm64`;

/** Declares `deno task compile`. */
function describeCompile(command: Command, context: CliContext): Command {
  return withTokenFile(withServeOptions(withCommonOptions(command)))
    .description("make one executable, locked to a config when one is given")
    .option(
      "--target <TARGET>",
      `${TARGETS.join(" or ")} (default: this machine's)`,
      oneOf(TARGETS),
    )
    .option("--output <FILE>", "where to put it", "dist/proxmox-mcp")
    .addHelpText("after", NOTES)
    .action(async (options: CompileArguments) => {
      const output = options.output ?? "dist/proxmox-mcp";
      await compile(context, { ...options, output });
      context.io.out(output);
    });
}

/**
 * Makes the executable, of a bundle: it starts in two thirds of the time that its modules and packages
 * take one by one. Rejects with AppError and what the compiler said.
 */
export async function compile(
  context: CliContext,
  options: CompileArguments & { readonly output: string; readonly entry?: Entry },
): Promise<void> {
  const { entry, config, target, output } = options;
  const grants = config === undefined
    ? ANY_CONFIG_FLAGS
    : await lockedFlags(context, { ...options, config });
  const { scripts, main, worker } = await bundle(entry);
  const folder = await Deno.makeTempDir({ prefix: "compile-" });
  try {
    for (const { path, content } of scripts) {
      await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
      await Deno.writeTextFile(join(folder, path), content);
    }
    await execute(Deno.execPath(), {
      failure: "Cannot compile",
      args: [
        "compile",
        ...["--no-config", "--no-lock", "--no-npm", "--node-modules-dir=none"],
        ...project.unstable.map((feature) => `--unstable-${feature}`),
        ...(isModern() ? ["--app-name=proxmox-mcp"] : []),
        "--no-check",
        // Else the libraries of the runtime log what any client does wrong, a line each (seen in 2.6.10).
        "--quiet",
        // The runtime would run compiled code out of a file in /tmp, whoever wrote it (seen in 2.9.6).
        "--no-code-cache",
        HEAP_FLAG,
        ...["--include", worker],
        ...(target === undefined ? [] : ["--target", target]),
        "--output",
        resolve(output),
        ...grants,
        main,
        ...(config === undefined ? [] : [`--default-config=${config}`]),
      ],
      cwd: folder,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function lockedFlags(
  context: CliContext,
  options: CompileArguments & { readonly config: string },
): Promise<string[]> {
  const config = await serveConfigOf(context, options);
  const { read, write } = requiredPermissions(await configElsewhere(context, options));
  const absolute = new Set([...read, ...write]);
  // What the config names by a relative path is looked for where the executable is started.
  return permissionFlags(config, {
    shown: (path) => absolute.has(path) ? path : relative(Deno.cwd(), path),
    // They are in the executable.
    modules: [],
  });
}

/** The config as another folder would have it, where only what it names by absolute paths is the same. */
function configElsewhere(context: CliContext, options: CompileArguments): Promise<Config> {
  const here = (path: string) => path.startsWith(ELSEWHERE) ? path.slice(ELSEWHERE.length) : path;
  return serveConfigOf(context, options, {
    cwd: `${ELSEWHERE}${Deno.cwd()}`,
    readFile: (path) => Deno.readTextFile(here(path)),
  });
}

if (import.meta.main) await runTask("compile", describeCompile);
