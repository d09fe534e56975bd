import type { Command } from "commander";
import { type Config, hostForUrl, isLoopback } from "../config/config.ts";
import {
  type CliContext,
  type CommonOptions,
  configOf,
  UsageError,
  withCommonOptions,
} from "./context.ts";

/** How one client is told of the server. */
export interface ClientEntry {
  readonly client: string;
  /** The file that it belongs into; null for a command to run. */
  readonly file: string | null;
  readonly text: string;
}

/** What stands for the token where it is not shown. */
export const TOKEN_PLACEHOLDER = "YOUR_TOKEN";

/** Entries for Cursor, VS Code, Claude Code and Claude Desktop, and a call by curl. */
export function clientEntries(
  { url, token }: { readonly url: string; readonly token: string },
): ClientEntry[] {
  const headers = { Authorization: `Bearer ${token}` };
  const header = `"Authorization: Bearer ${token}"`;
  return [
    entry("Cursor", ".cursor/mcp.json", { mcpServers: { proxmox: { url, headers } } }),
    entry("VS Code", ".vscode/mcp.json", { servers: { proxmox: { type: "http", url, headers } } }),
    {
      client: "Claude Code",
      file: null,
      text: `claude mcp add --transport http proxmox ${url} --header ${header}`,
    },
    entry("Claude Desktop", "claude_desktop_config.json", {
      mcpServers: {
        proxmox: {
          command: "npx",
          args: ["-y", "mcp-remote", url, ...unencrypted(url), "--header", "Authorization:${AUTH}"],
          // Some clients split arguments at spaces.
          env: { AUTH: `Bearer ${token}` },
        },
      },
    }),
    { client: "curl", file: null, text: curlCall({ url, token }, "get_nodes") },
  ];
}

/** A command line that calls a tool which needs no arguments. */
function curlCall({ url, token }: { url: string; token: string }, tool: string): string {
  const call = { method: "tools/call", params: { name: tool, arguments: {} } };
  return curl({ url, token }, call);
}

/** A command line that posts a body. */
export function curl({ url, token }: { url: string; token: string }, body: unknown): string {
  return `curl -X POST ${url} -H "Authorization: Bearer ${token}" ` +
    `-H "Content-Type: application/json" -d '${JSON.stringify(body)}'`;
}

/** Where clients on this machine find the server. */
export function urlOf({ server }: Pick<Config, "server">): string {
  const { host, port, path, tls } = server;
  const near = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return `${tls === null ? "http" : "https"}://${hostForUrl(near)}:${port}${path}`;
}

/** The entries as text to print, each below its client's name. */
export function entriesText(entries: readonly ClientEntry[]): string {
  return entries.map(({ client, file, text }) =>
    `${client}${file === null ? "" : ` (${file})`}:\n\n${text}`
  ).join("\n\n");
}

/** `mcp-remote` sends a token unencrypted beyond this machine only when it is told to. */
function unencrypted(url: string): string[] {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || isLoopback(hostname) ? [] : ["--allow-http"];
}

function entry(client: string, file: string, content: unknown): ClientEntry {
  return { client, file, text: JSON.stringify(content, null, 2) };
}

type ClientsArguments = CommonOptions & { readonly url?: string };

const NOTES = `
${TOKEN_PLACEHOLDER} stands where a token belongs; \`token create\` makes one. Clients on other machines
need the address by which they reach the server.

Example:
  proxmox-mcp clients --url https://mcp.example/mcp`;

export function registerClients(program: Command, context: CliContext): void {
  withCommonOptions(program.command("clients"))
    .description("print the entries for Cursor, VS Code, Claude Code, Claude Desktop and curl")
    .option("--url <URL>", "the server's address (default: where the config says it listens)")
    .addHelpText("after", NOTES)
    .action(async (options: ClientsArguments) => {
      const url = options.url ?? urlOf(await configOf(context, options, { secrets: "skip" }));
      if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
        throw new UsageError(`Cannot use --url ${url}: it must begin with http:// or https://`);
      }
      context.io.out(entriesText(clientEntries({ url, token: TOKEN_PLACEHOLDER })));
    });
}
