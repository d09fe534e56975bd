import { shellWord, typed } from "../../command.ts";
import type { ClusterConfig, Config } from "../../config/config.ts";
import { messageOf } from "../../errors.ts";
import type { Client } from "../../proxmox/api/client.ts";
import { PbsReader } from "../../pbs/reader.ts";
import type { BackupServer } from "../../pbs/servers.ts";
import { connectProxmox, sleep } from "../../proxmox/api/connect.ts";

/** What a first look at Proxmox showed; the message is one line. */
export interface ProxmoxProbe {
  readonly kind: "ok" | "failed";
  readonly message: string;
}

const PATIENCE_MS = 4_000;

/** Asks a cluster for its version once. Never rejects: Proxmox need not be there yet. */
export async function probeProxmox(
  cluster: ClusterConfig,
  { file }: Pick<Config, "file">,
): Promise<ProxmoxProbe> {
  let close = () => {};
  try {
    const connection = await connectProxmox(cluster);
    close = connection.close;
    const version = await versionOf(connection.client, AbortSignal.timeout(PATIENCE_MS));
    return { kind: "ok", message: `Proxmox VE ${version || "of unknown version"}` };
  } catch (error) {
    return { kind: "failed", message: `${messageOf(error)}; see ${checkAdvice({ file })}` };
  } finally {
    close();
  }
}

/** What a first look at one backup server showed: one line. */
export interface BackupServerProbe extends ProxmoxProbe {
  /** Its name, address and port. */
  readonly place: string;
}

/** Asks each backup server for its version once. Never rejects. */
export async function probeBackupServers(config: Config): Promise<BackupServerProbe[]> {
  const { connectBackupServers } = await import("../../pbs/servers.ts");
  const options = { clock: () => performance.now(), sleep };
  const servers = await connectBackupServers(config, options).catch(() => null);
  if (servers === null) return [];
  try {
    return await Promise.all([...servers].map((server) => probeBackupServer(server, config)));
  } finally {
    servers.close();
  }
}

async function probeBackupServer(
  { client, host, name, port }: BackupServer,
  config: Config,
): Promise<BackupServerProbe> {
  const place = `${name} (${host} port ${port})`;
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { version } = await new PbsReader(client, { signal }).get("/version");
    return { kind: "ok", place, message: `Proxmox Backup Server ${shownVersion(version)}` };
  } catch (error) {
    return { kind: "failed", place, message: `${messageOf(error)}; see ${checkAdvice(config)}` };
  }
}

/** The command that looks closer. */
export function checkAdvice({ file }: Pick<Config, "file">): string {
  return `\`${typed(file === null ? "check" : `check --config ${shellWord(file)}`)}\``;
}

/** The version that Proxmox tells, such as `9.2.11`; empty when its answer holds none. */
export async function versionOf(client: Client, signal: AbortSignal): Promise<string> {
  const { data } = await client.read("/version", signal);
  const version = typeof data === "object" && data !== null && "version" in data
    ? String(data.version)
    : "";
  return shownVersion(version);
}

/** A version as far as one may look like that. */
export function shownVersion(version: unknown): string {
  return String(version ?? "").replace(/[^\w.~+-]/g, "").slice(0, 40);
}
