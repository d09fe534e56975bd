import { TOOLS } from "./mcp/tools.ts";
import { HeadFile } from "./audit/head_file.ts";
import { AuditLog } from "./audit/log.ts";
import { AuditQueue } from "./audit/queue.ts";
import { Authenticator } from "./auth/authenticator.ts";
import { haltsOf } from "./database/halts.ts";
import { joinClusters, keepHistory, renewals } from "./cluster_parts.ts";
import { historyOf } from "./database/history.ts";
import { leasesOf } from "./database/leases.ts";
import { sharedKeysOf } from "./database/secret.ts";
import { sharedCountersOf } from "./database/shared_counters.ts";
import { Plans } from "./database/plans.ts";
import { runningChangesOf } from "./database/running_changes.ts";
import { spentKeysOf } from "./database/spent_keys.ts";
import { clustersRehearsing, Rehearsals } from "./database/rehearsals.ts";
import { messageOf } from "./errors.ts";
import { createUseLimits } from "./http/limits.ts";
import type { Log } from "./log/log.ts";
import { Changes } from "./siblings/changes.ts";
import { connectProvider } from "./oauth/connect.ts";
import { OwnBearers } from "./oauth/own_bearer.ts";
import { resourceOf } from "./oauth/own_metadata.ts";
import { OwnSeals } from "./oauth/own_seals.ts";
import { Background } from "./mcp/background.ts";
import { Approvals } from "./mcp/approval/approvals.ts";
import { Catalog } from "./mcp/catalog.ts";
import { ableIn } from "./mcp/clusters/able.ts";
import { StragglersByAsking } from "./mcp/clusters/stragglers.ts";
import { tenantsOf } from "./mcp/clusters/tenants.ts";
import { Confirmation } from "./mcp/confirmation.ts";
import { finisher } from "./mcp/finished.ts";
import { IdenticalChanges } from "./mcp/identical.ts";
import { FEATURES } from "./mcp/features/mod.ts";
import { Leftovers } from "./mcp/leftovers/leftovers.ts";
import { ResourceWatch } from "./mcp/resources/watch.ts";
import { Seal } from "./seal.ts";
import { RefusedCalls } from "./mcp/refused_calls.ts";
import type { McpServices } from "./mcp/server.ts";
import { type OwnId, SessionIds } from "./mcp/session_ids.ts";
import { TaskIds } from "./mcp/tasks/task_ids.ts";
import { fitted, policyOf } from "./tool/policy.ts";
import { SecretFiles } from "./tool/secret_files.ts";
import { sleep as pass } from "./proxmox/api/connect.ts";
import { connectBackupServers } from "./pbs/servers.ts";
import type { Parts, ServerOptions } from "./parts_types.ts";

export type { Parts, ServerOptions };

/** Characters of what browsers keep. */
const LONGEST_SEALED = 4_096;

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
  const backupServers = await connectBackupServers(config, {
    clock: monotonic,
    sleep,
    share: workers,
  });
  const stragglers = new StragglersByAsking(monotonic);
  const board = siblings?.board ?? null;
  const limits = createUseLimits(server.rate_limit, sharedCountersOf(database), board);
  const queue = new AuditQueue({
    trail,
    onProblem: (error) => log.error(messageOf(error)),
  });
  // The same on every instance, so that any of them can go on with what another has begun.
  const keys = sharedKeysOf(database, { fallback: config.clusters[0].auth.token_value });
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
  const { secrets_dir } = config.tools;
  const policy = policyOf(config);
  const names = config.clusters.map(({ name }) => name);
  const catalog = new Catalog(fitted(tools, policy), policy, names);
  const audit = new AuditLog({ queue, log, onlyLogged: !database.ownTables });
  const provider = await connectProvider(config, { database, accounts, audit, now, monotonic });
  const authenticator = new Authenticator({
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
    ...{ siblings, sleep },
    streamsPerToken: server.max_streams_per_token,
    onRevoked: (listener) => authenticator.onRevoked(listener),
  });
  const refused = new RefusedCalls({ audit, catalog, now, monotonic });
  const leases = leasesOf(database, { now });
  const changes = siblings === null ? null : new Changes(siblings.board);
  const isAlone = siblings === null && database.dialect.name === "sqlite";
  const clusters = await joinClusters(config, {
    now,
    monotonic,
    sleep,
    workers,
    leases,
    isAlone,
    onChange: () => changes?.note(),
  });
  // Where there is one, nobody asks which.
  const logOf = (cluster: string): Pick<Log, "warning"> =>
    clusters.several ? { warning: (line) => log.warning(`Cluster ${cluster}: ${line}`) } : log;
  const proxmox = clusters.map(({ callers }) => callers);
  const tenants = tenantsOf({ backupServers, monotonic, proxmox });
  const background = new Background({
    audit,
    catalog,
    halts,
    log,
    now,
    proxmox,
    stopping: stopping.signal,
    tenants,
  });
  const rehearsals = (cluster: string) => new Rehearsals(database, cluster);
  const leftovers = new Leftovers({
    background,
    clusters: clusters.names,
    rehearsals,
    rehearsing: () => clustersRehearsing(database),
    isStopping: () => stopping.signal.aborted,
    logOf,
    monotonic,
  });
  const forget = () => [...clusters].forEach(([, each]) => each.forget());
  if (isFirst) {
    leftovers.sweep();
    keepHistory(clusters, { config, database, logOf });
  }
  const ownId: OwnId = (make) => siblings === null ? make() : siblings.ownId(make);
  const mcp: McpServices = {
    features,
    backupServers,
    tenants,
    catalog,
    proxmox,
    background,
    rehearsals,
    audit,
    trail,
    history: (cluster) => historyOf(database, cluster),
    log,
    now,
    monotonic,
    stragglers,
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
    ...{ refused, siblings },
    maxStreamsPerToken: server.max_streams_per_token,
    server: { version, startedAt: now() },
    watch,
    hold: () => () => {},
    able: ableIn({
      language: server.language,
      log,
      monotonic,
      proxmox,
      signal: stopping.signal,
      stragglers,
    }),
    begin: (holder) => {
      if (changes?.takeNews()) forget();
      return limits.begin(holder);
    },
    crowded: (holder) => limits.callAllowed(holder, 0) !== undefined,
    stopping: stopping.signal,
    onRevoked: (listener) => authenticator.onRevoked(listener),
    observe,
  };
  return {
    mcp,
    limits,
    authenticator,
    clients: clusters.map(({ client }) => client),
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
      leftovers.sweep();
    },
    reload: (next) => {
      // What may be written, and which servers there are, was settled when the program started.
      catalog.setPolicy({ ...policyOf(next), secrets_dir, backup_servers: policy.backup_servers });
      approvals.setTags(next.tools.approve.tags);
      provider?.reload(next);
      return authenticator.poll();
    },
    renew: (next) => [...renewals(clusters, next), ...backupServers.renew(next)],
    close: async () => {
      stopping.abort();
      await leftovers.idle();
      await background.idle();
      watch.close();
      await authenticator.close();
      await refused.flush({ all: true });
      await queue.close();
      await headFile?.close();
      await Promise.all([...clusters].map(([, cluster]) => cluster.close()));
      backupServers.close();
      provider?.[Symbol.dispose]();
    },
  };
}
