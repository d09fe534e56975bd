import { dirname, resolve } from "node:path";
import ipaddr from "ipaddr.js";
import type * as z from "zod";
import { AppError } from "./errors.ts";
import { redactValue } from "./redact.ts";
import { normaliseDatabaseUrl } from "./config/database_url.ts";
import { findConfig, type FoundConfig } from "./config/locate.ts";
import { parseConfigFile } from "./config/parse.ts";
import {
  type ConfigFile,
  listenHost,
  listenPort,
  mountPath,
  tokenValue as tokenValueSchema,
} from "./config/schema.ts";
import { bothGiven, readSecret } from "./config/secrets.ts";
import type { Config, ReadEnvironment, ReadFile, ServeOptions } from "./config/types.ts";

export type { Config, ConfirmMode, LogLevel, ServeOptions } from "./config/types.ts";
export { sqlitePath } from "./config/database_url.ts";

/** The environment variables that the program reads, and no others. */
export const ENVIRONMENT_NAMES = [
  "DATABASE_URL",
  "MCP_HTTP_HOST",
  "MCP_HTTP_PATH",
  "MCP_HTTP_PORT",
  "PROXMOX_MCP_CONFIG",
] as const;

const DEFAULT_DATABASE = "sqlite:proxmox-mcp.db";

/** Reads the real environment; an empty variable counts as unset. */
export function environment(): ReadEnvironment {
  return (name) => Deno.env.get(name) || undefined;
}

export interface ConfigRequest {
  /** `--config`; without it the environment, then the default places. */
  readonly file?: string | undefined;
  readonly options?: ServeOptions | undefined;
  readonly env: ReadEnvironment;
  readonly readFile?: ReadFile | undefined;
  /** `skip` leaves the Proxmox token unread, for commands that never talk to Proxmox. */
  readonly secrets?: "read" | "skip" | undefined;
}

