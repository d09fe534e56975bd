import { typed } from "../../command.ts";
import type { Config } from "../../config/config.ts";
import { AppError } from "../../errors.ts";
import { type Holding, holding, lockText, ownWay } from "../../sandbox/held.ts";
import { canSandbox, serveInWorker } from "../../sandbox/worker.ts";
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
  if (held.tooWide.length > 0 && canSandbox()) {
    const found = { ...args, ...(config.file === null ? {} : { config: config.file }) };
    return await serveInWorker<ToServer>({
      module: WORKER,
      config,
      start: { kind: "start", args: found, local, version: context.version },
      listen: (pass) => listenToSignals((signal) => pass({ kind: "signal", signal })),
      // Nobody but the worker that broke knows what its client has said so far.
      restarts: local === undefined,
      io: context.io,
    });
  }
  if (held.tooWide.length > 0 && config.server.require_lock) {
    throw new AppError(
      "invalid",
      `Cannot serve: server.require_lock is set and the process ${held.tooWide.join(", ")}: ` +
        `start with \`${typed(command)}\`, or compile with \`deno task compile\``,
    );
  }
  // Loaded here, so that neither another command nor the parent of a worker waits for the whole server.
  const { runServer } = await import("./run_server.ts");
  const { overStdio, OVER_HTTP } = await import("./ways.ts");
  const signals = new SignalQueue();
  using _listening = listenToSignals((signal) => signals.push(signal));
  const way = local === undefined ? OVER_HTTP : overStdio(local);
  await runServer({ context, load, signals, way, lock: () => lockText(held, ownWay()) });
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
