import { TOOLS } from "./mcp/tools.ts";
import { keyFor, readAuditKey } from "./audit/key.ts";
import { HeadFile } from "./audit/head_file.ts";
import { AuditLog } from "./audit/log.ts";
import { AuditQueue } from "./audit/queue.ts";
import type { AuditTrail } from "./audit/trail.ts";
import type { AccountStore } from "./auth/account_store.ts";
import { PROXMOX_TOKENS, TokenSeal } from "./auth/proxmox_tokens.ts";
import { type Authenticator, createAuthenticator } from "./auth/authenticator.ts";
import type { Config } from "./config/config.ts";
import type { Database } from "./database/database.ts";
import { type Halts, haltsOf } from "./database/halts.ts";
import { historyOf } from "./database/history.ts";
import { leasesOf } from "./database/leases.ts";
import { type SharedKeys, sharedKeysOf } from "./database/secret.ts";
import { sharedCountersOf } from "./database/shared_counters.ts";
import { Plans } from "./database/plans.ts";
import { runningChangesOf } from "./database/running_changes.ts";
import { spentKeysOf } from "./database/spent_keys.ts";
import { Rehearsals } from "./database/rehearsals.ts";
import { messageOf } from "./errors.ts";
import { createUseLimits, type UseLimits } from "./http/limits.ts";
import type { Log } from "./log/log.ts";
import { Changes } from "./siblings/changes.ts";
import type { Siblings } from "./siblings/siblings.ts";
import { connectProvider } from "./oauth/connect.ts";
import { ADVICE } from "./mcp/advice.ts";
import type { Fetch } from "./oauth/own_documents.ts";
import { OwnBearers } from "./oauth/own_bearer.ts";
import { resourceOf } from "./oauth/own_metadata.ts";
import { OwnSeals } from "./oauth/own_seals.ts";
import { Background } from "./mcp/background.ts";
import { Approvals } from "./mcp/approval/approvals.ts";
import { CallersProxmox } from "./mcp/callers_proxmox.ts";
import { Catalog } from "./mcp/catalog.ts";
import { Confirmation } from "./mcp/confirmation.ts";
import { finisher } from "./mcp/finished.ts";
import { IdenticalChanges } from "./mcp/identical.ts";
import type { Feature } from "./mcp/features/feature.ts";
import { FEATURES } from "./mcp/features/mod.ts";
import { Leftovers } from "./mcp/leftovers.ts";
import { ResourceWatch } from "./mcp/resources/watch.ts";
import { Seal } from "./seal.ts";
import { RefusedCalls } from "./mcp/refused_calls.ts";
import type { McpServices } from "./mcp/server.ts";
import { type OwnId, SessionIds } from "./mcp/session_ids.ts";
import { TaskIds } from "./mcp/tasks/task_ids.ts";
import { Access, type Grants, mayAnywhere } from "./proxmox/privileges.ts";
import { ShareTime } from "./proxmox/share_time.ts";
import { SharedReads } from "./proxmox/shared_reads.ts";
import { oncePer } from "./once_per.ts";
import { SecretFiles } from "./tool/secret_files.ts";
import type { AnyTool } from "./tool/tool.ts";
import { ApiDescriptions } from "./proxmox/apidoc/descriptions.ts";
import type { Client } from "./proxmox/api/client.ts";
import { connectProxmox, sleep as pass } from "./proxmox/api/connect.ts";
import { GuestDirectory } from "./proxmox/guest/guest_directory.ts";
import { guestLoaders } from "./proxmox/guest/loaders.ts";
import { GuestLocks } from "./proxmox/guest/locks.ts";
import { HistoryRecorder } from "./proxmox/history/recorder.ts";
import { Parties } from "./proxmox/parties.ts";

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
  readonly sleep?: typeof pass;
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
  readonly client: Client;
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
  /** Waits for what is still to be written; the database stays open. */
  close(): Promise<void>;
}

/** Characters of what browsers keep. */
const LONGEST_SEALED = 4_096;

const allAble = () => true;

