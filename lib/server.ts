import { aborted } from "./abort.ts";
import { TOOLS } from "./mcp/tools.ts";
import { HeadFile } from "./audit/head_file.ts";
import { AuditLog } from "./audit/log.ts";
import { AuditQueue } from "./audit/queue.ts";
import type { AuditTrail } from "./audit/trail.ts";
import type { AccountStore } from "./auth/account_store.ts";
import { createAuthenticator } from "./auth/authenticator.ts";
import type { Principal } from "./auth/principal.ts";
import { type Config, hostForUrl } from "./config/config.ts";
import { type Database, ping } from "./database/database.ts";
import { sharedKeysOf } from "./database/secret.ts";
import { sharedCountersOf } from "./database/shared_counters.ts";
import { spentKeysOf } from "./database/spent_keys.ts";
import { messageOf } from "./errors.ts";
import { createApp } from "./http/app.ts";
import { createUseLimits } from "./http/limits.ts";
import { createMetrics } from "./http/metrics.ts";
import { originRules } from "./http/origin.ts";
import { createReadiness } from "./http/readiness.ts";
import { listen, type Listener } from "./http/listen.ts";
import { StrangerLog } from "./http/stranger_log.ts";
import type { Log } from "./log/log.ts";
import { ADVICE } from "./mcp/advice.ts";
import { Catalog } from "./mcp/catalog.ts";
import { Confirmation } from "./mcp/confirmation.ts";
import { SessionIds } from "./mcp/session_ids.ts";
import { Transports } from "./mcp/transports.ts";
import { Access, mayAnywhere } from "./proxmox/privileges.ts";
import { ApiDescriptions } from "./proxmox/apidoc/descriptions.ts";
import { connectProxmox, sleep as pass } from "./proxmox/api/connect.ts";
import { GuestDirectory, GuestLocks } from "./proxmox/guest/directory.ts";

/** A server that answers. */
export interface RunningServer {
  /** Where MCP is served: `http://127.0.0.1:8812/mcp`. */
  readonly url: string;
  readonly address: { readonly hostname: string; readonly port: number };
  readonly toolCount: number;
  /**
   * Takes over what the config allows of tools, looks every token up again, and takes a renewed
   * certificate into use. Resolves with what could not be done, one line each.
   */
  reload(config: Config): Promise<readonly string[]>;
  /** Stops accepting, lets running calls end within `server.shutdown_seconds`, then closes. */
  shutdown(): Promise<void>;
  readonly finished: Promise<void>;
}

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
}

const SWEEP_MS = 30_000;
const CLOSING_MS = 1_000;
/** A database that says nothing for so long is not available. */
const DATABASE_PATIENCE_MS = 4_000;

