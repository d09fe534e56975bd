import { AccountStore } from "../../auth/account_store.ts";
import { TOKEN_TABLES } from "../../auth/queries.ts";
import { type Config, sqlitePath, tokenValuesOf } from "../../config/config.ts";
import { type Database, DatabaseAway, type Turn } from "../../database/database.ts";
import { migrate } from "../../database/migrate.ts";
import { HALT_TABLES, haltsOf } from "../../database/halts.ts";
import { checkSchema } from "../../database/schema.ts";
import { AppError, messageOf } from "../../errors.ts";
import type { Siblings } from "../../siblings/siblings.ts";
import { createLog, type Log, type LogOptions } from "../../log/log.ts";
import type { CliContext } from "../context.ts";
import { keepOn } from "./failures.ts";
import { followHaltSignal, tellHalt } from "./halt_signals.ts";
import { LineQueue } from "./line_queue.ts";
import type { SignalQueue } from "./signals.ts";
import { announce } from "./announce.ts";
import { probeClusters, warningsOf } from "./clusters.ts";
import { probeBackupServers } from "./probe.ts";
import { reload } from "./reload.ts";
import { tellTokensDaily } from "./token_notes.ts";
import { typedHere } from "../../command.ts";
import { auditTrailOf, isEmptyFile, openConfiguredDatabase } from "../with_store.ts";
import type { Running, Way } from "./ways.ts";

const CERTIFICATE_CHECK_MS = 60_000;
const FLUSH_MS = 1_000;

export interface RunOptions {
  readonly context: Pick<CliContext, "io" | "version">;
  /** Reads the config, now and for every reload. */
  readonly load: () => Promise<Config>;
  readonly signals: SignalQueue;
  readonly way: Way;
  /** Whether the process is locked, for the start-up block. */
  readonly lock: (config: Config) => string;
  /** For a server that runs in several workers. */
  readonly member?: Member;
}

/** A worker beside others. */
export interface Member {
  readonly siblings: Siblings;
  /** Told when it listens. */
  readonly onListening: () => void;
  readonly writeError: (line: string) => void;
  /** See LogOptions. */
  readonly written: () => Promise<void>;
  /** Opens what its lines go to. */
  readonly openLog: NonNullable<LogOptions["open"]>;
}

/**
 * Runs the server until it is told to stop. Rejects with AppError when it cannot start, or when there is
 * nothing to listen on any more.
 */
export async function runServer(options: RunOptions): Promise<void> {
  const { io } = options.context;
  if (io.writeErr === undefined) return await runLogging(options);
  const lines = new LineQueue({ write: io.writeErr });
  const context = { ...options.context, io: { ...io, err: (line: string) => lines.push(line) } };
  try {
    await runLogging({ ...options, context });
  } finally {
    await lines.flush(FLUSH_MS);
  }
}

async function runLogging(options: RunOptions): Promise<void> {
  const { io } = options.context;
  const config = await options.load();
  const log = createLog({
    ...config.logging,
    stderr: io.err,
    open: options.member?.openLog,
    written: options.member?.written,
    now: io.now,
    secrets: tokenValuesOf(config),
  });
  try {
    using _failures = keepOn((message, stack) => log.error(message, { stack }));
    const board = options.member?.siblings.board;
    const database = await readyDatabase(config, { now: io.now, log, turn: board?.turn });
    try {
      await serveUntilStopped(options, { config, log, database });
    } finally {
      await database.close();
    }
    if (isFirst(options)) log.info("Server stopped");
  } finally {
    log.close();
  }
}

interface Parts {
  readonly config: Config;
  readonly log: Log;
  readonly database: Database;
}

