import type { Command } from "commander";
import { type Config, loadConfig, sqlitePath } from "../config.ts";
import { AppError, messageOf } from "../errors.ts";
import type { Store } from "../auth/store.ts";
import { createLog, type Log } from "../log.ts";
import { nearest } from "../nearest.ts";
import { redactText } from "../redact.ts";
import { type RunningServer, startServer } from "../server.ts";
import { tools } from "../../tools/mod.ts";
import { type CliContext, withCommonOptions } from "./context.ts";
import { lockState } from "./lock.ts";
import { KEPT_LOG_FILES } from "./permissions.ts";
import { probeProxmox, type ProxmoxProbe } from "./probe.ts";
import { type ServeArguments, serveOptionsOf, withServeOptions } from "./serve_options.ts";
import { nextSignal } from "./signals.ts";
import { openConfiguredStore } from "./with_store.ts";

const EXAMPLES = `
An option weighs more than the environment (MCP_HTTP_HOST, MCP_HTTP_PORT, MCP_HTTP_PATH,
PROXMOX_MCP_CONFIG, DATABASE_URL), which weighs more than the config file.
SIGTERM and SIGINT let running calls end, then stop the server.

Examples:
  proxmox-mcp serve --config /etc/proxmox-mcp/config.json
  proxmox-mcp serve --host 0.0.0.0 --port 8812 --path /mcp
  proxmox-mcp serve --no-auth    (for tries on a loopback address only)`;

export function registerServe(program: Command, context: CliContext): void {
  withServeOptions(withCommonOptions(program.command("serve")))
    .description("run the server")
    .option("--no-auth", "ask for no token; only while listening on a loopback address")
    .addHelpText("after", EXAMPLES)
    .action((options: ServeArguments) => serve(context, options));
}

async function serve(context: CliContext, options: ServeArguments): Promise<void> {
  const { io } = context;
  const config = await loadConfig({
    file: options.config,
    env: io.env,
    options: serveOptionsOf(options),
  });
  requireToolNames(config);
  const log = createLog({
    ...config.logging,
    stderr: io.err,
    now: io.now,
    secrets: [config.auth.tokenValue],
    keepFiles: KEPT_LOG_FILES,
  });
  try {
    const store = await readyStore(config, io.now);
    try {
      await run(context, { config, log, store });
    } finally {
      await store.close();
    }
  } finally {
    log.close();
  }
}

interface Parts {
  readonly config: Config;
  readonly log: Log;
  readonly store: Store;
}

async function run(context: CliContext, parts: Parts): Promise<void> {
  const { config, log } = parts;
  const { io, version } = context;
  const probing = probeProxmox(config);
  const server = await startServer({ ...parts, now: io.now, version });
  try {
    const proxmox = await probing;
    if (proxmox.kind === "unverified") throw new AppError("invalid", proxmox.message);
    announce(context, { config, server, proxmox });
    if (proxmox.kind === "failed") log.warning(proxmox.message);
    log.info("Server started", { version, url: server.url, tools: server.toolCount });
    using failures = logFailures(log);
    const signal = await Promise.race([nextSignal(["SIGTERM", "SIGINT"]), server.finished]);
    log.info("Server stopping", { signal: signal ?? "none", failures: failures.count });
  } finally {
    await server.shutdown();
  }
  log.info("Server stopped");
}

/** A fresh SQLite file gets its schema at once; any other database is migrated by `migrate`. */
async function readyStore(config: Config, now: () => Date): Promise<Store> {
  const path = sqlitePath(config.database.url);
  const fresh = path !== null && await isEmptyFile(path);
  const store = await openConfiguredStore(config, now);
  try {
    if (fresh) await store.migrate();
    await store.checkSchema();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function isEmptyFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).size === 0;
  } catch {
    return true;
  }
}

function announce(
  { io, version }: CliContext,
  { config, server, proxmox }: { config: Config; server: RunningServer; proxmox: ProxmoxProbe },
): void {
  const auth = config.server.noAuth ? " (NO AUTHENTICATION: --no-auth)" : "";
  const lines = {
    address: `${server.url}${auth}`,
    lock: lockState(config).text,
    store: redactText(config.database.url),
    proxmox: `${config.proxmox.hosts.join(", ")} port ${config.proxmox.port}: ${proxmox.message}`,
    tools: String(server.toolCount),
  };
  io.err(`proxmox-mcp ${version}`);
  for (const [name, text] of Object.entries(lines)) io.err(`  ${name.padEnd(8)} ${text}`);
}

function requireToolNames({ tools: chosen }: Config): void {
  const known = tools.map((tool) => tool.name);
  for (const [key, names] of [["allow", chosen.allow ?? []], ["deny", chosen.deny]] as const) {
    const unknown = names.find((name) => !known.includes(name));
    if (unknown === undefined) continue;
    const meant = nearest(unknown, known);
    const hint = meant === null ? ": `tools` lists them all" : `: did you mean ${meant}?`;
    throw new AppError("invalid", `Cannot use tools.${key}: there is no tool ${unknown}${hint}`);
  }
}

/** A rejection that nobody awaited is logged; it must not end the server. */
function logFailures(log: Log): Disposable & { readonly count: number } {
  let count = 0;
  const note = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    count++;
    log.error(`Unforeseen failure: ${messageOf(event.reason)}`, {
      stack: event.reason instanceof Error ? event.reason.stack : undefined,
    });
  };
  addEventListener("unhandledrejection", note);
  return {
    get count() {
      return count;
    },
    [Symbol.dispose]: () => removeEventListener("unhandledrejection", note),
  };
}
