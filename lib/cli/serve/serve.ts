import type { Command } from "commander";
import { type CliContext, withCommonOptions } from "../context.ts";
import { runLocked } from "./locked.ts";
import { type ServeArguments, withServeOptions } from "./options.ts";

const EXAMPLES = `
An option weighs more than the environment (MCP_HTTP_HOST, MCP_HTTP_PORT, MCP_HTTP_PATH,
PROXMOX_MCP_CONFIG, DATABASE_URL, LOG_LEVEL and PROXMOX_HOST, _PORT, _USER, _TOKEN_NAME, _TOKEN_VALUE,
_TOKEN_VALUE_FILE, _VERIFY_SSL, _FINGERPRINT, _CA_FILE), which weighs more than the config file.
Without a config file the environment alone is enough.
SIGTERM and SIGINT let running calls end, then stop the server; a second one does not wait. SIGHUP
reloads the log level and file, what is allowed of tools, the tokens' limits, the certificate, and the API
tokens and CAs of clusters and backup servers. SIGUSR1 halts all changes as the command halt does, SIGUSR2
lets them go on.
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
    .action((args: ServeArguments) => runLocked(context, { args, command: "serve" }));
}
