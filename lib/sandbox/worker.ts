import project from "../../deno.json" with { type: "json" };
import { type Config, forgetVariables, sqlitePath } from "../config/config.ts";
import { AppError } from "../errors.ts";
import { requiredPermissions } from "./permissions.ts";

/** What the worker tells its parent. */
export type FromWorker =
  | { readonly kind: "ended" }
  | { readonly kind: "refused"; readonly message: string };

type WorkerEnd = FromWorker | { readonly kind: "broke"; readonly message: string };

const MAX_RESTARTS = 5;
const RESTART_WINDOW_MS = 60_000;
const RESTART_WAIT_MS = 10_000;

/** Whether a worker can be given permissions of its own. */
export function canSandbox(): boolean {
  return hasFeature("worker-options", { unknown: false });
}

/** Whether several workers can listen on one port. One that is locked may not look, and is believed. */
export function canShare(): boolean {
  const unknown = project.unstable.includes("net");
  return hasFeature("worker-options", { unknown }) && hasFeature("net", { unknown });
}

/**
 * The runtime ends the process instead of throwing when a flag is missing, so the flag is looked for
 * where it can stand.
 */
function hasFeature(
  feature: "net" | "worker-options",
  { unknown }: { unknown: boolean },
): boolean {
  // Only the npm package is JavaScript, and its launcher always gives the flag.
  if (Deno.build.standalone || import.meta.url.endsWith(".js")) return true;
  const flags = runtimeFlags();
  if (flags === null) return unknown;
  if (flags.includes(`--unstable-${feature}`)) return true;
  const otherConfig = flags.some((flag) => /^(--no-config|--config\b|-c\b)/.test(flag));
  return project.unstable.includes(feature) && !otherConfig;
}

/** The arguments that come before the script's name; null when they cannot be read. */
function runtimeFlags(): string[] | null {
  try {
    const args = Deno.readTextFileSync("/proc/self/cmdline").split("\0");
    const script = args.findIndex((arg) => arg.endsWith(".ts"));
    return script < 0 ? args : args.slice(0, script);
  } catch {
    return null;
  }
}

/** A server that is to run in a worker, and what it is told. */
export interface SandboxTask<Message> {
  /** What the worker runs. */
  readonly module: URL;
  readonly config: Config;
  /** The first message of every worker. */
  readonly start: Message;
  /** Passes later messages on, until it is disposed of. */
  readonly listen: (pass: (message: Message) => void) => Disposable;
  /** Whether one that breaks is followed by another. */
  readonly restarts: boolean;
  readonly io: { err(line: string): void; readonly now: () => Date };
}

/**
 * Runs the server in a worker that holds exactly what the config needs. This side only starts it,
 * passes messages on, and starts it again when it breaks, at most 5 times a minute, if it may.
 *
 * @throws AppError `invalid` with the worker's refusal, `internal` when it breaks for good
 */
export async function serveInWorker<Message>(task: SandboxTask<Message>): Promise<void> {
  const { config, io, listen, module } = task;
  const start = () => {
    const worker = new SandboxWorker<Message>({ module, permissions: workerPermissions(config) });
    worker.send(task.start);
    return worker;
  };
  let worker = start();
  using _listening = listen((message) => worker.send(message));
  const restarts = new Restarts(io.now);
  for (;;) {
    const end = await worker.end;
    worker.terminate();
    if (end.kind === "ended") return;
    if (end.kind === "refused") throw new AppError("invalid", end.message);
    if (!task.restarts) throw new AppError("internal", `The server broke: ${end.message}`);
    restarts.note();
    io.err(`proxmox-mcp: the server broke and is started again: ${end.message}`);
    worker = start();
  }
}

/** How often something was started again lately. */
export class Restarts {
  readonly #now: () => Date;
  #times: number[] = [];

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Notes one more, with nothing to wait for; throws AppError `internal` when there are too many in a minute. */
  note(): 0 {
    const times = this.#add();
    if (times <= MAX_RESTARTS) return 0;
    throw new AppError(
      "internal",
      `Cannot keep the server up: it broke ${times} times in a minute`,
    );
  }

  /** Notes one more; gives how long to wait before it is done, in milliseconds: 0 while there are few. */
  noteAndWait(): number {
    return this.#add() <= MAX_RESTARTS ? 0 : RESTART_WAIT_MS;
  }

  #add(): number {
    const now = this.#now().getTime();
    this.#times = [...this.#times.filter((time) => now - time < RESTART_WINDOW_MS), now];
    return this.#times.length;
  }
}

/** What the worker is given: the config's needs and nothing else. */
export function workerPermissions(config: Config): Deno.PermissionOptionsObject {
  const { net, read, write, env } = requiredPermissions(config);
  return {
    net: [...net],
    read: [...read],
    write: [...write],
    env: [...env, ...unsetVariables(config)],
    run: false,
    ffi: false,
    sys: false,
    import: false,
  };
}

/**
 * The PostgreSQL driver asks for variables that it is given no use for, and a worker cannot be told to
 * ignore some: they are removed, so that it may look. A process that ignores them passes that on.
 */
function unsetVariables(config: Config): string[] {
  const asked = sqlitePath(config.database.url) === null &&
    Deno.permissions.querySync({ name: "env", variable: "PGHOST" }).state === "granted";
  if (!asked) return [];
  forgetVariables("PG");
  return ["PG*"];
}

/** A worker of this program, from its start until it ends or breaks. */
export class SandboxWorker<ToWorker, Told = never> {
  readonly #end = Promise.withResolvers<WorkerEnd>();
  readonly #worker: Worker;

  /** @param options.onTold what it tells besides how it has ended */
  constructor({ module, permissions, onTold = () => {} }: {
    module: URL;
    permissions: Deno.PermissionOptions;
    onTold?: (told: Told) => void;
  }) {
    const options = { type: "module", name: "server", deno: { permissions } } as WorkerOptions;
    this.#worker = new Worker(module.href, options);
    const { resolve } = this.#end;
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker | Told>) =>
      isEnd(data) ? resolve(data) : onTold(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      resolve({ kind: "broke", message: event.message });
    };
  }

  get end(): Promise<WorkerEnd> {
    return this.#end.promise;
  }

  /** Has it count as ended, though it may never end. */
  giveUp(): void {
    this.#end.resolve({ kind: "ended" });
  }

  send(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  terminate(): void {
    this.#worker.terminate();
  }
}

function isEnd(message: unknown): message is FromWorker {
  const { kind } = message as { kind?: unknown };
  return kind === "ended" || kind === "refused";
}
