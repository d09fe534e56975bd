import { type Command, InvalidArgumentError } from "commander";
import { parseAllowedIps } from "../../auth/address.ts";
import { PERMISSIONS } from "../../auth/scope.ts";
import { type ChangeOptions, withChangeOptions } from "../account_change.ts";
import { type CliContext, withCommonOptions } from "../context.ts";
import { oneOf, readDuration, reader, shortText, someOf, wholeNumber } from "../options.ts";
import {
  CLEARABLE,
  readmitToken,
  revokeToken,
  rotateToken,
  updateToken,
  type UpdateTokenOptions,
} from "./changes.ts";
import { createToken, type CreateTokenOptions } from "./create.ts";
import { withLimitOptions } from "./limit_options.ts";
import { type ListTokenOptions, listTokens } from "./list.ts";

const CREATE_NOTES = `
The raw token is printed once, alone on standard output; the database only keeps its hash.
The limits narrow what the token reaches; each may be repeated or hold several names.

Examples:
  proxmox-mcp token create --user ayse --name laptop --permission read
  proxmox-mcp token create --user ci --name sandbox --permission admin --expires-days 30 \\
    --allowed-ips 10.0.0.0/8,::1 --pool dev --vmid 100-199
  proxmox-mcp token create --user ci --name sandbox2 --permission write --copy-limits-of 4
  TOKEN=$(proxmox-mcp token create --user ayse --name script --permission write)`;

const LIST_NOTES = `
Examples:
  proxmox-mcp token list
  proxmox-mcp token list --expiring 14d`;

const ROTATE_NOTES = `
The new raw token is printed once, alone on standard output. The old one is refused at once, and what was
opened with it is closed; name, permission, limits, expiry and number stay.

Example:
  TOKEN=$(proxmox-mcp token rotate 4)`;

const UPDATE_NOTES = `
Only what is named changes; a limit that is named takes the place of the one of its kind. Running servers
heed it with the next request, and what was opened with the token is closed.

Examples:
  proxmox-mcp token update 4 --expires-days 90
  proxmox-mcp token update 4 --permission read --pool dev,qa --clear vmid,expiry
  proxmox-mcp token update 4 --clear limits`;

const READMIT_NOTES = `
The revoked token stays revoked: the client's next token from the identity provider begins a new sign-in.

Example:
  proxmox-mcp token readmit 7`;

export function registerToken(program: Command, context: CliContext): void {
  const token = program.command("token").description("the tokens that callers present");
  const create = withChangeOptions(token.command("create"))
    .description("create a token and print it once")
    .requiredOption("--user <NAME>", "the user it belongs to")
    .requiredOption("--name <LABEL>", "what it is for, in 1 to 100 characters", shortText(100))
    .requiredOption("--permission <LEVEL>", "read, write or admin", oneOf(PERMISSIONS))
    .option("--expires-days <N>", "days until it expires (default: never)", wholeNumber(1, 36_500))
    .option("--allowed-ips <LIST>", "addresses and networks it may be used from", readAllowedIps);
  withLimitOptions(create)
    .option("--copy-limits-of <ID>", "begin with the limits of this token", tokenId)
    .addHelpText("after", CREATE_NOTES)
    .action((options: CreateTokenOptions) => createToken(context, options));
  withCommonOptions(token.command("list"))
    .description("list the tokens; neither a raw token nor a whole hash is ever shown")
    .option("--expiring <TIME>", "only active ones that expire within this time", readDuration)
    .option("--json", "print JSON")
    .addHelpText("after", LIST_NOTES)
    .action((options: ListTokenOptions) => listTokens(context, options));
  const update = withTokenId(withChangeOptions(token.command("update")))
    .description("change a token's name, permission, expiry, addresses or limits")
    .option("--name <LABEL>", "what it is for, in 1 to 100 characters", shortText(100))
    .option("--permission <LEVEL>", "read, write or admin", oneOf(PERMISSIONS))
    .option("--expires-days <N>", "days until it expires, from now", wholeNumber(1, 36_500))
    .option("--allowed-ips <LIST>", "addresses and networks it may be used from", readAllowedIps);
  withLimitOptions(update)
    .option("--clear <WHAT>", `take away: ${CLEARABLE.join(", ")}`, someOf(CLEARABLE))
    .addHelpText("after", UPDATE_NOTES)
    .action((id: number, options: UpdateTokenOptions) => updateToken(context, id, options));
  withTokenId(withChangeOptions(token.command("rotate")))
    .description("give a token a new secret and print it once; the old one ends at once")
    .addHelpText("after", ROTATE_NOTES)
    .action((id: number, options: ChangeOptions) => rotateToken(context, id, options));
  withTokenId(withChangeOptions(token.command("revoke")))
    .description("end a token at once; its row stays")
    .action((id: number, options: ChangeOptions) => revokeToken(context, id, options));
  withTokenId(withChangeOptions(token.command("readmit")))
    .description("let a provider's client in again whose sign-in was revoked")
    .addHelpText("after", READMIT_NOTES)
    .action((id: number, options: ChangeOptions) => readmitToken(context, id, options));
}

const tokenId = wholeNumber(1, 2 ** 31 - 1);

function withTokenId(command: Command): Command {
  return command.argument("<ID>", "the token's number in `token list`", tokenId);
}

const readAllowedIps = reader((text: string) => {
  if (text.trim() === "") throw new InvalidArgumentError("It must not be empty");
  parseAllowedIps(text);
  return text.split(",").map((entry) => entry.trim()).join(",");
});
