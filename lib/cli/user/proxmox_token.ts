import type { Command } from "commander";
import { keyFor, readAuditKey } from "../../audit/key.ts";
import type { UserRecord } from "../../auth/accounts.ts";
import { PROXMOX_TOKENS, ProxmoxTokens, TokenSeal } from "../../auth/proxmox_tokens.ts";
import { typedHere } from "../../command.ts";
import type { ClusterConfig, Config } from "../../config/config.ts";
import { AppError } from "../../errors.ts";
import {
  type Accounts,
  type ChangeOptions,
  withAccounts,
  withChangeOptions,
} from "../account_change.ts";
import { clusterNamed } from "../cluster_option.ts";
import { type CliContext, UsageError } from "../context.ts";
import { requireUser } from "../known.ts";
import { readProxmoxToken } from "./proxmox_token_file.ts";

interface Options extends ChangeOptions {
  readonly file?: string;
  readonly tokenId?: string;
  readonly cluster?: string;
  readonly try: boolean;
  readonly remove?: boolean;
  readonly json?: boolean;
}

interface Opened {
  readonly accounts: Accounts;
  readonly config: Config;
  readonly user: UserRecord;
  readonly cluster: ClusterConfig;
}

const COMMAND = "user proxmox-token";
const ACTION = "name a Proxmox token for a user";

const NOTES = `
Calls of that user go out with this API token of Proxmox: Proxmox's permissions and its task log are the
person's. The file holds the token as \`user@realm!name=secret\`, or the secret alone beside --token-id.
What is kept is encrypted under audit.key_file. auth.require_own_token refuses users without a token.

Examples:
  proxmox-mcp user proxmox-token ayse --token-id 'ayse@pve!mcp' --file secret
  proxmox-mcp user proxmox-token ayse --remove`;

export function registerUserProxmoxToken(user: Command, context: CliContext): void {
  withChangeOptions(user.command("proxmox-token <NAME>"))
    .description("name the Proxmox token that the user's calls go out with")
    .option("--file <FILE>", "the file that holds it; - reads standard input")
    .option("--token-id <ID>", "USER@REALM!NAME, where the file holds the secret alone")
    .option("--cluster <NAME>", "the cluster that it is of, where there are several")
    .option("--no-try", "keep it without asking Proxmox whether it works")
    .option("--remove", "let the user's calls go out with the server's own token again")
    .option("--json", "print JSON")
    .addHelpText("after", NOTES)
    .action((name: string, options: Options) => run(context, { name, options }));
}

async function run(
  context: CliContext,
  { name, options }: { name: string; options: Options },
): Promise<void> {
  if ((options.remove ?? false) === (options.file !== undefined)) {
    throw new UsageError(
      `Cannot ${ACTION}: give either --file FILE or --remove`,
    );
  }
  await withAccounts(context, options, async (accounts, config) => {
    const { cluster: named } = options;
    const cluster = clusterNamed(config, { cluster: named, action: ACTION });
    await requireUser(accounts.store, { name, action: ACTION });
    const user = (await accounts.store.listUsers()).find(({ username }) => username === name);
    if (user === undefined) return;
    const opened = { accounts, config, user, cluster };
    await (options.remove ? remove : keep)(context, opened, options);
  });
}

async function keep(
  { io }: CliContext,
  { accounts, config, user, cluster }: Opened,
  { file = "", tokenId: given, json, ...options }: Options,
): Promise<void> {
  const seal = await sealOf(config);
  const { tokenId, secret } = await readProxmoxToken(file, { tokenId: given, input: io.input });
  let tried;
  if (options.try) {
    const { tryProxmoxToken } = await import("./try_proxmox_token.ts");
    tried = await tryProxmoxToken(config, { cluster, user, tokenId, secret });
  }
  const sealed = await seal.seal(secret, { userId: user.id, tokenId, cluster: cluster.name });
  const told = {
    user: user.username,
    ...whereOf(cluster),
    token_id: tokenId,
    tried: tried !== undefined,
  };
  const row = { cluster: cluster.name, tokenId, sealed, at: io.now() };
  await accounts.change(
    { command: COMMAND, given: told },
    (_, database) => new ProxmoxTokens(database).put(user.id, row),
  );
  if (json) return io.out(JSON.stringify({ ...told, ...tried }));
  if (tried !== undefined) {
    io.out(`tried ${tokenId}: Proxmox VE ${tried.version}; ${tried.privileges}`);
  }
  io.out(`calls of ${user.username}${placeOf(cluster)} go out with ${tokenId}`);
}

async function remove(
  { io }: CliContext,
  { accounts, user, cluster }: Opened,
  { json }: Options,
): Promise<void> {
  const tokenId = await accounts.change(
    { command: COMMAND, given: { user: user.username, ...whereOf(cluster), remove: true } },
    (_, database) => new ProxmoxTokens(database).remove(user.id, cluster.name),
  ) ?? null;
  if (json) {
    return io.out(JSON.stringify({ user: user.username, ...whereOf(cluster), removed: tokenId }));
  }
  if (tokenId === null) {
    return io.out(`${user.username} has no Proxmox token${placeOf(cluster)}`);
  }
  const refused = cluster.auth.require_own_token ? "are refused" : "go out with the server's own";
  io.out(`removed ${tokenId}: calls of ${user.username}${placeOf(cluster)} ${refused}`);
}

/** The one that \`proxmox\` names needs no word. */
function whereOf({ name, section }: ClusterConfig): { cluster?: string } {
  return section === "" ? {} : { cluster: name };
}

function placeOf({ name, section }: ClusterConfig): string {
  return section === "" ? "" : ` to cluster ${name}`;
}

async function sealOf({ audit: { key_file } }: Config): Promise<TokenSeal> {
  if (key_file !== null) return new TokenSeal(keyFor(await readAuditKey(key_file), PROXMOX_TOKENS));
  throw new AppError(
    "conflict",
    "Cannot keep a Proxmox token for a user: it is encrypted under audit.key_file, which the config does not " +
      `name; name a file there and run \`${typedHere("migrate")}\`, which makes it`,
  );
}
