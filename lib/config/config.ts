import { dirname, resolve } from "node:path";
import { findConfig } from "./locate.ts";
import { parseConfigFile } from "./parse.ts";
import { authSection, databaseSection, proxmoxSection, serverSection } from "./sections.ts";
import type { Config, ConfigRequest, ReadEnvironment } from "./types.ts";
import { redactValue } from "../log/redact.ts";

export { sqlitePath } from "./database_url.ts";
export { hostForUrl, isLoopback } from "./hosts.ts";
export type {
  Config,
  ConfigRequest,
  ConfirmMode,
  LogLevel,
  ReadEnvironment,
  ServeOptions,
} from "./types.ts";

/** The environment variables that the program reads, and no others. */
export const ENVIRONMENT_NAMES = [
  "CREDENTIALS_DIRECTORY",
  "DATABASE_URL",
  "MCP_HTTP_HOST",
  "MCP_HTTP_PATH",
  "MCP_HTTP_PORT",
  "PROXMOX_MCP_CONFIG",
] as const;

/** Reads the real environment; an empty variable counts as unset. */
export function environment(): ReadEnvironment {
  return (name) => Deno.env.get(name) || undefined;
}

/** Removes every variable that begins so, for this process and what it starts. */
export function forgetVariables(prefix: string): void {
  for (const name of Object.keys(Deno.env.toObject())) {
    if (name.startsWith(prefix)) Deno.env.delete(name);
  }
}

/**
 * Merges option, environment, file and default, in this order of weight. Paths in the file are
 * relative to the file, except the log's, which is relative to the working directory as it was in
 * the Python server. Rejects with AppError `invalid` and one line.
 */
export async function loadConfig(request: ConfigRequest): Promise<Config> {
  const readFile = request.readFile ?? Deno.readTextFile;
  const found = await findConfig(request.file ?? request.env("PROXMOX_MCP_CONFIG"), readFile);
  const data = parseConfigFile(found.text, found.name);
  const source = { found, data, folder: dirname(found.absolute), request, readFile };
  const logFile = request.options?.logFile ?? data.logging.file ?? null;
  const debug = request.options?.debug ?? false;
  return {
    file: found.absolute,
    debug,
    proxmox: proxmoxSection(source),
    auth: await authSection(source),
    server: await serverSection(source),
    database: await databaseSection(source),
    audit: { database: data.audit.database },
    tools: {
      readOnly: data.tools.read_only,
      allow: data.tools.allow ?? null,
      deny: data.tools.deny,
      confirm: data.tools.confirm,
    },
    logging: {
      level: debug ? "DEBUG" : data.logging.level,
      format: data.logging.format,
      file: logFile === null ? null : resolve(logFile),
    },
  };
}

/** The config as it may be shown: every secret replaced. */
export function redactedConfig(config: Config): unknown {
  return redactValue(config);
}
