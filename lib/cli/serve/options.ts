import type { Command } from "commander";
import type { Config, ServeOptions } from "../../config/config.ts";
import { type CliContext, type CommonOptions, configOf } from "../context.ts";
import { readHost, readPath, readPort } from "../options.ts";

/** What commander makes of the options of `serve`. */
export interface ServeArguments extends CommonOptions {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  /** False when `--no-auth` was given. */
  readonly auth?: boolean;
  readonly logFile?: string;
}

/** The options by which `serve` and the commands about it differ from the config. */
export function withServeOptions(command: Command): Command {
  return command
    .option("--host <HOST>", "address to listen on (default: 127.0.0.1)", readHost)
    .option("--port <PORT>", "port to listen on (default: 8812)", readPort)
    .option("--path <PATH>", "where MCP is served (default: /mcp)", readPath)
    .option("--log-file <FILE>", "log to this file as well as to standard error");
}

export function serveOptionsOf(options: ServeArguments): ServeOptions {
  const { host, port, path, logFile, auth, debug } = options;
  return { host, port, path, logFile, debug, noAuth: auth === false };
}

/** The config that `serve` would run by, without its secrets: for commands that only describe it. */
export function serveConfigOf(context: CliContext, options: ServeArguments): Promise<Config> {
  return configOf(context, options, { secrets: "skip", serve: serveOptionsOf(options) });
}
