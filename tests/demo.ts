import { Command, InvalidArgumentError } from "commander";
import { clientEntries, curl, entriesText } from "../lib/cli/clients.ts";
import { VERSION } from "../lib/cli/version.ts";
import { AppError, messageOf } from "../lib/errors.ts";
import { type FakePbs, startFakePbs } from "./fake_pbs.ts";
import { sectionOf } from "./pbs_site.ts";
import { Site } from "./site.ts";
import { print } from "./support/print.ts";

interface DemoOptions {
  readonly port: number;
  /** Simulated clusters, the first three-node one included. */
  readonly clusters: number;
  readonly backupServer?: true;
}

const TASK_MS = 1500;
const MAX_CLUSTERS = 5;

/**
 * What `deno task demo` runs: the real server in front of simulated clusters, with a throw-away token.
 * Nothing stays behind.
 */
async function demo({ port, clusters, backupServer }: DemoOptions): Promise<number> {
  const pbs = backupServer ? await startFakePbs({ taskMs: TASK_MS }) : undefined;
  const others = Array.from({ length: clusters - 1 }, (_, at) => `dc${at + 2}`);
  let site: Site;
  try {
    site = await Site.start({
      version: VERSION,
      pve: { taskMs: TASK_MS, ...(pbs ? { backupServer: pbs } : {}) },
      ...(others.length === 0 ? {} : { clusters: Object.fromEntries(others.map(clusterOf)) }),
      config: {
        server: { port },
        // As `init` writes it: a model is shown what most work needs.
        tools: { toolsets: ["core"] },
        history: { enabled: true },
        ...(pbs ? { backup_servers: { pbs1: backupSection(pbs) } } : {}),
      },
    });
  } catch (error) {
    await pbs?.close();
    if (!(error instanceof AppError)) throw error;
    print(error.message);
    return 1;
  }
  const stopped = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, stopped.resolve);
  }
  print(instructions(site, { others, pbs }));
  await stopped.promise;
  print("\nCleaning up.");
  await site[Symbol.asyncDispose]();
  await pbs?.close();
  return 0;
}

/** Its guests have the ids of those of the first, and names of their own. */
function clusterOf(name: string) {
  return [name, { pve: { taskMs: TASK_MS, prefix: `${name}-` } }] as const;
}

function backupSection(pbs: FakePbs): Record<string, unknown> {
  const { host, port, fingerprint, user, token_name, token_value } = sectionOf(pbs);
  return { host, port, fingerprint, user, token_name, token_value };
}

function instructions(
  site: Site,
  { others, pbs }: { others: readonly string[]; pbs: FakePbs | undefined },
): string {
  const { url } = site.server;
  const token = site.tokens.admin;
  const call = (tool: string, args: unknown) =>
    curl({ url, token }, { method: "tools/call", params: { name: tool, arguments: args } });
  const entries = clientEntries({ url, token }).filter(({ client }) => client !== "curl");
  const [second] = others;
  const calls = second === undefined ? [call("get_vms", {}), call("start_vm", { vmid: "db1" })] : [
    call("get_vms", { limit: 6 }),
    call("start_vm", { vmid: `${second}-db1` }),
    call("start_vm", { vmid: 101, cluster: "default" }),
  ];
  const what = [
    others.length === 0
      ? "a simulated three-node cluster (pve1, pve2, pve3)"
      : `${others.length + 1} simulated clusters (default, ${others.join(", ")})`,
    ...(pbs === undefined ? [] : ["a simulated backup server (pbs1)"]),
  ];
  return `proxmox-mcp demo: ${what.join(" and ")} behind a real server
  address   ${url}
  token     ${token}   (admin, gone when this ends)

Try it with curl:

${[curl({ url, token }, { method: "tools/list" }), ...calls].join("\n\n")}

${entriesText(entries)}

Ctrl-C ends it and cleans up.`;
}

function wholeNumber(min: number, max: number, what: string): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && min <= number && number <= max) return number;
    throw new InvalidArgumentError(`it must be from ${min}${what} to ${max}.`);
  };
}

if (import.meta.main) {
  const command = new Command("demo")
    .description("Starts simulated clusters and the server in front of them.")
    .option(
      "--port <number>",
      "port to listen on",
      wholeNumber(0, 65_535, " (any free port)"),
      8812,
    )
    .option("--clusters <number>", "how many clusters", wholeNumber(1, MAX_CLUSTERS, ""), 1)
    .option("--backup-server", "a Proxmox Backup Server besides, where backups of the first are")
    .action(async (options: DemoOptions) => Deno.exit(await demo(options)));
  await command.parseAsync(Deno.args, { from: "user" }).catch((error) => {
    print(messageOf(error));
    Deno.exit(1);
  });
}
