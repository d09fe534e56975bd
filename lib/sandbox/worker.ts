import project from "../../deno.json" with { type: "json" };
import { type Config, forgetVariables, sqlitePath } from "../config/config.ts";
import { AppError } from "../errors.ts";
import { requiredPermissions } from "./permissions.ts";

/** What the worker tells its parent. */
export type FromWorker =
  | { readonly kind: "ended" }
  | { readonly kind: "refused"; readonly message: string };

const MAX_RESTARTS = 5;
const RESTART_WINDOW_MS = 60_000;
const FLAG = "--unstable-worker-options";

/**
 * Whether a worker can be given permissions of its own. The runtime ends the process instead of
 * throwing when its flag is missing, so the flag is looked for where it can stand.
 */
export function canSandbox(): boolean {
  // Only the npm package is JavaScript, and its launcher always gives the flag.
  if (Deno.build.standalone || import.meta.url.endsWith(".js")) return true;
  const flags = runtimeFlags();
  if (flags === null) return false;
  if (flags.includes(FLAG)) return true;
  const otherConfig = flags.some((flag) => /^(--no-config|--config\b|-c\b)/.test(flag));
  return project.unstable.includes("worker-options") && !otherConfig;
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
  const { io, listen } = task;
  let worker = new SandboxWorker(task);
  using _listening = listen((message) => worker.send(message));
  const restarts: number[] = [];
  for (;;) {
    const end = await worker.end;
    worker.terminate();
    if (end.kind === "ended") return;
    if (end.kind === "refused") throw new AppError("invalid", end.message);
    if (!task.restarts) throw new AppError("internal", `The server broke: ${end.message}`);
    const now = io.now().getTime();
    restarts.push(now);
    const recent = restarts.filter((time) => now - time < RESTART_WINDOW_MS);
    if (recent.length > MAX_RESTARTS) {
      throw new AppError(
        "internal",
        `Cannot keep the server up: it broke ${recent.length} times in a minute`,
      );
    }
    io.err(`proxmox-mcp: the server broke and is started again: ${end.message}`);
    worker = new SandboxWorker(task);
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

class SandboxWorker<Message> {
  readonly end: Promise<FromWorker | { readonly kind: "broke"; readonly message: string }>;
  readonly #worker: Worker;

  constructor({ module, config, start }: SandboxTask<Message>) {
    const permissions = workerPermissions(config);
    const options = { type: "module", name: "server", deno: { permissions } } as WorkerOptions;
    this.#worker = new Worker(module.href, options);
    this.end = new Promise((resolve) => {
      this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => resolve(data);
      this.#worker.onerror = (event) => {
        event.preventDefault();
        resolve({ kind: "broke", message: event.message });
      };
    });
    this.send(start);
  }

  send(message: Message): void {
    this.#worker.postMessage(message);
  }

  terminate(): void {
    this.#worker.terminate();
  }
}
