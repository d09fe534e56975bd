import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Config,
  ENVIRONMENT_NAMES,
  filesOf,
  hostForUrl,
  SETTLED_NAMES,
  sqlitePath,
} from "../config/config.ts";
import { parsePostgresUrl } from "../database/postgres_url.ts";
import { KEPT_FILES } from "../log/file.ts";

/** Everything that the server needs of the machine, and nothing else. */
export interface Permissions {
  /** `host:port`, IPv6 in brackets. */
  readonly net: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly env: readonly string[];
  /** Facts of the system: who runs the program. */
  readonly sys: readonly string[];
  /** Variables that read as unset, so that a driver which asks for them is not refused. */
  readonly ignoreEnv: readonly string[];
}

const CHECKOUT = new URL("../../", import.meta.url);

/** Name of the systemd unit, of its user and of its folders. */
export const UNIT_NAME = "proxmox-mcp";

/** The one place where permissions are derived from the config. */
export function requiredPermissions(config: Config): Permissions {
  const { clusters, server, backup_servers } = config;
  const database = databasePermissions(config.database.url);
  const written = [
    ...filesOf(config, "log_file").flatMap(({ path }) => logFiles(path)),
    ...filesOf(config, "written_file").map(({ path }) => path),
  ];
  return {
    net: unique([
      ...(config.stdio ? [] : [`${hostForUrl(server.host)}:${server.port}`]),
      ...clusters.flatMap(({ proxmox: { hosts, port } }) =>
        hosts.map((host) => `${hostForUrl(host)}:${port}`)
      ),
      ...Object.values(backup_servers).map(({ host, port }) => `${hostForUrl(host)}:${port}`),
      ...database.net,
      ...(config.stdio ? [] : signInHosts(config)),
    ]),
    read: unique([
      config.file,
      config.token_file,
      ...filesOf(config, "secret_file").flatMap(({ path }) => [path, credentialOf(path)]),
      ...filesOf(config, "file").map(({ path }) => path),
      ...database.read,
      ...written,
    ]),
    write: unique([
      ...database.write,
      ...written,
      ...filesOf(config, "written_folder").map(({ path }) => path),
    ]),
    env: [...ENVIRONMENT_NAMES, ...SETTLED_NAMES].sort(),
    sys: config.stdio ? ["uid", "gid", "userInfo"] : [],
    ignoreEnv: ["PG*"],
  };
}

/**
 * What a process that runs from a checkout must read of it to start workers that hold what it holds: a
 * worker's modules are loaded by its own permissions.
 */
export function workerModules({ server, stdio }: Config): string[] {
  if (server.workers === 1 || stdio || Deno.build.standalone) return [];
  return ["deno.json", "lib", "tools"].map((name) => fileURLToPath(new URL(name, CHECKOUT)));
}

/** Where keys of an identity provider, or documents of clients, are read. */
function signInHosts({ server: { oauth } }: Config): string[] {
  if (oauth === null) return [];
  if (oauth.own) return oauth.client_hosts.map((host) => `${hostForUrl(host)}:443`);
  const urls = [oauth.issuer, oauth.jwks_url].filter((url) => url !== null).map((url) =>
    new URL(url)
  );
  return urls.map(({ protocol, hostname, port }) =>
    `${hostname}:${port || (protocol === "http:" ? 80 : 443)}`
  );
}

interface DatabasePermissions {
  readonly net: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
}

function databasePermissions(url: string): DatabasePermissions {
  const path = sqlitePath(url);
  if (path !== null) {
    const files = [path, `${path}-wal`, `${path}-shm`];
    return { net: [], read: files, write: files };
  }
  const { host, port, sslRootCert } = parsePostgresUrl(url);
  const certificates = sslRootCert === null || sslRootCert === "system" ? [] : [sslRootCert];
  if (host.startsWith("/")) {
    // Deno asks for the socket three times: as an address, to be read and to be written.
    const socket = `${host}/.s.PGSQL.${port}`;
    const net = isModern() ? [`unix:${socket}`] : [];
    return { net, read: [socket, ...certificates], write: [socket] };
  }
  return { net: [`${hostForUrl(host)}:${port}`], read: certificates, write: [] };
}

/**
 * Deno before 2.9 has no addresses for Unix sockets: to read and to write one is all that it asks for. It
 * lacks options of `deno compile` too, that only make the executable smaller and name it.
 */
export function isModern(): boolean {
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  return major > 2 || minor >= 9;
}

/** Where systemd puts a secret's file for the unit that `unit` prints. */
function credentialOf(path: string): string {
  return `/run/credentials/${UNIT_NAME}.service/${basename(path)}`;
}

/** Each of a log's files may be renamed, so each must be named. */
function logFiles(path: string): string[] {
  const rotated = Array.from({ length: KEPT_FILES }, (_, index) => `${path}.${index + 1}`);
  return [path, ...rotated];
}

function unique(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null))];
}
