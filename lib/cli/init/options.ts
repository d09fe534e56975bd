import { type Command, InvalidArgumentError, Option } from "commander";
import { type Scope, SCOPES } from "../../auth/scope.ts";
import { clusterNameProblem, CONFIG_KEYS, readText } from "../../config/config.ts";
import { sectionName } from "../../config/named.ts";
import { type CommonOptions, withCommonOptions } from "../context.ts";
import { oneOf } from "../options.ts";
import { type Language, LANGUAGES } from "./texts.ts";

/** What commander makes of the options of `init`. */
export interface InitArguments extends CommonOptions {
  readonly yes?: boolean;
  readonly addCluster?: string;
  readonly force?: boolean;
  /** Its name: the other options are then about it. */
  readonly addBackupServer?: string;
  readonly host?: Address;
  readonly port?: number;
  readonly caFile?: string;
  readonly fingerprint?: string;
  readonly proxmoxUser?: string;
  readonly tokenName?: string;
  readonly tokenFile?: string;
  readonly createToken?: boolean;
  readonly scope?: Scope;
  readonly user?: string;
  readonly tokenOut?: string;
  readonly httpHost?: string;
  readonly httpPort?: number;
  readonly httpPath?: string;
  readonly language?: Language;
  /** True for the usual place. */
  readonly unit?: string | true;
}

export interface Address {
  readonly host: string;
  readonly port?: number;
}

const NOTES = `
Asks for what no option tells, shows the certificate and pins it, tries the Proxmox token, writes the
config and the token's secret (both for their owner only), makes the database, the first user and a
token, checks it all and prints the entries for clients. A second run keeps what is there and changes
only what its options say; a run that was interrupted goes on from where it was.
With --yes, which a run without a terminal needs, --host and --token-file tell what must be known.

Exit status: 0 set up, 1 something failed or \`check\` found a fault, 2 usage, 130 interrupted.

Examples:
  proxmox-mcp init
  proxmox-mcp init --yes --host pve1.lan --token-file /root/secret --scope admin --user ayse
  proxmox-mcp init --fingerprint AB:CD:...    (after the certificate was renewed)
  proxmox-mcp init --add-cluster dc2          (asks the same of one more cluster)
  proxmox-mcp init --add-backup-server pbs1   (asks for its address, certificate and token)`;

/** Declares the options of `init`, for the command and for the task that starts it. */
export function withInitOptions(command: Command): Command {
  return withCommonOptions(command)
    .option("--yes", "ask nothing: options, what is there, and defaults")
    .addOption(
      new Option("--add-cluster <NAME>", "name one more cluster in the config that is there")
        .argParser(clusterName).conflicts("addBackupServer"),
    )
    .option("--force", "replace a config that init did not write; a copy is kept")
    .option(
      "--add-backup-server <NAME>",
      "add a Proxmox Backup Server to the config: --host and the token's options are about it",
      readSectionName,
    )
    .option(
      "--host <HOST>",
      "address of a Proxmox VE node or the backup server, as HOST, HOST:PORT or URL",
      readAddress,
    )
    .addOption(
      keyOption(
        "--port <PORT>",
        "proxmox.port",
        "port of its API (default: 8006; of a backup server 8007)",
      ),
    )
    .option("--ca-file <FILE>", "trust what this CA signed, in place of pinning")
    .addOption(
      keyOption("--fingerprint <SHA256>", "proxmox.fingerprint", "the only certificate to trust"),
    )
    .addOption(
      keyOption(
        "--proxmox-user <USER>",
        "auth.user",
        "whose API token it is (default: mcp@pve; on a backup server mcp@pbs)",
      ),
    )
    .addOption(
      keyOption(
        "--token-name <NAME>",
        "auth.token_name",
        "the API token's name (default: assistant)",
      ),
    )
    .option("--token-file <FILE>", "file with the API token's secret")
    .option("--create-token", "make the API token here, by pveum, as root on a node")
    .option("--scope <SCOPE>", `what callers may do: ${SCOPES.join(", ")}`, oneOf(SCOPES))
    .option("--user <NAME>", "the first user (default: admin)")
    .option("--token-out <FILE>", "write the user's token to this file instead of showing it")
    .addOption(keyOption("--http-host <HOST>", "server.host", "address to listen on"))
    .addOption(keyOption("--http-port <PORT>", "server.port", "port to listen on"))
    .addOption(keyOption("--http-path <PATH>", "server.path", "where MCP is served"))
    .option(
      "--language <LANGUAGE>",
      "en or tr, here and for refusals (default: the locale's)",
      oneOf(LANGUAGES),
    )
    .option("--unit [FILE]", "install a systemd unit")
    .addHelpText("after", NOTES);
}

function clusterName(text: string): string {
  const problem = clusterNameProblem(text);
  if (problem === null) return text;
  throw new InvalidArgumentError(`It ${problem}`);
}

function readSectionName(text: string): string {
  const read = sectionName.safeParse(text);
  if (read.success) return read.data;
  throw new InvalidArgumentError(`It ${read.error.issues[0]?.message}`);
}

/** An option whose value must fit a key of the config. */
function keyOption(flags: string, path: string, help: string): Option {
  return new Option(flags, help).argParser((text) => readPart(path, text));
}

/**
 * An address as people have it at hand: a name, with or without a port, or what stands in their
 * browser, of which a login is dropped unread.
 */
export function readAddress(text: string): Address {
  const bare = text.trim().replace(/^https?:\/\//i, "").replace(/[/?#].*$/, "").replace(/^.*@/, "");
  const [, host = bare, port] = /^(\[.*\]|[^:]*):(\d+)$/.exec(bare) ?? [];
  const read = readPart("proxmox.host", host);
  if (port === undefined) return { host: String(read) };
  return { host: String(read), port: Number(readPart("proxmox.port", port)) };
}

function readPart(path: string, text: string): unknown {
  const key = CONFIG_KEYS.find((each) => each.path === path);
  if (key === undefined) throw new Error(`there is no key ${path}`);
  const read = readText(key, text);
  if ("problem" in read) throw new InvalidArgumentError(`It ${read.problem}`);
  return read.value;
}
