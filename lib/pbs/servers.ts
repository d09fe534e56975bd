import type { BackupServerConfig } from "../config/config.ts";
import { Upstream } from "../upstream/upstream.ts";
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

/** What renews and closes the way to the servers. */
export interface BackupServersKeeper {
  /** For each server that the config still has: rejects when it stays as it was. */
  renew(target: BackupServersTarget): readonly Promise<void>[];
  close(): void;
}

/** All backup servers of the config by their names; each has connections, places and a breaker of its own. */
export class BackupServers implements Iterable<BackupServer> {
  readonly #servers: ReadonlyMap<string, BackupServer>;
  readonly #keeper: BackupServersKeeper | undefined;

  constructor(servers: readonly BackupServer[], keeper?: BackupServersKeeper) {
    this.#servers = new Map(servers.map((server) => [server.name, server]));
    this.#keeper = keeper;
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

  /** Takes over what is said of trust and of API tokens; each rejects with AppError `invalid` when it cannot. */
  renew(target: BackupServersTarget): readonly Promise<void>[] {
    return this.#keeper?.renew(target) ?? [];
  }

  close(): void {
    this.#keeper?.close();
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
    Object.entries(backup_servers).map(([name, section]) =>
      connect(section, { ...options, reads: new SharedReads(share), name })
    ),
  );
  return new BackupServers(opened.map(({ server }) => server), {
    renew: (next) =>
      opened.flatMap(({ renew, server: { host, name, port } }) => {
        const section = next.backup_servers[name];
        return section?.host === host && section.port === port ? [renew(section)] : [];
      }),
    close: () => opened.forEach(({ close }) => close()),
  });
}

async function connect(
  section: Readonly<BackupServerConfig>,
  { name, reads, ...options }: Pick<ClientOptions, "clock" | "share" | "sleep"> & {
    readonly name: string;
    readonly reads: PbsReads;
  },
) {
  const upstream = await Upstream.open(section, { section: `backup_servers.${name}`, caFrom: "" });
  const { host, port } = section;
  const client = new PbsClient({
    ...options,
    ...credentialOf(section),
    server: name,
    host,
    port,
    timeoutMs: section.timeout_seconds * 1000,
    transport: upstream.transport,
    random: Math.random,
  });
  let { fingerprint } = section;
  const server: BackupServer = {
    name,
    host,
    port,
    get fingerprint() {
      return fingerprint;
    },
    client,
    reads,
  };
  return {
    server,
    renew: async (next: Readonly<BackupServerConfig>) => {
      await upstream.renew(next);
      client.renew(credentialOf(next));
      fingerprint = next.fingerprint;
    },
    close: () => upstream.close(),
  };
}

function credentialOf({ user, token_name, token_value }: Readonly<BackupServerConfig>) {
  return { user, tokenName: token_name, tokenValue: token_value };
}