interface Source {
  readonly found: FoundConfig;
  readonly data: ConfigFile;
  readonly folder: string;
  readonly request: ConfigRequest;
  readonly readFile: ReadFile;
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
    server: serverSection(source),
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

/** True for an address or name that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, "$1");
  if (name.toLowerCase() === "localhost") return true;
  return ipaddr.isValid(name) && ipaddr.process(name).range() === "loopback";
}

/** The host as it stands in a URL or a permission: IPv6 in brackets. */
export function hostForUrl(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

function proxmoxSection({ data, found, folder }: Source): Config["proxmox"] {
  const { host, hosts, port, verify_ssl, ca_file, fingerprint, timeout_seconds } = data.proxmox;
  const conflict = (first: string, second: string) =>
    bothGiven(`proxmox.${first}`, `proxmox.${second}`, found.name);
  if (host !== undefined && hosts !== undefined) throw conflict("host", "hosts");
  const names = hosts ?? (host === undefined ? [] : [host]);
  if (names.length === 0) {
    throw new AppError("invalid", `Cannot use ${found.name}: proxmox.host is missing`);
  }
  if (fingerprint !== undefined && !verify_ssl) throw conflict("fingerprint", "verify_ssl: false");
  if (fingerprint !== undefined && ca_file !== undefined) throw conflict("fingerprint", "ca_file");
  if (ca_file !== undefined && !verify_ssl) throw conflict("ca_file", "verify_ssl: false");
  if (fingerprint !== undefined && names.length > 1) {
    throw new AppError(
      "invalid",
      `Cannot use ${found.name}: proxmox.fingerprint fits one certificate, but proxmox.hosts ` +
        "names several servers: give proxmox.ca_file instead",
    );
  }
  return {
    hosts: [...new Set(names)],
    port,
    verifySsl: verify_ssl,
    caFile: ca_file === undefined ? null : resolve(folder, ca_file),
    fingerprint: fingerprint ?? null,
    timeoutSeconds: timeout_seconds,
  };
}

async function authSection(source: Source): Promise<Config["auth"]> {
  const { data, found, folder, request, readFile } = source;
  const { user, token_name, token_value, token_value_file } = data.auth;
  const file = token_value_file === undefined ? null : resolve(folder, token_value_file);
  if (token_value === undefined && file === null) {
    throw new AppError(
      "invalid",
      `Cannot use ${found.name}: auth.token_value is missing: give it or auth.token_value_file`,
    );
  }
  const key = "auth.token_value";
  if (token_value !== undefined && file !== null) throw bothGiven(key, `${key}_file`, found.name);
  let secret = token_value;
  if (request.secrets !== "skip") {
    const read = await readSecret(
      { key, value: token_value, file, configName: found.name },
      readFile,
    );
    secret = accept(tokenValueSchema, read, file === null ? key : `${key}_file ${file}`);
  }
  return { user, tokenName: token_name, tokenValue: secret ?? "", tokenValueFile: file };
}

function serverSection({ data, found, folder, request }: Source): Config["server"] {
  const { server } = data;
  const { options = {}, env } = request;
  const host = override(listenHost, "--host", options.host) ??
    override(listenHost, "MCP_HTTP_HOST", env("MCP_HTTP_HOST")) ?? server.host;
  const port = override(listenPort, "--port", options.port) ??
    override(listenPort, "MCP_HTTP_PORT", numberOf(env("MCP_HTTP_PORT"))) ?? server.port;
  const path = override(mountPath, "--path", options.path) ??
    override(mountPath, "MCP_HTTP_PATH", env("MCP_HTTP_PATH")) ?? server.path;
  const noAuth = options.noAuth ?? false;
  if (noAuth && !isLoopback(host)) {
    throw new AppError(
      "invalid",
      `Cannot serve with --no-auth on ${host}: anyone who reaches that address could operate the ` +
        "cluster: add --host 127.0.0.1 or leave --no-auth out",
    );
  }
  if (server.tls && server.tls.cert_file === server.tls.key_file) {
    throw new AppError(
      "invalid",
      `Cannot use ${found.name}: server.tls.cert_file and server.tls.key_file name the same file`,
    );
  }
  return {
    host,
    port,
    path,
    tls: server.tls
      ? {
        certFile: resolve(folder, server.tls.cert_file),
        keyFile: resolve(folder, server.tls.key_file),
      }
      : null,
    allowedHosts: server.allowed_hosts ?? null,
    allowedOrigins: server.allowed_origins,
    trustedProxies: server.trusted_proxies,
    maxBodyBytes: server.max_body_bytes,
    rateLimit: {
      requestsPerMinute: server.rate_limit.requests_per_minute,
      failedLoginsPerMinute: server.rate_limit.failed_logins_per_minute,
    },
    language: server.language,
    requireLock: server.require_lock,
    shutdownSeconds: server.shutdown_seconds,
    noAuth,
  };
}

async function databaseSection(source: Source): Promise<Config["database"]> {
  const { data, found, folder, request, readFile } = source;
  const file = data.database.url_file;
  const urlFile = file === undefined ? null : resolve(folder, file);
  const fromEnvironment = request.env("DATABASE_URL");
  if (fromEnvironment !== undefined) {
    return {
      url: normaliseDatabaseUrl(fromEnvironment, { folder, origin: "DATABASE_URL" }),
      urlFile,
    };
  }
  const key = "database.url";
  const url = await readSecret(
    { key, value: data.database.url, file: urlFile, configName: found.name },
    readFile,
  ) ?? DEFAULT_DATABASE;
  const origin = `${key}${urlFile === null ? "" : "_file"} of ${found.name}`;
  return { url: normaliseDatabaseUrl(url, { folder, origin }), urlFile };
}

function override<T>(schema: z.ZodType<T>, name: string, value: unknown): T | undefined {
  return value === undefined ? undefined : accept(schema, value, name);
}

function accept<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const result = schema.safeParse(value, { reportInput: false });
  if (result.success) return result.data;
  throw new AppError("invalid", `Cannot use ${name}: it ${result.error.issues[0]?.message ?? ""}`);
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text.trim()) ? Number(text) : NaN;
}
