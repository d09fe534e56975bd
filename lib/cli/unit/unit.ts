import { typed } from "../../command.ts";
import { lookup } from "node:dns/promises";
import { type Command, Option } from "commander";
import { parseAllowedIps } from "../../auth/address.ts";
import { parsePostgresUrl } from "../../database/postgres_url.ts";
import { type Config, isLoopback, sqlitePath } from "../../config/config.ts";
import { type CliContext, UsageError, withCommonOptions } from "../context.ts";
import { oneOf, reader } from "../options.ts";
import { UNIT_NAME } from "../../sandbox/permissions.ts";
import { type ServeArguments, serveConfigOf, withServeOptions } from "../serve/options.ts";
import { HEALTH_PARTS, type HealthPart, healthText } from "./health.ts";
import { notesOfClosed, serviceUser } from "./service_user.ts";
import { unitText } from "./text.ts";

interface UnitArguments extends ServeArguments {
  readonly binary?: string;
  readonly name: string;
  readonly clients: readonly string[];
  readonly health?: HealthPart;
}

/** Where callers come from, and Proxmox is, when nothing else is known. */
export const PRIVATE_NETWORKS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

const NOTES = `
The unit runs as a user of its own, hands it the secrets' files as credentials, and lets it reach only
the addresses that the config names (looked up now) and, unless it listens on a loopback address, its
callers (--clients; private networks by default).

Example:
  proxmox-mcp unit --config /etc/proxmox-mcp/config.json > /etc/systemd/system/proxmox-mcp.service
  systemctl daemon-reload && systemctl enable --now proxmox-mcp`;

export function registerUnit(program: Command, context: CliContext): void {
  withServeOptions(withCommonOptions(program.command("unit")))
    .description("print a hardened systemd unit for this config")
    .option("--binary <FILE>", "the executable (default: this one, else /usr/bin/proxmox-mcp)")
    .option("--name <NAME>", "name of the unit and its user", UNIT_NAME)
    .addOption(
      new Option("--clients <LIST>", "addresses and networks that callers come from")
        .argParser(reader(readNetworks))
        .default(PRIVATE_NETWORKS, PRIVATE_NETWORKS.join(",")),
    )
    .option(
      "--health <PART>",
      "print instead a timer, or the service that it starts, which restarts a server that does not answer",
      oneOf(HEALTH_PARTS),
    )
    .addHelpText("after", NOTES)
    .action((options: UnitArguments) => printUnit(context, options));
}

async function printUnit(context: CliContext, options: UnitArguments): Promise<void> {
  const { io } = context;
  const config = await serveConfigOf(context, options);
  if (config.file === null) {
    throw new UsageError(
      `Cannot make a unit: there is no config file for it: make one with \`${typed("init")}\``,
    );
  }
  if (options.health !== undefined) {
    return io.out(healthText(config, { name: options.name, part: options.health }));
  }
  const { text, notes } = await unitOf(config, options);
  const user = await serviceUser(options.name);
  const closed = user === null ? [] : await notesOfClosed(config, user);
  for (const note of [...notes, ...closed]) io.err(note);
  io.out(text);
}

/** The unit for this config, and what is to be known of it. */
export async function unitOf(
  config: Config,
  { binary, name, clients }: Pick<UnitArguments, "binary" | "name" | "clients">,
): Promise<{ text: string; notes: readonly string[] }> {
  const { addresses, unknown } = await lookUp(namesOf(config));
  const text = unitText(config, {
    binary: binary ?? ownBinary(),
    name,
    targets: unknown.length === 0 ? addresses : [...addresses, ...PRIVATE_NETWORKS],
    clients,
    realPath,
  });
  const notes = unknown.map((host) =>
    `note: there is no address for ${host} now: the unit allows private networks instead`
  );
  return { text, notes };
}

function namesOf({ clusters, backup_servers, database, server }: Config): string[] {
  const everywhere = ["0.0.0.0", "::"].includes(server.host);
  const names = [
    // By which the start looks whether it answers.
    ...(everywhere || isLoopback(server.host) ? [] : [server.host]),
    ...clusters.flatMap(({ proxmox }) => proxmox.hosts),
    ...Object.values(backup_servers).map(({ host }) => host),
  ];
  if (sqlitePath(database.url) !== null) return names;
  const { host } = parsePostgresUrl(database.url);
  return host.startsWith("/") ? names : [...names, host];
}

/** Addresses of the names, and those of the name servers when there is a name among them. */
async function lookUp(
  names: readonly string[],
): Promise<{ addresses: string[]; unknown: string[] }> {
  const addresses: string[] = [];
  const unknown: string[] = [];
  for (const name of names) {
    try {
      for (const { address } of await lookup(name, { all: true })) addresses.push(address);
    } catch {
      unknown.push(name);
    }
  }
  const named = names.some((name) => !addresses.includes(name));
  return { addresses: [...addresses, ...(named ? await nameServers() : [])], unknown };
}

async function nameServers(): Promise<string[]> {
  try {
    const text = await Deno.readTextFile("/etc/resolv.conf");
    return [...text.matchAll(/^nameserver\s+([\d.]+|[\da-f:]+)\s*$/gim)].map(([, ip]) => ip ?? "");
  } catch {
    return [];
  }
}

function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
}

function ownBinary(): string {
  return Deno.build.standalone ? Deno.execPath() : "/usr/bin/proxmox-mcp";
}

function readNetworks(text: string): string[] {
  parseAllowedIps(text);
  return text.split(",").map((entry) => entry.trim());
}
