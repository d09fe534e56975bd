import { Command, InvalidArgumentError } from "commander";
import { clientEntries, curl, entriesText } from "../lib/cli/clients.ts";
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
      config: { server: { port }, history: { enabled: true } },
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
  const call = (tool: string, args: unknown) =>
    curl({ url, token }, { method: "tools/call", params: { name: tool, arguments: args } });
  const entries = clientEntries({ url, token }).filter(({ client }) => client !== "curl");
  return `proxmox-mcp demo: a simulated three-node cluster (pve1, pve2, pve3) behind a real server
  address   ${url}
  token     ${token}   (admin, gone when this ends)

Try it with curl:

${curl({ url, token }, { method: "tools/list" })}

${call("get_vms", {})}

${call("start_vm", { vmid: "db1" })}

${entriesText(entries)}

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
