import { aborted } from "./abort.ts";
import { type Config, hostForUrl } from "./config/config.ts";
import { ping } from "./database/database.ts";
import { AppError, failuresOf } from "./errors.ts";
import { anonymous } from "./http/anonymous.ts";
import { createApp } from "./http/app.ts";
import { type Counted, createMetrics } from "./http/metrics.ts";
import { originRules } from "./http/origin.ts";
import { joinPages } from "./http/pages/join.ts";
import { createReadiness } from "./http/readiness.ts";
import { listen, type Listener } from "./http/listen.ts";
import { StrangerLog } from "./http/stranger_log.ts";
import { ProtectedResource } from "./oauth/resource.ts";
import { Rest } from "./mcp/rest.ts";
import { callTool } from "./mcp/call.ts";
import { Transports } from "./mcp/transports.ts";
import { probe } from "./pbs/probe.ts";
import { joinParts, type Parts, type ServerOptions } from "./parts.ts";
import type { Siblings } from "./siblings/siblings.ts";
import { refusal, REFUSED } from "./mcp/json_rpc.ts";
import { Passing } from "./siblings/passing.ts";

/** A server that answers. */
export interface RunningServer {
  /** Where MCP is served: `http://127.0.0.1:8812/mcp`. */
  readonly url: string;
  readonly address: { readonly hostname: string; readonly port: number };
  readonly toolCount: number;
  /**
   * Takes over what the config allows of tools, looks every token up again, and does what `renew` does.
   * Resolves with what could not be done, one line each.
   */
  reload(config: Config): Promise<readonly string[]>;
  /**
   * Takes a renewed certificate into use, and what the config says of trust and of API tokens of clusters and
   * backup servers. Resolves as `reload` does.
   */
  renew(config: Config): Promise<readonly string[]>;
  /** Stops accepting, lets running calls end within `server.shutdown_seconds`, then closes. */
  shutdown(): Promise<void>;
  readonly finished: Promise<void>;
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
  const { config, log, database, accounts, now, siblings = null } = options;
  const { server } = config;
  const workers = siblings?.count ?? 1;
  requireTables(options);
  const metrics = createMetrics({
    elsewhere: siblings === null ? undefined : () => countedElsewhere(siblings),
    sessions: () => transports.openSessions,
    backupServers: Object.keys(config.backup_servers).length === 0
      ? undefined
      : async () => (await readiness()).backup_servers ?? {},
    halted: async () => await parts.mcp.halts.find() !== undefined,
    clusters: config.clusters.length === 1 ? undefined : async () => (await readiness()).clusters,
  });
  const parts = await joinParts(options, { observe: metrics.call });
  const { limits, authenticator, clients, monotonic } = parts;
  const readiness = createReadiness({
    database: () => Promise.race([writable(options, parts), givenUp(DATABASE_PATIENCE_MS)]),
    proxmox: clients.map((client) => async () => {
      await client.read("/version", AbortSignal.timeout(5_000));
    }),
    backupServers: [...parts.mcp.backupServers].map((server) => [
      server.name,
      () => probe(server),
    ]),
  }, {
    monotonic,
    onChange: (cluster, answers) => {
      if (!clients.several) return;
      if (answers) log.info(`Cluster ${cluster} answers again`);
      else log.warning(`Cluster ${cluster} does not answer`);
    },
  });
  const transports = new Transports(parts.mcp);
  authenticator.onRevoked((tokenId) => transports.closeToken(tokenId));
  const strangers = new StrangerLog(log);
  const own = server.oauth?.own && !config.no_auth ? await ownSignIn(options, parts) : null;
  const app = createApp({
    signIn: own,
    pages: joinPages({
      server,
      database,
      accounts,
      spent: parts.mcp.spent,
      sealFor: parts.sealFor,
      audit: parts.mcp.audit,
      call: (request) => callTool(parts.mcp, request),
      now,
    }),
    resource: server.oauth === null ? null : new ProtectedResource(server),
    path: server.path,
    scheme: server.tls ? "https" : "http",
    maxBodyBytes: server.max_body_bytes,
    workers,
    language: server.language,
    origin: originRules(server),
    transports,
    rest: new Rest(parts.mcp),
    limits,
    refused: parts.mcp.refused,
    metrics,
    log,
    strangers,
    readiness,
    address: (peer, headers) => authenticator.addressOf(peer, headers.get("x-forwarded-for")),
    authenticate: (token, address) =>
      config.no_auth
        ? Promise.resolve(anonymous(address))
        : authenticator.authenticate(token, address),
    likelyToken: (token, address) => authenticator.likelyToken(token, address),
    newId: () => crypto.randomUUID(),
  });
  const handle = (request: Request, peer: string) => app.fetch(request, { peer });
  const passing = siblings === null ? null : new Passing(siblings, { handle, unreachable });
  siblings?.answer(async (ask, gone) => {
    switch (ask.kind) {
      case "metrics":
        return { answer: await metrics.counted() };
      case "idlest":
        return { answer: transports.idlest(ask) };
      case "request":
        return await passing?.answer(ask.request, gone) ?? { answer: null };
    }
  });
  const idle = async () => {
    await Promise.all([limits.idle(), passing?.idle()]);
    // A call that has ended is answered in the same turn of the event loop.
    await new Promise((resolve) => setTimeout(resolve));
  };
  const sweeper = setInterval(() => {
    transports.sweep();
    parts.sweep();
    own?.sweep();
  }, SWEEP_MS);
  const close = async () => {
    clearInterval(sweeper);
    strangers.flush();
    await transports.close();
    await parts.close();
  };
  let listener: Listener;
  try {
    const max_connections = Math.ceil(server.max_connections / workers);
    const take = passing === null ? handle : passing.take.bind(passing);
    listener = await listen({ ...server, max_connections }, take, {
      sharesPort: siblings !== null,
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
    await Promise.race([idle(), aborted(patience)]);
    // What is cut off still leaves its audit row.
    parts.stop();
    await Promise.race([idle(), aborted(AbortSignal.timeout(CLOSING_MS))]);
    await close();
    await Promise.race([closed, aborted(AbortSignal.timeout(CLOSING_MS))]);
    listener.destroy();
  };
  let closing: Promise<void> | undefined;
  const renewals = (next: Config) => [...parts.renew(next), listener.reloadCertificate()];
  return {
    url: `${server.tls ? "https" : "http"}://${hostForUrl(server.host)}:${port}${server.path}`,
    address: { hostname, port },
    toolCount: parts.mcp.catalog.size,
    reload: (next) => failuresOf([parts.reload(next), ...renewals(next)]),
    renew: (next) => failuresOf(renewals(next)),
    shutdown: () => closing ??= shutdown(),
    finished: listener.finished,
  };
}

/** What the other workers have counted, as far as they can tell. */
async function countedElsewhere(siblings: Siblings): Promise<Counted[]> {
  const told = await Promise.all(
    siblings.others.map((index) => siblings.askWithin(CLOSING_MS, index, { kind: "metrics" })),
  );
  return told.filter((counted) => Array.isArray(counted));
}

/** The worker that keeps the session has broken and is started again. */
function unreachable(): Response {
  const message = "The worker that keeps this session is not there: try again";
  return refusal(503, { code: REFUSED, message }, { "retry-after": "1" });
}

/** What people let in is kept in tables of the program's own. */
function requireTables({ config, database }: ServerOptions): void {
  if (config.server.oauth === null || database.ownTables) return;
  throw new AppError(
    "invalid",
    "Cannot start: server.oauth needs tables of its own, which audit.database switches off",
  );
}

/** Loaded only where it is switched on. */
async function ownSignIn(options: ServerOptions, parts: Parts) {
  const { createOwnSignIn } = await import("./http/oauth/mod.ts");
  const { config: { server }, log, now, database, accounts, clientFetch } = options;
  const { keys, limits, mcp: { audit, spent }, monotonic } = parts;
  return createOwnSignIn({
    server,
    log,
    now,
    database,
    accounts,
    fetch: clientFetch,
    keys,
    limits,
    audit,
    spent,
    monotonic,
  });
}

/** Rejects when the database cannot be read, its audit trail not be written, or no call be let in. */
async function writable({ database, trail }: ServerOptions, { mcp }: Parts): Promise<void> {
  await ping(database);
  await trail.check();
  // A full disk may take what changes a row and not what adds one.
  await mcp.audit.admit();
}

async function givenUp(milliseconds: number): Promise<never> {
  await aborted(AbortSignal.timeout(milliseconds));
  throw new Error("no answer");
}
