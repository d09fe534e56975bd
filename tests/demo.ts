import { Command, InvalidArgumentError } from "commander";
import { VERSION } from "../lib/cli/version.ts";
import { AppError, messageOf } from "../lib/errors.ts";
import { Site } from "./site.ts";

/**
 * What `deno task demo` runs: the real server in front of a simulated three-node cluster, with a
 * throw-away token. Nothing stays behind.
 */
async function demo(port: number): Promise<number> {
  let site: Site;
  try {
    site = await Site.start({
      version: VERSION,
      pve: { taskMs: 1500 },
      config: { server: { port } },
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    print(error.message);
    return 1;
  }
  const stopped = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, stopped.resolve);
  }
  print(instructions(site.server.url, site.tokens.admin));
  await stopped.promise;
  print("\nCleaning up.");
  await site[Symbol.asyncDispose]();
  return 0;
}

function instructions(url: string, token: string): string {
  const curl = (body: unknown) =>
    `curl -X POST ${url} \\\n  -H "Authorization: Bearer ${token}" \\\n` +
    `  -H "Content-Type: application/json" \\\n  -d '${JSON.stringify(body)}'`;
  const cursor = {
    mcpServers: { proxmox: { url, headers: { Authorization: `Bearer ${token}` } } },
  };
  const vscode = {
    servers: { proxmox: { type: "http", url, headers: { Authorization: `Bearer ${token}` } } },
  };
  return `proxmox-mcp demo: a simulated three-node cluster (pve1, pve2, pve3) behind a real server
  address   ${url}
  token     ${token}   (admin, gone when this ends)

Try it with curl:

${curl({ method: "tools/list" })}

${curl({ method: "tools/call", params: { name: "get_vms", arguments: {} } })}

${curl({ method: "tools/call", params: { name: "start_vm", arguments: { vmid: "db1" } } })}

Cursor (.cursor/mcp.json):

${JSON.stringify(cursor, null, 2)}

VS Code (.vscode/mcp.json):

${JSON.stringify(vscode, null, 2)}

Claude Code:

claude mcp add --transport http proxmox ${url} --header "Authorization: Bearer ${token}"

Ctrl-C ends it and cleans up.`;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("it must be from 0 (any free port) to 65535.");
}

if (import.meta.main) {
  const command = new Command("demo")
    .description("Starts a simulated cluster and the server in front of it.")
    .option("--port <number>", "port to listen on", portNumber, 8812)
    .action(async ({ port }: { port: number }) => Deno.exit(await demo(port)));
  await command.parseAsync(Deno.args, { from: "user" }).catch((error) => {
    print(messageOf(error));
    Deno.exit(1);
  });
}
