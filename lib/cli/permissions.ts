import { type Config, ENVIRONMENT_NAMES, hostForUrl, sqlitePath } from "../config.ts";
import { postgresEndpoint } from "./postgres_endpoint.ts";

/** Everything that the server needs of the machine, and nothing else. */
export interface Permissions {
  /** `host:port`, IPv6 in brackets. */
  readonly net: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly env: readonly string[];
  /** Variables that read as unset, so that a driver which asks for them is not refused. */
  readonly ignoreEnv: readonly string[];
  /** Hosts whose certificate is not verified. */
  readonly unverifiedHosts: readonly string[];
}

/** How many rotated log files the log keeps; each may be renamed, so each must be named here. */
export const KEPT_LOG_FILES = 5;

/** The one place where permissions are derived from the config. */
export function requiredPermissions(config: Config): Permissions {
  const { proxmox, server } = config;
  const database = databasePermissions(config.database.url);
  const log = logFiles(config.logging.file);
  return {
    net: unique([
      `${hostForUrl(server.host)}:${server.port}`,
      ...proxmox.hosts.map((host) => `${hostForUrl(host)}:${proxmox.port}`),
      ...database.net,
    ]),
    read: unique([
      config.file,
      config.auth.tokenValueFile,
      config.database.urlFile,
      proxmox.caFile,
      server.tls?.certFile,
      server.tls?.keyFile,
      ...database.files,
      ...log,
    ]),
    write: unique([...database.files, ...log]),
    env: [...ENVIRONMENT_NAMES],
    ignoreEnv: ["PG*"],
    unverifiedHosts: proxmox.verifySsl ? [] : [...proxmox.hosts],
  };
}

function databasePermissions(url: string): { net: readonly string[]; files: readonly string[] } {
  const path = sqlitePath(url);
  if (path !== null) return { net: [], files: [path, `${path}-wal`, `${path}-shm`] };
  const endpoint = postgresEndpoint(url);
  if (endpoint.socket !== null) return { net: [], files: [endpoint.socket] };
  return { net: [`${hostForUrl(endpoint.host)}:${endpoint.port}`], files: [] };
}

function logFiles(path: string | null): string[] {
  if (path === null) return [];
  const rotated = Array.from({ length: KEPT_LOG_FILES }, (_, index) => `${path}.${index + 1}`);
  return [path, ...rotated];
}

function unique(values: readonly (string | null | undefined)[]): string[] {
  const given = values.filter((value) => value !== null && value !== undefined);
  return [...new Set(given)];
}
