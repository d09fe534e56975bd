import type { Authenticator } from "./auth/authenticator.ts";
import type { SharedKeys } from "./database/secret.ts";
import type { UseLimits } from "./http/limits.ts";
import type { McpServices } from "./mcp/server.ts";
import type { Client } from "./proxmox/api/client.ts";
import type { Clusters } from "./proxmox/clusters.ts";
import type { Seal } from "./seal.ts";
import type { AuditTrail } from "./audit/trail.ts";
import type { AccountStore } from "./auth/account_store.ts";
import type { Config } from "./config/config.ts";
import type { Database } from "./database/database.ts";
import type { Halts } from "./database/halts.ts";
import type { Log } from "./log/log.ts";
import type { Feature } from "./mcp/features/feature.ts";
import type { Fetch } from "./oauth/own_documents.ts";
import type { sleep } from "./proxmox/api/connect.ts";
import type { Siblings } from "./siblings/siblings.ts";
import type { AnyTool } from "./tool/tool.ts";

/** What a server is made of. */
export interface ServerOptions {
  readonly config: Config;
  readonly database: Database;
  readonly accounts: AccountStore;
  readonly trail: AuditTrail;
  readonly log: Log;
  readonly now: () => Date;
  /** Milliseconds that only ever rise, for what is kept; the process's own when not given. */
  readonly monotonic?: () => number;
  /** Waits; the process's own when not given. */
  readonly sleep?: typeof sleep;
  readonly version: string;
  /** Reads documents of clients that sign in; the process's own when not given. */
  readonly clientFetch?: Fetch;
  /** What halts all changes; of the database when not given. */
  readonly halts?: Halts;
  /** The other workers of this server; null when it has none. */
  readonly siblings?: Siblings | null;
  /** What callers find; the product's own when not given. */
  readonly tools?: readonly AnyTool[];
  readonly features?: readonly Feature[];
}

/** What every way to the tools needs, whatever carries the messages. */
export interface Parts {
  readonly mcp: McpServices;
  readonly limits: UseLimits;
  readonly authenticator: Authenticator;
  /** The way to each cluster with the server's own API token. */
  readonly clients: Clusters<Client>;
  /** Keys that all instances share. */
  readonly keys: SharedKeys;
  /** Seals, with a key for this purpose, what browsers keep for the pages. */
  readonly sealFor: (purpose: string) => Seal;
  /** Milliseconds that only ever rise. */
  readonly monotonic: () => number;
  /** Aborts the calls under way. */
  stop(): void;
  /** Removes what has expired; never rejects. */
  sweep(): void;
  /** Takes over what the config allows of tools and looks every token up again. */
  reload(config: Config): Promise<void>;
  /**
   * Takes over what the config says of trust and of API tokens of the clusters and backup servers that there
   * are. Each rejects with AppError `invalid` when one stays as it was.
   */
  renew(config: Config): readonly Promise<void>[];
  /** Waits for what is still to be written; the database stays open. */
  close(): Promise<void>;
}
