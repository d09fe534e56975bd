import type { Command } from "commander";
import type { Config } from "../../config/config.ts";
import { AppError } from "../../errors.ts";
import { type CliContext, configOption, withCommonOptions } from "../context.ts";
import { type Holding, holding, lockText, ownWay } from "../../sandbox/held.ts";
import { listenToSignals, SignalQueue } from "./signals.ts";
import { canSandbox, serveInWorker } from "../../sandbox/worker.ts";
import { loadForServe } from "./load_config.ts";
import { type ServeArguments, withServeOptions } from "./options.ts";
import type { ToServer } from "./worker.ts";

const WORKER = new URL("./worker.ts", import.meta.url);

const EXAMPLES = `
An option weighs more than the environment (MCP_HTTP_HOST, MCP_HTTP_PORT, MCP_HTTP_PATH,
PROXMOX_MCP_CONFIG, DATABASE_URL, LOG_LEVEL and PROXMOX_HOST, _PORT, _USER, _TOKEN_NAME, _TOKEN_VALUE,
_TOKEN_VALUE_FILE, _VERIFY_SSL, _FINGERPRINT, _CA_FILE), which weighs more than the config file.
Without a config file the environment alone is enough.
SIGTERM and SIGINT let running calls end, then stop the server; a second one does not wait. SIGHUP
reloads the log level and file, what is allowed of tools, the tokens' limits and the certificate.
A process that may do more than the config needs runs the server in a worker that may not.

Exit status: 0 stopped by a signal, 1 it could not start or stay up, 2 usage.

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
  const load = () => loadForServe(options, context.io);
  const config = await load();
  const held = holding(config);
  requireNeeds(config, held);
  if (held.tooWide.length > 0 && canSandbox()) {
    const args = { ...options, ...(config.file === null ? {} : { config: config.file }) };
    return await serveInWorker<ToServer>({
      module: WORKER,
      config,
      start: { kind: "start", args, version: context.version },
      listen: (pass) => listenToSignals((signal) => pass({ kind: "signal", signal })),
      io: context.io,
    });
  }
  if (held.tooWide.length > 0 && config.server.require_lock) {
    throw new AppError(
      "invalid",
      `Cannot serve: server.require_lock is set and the process ${held.tooWide.join(", ")}: ` +
        "start with `deno task start`, or compile with `deno task compile`",
    );
  }
  // Loaded here, so that neither another command nor the parent of a worker waits for the whole server.
  const { runServer } = await import("./run_server.ts");
  const signals = new SignalQueue();
  using _listening = listenToSignals((signal) => signals.push(signal));
  await runServer({ context, load, signals, lock: () => lockText(held, ownWay()) });
}

function requireNeeds(config: Config, { missing }: Holding): void {
  if (missing.length === 0) return;
  const remedy = Deno.build.standalone
    ? `it was compiled for another config: deno task compile${configOption(config)}`
    : `start with \`deno task start${configOption(config)}\``;
  throw new AppError(
    "invalid",
    `Cannot serve: this process may not ${missing.join(", ")}: ${remedy}`,
  );
}
