import type { Command } from "commander";
import { type ChangeOptions, withChangeOptions } from "../account_change.ts";
import { type CliContext, withCommonOptions } from "../context.ts";
import {
  type CreateOptions,
  createUser,
  type DeleteOptions,
  deleteUser,
  disableUser,
  enableUser,
  type ForceOptions,
  type SetRoleOptions,
  setUserRole,
} from "./changes.ts";
import { registerLinks } from "./link.ts";
import { type ListOptions, listUsers } from "./list.ts";
import { registerUserProxmoxToken } from "./proxmox_token.ts";
import { changePassword, type PasswordOptions } from "./passwd.ts";

const FORCE = "even if no active administrator is left";

const CREATE_NOTES = `
A user without a role and without --superuser may only read.

Examples:
  proxmox-mcp user create ayse --role Administrator
  proxmox-mcp user create watcher`;

const SET_ROLE_NOTES = `
Running servers heed it with the next request; open sessions of the user's tokens are closed.

Examples:
  proxmox-mcp user set-role ayse Operator
  proxmox-mcp user set-role ayse --none`;

const DISABLE_NOTES = `
None of the user's tokens is good until \`user enable\`, and open sessions and streams are closed. The
last active administrator stays, unless --force is given: nobody could call what needs the scope admin.

Example:
  proxmox-mcp user disable ayse`;

const PASSWD_NOTES = `
Asks twice on a terminal and shows nothing; otherwise one line is read from standard input, or from a file.
The password is kept as Django keeps it, so that either program takes it. Browsers that are signed in are
signed out; tokens and passkeys stay as they are.

Examples:
  proxmox-mcp user passwd ayse
  pwgen -s 20 1 | tee /dev/tty | proxmox-mcp user passwd ayse
  proxmox-mcp user passwd ayse --unset`;

const DELETE_NOTES = `
\`user disable\` is enough to lock somebody out. The audit trail names users and tokens by text and stays
as it is.

Examples:
  proxmox-mcp user delete ayse
  proxmox-mcp user delete ayse --with-tokens`;

export function registerUser(program: Command, context: CliContext): void {
  const user = program.command("user").description("the users that tokens belong to");
  withChangeOptions(user.command("create <NAME>"))
    .description("create a user")
    .option("--role <ROLE>", "what the user may do; `role list` shows the roles")
    .option("--superuser", "may do everything, when the user has no role")
    .addHelpText("after", CREATE_NOTES)
    .action((name: string, options: CreateOptions) => createUser(context, name, options));
  withCommonOptions(user.command("list"))
    .description("list the users")
    .option("--json", "print JSON")
    .action((options: ListOptions) => listUsers(context, options));
  withChangeOptions(user.command("set-role <NAME> [ROLE]"))
    .description("give a user another role")
    .option("--none", "take the role away: the user only reads, unless a superuser")
    .option("--force", FORCE)
    .addHelpText("after", SET_ROLE_NOTES)
    .action((name: string, role: string | undefined, options: SetRoleOptions) =>
      setUserRole(context, name, { ...options, ...(role === undefined ? {} : { role }) })
    );
  withChangeOptions(user.command("disable <NAME>"))
    .description("let none of a user's tokens in until `user enable`")
    .option("--force", FORCE)
    .addHelpText("after", DISABLE_NOTES)
    .action((name: string, options: ForceOptions) => disableUser(context, name, options));
  withChangeOptions(user.command("enable <NAME>"))
    .description("let a disabled user's tokens in again")
    .addHelpText("after", "\nExample:\n  proxmox-mcp user enable ayse")
    .action((name: string, options: ChangeOptions) => enableUser(context, name, options));
  withChangeOptions(user.command("passwd <NAME>"))
    .description("set the password that a user signs in with")
    .option("--password-file <FILE>", "take the password from this file")
    .option("--unset", "let nobody sign in as this user by a password")
    .addHelpText("after", PASSWD_NOTES)
    .action((name: string, options: PasswordOptions) => changePassword(context, name, options));
  withChangeOptions(user.command("delete <NAME>"))
    .description("remove a user")
    .option("--with-tokens", "remove the user's tokens too")
    .option("--force", FORCE)
    .addHelpText("after", DELETE_NOTES)
    .action((name: string, options: DeleteOptions) => deleteUser(context, name, options));
  registerLinks(user, context);
  registerUserProxmoxToken(user, context);
}
