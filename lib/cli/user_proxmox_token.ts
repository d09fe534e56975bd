import type { Command } from "commander";
import { keyFor, readAuditKey } from "../audit/key.ts";
import { EMPTY_ROW } from "../audit/row.ts";
import { AccountStore } from "../auth/account_store.ts";
import type { UserRecord } from "../auth/accounts.ts";
import { PROXMOX_TOKENS, ProxmoxTokens, TokenSeal } from "../auth/proxmox_tokens.ts";
import { typed } from "../command.ts";
import type { Config } from "../config/config.ts";
import type { Database } from "../database/database.ts";
import { AppError, messageOf } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { type CliContext, type CommonOptions, UsageError, withCommonOptions } from "./context.ts";
import { localUser } from "./local_user.ts";
import { shortText } from "./options.ts";
import { readProxmoxToken } from "./proxmox_token_file.ts";
import { auditTrailOf, withReadyDatabase } from "./with_store.ts";

interface Options extends CommonOptions {
  readonly file?: string;
  readonly tokenId?: string;
  readonly try: boolean;
  readonly remove?: boolean;
  readonly by?: string;
  readonly json?: boolean;
}

interface Opened {
  readonly database: Database;
  readonly config: Config;
  readonly user: UserRecord;
}

const NOTES = `
Calls of that user go out with this API token of Proxmox: Proxmox's permissions and its task log are the
person's. The file holds the token as \`user@realm!name=secret\`, or the secret alone beside --token-id.
What is kept is encrypted under audit.key_file. auth.require_own_token refuses users without a token.

Examples:
  proxmox-mcp user proxmox-token ayse --token-id ayse@pve!mcp --file secret
  proxmox-mcp user proxmox-token ayse --remove`;

export function registerUserProxmoxToken(user: Command, context: CliContext): void {
  withCommonOptions(user.command("proxmox-token <NAME>"))
    .description("name the Proxmox token that the user's calls go out with")
    .option("--file <FILE>", "the file that holds it; - reads standard input")
    .option("--token-id <ID>", "USER@REALM!NAME, where the file holds the secret alone")
    .option("--no-try", "keep it without asking Proxmox whether it works")
    .option("--remove", "let the user's calls go out with the server's own token again")
    .option("--by <NAME>", "who does it (default: who runs the command)", shortText(100))
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
      "Cannot name a Proxmox token for a user: give either --file FILE or --remove",
    );
  }
  await withReadyDatabase(context, options, async (database, config) => {
    const user = await userNamed(database, name);
    const opened = { database, config, user };
    await (options.remove ? remove : keep)(context, opened, options);
  });
}

async function keep(
  { io }: CliContext,
  { database, config, user }: Opened,
  { file = "", tokenId: given, by, json, ...options }: Options,
): Promise<void> {
  const seal = await sealOf(config);
  const { tokenId, secret } = await readProxmoxToken(file, { tokenId: given, input: io.input });
  let tried;
  if (options.try) {
    const { tryProxmoxToken } = await import("./try_proxmox_token.ts");
    tried = await tryProxmoxToken(config, { user, tokenId, secret });
  }
  const sealed = await seal.seal(secret, { userId: user.id, tokenId });
  const at = io.now();
  await new ProxmoxTokens(database).put(user.id, { tokenId, sealed, at });
  const told = { user: user.username, token_id: tokenId, tried: tried !== undefined };
  await leaveRow({ database, config }, { at, by, told });
  if (json) return io.out(JSON.stringify({ ...told, ...tried }));
  if (tried !== undefined) {
    io.out(`tried ${tokenId}: Proxmox VE ${tried.version}; ${tried.privileges}`);
  }
  io.out(`calls of ${user.username} go out with ${tokenId}`);
}

async function remove(
  { io }: CliContext,
  { database, config, user }: Opened,
  { by, json }: Options,
): Promise<void> {
  const at = io.now();
  const tokenId = await new ProxmoxTokens(database).remove(user.id) ?? null;
  const told = { user: user.username, removed: tokenId };
  if (tokenId !== null) await leaveRow({ database, config }, { at, by, told });
  if (json) return io.out(JSON.stringify(told));
  if (tokenId === null) return io.out(`${user.username} has no Proxmox token`);
  const refused = config.auth.require_own_token ? "are refused" : "go out with the server's own";
  io.out(`removed ${tokenId}: calls of ${user.username} ${refused}`);
}

async function sealOf({ audit: { key_file } }: Config): Promise<TokenSeal> {
  if (key_file !== null) return new TokenSeal(keyFor(await readAuditKey(key_file), PROXMOX_TOKENS));
  throw new AppError(
    "conflict",
    "Cannot keep a Proxmox token for a user: it is encrypted under audit.key_file, which the config does not " +
      `name; name a file there and run \`${typed("migrate")}\`, which makes it`,
  );
}

async function userNamed(database: Database, name: string): Promise<UserRecord> {
  const users = await new AccountStore(database).listUsers();
  const found = users.find(({ username }) => username === name);
  if (found !== undefined) return found;
  const names = users.map(({ username }) => username);
  const hint = didYouMean(name, names, `: \`${typed("user list")}\` shows them`);
  throw new UsageError(`Cannot name a Proxmox token for a user: there is no user ${name}${hint}`);
}

async function leaveRow(
  { database, config }: Pick<Opened, "config" | "database">,
  { at, by = localUser(), told }: { at: Date; by: string | undefined; told: object },
): Promise<void> {
  try {
    const trail = await auditTrailOf(config, database);
    const row = { time: at, user: by, door: "command", tool: "user proxmox-token" } as const;
    const named = { callId: crypto.randomUUID(), arguments: JSON.stringify(told) };
    await trail.append({ ...EMPTY_ROW, ...row, ...named });
  } catch (cause) {
    const message = `The Proxmox token is changed, but the audit row could not be kept: ${
      messageOf(cause)
    }`;
    throw new AppError("unavailable", message, { cause });
  }
}
