import { keyFor, readAuditKey } from "./audit/key.ts";
import { PROXMOX_TOKENS, TokenSeal } from "./auth/proxmox_tokens.ts";
import type { ClusterConfig, Config } from "./config/config.ts";
import type { Database } from "./database/database.ts";
import { historyOf } from "./database/history.ts";
import { type Leases, leasesWithin } from "./database/leases.ts";
import type { Log } from "./log/log.ts";
import { ADVICE } from "./mcp/advice.ts";
import { CallersProxmox } from "./mcp/callers_proxmox.ts";
import type { Client } from "./proxmox/api/client.ts";
import { connectProxmox, type sleep } from "./proxmox/api/connect.ts";
import { Clusters } from "./proxmox/clusters.ts";
import { ApiDescriptions } from "./proxmox/apidoc/descriptions.ts";
import { GuestDirectory } from "./proxmox/guest/guest_directory.ts";
import { guestLoaders } from "./proxmox/guest/loaders.ts";
import { GuestLocks } from "./proxmox/guest/locks.ts";
import {
  HistoryRecorder,
  type HistoryRecorderOptions,
  placesToLook,
} from "./proxmox/history/recorder.ts";
import { MOST_KEPT } from "./proxmox/kept_answers.ts";
import { Parties } from "./proxmox/parties.ts";
import { Access } from "./proxmox/privileges.ts";
import { ShareTime } from "./proxmox/share_time.ts";
import { SharedReads } from "./proxmox/shared_reads.ts";

/** What the parts of every cluster are made with. */
export interface ClusterSurroundings {
  readonly now: () => Date;
  /** Milliseconds that only ever rise. */
  readonly monotonic: () => number;
  readonly sleep: typeof sleep;
  /** Among how many workers what may be asked of Proxmox at once is divided. */
  readonly workers: number;
  readonly leases: Leases;
  /** True where no other process changes the same guests. */
  readonly isAlone: boolean;
  /** Told when something of a cluster was changed. */
  readonly onChange: () => void;
}

/** The way to one cluster: nothing of it is shared with another's, so that none waits for another. */
export interface ClusterParts {
  readonly name: string;
  /** With the server's own API token. */
  readonly client: Client;
  readonly callers: CallersProxmox;
  /**
   * Takes over what the configuration says of trust and of the API token, for a cluster of the same hosts.
   *
   * @throws AppError `invalid`; then all stays as it was
   */
  renew(cluster: ClusterConfig): Promise<void>;
  /** Forgets what was read of it. */
  forget(): void;
  /** Begins to look once an hour how everything is. */
  keepHistory(kept: Omit<HistoryRecorderOptions, "shared">): void;
  close(): Promise<void>;
}

/** Characters of JSON that are kept of what all clusters have answered, and of what each has at least. */
const MOST_KEPT_OF_ALL = 16 * 1024 * 1024;
const LEAST_KEPT = 256 * 1024;

/** The way to every cluster that the configuration names; connects to nothing yet. */
export async function joinClusters(
  config: Config,
  around: ClusterSurroundings,
): Promise<Clusters<ClusterParts>> {
  const seal = await tokenSealOf(config);
  const mostKept = Math.max(
    LEAST_KEPT,
    Math.min(MOST_KEPT, MOST_KEPT_OF_ALL / config.clusters.length),
  );
  const join = async (cluster: ClusterConfig) =>
    [cluster.name, await joinCluster(cluster, { ...around, seal, mostKept })] as const;
  const [first, ...others] = config.clusters;
  return new Clusters([await join(first), ...await Promise.all(others.map(join))]);
}

/** Begins to keep how every cluster is, where the database and the configuration let it. */
export function keepHistory(
  clusters: Clusters<ClusterParts>,
  { config: { history: { days, enabled } }, database, logOf }: {
    config: Pick<Config, "history">;
    database: Database;
    logOf: (cluster: string) => Pick<Log, "warning">;
  },
): void {
  const looks = placesToLook();
  for (const [name, cluster] of clusters) {
    const history = historyOf(database, name);
    if (enabled && history !== null) {
      cluster.keepHistory({ history, days, log: logOf(name), looks });
    }
  }
}

/** Renews the way to each cluster that the configuration still names; each rejects when it stays as it was. */
export function renewals(
  clusters: Clusters<ClusterParts>,
  { clusters: next }: Pick<Config, "clusters">,
): Promise<void>[] {
  return next.map(async (each) => await clusters.get(each.name)?.renew(each));
}

async function tokenSealOf({ audit: { key_file } }: Config): Promise<TokenSeal | null> {
  if (key_file === null) return null;
  return new TokenSeal(keyFor(await readAuditKey(key_file), PROXMOX_TOKENS));
}

async function joinCluster(
  cluster: ClusterConfig,
  { mostKept, seal, ...around }: ClusterSurroundings & {
    mostKept: number;
    seal: TokenSeal | null;
  },
): Promise<ClusterParts> {
  const { isAlone, monotonic, now, onChange, sleep, workers } = around;
  const { name } = cluster;
  const connection = await connectProxmox(cluster, { clock: monotonic, sleep, share: workers });
  const { client } = connection;
  const place = `${cluster.proxmox.hosts}:${cluster.proxmox.port}`;
  const share = new ShareTime({ seconds: cluster.proxmox.share_seconds, monotonic });
  const leases = leasesWithin(around.leases, name);
  const parties = new Parties({
    client,
    onChange,
    common: {
      cluster: name,
      locks: new GuestLocks(isAlone ? null : leases),
      leases,
      share,
      descriptions: new ApiDescriptions(client, ADVICE.paths),
      advice: ADVICE,
      now,
      sleep,
    },
    seenBy: (client) => ({
      client,
      access: new Access(client, monotonic),
      directory: new GuestDirectory({ ...guestLoaders(client), advice: ADVICE, share }),
      reads: new SharedReads(share, { mostKept }),
    }),
  });
  const required = cluster.auth.require_own_token;
  let recorder: HistoryRecorder | undefined;
  return {
    name,
    client,
    callers: new CallersProxmox({ parties, seal, required }),
    renew: async (next) => {
      if (`${next.proxmox.hosts}:${next.proxmox.port}` !== place) return;
      if (!await connection.renew(next)) return;
      parties.own.access.forget();
      parties.forget();
    },
    forget: () => parties.forget(),
    keepHistory: (kept) => {
      recorder = new HistoryRecorder({ shared: parties.own, ...kept });
      recorder.start();
    },
    close: async () => {
      await recorder?.close();
      connection.close();
    },
  };
}
