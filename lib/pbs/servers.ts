import type { BackupServerConfig } from "../config/config.ts";
import { openTransport } from "../upstream/open.ts";
import { ShareTime } from "../proxmox/share_time.ts";
import { SharedReads } from "../proxmox/shared_reads.ts";
import { type ClientOptions, PbsClient } from "./api/client.ts";
import type { PbsReads } from "./reader.ts";

/** One backup server of the config. */
export interface BackupServer {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** SHA-256 of the only certificate that is trusted, in whatever writing; null where another way is. */
  readonly fingerprint?: string | null;
  readonly client: PbsClient;
  readonly reads: PbsReads;
}

/** All backup servers of the config by their names; each has connections, places and a breaker of its own. */
export class BackupServers implements Iterable<BackupServer> {
  readonly #servers: ReadonlyMap<string, BackupServer>;
  readonly #close: () => void;

  constructor(servers: readonly BackupServer[], close: () => void = () => {}) {
    this.#servers = new Map(servers.map((server) => [server.name, server]));
    this.#close = close;
  }

  get names(): string[] {
    return [...this.#servers.keys()];
  }

  get(name: string): BackupServer | undefined {
    return this.#servers.get(name);
  }

  [Symbol.iterator](): Iterator<BackupServer> {
    return this.#servers.values();
  }

  close(): void {
    this.#close();
  }
}

/** What connections to backup servers depend on. */
export interface BackupServersTarget {
  readonly backup_servers: Readonly<Record<string, Readonly<BackupServerConfig>>>;
}

/**
 * Makes the clients; connects to nothing yet.
 *
 * @throws AppError `invalid` when a `ca_file` or the system's certificates cannot be read
 */
export async function connectBackupServers(
  { backup_servers }: BackupServersTarget,
  options: Pick<ClientOptions, "clock" | "share" | "sleep">,
): Promise<BackupServers> {
  // Only what is under way is shared, so it does not matter how long.
  const share = new ShareTime({ seconds: 1, monotonic: options.clock });
  const opened = await Promise.all(
    Object.entries(backup_servers).map(async ([name, section]) => {
      const names = { section: `backup_servers.${name}`, caFrom: "" };
      const { close, transport } = await openTransport(section, names);
      const client = new PbsClient({
        ...options,
        server: name,
        host: section.host,
        port: section.port,
        user: section.user,
        tokenName: section.token_name,
        tokenValue: section.token_value,
        timeoutMs: section.timeout_seconds * 1000,
        transport,
        random: Math.random,
      });
      const { fingerprint, host, port } = section;
      const reads: PbsReads = new SharedReads(share);
      return { close, server: { name, host, port, fingerprint, client, reads } };
    }),
  );
  return new BackupServers(opened.map(({ server }) => server), () => {
    for (const { close } of opened) close();
  });
}