/**
 * Joins all parts into a listening server. Proxmox need not be reachable: the server starts, `readyz`
 * says 503, and tools answer `unavailable`.
 *
 * @throws AppError `unavailable` when the port is in use, `invalid` for unreadable certificates
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, log, now, database, accounts, trail, version } = options;
  const { monotonic = () => performance.now(), sleep = pass } = options;
  const { server } = config;
  const proxmox = await connectProxmox(config, { clock: monotonic, sleep });
  const client = proxmox.client;
  const access = new Access(client, monotonic);
  const limits = createUseLimits(server.rate_limit, sharedCountersOf(database));
  const metrics = createMetrics(() => transports.openSessions);
  const signal = () => AbortSignal.timeout(config.proxmox.timeout_seconds * 1000);
  const directory = new GuestDirectory({
    load: async () => (await client.read("/cluster/resources", signal())).data,
    monotonic,
    advice: ADVICE,
  });
  const queue = new AuditQueue({
    trail,
    onProblem: (error) => log.error(messageOf(error)),
  });
  // The same on every instance, so that any of them can go on with what another has begun.
  const keys = sharedKeysOf(database, { fallback: config.auth.token_value });
  const spent = spentKeysOf(database, { now });
  const headFile = config.audit.head_file === null ? null : new HeadFile({
    path: config.audit.head_file,
    trail,
    now,
    onProblem: (error) => log.error(messageOf(error)),
  });
  const stopping = new AbortController();
  const catalog = new Catalog(TOOLS, config.tools);
  const transports = new Transports({
    catalog,
    pve: {
      client,
      directory,
      locks: new GuestLocks(),
      descriptions: new ApiDescriptions(client, ADVICE.paths),
      advice: ADVICE,
      now,
      sleep,
    },
    audit: new AuditLog({ queue, log }),
    log,
    now,
    monotonic,
    confirm: config.tools.confirm,
    confirmation: new Confirmation({ key: () => keys("confirmation"), now }),
    sessionIds: new SessionIds({ key: () => keys("sessions"), now }),
    spent,
    server: { version, startedAt: now() },
    able: async () => {
      const grants = await access.grants();
      return (tool) => mayAnywhere(grants, tool.privileges);
    },
    begin: limits.begin,
    crowded: (tokenId) => limits.callAllowed(tokenId, 0) !== undefined,
    stopping: stopping.signal,
    onRevoked: (listener) => authenticator.onRevoked(listener),
    observe: metrics.call,
  });
  const authenticator = createAuthenticator({
    store: accounts,
    now,
    monotonic,
    trustedProxies: server.trusted_proxies,
    onProblem: (error) => log.error(`Token watch failed: ${messageOf(error)}`),
  });
  authenticator.onRevoked((tokenId) => transports.closeToken(tokenId));
  const strangers = new StrangerLog(log);
  const app = createApp({
    path: server.path,
    scheme: server.tls ? "https" : "http",
    maxBodyBytes: server.max_body_bytes,
    language: server.language,
    origin: originRules(server),
    transports,
    limits,
    metrics,
    log,
    strangers,
    readiness: createReadiness({
      database: () => Promise.race([writable(database, trail), givenUp(DATABASE_PATIENCE_MS)]),
      proxmox: async () => {
        await client.read("/version", AbortSignal.timeout(5_000));
      },
    }, monotonic),
    address: (peer, headers) => authenticator.addressOf(peer, headers.get("x-forwarded-for")),
    authenticate: (token, address) =>
      config.no_auth
        ? Promise.resolve(anonymous(address))
        : authenticator.authenticate(token, address),
    newId: () => crypto.randomUUID(),
  });
  const sweeper = setInterval(() => {
    transports.sweep();
    void limits.sweep();
    // A database that is away is asked again at the next sweep.
    spent.sweep().catch(() => {});
  }, SWEEP_MS);
  const close = async () => {
    clearInterval(sweeper);
    strangers.flush();
    await transports.close();
    await authenticator.close();
    await queue.close();
    await headFile?.close();
    proxmox.close();
  };
  let listener: Listener;
  try {
    listener = await listen(server, (request, peer) => app.fetch(request, { peer }), {
      shared: (address) => authenticator.isProxy(address),
      onProblem: (line) => log.warning(line),
    });
  } catch (error) {
    await close();
    throw error;
  }
  const { hostname, port } = listener.address;
  const shutdown = async () => {
    const closed = listener.shutdown();
    const patience = AbortSignal.timeout(server.shutdown_seconds * 1000);
    await Promise.race([limits.idle(), aborted(patience)]);
    // What is cut off still leaves its audit row.
    stopping.abort();
    await Promise.race([limits.idle(), aborted(AbortSignal.timeout(CLOSING_MS))]);
    await close();
    await Promise.race([closed, aborted(AbortSignal.timeout(CLOSING_MS))]);
    listener.destroy();
  };
  let closing: Promise<void> | undefined;
  return {
    url: `${server.tls ? "https" : "http"}://${hostForUrl(server.host)}:${port}${server.path}`,
    address: { hostname, port },
    toolCount: TOOLS.length,
    reload: async (next) => {
      catalog.setPolicy(next.tools);
      const renewals = [authenticator.poll(), listener.reloadCertificate()];
      const results = await Promise.allSettled(renewals);
      return results.filter((result) => result.status === "rejected")
        .map(({ reason }) => messageOf(reason));
    },
    shutdown: () => closing ??= shutdown(),
    finished: listener.finished,
  };
}

/** Rejects when the database cannot be read or its audit trail not be written. */
async function writable(database: Database, trail: AuditTrail): Promise<void> {
  await ping(database);
  await trail.check();
}

async function givenUp(milliseconds: number): Promise<never> {
  await aborted(AbortSignal.timeout(milliseconds));
  throw new Error("no answer");
}

function anonymous(address: string): Principal {
  return {
    user: "anonymous",
    userId: 0,
    tokenId: 0,
    tokenName: "",
    scope: "admin",
    limits: null,
    address,
  };
}