/** Joins the parts that run tools for whoever the database knows. Proxmox need not be reachable. */
export async function joinParts(
  options: ServerOptions,
  { observe }: Pick<McpServices, "observe">,
): Promise<Parts> {
  const { config, log, now, database, accounts, trail, version } = options;
  const { tools = TOOLS, features = FEATURES, halts = haltsOf(database) } = options;
  const { monotonic = () => performance.now(), siblings = null, sleep = pass } = options;
  const { server } = config;
  // What must be done once is done by the first.
  const isFirst = siblings === null || siblings.index === 0;
  const { count: workers } = siblings ?? { count: 1 };
  const proxmox = await connectProxmox(config, { clock: monotonic, sleep, share: workers });
  const client = proxmox.client;
  const ableBy = oncePer((grants: Grants) => (tool: AnyTool) =>
    mayAnywhere(grants, tool.privileges)
  );
  const board = siblings?.board ?? null;
  const limits = createUseLimits(server.rate_limit, sharedCountersOf(database), board);
  const share = new ShareTime({ seconds: config.proxmox.share_seconds, monotonic });
  const seenBy = (client: Client) => ({
    client,
    access: new Access(client, monotonic),
    directory: new GuestDirectory({ ...guestLoaders(client), advice: ADVICE, share }),
    reads: new SharedReads(share),
  });
  const queue = new AuditQueue({
    trail,
    onProblem: (error) => log.error(messageOf(error)),
  });
  // The same on every instance, so that any of them can go on with what another has begun.
  const keys = sharedKeysOf(database, { fallback: config.auth.token_value });
  const spent = spentKeysOf(database, { now });
  const identical = new IdenticalChanges(runningChangesOf(database, { now }), { now });
  const approvals = new Approvals({
    plans: new Plans(database, { now }),
    now,
    tags: config.tools.approve.tags,
  });
  const headFile = config.audit.head_file === null || !isFirst ? null : new HeadFile({
    path: config.audit.head_file,
    trail,
    now,
    onProblem: (error) => log.error(messageOf(error)),
  });
  const stopping = new AbortController();
  const catalog = new Catalog(tools, config.tools);
  const { secrets_dir } = config.tools;
  const audit = new AuditLog({ queue, log });
  const provider = await connectProvider(config, { database, accounts, audit, now, monotonic });
  const authenticator = createAuthenticator({
    store: accounts,
    now,
    monotonic,
    trustedProxies: server.trusted_proxies,
    bearers: [
      ...(server.oauth?.own
        ? [new OwnBearers({ seals: new OwnSeals(keys), resource: resourceOf(server), now })]
        : []),
      ...(provider === null ? [] : [provider.bearers]),
    ],
    onProblem: (error) => log.error(`Token watch failed: ${messageOf(error)}`),
  });
  const watch = new ResourceWatch({
    sleep,
    streamsPerToken: server.max_streams_per_token,
    onRevoked: (listener) => authenticator.onRevoked(listener),
  });
  const refused = new RefusedCalls({ audit, catalog, now, monotonic });
  const leases = leasesOf(database, { now });
  const changes = siblings === null ? null : new Changes(siblings.board);
  const isAlone = siblings === null && database.dialect.name === "sqlite";
  const parties = new Parties({
    client,
    onChange: () => changes?.note(),
    common: {
      locks: new GuestLocks(isAlone ? null : leases),
      leases,
      share,
      descriptions: new ApiDescriptions(client, ADVICE.paths),
      advice: ADVICE,
      now,
      sleep,
    },
    seenBy,
  });
  const { own } = parties;
  const callersProxmox = new CallersProxmox({
    parties,
    seal: await tokenSealOf(config),
    required: config.auth.require_own_token,
  });
  const background = new Background({
    audit,
    catalog,
    halts,
    log,
    now,
    own,
    proxmox: callersProxmox,
    stopping: stopping.signal,
  });
  const rehearsals = new Rehearsals(database);
  const leftovers = new Leftovers({
    background,
    rehearsals,
    isStopping: () => stopping.signal.aborted,
    log,
    monotonic,
  });
  if (isFirst) void leftovers.sweep();
  const history = historyOf(database);
  const recorder = history === null || !config.history.enabled || !isFirst
    ? null
    : new HistoryRecorder({ shared: own, history, days: config.history.days, log });
  recorder?.start();
  const ownId: OwnId = (make) => siblings === null ? make() : siblings.ownId(make);
  const mcp: McpServices = {
    features,
    catalog,
    proxmox: callersProxmox,
    background,
    rehearsals,
    audit,
    trail,
    history,
    log,
    now,
    monotonic,
    confirm: config.tools.confirm,
    confirmation: new Confirmation({ key: () => keys("confirmation"), now }),
    sessionIds: new SessionIds({ key: () => keys("sessions"), now, ownId }),
    ownId,
    taskIds: new TaskIds({ key: () => keys("tasks"), now }),
    spent,
    identical,
    halts,
    approvals,
    publicUrl: server.public_url,
    finish: finisher(),
    secrets: secrets_dir === null ? null : new SecretFiles(secrets_dir),
    refused,
    maxStreamsPerToken: server.max_streams_per_token,
    server: { version, startedAt: now() },
    watch,
    hold: () => () => {},
    able: async (principal) => {
      // Who may send nothing is told why by what is called.
      const { access } = await callersProxmox.of({ principal, language: server.language });
      const grants = await access.grants();
      return grants === undefined ? allAble : ableBy(grants);
    },
    begin: (tokenId) => {
      if (changes?.takeNews()) parties.forget();
      return limits.begin(tokenId);
    },
    crowded: (tokenId) => limits.callAllowed(tokenId, 0) !== undefined,
    stopping: stopping.signal,
    onRevoked: (listener) => authenticator.onRevoked(listener),
    observe,
  };
  return {
    mcp,
    limits,
    authenticator,
    client,
    keys,
    sealFor: (purpose) => new Seal({ key: () => keys(`page ${purpose}`), longest: LONGEST_SEALED }),
    monotonic,
    stop: () => stopping.abort(),
    sweep: () => {
      void refused.flush();
      if (!isFirst) return;
      void limits.sweep();
      // A database that is away is asked again at the next sweep.
      spent.sweep().catch(() => {});
      identical.sweep().catch(() => {});
      approvals.sweep().catch(() => {});
      void leftovers.sweep();
    },
    reload: (next) => {
      // What may be written was settled when the program started.
      catalog.setPolicy({ ...next.tools, secrets_dir });
      approvals.setTags(next.tools.approve.tags);
      provider?.reload(next);
      return authenticator.poll();
    },
    close: async () => {
      stopping.abort();
      await leftovers.idle();
      await background.idle();
      watch.close();
      await recorder?.close();
      await authenticator.close();
      await refused.flush({ all: true });
      await queue.close();
      await headFile?.close();
      proxmox.close();
      provider?.[Symbol.dispose]();
    },
  };
}

async function tokenSealOf({ audit: { key_file } }: Config): Promise<TokenSeal | null> {
  if (key_file === null) return null;
  return new TokenSeal(keyFor(await readAuditKey(key_file), PROXMOX_TOKENS));
}
