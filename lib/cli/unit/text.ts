import { basename, dirname } from "node:path";
import { parsePostgresUrl } from "../../database/postgres_url.ts";
import {
  type Config,
  filesOf,
  isLoopback,
  type NamedFile,
  sqlitePath,
} from "../../config/config.ts";
import { AppError } from "../../errors.ts";
import { requiredPermissions } from "../../sandbox/permissions.ts";
import { RELOADER, rootOnly } from "./root.ts";
import { word } from "./word.ts";

export interface UnitOptions {
  /** The executable's absolute path. */
  readonly binary: string;
  /** Name of the unit, the user and the folders below /var/lib and /var/log. */
  readonly name: string;
  /** Addresses and networks that the server connects to. */
  readonly targets: readonly string[];
  /** Addresses and networks that callers come from. */
  readonly clients: readonly string[];
  /**
   * Where a path leads when links are followed. Without it the unit hides no files, for a config that is
   * not written yet.
   */
  readonly realPath?: (path: string) => string;
}

const STATE = "/var/lib";
const LOGS = "/var/log";
/** Beside callers' connections: the database, Proxmox, files, and what is being closed. */
const OTHER_DESCRIPTORS = 1_024;
/**
 * The runtime lets go of a TLS connection only when its client does: one that stalls in its handshake, or
 * takes no answer, keeps its descriptor and some 20 KiB (seen in 2.6.10 and 2.9.6).
 */
const STALLED_DESCRIPTORS = 30_000;

/** A systemd unit that gives the server what this config needs and takes away the rest. */
export function unitText(config: Config, options: UnitOptions): string {
  return [
    `# Made by: proxmox-mcp unit --config ${config.file}`,
    `# Make it again when the config or the addresses of its hosts change.`,
    "[Unit]",
    "Description=MCP server for Proxmox VE",
    "Wants=network-online.target",
    `After=network-online.target${localPostgres(config) ? " postgresql.service" : ""}`,
    "",
    "[Service]",
    ...service(config, options),
    "",
    ...files(config, options),
    "",
    ...network(config, options),
    "",
    ...hardening(config),
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  ].join("\n");
}

function service(config: Config, { binary, name }: UnitOptions): string[] {
  return [
    "# Not Type=notify, no WatchdogSec: both need a datagram socket, which this program may not open.",
    "# `unit --health timer` and `unit --health service` print what looks after it instead.",
    "Type=exec",
    `# useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin ${name}`,
    `User=${name}`,
    `Group=${name}`,
    `ExecStart=${word(binary)} serve --config ${word(config.file ?? "")}`,
    ...waits(config, binary),
    "# Emergency stop of all changes: `systemctl kill --kill-whom=main -s USR1`; `-s USR2` ends it.",
    `ExecReload=${RELOADER} -HUP $MAINPID`,
    "Restart=on-failure",
    "RestartSec=2",
    "# A usage error does not go away by itself.",
    "RestartPreventExitStatus=2",
    `TimeoutStopSec=${config.server.shutdown_seconds + 5}`,
    `LimitNOFILE=${descriptorsOf(config)}`,
    "# A dump of a crash would hold the API tokens.",
    "LimitCORE=0",
  ];
}

/** A start is over when the server answers; nobody knows where if the system chooses the port. */
function waits({ file, server }: Config, binary: string): string[] {
  if (server.port === 0) return [];
  return [
    "# Started when it answers, failed when it ended before. One that runs and cannot be asked is left to run.",
    `ExecStartPost=-${word(binary)} health --config ${word(file ?? "")} --while $MAINPID`,
  ];
}

/** How many files and sockets may be open. */
function descriptorsOf({ server }: Config): number {
  const stalled = server.tls === null ? 0 : STALLED_DESCRIPTORS;
  return server.max_connections + OTHER_DESCRIPTORS + stalled;
}