async function serveUntilStopped(options: RunOptions, parts: Parts): Promise<void> {
  const { context, member, signals } = options;
  const { config, database } = parts;
  const log = isFirst(options) ? parts.log : silent(parts.log);
  const probing = isFirst(options) ? look(config) : undefined;
  const onLoss = (message: string) => parts.log.error(message);
  const trail = await auditTrailOf(config, database, { onLoss });
  const halts = haltsOf(database);
  const accounts = new AccountStore(database);
  const { now } = context.io;
  const server = await options.way.start({
    ...parts,
    ...{ halts, accounts, trail, now },
    version: context.version,
    siblings: member?.siblings ?? null,
  }, context.io);
  member?.onListening();
  let current = config;
  const renew = async () => {
    for (const problem of await server.renew(current)) log.warning(problem);
  };
  const timer = setInterval(renew, CERTIFICATE_CHECK_MS);
  try {
    // Who ends early need not wait for Proxmox.
    const probed = await Promise.race([probing, server.finished]);
    if (probed) {
      const [clusters, backups] = probed;
      announce(options, { config, server, clusters, backups });
      tellUnreached(probed, log);
    }
    log.info("Server started", {
      version: context.version,
      url: server.place,
      tools: server.toolCount,
    });
    using _tokens = isFirst(options)
      ? tellTokensDaily({
        accounts,
        needed: !config.no_auth && !config.stdio && config.server.oauth === null,
        clusters: config.clusters.map(({ name }) => name),
        log,
        now,
      })
      : null;
    const standing = { halts, trail: () => trail, log, now };
    // One of several that goes on with what was is told of, whatever the others do.
    const failed = parts.log.error;
    // What is renewed while a reload is under way is what that takes over.
    const load = async () => current = await options.load();
    const told = {
      handedOver: context.io.env("CREDENTIALS_DIRECTORY") ?? null,
      look: async (config: Config) => {
        if (isFirst(options)) tellUnreached(await look(config), log);
      },
    };
    if (isFirst(options)) await tellHalt(standing);
    for (let signal; (signal = await nextSignal(signals, server)) !== "stop";) {
      if (signal !== "reload") await followHaltSignal(signal, standing);
      else await reload(config, { ...told, load, log: { ...log, error: failed }, server });
    }
    log.info("Server stopping");
  } finally {
    clearInterval(timer);
    await Promise.race([server.shutdown(), secondStop(signals)]);
  }
}

function look(config: Config) {
  return Promise.all([probeClusters(config), probeBackupServers(config)]);
}

function tellUnreached([clusters, backups]: Awaited<ReturnType<typeof look>>, log: Log): void {
  for (const warning of warningsOf(clusters)) log.warning(warning);
  for (const { kind, message } of backups) if (kind === "failed") log.warning(message);
}

/** What must be done and told once is done by one worker. */
function isFirst({ member }: Pick<RunOptions, "member">): boolean {
  return (member?.siblings.index ?? 0) === 0;
}

/** For what another worker tells too. */
function silent(log: Log): Log {
  const tell = () => {};
  return { ...log, debug: tell, info: tell, warning: tell, error: tell };
}

function nextSignal(signals: SignalQueue, server: Running) {
  return Promise.race([signals.next(), server.finished.then(() => "stop" as const)]);
}

/** Who asks twice does not want to wait for the calls under way. */
async function secondStop(signals: SignalQueue): Promise<void> {
  while (await signals.next() !== "stop");
}

/**
 * A fresh SQLite file gets its schema at once, any other database by `migrate`; a token cannot be in a
 * fresh one. PostgreSQL may be away while the server starts.
 */
async function readyDatabase(
  config: Config,
  { now, log, turn }: { now: () => Date; log: Log; turn: Turn | undefined },
): Promise<Database> {
  const path = sqlitePath(config.database.url);
  const fresh = path !== null && await isEmptyFile(path);
  if (fresh && config.token_file !== null) throw noTables(path);
  const database = await openConfiguredDatabase(config, turn);
  try {
    if (fresh) await migrate(database, { now });
    await checkSchema(database);
    if (turn && database.ownTables) await watch(database, log);
    return database;
  } catch (error) {
    if (error instanceof DatabaseAway) {
      log.error(messageOf(error));
      return database;
    }
    await database.close();
    throw error;
  }
}

/** Without it each worker forgets what it knows whenever another one writes an audit row. */
async function watch(database: Database, log: Log): Promise<void> {
  try {
    await database.watch?.([...TOKEN_TABLES, ...HALT_TABLES]);
  } catch (error) {
    log.warning(messageOf(error));
  }
}

function noTables(path: string): AppError {
  return new AppError(
    "conflict",
    `Cannot use the database: ${path} has no tables yet; run \`${typedHere("migrate")}\`, or ` +
      `\`${typedHere("init")}\` to set everything up`,
  );
}
