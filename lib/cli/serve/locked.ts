import { typed, typedHere } from "../../command.ts";
import type { Config } from "../../config/config.ts";
import { AppError } from "../../errors.ts";
import { type Holding, holding, lockText, ownWay } from "../../sandbox/held.ts";
import { canSandbox, canShare, serveInWorker, workerPermissions } from "../../sandbox/worker.ts";
import { MOST_WORKERS } from "../../siblings/board.ts";
import { type CliContext, configOption } from "../context.ts";
import { loadForServe } from "./load_config.ts";
import type { ServeArguments } from "./options.ts";
import { listenToSignals, SignalQueue } from "./signals.ts";
import type { LocalSpeaker } from "./ways.ts";
import type { ToServer } from "./worker.ts";

const WORKER = new URL("./worker.ts", import.meta.url);

/** A server to run, and what it is called where it cannot be. */
export interface LockedServer {
  readonly args: ServeArguments;
  /** Who speaks over standard input and output; absent for a server that listens. */
  readonly local?: LocalSpeaker;
  /** The command that starts it with the right permissions. */
  readonly command: "serve" | "stdio";
}

/** Runs a server with no permissions but those that its config calls for, in a worker where need be. */
export async function runLocked(context: CliContext, server: LockedServer): Promise<void> {
  const { args, local, command } = server;
  const load = () => loadForServe(args, context.io);
  const config = await load();
  const held = holding(config);
  requireNeeds(config, { held, command });
  const count = local === undefined ? workersOf(config) : 1;
  if (count > 1) return await runSeveral(context, { server, config, held, count });
  if (held.tooWide.length > 0 && canSandbox()) {
    const found = { ...args, ...(config.file === null ? {} : { config: config.file }) };
    return await serveInWorker<ToServer>({
      module: WORKER,
      config,
      start: { kind: "start", args: found, local, version: context.version, way: "worker" },
      listen: (pass) => listenToSignals((signal) => pass({ kind: "signal", signal })),
      // Nobody but the worker that broke knows what its client has said so far.
      restarts: local === undefined,
      io: context.io,
    });
  }
  if (held.tooWide.length > 0 && config.server.require_lock) {
    throw notLocked(held, command);
  }
  // Loaded here, so that neither another command nor the parent of a worker waits for the whole server.
  const { runServer } = await import("./run_server.ts");
  const { overStdio, OVER_HTTP } = await import("./ways.ts");
  const signals = new SignalQueue();
  using _listening = listenToSignals((signal) => signals.push(signal));
  const way = local === undefined ? OVER_HTTP : overStdio(local);
  await runServer({ context, load, signals, way, lock: () => lockText(held, ownWay()) });
}

/** The same in several workers, which hold what the config calls for, as this process does or less. */
async function runSeveral(
  context: CliContext,
  { config, count, held, server: { args, command } }: {
    server: LockedServer;
    config: Config;
    held: Holding;
    count: number;
  },
): Promise<void> {
  const isExact = held.tooWide.length === 0;
  if (!canShare()) {
    if (!isExact && config.server.require_lock) throw notLocked(held, command);
    throw new AppError(
      "invalid",
      `Cannot serve: server.workers is ${count} and this process may not share a port among ` +
        `workers: start with \`${typedHere(command)}\`, or give the runtime ` +
        "`--unstable-net --unstable-worker-options`",
    );
  }
  const { runInWorkers } = await import("./in_workers.ts");
  const found = { ...args, ...(config.file === null ? {} : { config: config.file }) };
  const way = isExact ? ownWay() : "worker";
  const { version, io } = context;
  await runInWorkers({
    module: WORKER,
    config,
    count,
    permissions: isExact ? "inherit" : workerPermissions(config),
    start: (place) => ({ kind: "start", args: found, local: undefined, version, way, place }),
    io,
  });
}

function workersOf({ server: { workers } }: Config): number {
  return workers === "auto" ? Math.min(navigator.hardwareConcurrency, MOST_WORKERS) : workers;
}

function notLocked(held: Holding, command: LockedServer["command"]): AppError {
  return new AppError(
    "invalid",
    `Cannot serve: server.require_lock is set and the process ${held.tooWide.join(", ")}: ` +
      `start with \`${typedHere(command)}\`, or compile with \`deno task compile\``,
  );
}

function requireNeeds(
  config: Config,
  { held: { missing }, command }: { held: Holding; command: LockedServer["command"] },
): void {
  if (missing.length === 0) return;
  const token = config.token_file === null ? "" : ` --token-file ${config.token_file}`;
  const options = `${configOption(config)}${token}`;
  const remedy = Deno.build.standalone
    ? `it was compiled for another config: deno task compile${options}`
    : `start with \`${typed(`${command}${options}`)}\``;
  throw new AppError(
    "invalid",
    `Cannot serve: this process may not ${missing.join(", ")}: ${remedy}`,
  );
}
