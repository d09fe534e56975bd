import type { Command } from "commander";
import { type Scope, SCOPES } from "../../auth/scope.ts";
import { type CliContext, type CommonOptions, UsageError, withCommonOptions } from "../context.ts";
import { localUser } from "../local_user.ts";
import { oneOf, toolsets } from "../options.ts";
import { runLocked } from "../serve/locked.ts";
import { withTokenFile } from "../serve/options.ts";

export interface StdioArguments extends CommonOptions {
  readonly scope?: Scope;
  readonly tokenFile?: string;
  readonly toolset?: readonly string[];
  readonly [option: string]: unknown;
}

const NOTES = `
For clients that start a program, such as Claude Desktop, Zed and Goose. It speaks MCP on standard
input and output, a message a line, and logs on standard error; it listens nowhere. With --token-file
the client has what the token has, its limits too; a token with allowed_ips must allow 127.0.0.1. Else
whoever starts the program speaks, with the scope of --scope. Both may be used beside a running server.
The log's files are the server's alone; audit rows go to the same database.
When the input ends, or at SIGTERM, it waits for nothing more and ends; Proxmox's tasks go on.

Exit status: 0 the input ended or a signal stopped it, 1 it could not start or stay up, 2 usage.

Examples:
  proxmox-mcp stdio --config /etc/proxmox-mcp/config.json
  proxmox-mcp stdio --scope write
  proxmox-mcp stdio --token-file ~/.config/proxmox-mcp/token`;

/** The options of `stdio`. */
export function withStdioOptions(command: Command): Command {
  return withTokenFile(withCommonOptions(command)).option(
    "--scope <SCOPE>",
    `what the client may do without a token: ${SCOPES.join(", ")} (default: user)`,
    oneOf(SCOPES),
  ).option(
    "--toolset <TOOLSET>",
    "list tools of this toolset only; others can still be called",
    toolsets,
  );
}

export function registerStdio(program: Command, context: CliContext): void {
  withStdioOptions(program.command("stdio"))
    .description("serve one client on standard input and output")
    .addHelpText("after", NOTES)
    .action((args: StdioArguments) => {
      requireOneSpeaker(args);
      const { scope = "user", toolset = null } = args;
      const local = { user: localUser(), scope, toolsets: toolset };
      return runLocked(context, {
        args: { ...args, stdio: true },
        local,
        command: "stdio",
      });
    });
}

export function requireOneSpeaker({ scope, tokenFile }: StdioArguments): void {
  if (scope === undefined || tokenFile === undefined) return;
  throw new UsageError("--scope and --token-file exclude each other: a token has its own scope");
}
