import { dirname, resolve } from "node:path";
import { AppError } from "../errors.ts";
import { clustersIn, type NamedCluster } from "./clusters.ts";
import { isLoopback } from "./hosts.ts";
import { valuesAt } from "./files.ts";
import { isSection } from "./keys.ts";
import { findConfig, noConfig } from "./locate.ts";
import { requireOwnFolders } from "./own_folder.ts";
import { type Overrides, overridesOf, variableOf, withOverrides } from "./overrides.ts";
import { parseConfig, parseJson } from "./parse.ts";
import { CONFIG_KEYS, type ConfigFile, configSchema } from "./schema.ts";
import { settle } from "./settle.ts";
import type { Config, ConfigRequest, ReadEnvironment } from "./types.ts";

export { sqlitePath } from "./database_url.ts";
export { environment, forgetVariables, SETTLED_NAMES, settleEnvironment } from "./environment.ts";
export { hostForUrl, isLoopback } from "./hosts.ts";
export { asFile, filesOf, holdsToken, type NamedFile, tokenValuesOf } from "./files.ts";
export { DEFAULT_CONFIG_FILES } from "./locate.ts";
export { ENVIRONMENT_NAMES, OPTION_KEYS, type OptionKey, readText } from "./overrides.ts";
export { VariableError } from "./refusal.ts";
export { clusterNameProblem, DEFAULT_CLUSTER } from "./clusters.ts";
export { ANY_NAME } from "./keys.ts";
export { CONFIG_KEYS } from "./schema.ts";
export type { BackupServerConfig } from "./backup_servers.ts";
export type {
  ClusterConfig,
  Config,
  ConfigRequest,
  ReadEnvironment,
  ServeOptions,
} from "./types.ts";

/** What messages call the config where there is no file. */
const ENVIRONMENT = "the environment";

/**
 * Merges option, environment, file and default, in this order of weight. Paths in the file are
 * relative to the file, except the log's, which is relative to the working directory as it was in
 * the Python server. Where no file is named and none is found, the environment alone may name the
 * Proxmox server and its token. Rejects with AppError `invalid` and one line: VariableError when a
 * variable is to blame.
 */
export async function loadConfig(request: ConfigRequest): Promise<Config> {
  const readFile = request.readFile ?? Deno.readTextFile;
  const overrides = overridesOf(request);
  const { file: asked = request.env("PROXMOX_MCP_CONFIG"), cwd } = request;
  const found = await findConfig(asked, { readFile, cwd });
  if (found === null && !namesProxmox(overrides)) throw noConfig();
  const name = found?.name ?? ENVIRONMENT;
  const content = found === null ? { proxmox: {}, auth: {} } : parseJson(found.text, name);
  const named = (path: string) => {
    const override = overrides.get(path);
    if (override?.isVariable) return override.origin;
    return found === null ? variableOf(path) : undefined;
  };
  const { raw, data } = parseConfig(withOverrides(content, overrides), { name, named });
  await settle(configSchema, {
    section: { raw, data },
    around: {
      name,
      folder: dirname(found?.absolute ?? resolve(cwd ?? "", "config")),
      named,
      overrides,
      request,
      readFile,
    },
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
  const file = found?.absolute ?? null;
  const sources = sourcesOf(raw, { name, overrides });
  const { proxmox, auth, clusters: others, ...rest } = data;
  // The schema has seen that there is one.
  const clusters = clustersIn({ proxmox, auth, clusters: others }) as [NamedCluster];
  const config = { ...rest, clusters, file, sources, debug, no_auth, stdio, token_file };
  requireOwnFolders(config, name);
  return config;
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

/** Rejects with VariableError when a variable that is set cannot be used, whatever the file says. */
export function checkVariables(env: ReadEnvironment): void {
  overridesOf({ env });
}

function namesProxmox(overrides: Overrides): boolean {
  return [...overrides.keys()].some((path) => /^(proxmox|auth)\./.test(path));
}

function sourcesOf(
  raw: Readonly<Record<string, unknown>>,
  { name, overrides }: { name: string; overrides: Overrides },
): Record<string, string> {
  const given = CONFIG_KEYS.filter(({ schema }) => !isSection(schema))
    .flatMap(({ path }) => valuesAt(raw, path))
    .filter(({ value }) => value !== undefined);
  return Object.fromEntries(given.map(({ path }) => [path, overrides.get(path)?.origin ?? name]));
}

function requireLoopback(host: string): void {
  if (isLoopback(host)) return;
  throw new AppError(
    "invalid",
    `Cannot serve with --no-auth on ${host}: anyone who reaches that address could operate the ` +
      "cluster: add --host 127.0.0.1 or leave --no-auth out",
  );
}
