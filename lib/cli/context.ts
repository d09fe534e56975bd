import type { Command } from "commander";
import {
  type Config,
  type ConfigRequest,
  loadConfig,
  type ServeOptions,
} from "../config/config.ts";
import { AppError } from "../errors.ts";
import type { Io } from "./io.ts";

/** A value on the command line cannot be used: exit status 2. */
export class UsageError extends Error {}

/** What every command is given. */
export interface CliContext {
  readonly io: Io;
  readonly version: string;
  /** Sets the exit status of a command that ends without an error. */
  setStatus(status: number): void;
}

/** The options that every command which reads the config has. */
export interface CommonOptions {
  readonly config?: string;
  readonly debug?: boolean;
}

export function withCommonOptions(command: Command): Command {
  return command
    .option("--config <FILE>", "config file (default: PROXMOX_MCP_CONFIG, else the usual places)")
    .option("--debug", "show the stack of a failure");
}

/** Loads the config for a command other than `serve`. */
export function configOf(
  context: CliContext,
  options: CommonOptions,
  { serve, ...extra }: Pick<ConfigRequest, "secrets" | "cwd" | "readFile"> & {
    readonly serve?: ServeOptions;
  },
): Promise<Config> {
  return loadConfig({ file: options.config, env: context.io.env, options: serve, ...extra });
}

/** ` --config FILE` for advice on a command line; nothing where there is no file. */
export function configOption({ file }: Pick<Config, "file">): string {
  return file === null ? "" : ` --config ${file}`;
}

/** Turns a refusal of what the user typed into a usage error; anything else stays what it is. */
export async function refuseAsUsage<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const typed = error instanceof AppError &&
      (error.code === "invalid" || error.code === "not_found");
    throw typed ? new UsageError(error.message, { cause: error }) : error;
  }
}
