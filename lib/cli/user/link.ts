import type { Command } from "commander";
import { linkUser, unlinkUser } from "../../auth/user_links.ts";
import type { Config } from "../../config/config.ts";
import { type ChangeOptions, withAccounts, withChangeOptions } from "../account_change.ts";
import { type CliContext, UsageError } from "../context.ts";
import { requireUser } from "../known.ts";
import { shortText } from "../options.ts";

type UnlinkOptions = ChangeOptions & { readonly issuer?: string };
type LinkOptions = UnlinkOptions & { readonly subject: string };

/** Subjects may be as long as providers make them. */
const LONGEST = 500;

const LINK_NOTES = `
Whoever comes with a token of the provider for this subject is this user, with the role that the user has.
The log names the subject of everybody who was refused for want of a link.

Example:
  proxmox-mcp user link ayse --subject 34ec69c3-749d-43c5-a99b-c7ab1f5b18da`;

const UNLINK_NOTES = `
Whatever the user is signed in to by that provider ends at once. They come in again after another
\`user link\`, since a user of that name is there already.

Example:
  proxmox-mcp user unlink ayse`;

/** The commands that say who at an identity provider is which user. */
export function registerLinks(user: Command, context: CliContext): void {
  withIssuer(withChangeOptions(user.command("link <NAME>")))
    .description("let a user sign in by the identity provider")
    .requiredOption("--subject <SUB>", "the claim `sub` of the user's tokens", shortText(LONGEST))
    .addHelpText("after", LINK_NOTES)
    .action((name: string, options: LinkOptions) => link(context, name, options));
  withIssuer(withChangeOptions(user.command("unlink <NAME>")))
    .description("end what a user is signed in to by the identity provider")
    .addHelpText("after", UNLINK_NOTES)
    .action((name: string, options: UnlinkOptions) => unlink(context, name, options));
}

function withIssuer(command: Command): Command {
  return command
    .option("--issuer <URL>", "the provider (default: server.oauth.issuer)", shortText(LONGEST));
}

async function link(context: CliContext, name: string, options: LinkOptions): Promise<void> {
  const { io } = context;
  const { subject } = options;
  await withAccounts(context, options, async (accounts, config) => {
    const issuer = issuerOf(config, options);
    await requireUser(accounts.store, { name, action: "link user" });
    await accounts.change(
      { command: "user link", given: { name, issuer, subject } },
      (store) => linkUser(store, { issuer, subject, username: name }, io.now()),
    );
    io.out(`linked user ${name} to ${subject} at ${issuer}`);
  });
}

async function unlink(context: CliContext, name: string, options: UnlinkOptions): Promise<void> {
  await withAccounts(context, options, async (accounts, config) => {
    const issuer = issuerOf(config, options);
    await requireUser(accounts.store, { name, action: "unlink user" });
    const tokens = await accounts.change(
      { command: "user unlink", given: { name, issuer } },
      (store) => unlinkUser(store, { issuer, username: name }),
    );
    const ended = tokens.length === 0 ? "" : `; ended tokens ${tokens.join(", ")}`;
    context.io.out(`unlinked user ${name} from ${issuer}${ended}`);
  });
}

function issuerOf({ server: { oauth } }: Config, { issuer }: UnlinkOptions): string {
  const found = issuer ?? oauth?.issuer ?? null;
  if (found !== null) return found;
  throw new UsageError(
    "Cannot tell the provider: name it with --issuer, or in server.oauth.issuer",
  );
}