function files(config: Config, { name, binary, realPath }: UnitOptions): string[] {
  const database = sqlitePath(config.database.url);
  const kept = [...filesOf(config, "log_file"), ...filesOf(config, "written_file")];
  const folders = [
    ...[database, ...kept.map(({ path }) => path)].filter((path) => path !== null)
      .map((path) => dirname(path)),
    ...filesOf(config, "written_folder").map(({ path }) => path),
  ];
  const own = [`${STATE}/${name}`, `${LOGS}/${name}`];
  const foreign = [...new Set(folders.filter((folder) => !own.includes(folder)))];
  const writable = [...new Set([`${STATE}/${name}`, ...folders])];
  const secrets = filesOf(config, "secret_file");
  requireOwnNames(secrets);
  const lines = secrets.map(({ path }) => `LoadCredential=${word(`${basename(path)}:${path}`)}`);
  if (lines.length > 0) lines.unshift("# The secrets' files need only be readable by root.");
  lines.push(reads(config, /^\/home\//) ? "ProtectHome=read-only" : "ProtectHome=yes");
  return [
    ...lines,
    `StateDirectory=${name}`,
    "StateDirectoryMode=0750",
    ...(folders.includes(`${LOGS}/${name}`) ? [`LogsDirectory=${name}`] : []),
    `WorkingDirectory=${STATE}/${name}`,
    ...foreign.map((folder) => `ReadWritePaths=${word(folder)}`),
    ...(realPath === undefined ? [] : rootOnly(config, { binary, writable, realPath })),
    "UMask=0077",
    "ProtectSystem=strict",
    ...(reads(config, /^(\/var)?\/tmp\//) ? [] : ["PrivateTmp=yes"]),
    "PrivateMounts=yes",
  ];
}

/** systemd hands a secret over under its file's name: two of one name would be one secret. */
function requireOwnNames(secrets: readonly NamedFile[]): void {
  for (const [at, { key, path }] of secrets.entries()) {
    const other = secrets.slice(0, at)
      .find((each) => each.path !== path && basename(each.path) === basename(path));
    if (other === undefined) continue;
    throw new AppError(
      "invalid",
      `Cannot make a unit: ${other.key} and ${key} name files that are both called ` +
        `${basename(path)}: rename one, since systemd tells them apart by that`,
    );
  }
}

function network(config: Config, { targets, clients }: UnitOptions): string[] {
  const { host, port } = config.server;
  const local = isLoopback(host) ? [] : [`# Callers may come from: ${clients.join(" ")}`];
  const allowed = [...new Set(["localhost", ...targets, ...(isLoopback(host) ? [] : clients)])];
  return [
    ...local,
    "IPAddressDeny=any",
    `IPAddressAllow=${allowed.join(" ")}`,
    ...(port === 0 ? [] : ["SocketBindDeny=any", `SocketBindAllow=tcp:${port}`]),
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
  ];
}

function hardening(config: Config): string[] {
  const { port } = config.server;
  const low = port > 0 && port < 1024;
  return [
    ...(low
      ? ["CapabilityBoundingSet=CAP_NET_BIND_SERVICE", "AmbientCapabilities=CAP_NET_BIND_SERVICE"]
      : ["CapabilityBoundingSet=", "AmbientCapabilities=", "PrivateUsers=yes"]),
    "NoNewPrivileges=yes",
    "# V8 compiles JavaScript to machine code while it runs.",
    "MemoryDenyWriteExecute=no",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    "SystemCallErrorNumber=EPERM",
    "PrivateDevices=yes",
    "DevicePolicy=closed",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectProc=invisible",
    "ProcSubset=pid",
    "KeyringMode=private",
    "LockPersonality=yes",
    "RemoveIPC=yes",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
  ];
}

/** Whether a place that a unit hides by default holds something that the server reads. */
function reads(config: Config, place: RegExp): boolean {
  return requiredPermissions(config).read.some((path) => place.test(path));
}

function localPostgres({ database }: Config): boolean {
  if (sqlitePath(database.url) !== null) return false;
  const { host } = parsePostgresUrl(database.url);
  return host.startsWith("/") || isLoopback(host);
}
