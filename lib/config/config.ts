import { dirname, resolve } from "node:path";
import { AppError } from "../errors.ts";
import { isLoopback } from "./hosts.ts";
import { findConfig } from "./locate.ts";
import { parseConfigFile } from "./parse.ts";
import { type ConfigFile, configSchema } from "./schema.ts";
import { settle } from "./settle.ts";
import type { Config, ConfigRequest } from "./types.ts";

export { sqlitePath } from "./database_url.ts";
export { environment, forgetVariables, SETTLED_NAMES, settleEnvironment } from "./environment.ts";
export { hostForUrl, isLoopback } from "./hosts.ts";
export { filesOf, type NamedFile } from "./files.ts";
export { ENVIRONMENT_NAMES, OPTION_KEYS, type OptionKey, readText } from "./overrides.ts";
export { CONFIG_KEYS } from "./schema.ts";
export type {
  Config,
  ConfigRequest,
  ConfirmMode,
  LogLevel,
  ReadEnvironment,
  ServeOptions,
} from "./types.ts";

/**
 * Merges option, environment, file and default, in this order of weight. Paths in the file are
 * relative to the file, except the log's, which is relative to the working directory as it was in
 * the Python server. Rejects with AppError `invalid` and one line.
 */
export async function loadConfig(request: ConfigRequest): Promise<Config> {
  const readFile = request.readFile ?? Deno.readTextFile;
  const found = await findConfig(request.file ?? request.env("PROXMOX_MCP_CONFIG"), readFile);
  const { raw, data } = parseConfigFile(found.text, found.name);
  await settle(configSchema, {
    section: { raw, data },
    around: { name: found.name, folder: dirname(found.absolute), request, readFile },
  });
  const { options = {} } = request;
  const debug = options["--debug"] === true;
  const no_auth = options["--no-auth"] === true;
  const stdio = options["--stdio"] === true;
  const token = options["--token-file"];
  if (no_auth) requireLoopback(data.server.host);
  if (debug) data.logging.level = "DEBUG";
  if (stdio) forStdio(data);
  const token_file = typeof token === "string" ? resolve(token) : null;
  return { ...data, file: found.absolute, debug, no_auth, stdio, token_file };
}

/**
 * Whoever starts the program for a client may be another user than the server's, and two processes that
 * rotate one file would take it from one another: the log's files are the server's alone, unless audit
 * lines stand nowhere else.
 */
function forStdio({ server, audit, logging }: ConfigFile): void {
  server.tls = null;
  if (!audit.database) return;
  logging.file = null;
  logging.audit_file = null;
}

function requireLoopback(host: string): void {
  if (isLoopback(host)) return;
  throw new AppError(
    "invalid",
    `Cannot serve with --no-auth on ${host}: anyone who reaches that address could operate the ` +
      "cluster: add --host 127.0.0.1 or leave --no-auth out",
  );
}
