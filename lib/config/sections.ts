import { resolve } from "node:path";
import type * as z from "zod";
import { AppError } from "../errors.ts";
import { normaliseDatabaseUrl } from "./database_url.ts";
import { isLoopback } from "./hosts.ts";
import type { FoundConfig } from "./locate.ts";
import {
  type ConfigFile,
  listenHost,
  listenPort,
  mountPath,
  tokenValue as tokenValueSchema,
} from "./schema.ts";
import { bothGiven, readSecret, secretPath } from "./secrets.ts";
import type { Config, ConfigRequest, ReadFile } from "./types.ts";

const DEFAULT_DATABASE = "sqlite:proxmox-mcp.db";

/** What the sections of the config are made from. */
export interface Source {
  readonly found: FoundConfig;
  readonly data: ConfigFile;
  readonly folder: string;
  readonly request: ConfigRequest;
  readonly readFile: ReadFile;
}

export function proxmoxSection({ data, found, folder }: Source): Config["proxmox"] {
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

export async function authSection(source: Source): Promise<Config["auth"]> {
  const { data, found, request, readFile } = source;
  const { user, token_name, token_value, token_value_file } = data.auth;
  const file = await secretFile(source, token_value_file);
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

export async function serverSection(source: Source): Promise<Config["server"]> {
  const { data, found, folder, request } = source;
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
        keyFile: await secretPath(resolve(folder, server.tls.key_file), source),
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

export async function databaseSection(source: Source): Promise<Config["database"]> {
  const { data, found, folder, request, readFile } = source;
  const urlFile = await secretFile(source, data.database.url_file);
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

async function secretFile(source: Source, name: string | undefined): Promise<string | null> {
  return name === undefined ? null : await secretPath(resolve(source.folder, name), source);
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
