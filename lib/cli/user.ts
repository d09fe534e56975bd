import type { Command } from "commander";
import { AccountStore } from "../auth/account_store.ts";
import { ProxmoxTokens } from "../auth/proxmox_tokens.ts";
import { scopeOfUser } from "../auth/scope.ts";
import { didYouMean } from "../nearest.ts";
import {
  type CliContext,
  type CommonOptions,
  refuseAsUsage,
  UsageError,
  withCommonOptions,
} from "./context.ts";
import { registerUserProxmoxToken } from "./user_proxmox_token.ts";
import { table } from "./table.ts";
import { withReadyDatabase, withSchema } from "./with_store.ts";

type ListOptions = CommonOptions & { readonly json?: boolean };
type CreateOptions = CommonOptions & { readonly role?: string; readonly superuser?: boolean };

export function registerUser(program: Command, context: CliContext): void {
  const user = program.command("user").description("the users that tokens belong to");
  withCommonOptions(user.command("create <NAME>"))
    .description("create a user")
    .option("--role <ROLE>", "what the user may do; `role list` shows the roles")
    .option("--superuser", "may do everything, when the user has no role")
    .addHelpText(
      "after",
      "\nA user without a role and without --superuser may only read.\n\n" +
        "Examples:\n  proxmox-mcp user create ayse --role Administrator\n  proxmox-mcp user create watcher",
    )
    .action((name: string, options: CreateOptions) => createUser(context, name, options));
  withCommonOptions(user.command("list"))
    .description("list the users")
    .option("--json", "print JSON")
    .action((options: ListOptions) => listUsers(context, options));
  registerUserProxmoxToken(user, context);
}

async function createUser(context: CliContext, name: string, options: CreateOptions) {
  const { io } = context;
  await withSchema(context, options, async (store) => {
    const roleName = options.role === undefined ? null : await knownRole(store, options.role);
    const user = await refuseAsUsage(() =>
      store.createUser({
        username: name,
        roleName,
        isSuperuser: options.superuser ?? false,
        createdAt: io.now(),
      })
    );
    const role = user.role === null ? "no role" : `role ${user.role.name}`;
    const superuser = user.isSuperuser ? ", superuser" : "";
    io.out(`created user ${user.username} (${role}${superuser})`);
  });
}

async function knownRole(store: AccountStore, name: string): Promise<string> {
  const names = (await store.listRoles()).map((role) => role.name);
  const found = names.find((known) => known === name) ??
    names.find((known) => known.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const hint = didYouMean(name, names, `: the roles are ${names.join(", ")}`);
  throw new UsageError(`Cannot create user: there is no role ${name}${hint}`);
}

async function listUsers(context: CliContext, options: ListOptions): Promise<void> {
  const [users, proxmoxTokens] = await withReadyDatabase(
    context,
    options,
    (database) =>
      Promise.all([new AccountStore(database).listUsers(), new ProxmoxTokens(database).list()]),
  );
  const rows = users.map((user) => ({
    id: user.id,
    name: user.username,
    role: user.role?.name ?? null,
    scope: scopeOfUser(user),
    superuser: user.isSuperuser,
    active: user.isActive,
    proxmox_token: proxmoxTokens.get(user.id)?.tokenId ?? null,
  }));
  if (options.json) return context.io.out(JSON.stringify(rows, null, 2));
  context.io.out(table(
    ["id", "name", "role", "scope", "active"],
    rows.map((row) => [
      String(row.id),
      row.name,
      row.role ?? "-",
      row.scope,
      row.active ? "yes" : "no",
    ]),
  ));
}
