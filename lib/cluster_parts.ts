import type { TokenSeal } from "./auth/proxmox_tokens.ts";
import type { ClusterConfig } from "./config/config.ts";
import type { History } from "./database/history.ts";
import { type Leases, leasesWithin } from "./database/leases.ts";
import type { Log } from "./log/log.ts";
import { ADVICE } from "./mcp/advice.ts";
import { CallersProxmox } from "./mcp/callers_proxmox.ts";
import type { Client } from "./proxmox/api/client.ts";
import { connectProxmox, type sleep } from "./proxmox/api/connect.ts";
import { ApiDescriptions } from "./proxmox/apidoc/descriptions.ts";
import { GuestDirectory } from "./proxmox/guest/guest_directory.ts";
import { guestLoaders } from "./proxmox/guest/loaders.ts";
import { GuestLocks } from "./proxmox/guest/locks.ts";
import { HistoryRecorder } from "./proxmox/history/recorder.ts";
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
  /** See CallersProxmox. */
  readonly seal: TokenSeal | null;
  /** Told when something of a cluster was changed. */
  readonly onChange: () => void;
}

/** The way to one cluster: nothing of it is shared with another's, so that none waits for another. */
export interface ClusterParts {
  readonly name: string;
  /** With the server's own API token. */
  readonly client: Client;
  readonly callers: CallersProxmox;
  /** Forgets what was read of it. */
  forget(): void;
  /** Begins to look once an hour how everything is. */
  keepHistory(kept: { history: History; days: number; log: Pick<Log, "warning"> }): void;
  close(): Promise<void>;
}

/** Makes the parts of one cluster; connects to nothing yet. */
export async function joinCluster(
  cluster: ClusterConfig,
  around: ClusterSurroundings,
): Promise<ClusterParts> {
  const { isAlone, monotonic, now, onChange, seal, sleep, workers } = around;
  const { name } = cluster;
  const connection = await connectProxmox(cluster, { clock: monotonic, sleep, share: workers });
  const { client } = connection;
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
      reads: new SharedReads(share),
    }),
  });
  const required = cluster.auth.require_own_token;
  let recorder: HistoryRecorder | undefined;
  return {
    name,
    client,
    callers: new CallersProxmox({ parties, seal, required }),
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
