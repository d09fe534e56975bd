import { AccountStore } from "../../auth/account_store.ts";
import { ProxmoxTokens } from "../../auth/proxmox_tokens.ts";
import { scopeOfUser } from "../../auth/scope.ts";
import { UserLinks } from "../../auth/user_links.ts";
import type { CliContext, CommonOptions } from "../context.ts";
import { table } from "../table.ts";
import { withReadyDatabase } from "../with_store.ts";

export type ListOptions = CommonOptions & { readonly json?: boolean };

export async function listUsers(context: CliContext, options: ListOptions): Promise<void> {
  const { users, links, proxmoxTokens } = await withReadyDatabase(
    context,
    options,
    async (database) => {
      const store = new AccountStore(database);
      const links = new UserLinks(database, store);
      return {
        users: await store.listUsers(),
        links: database.ownTables ? await links.list() : [],
        proxmoxTokens: await new ProxmoxTokens(database).list(),
      };
    },
  );
  const rows = users.map((user) => ({
    id: user.id,
    name: user.username,
    role: user.role?.name ?? null,
    scope: scopeOfUser(user),
    superuser: user.isSuperuser,
    active: user.isActive,
    proxmox_token: proxmoxTokens.get(user.id)?.tokenId ?? null,
    links: links.filter(({ userId }) => userId === user.id)
      .map(({ issuer, subject, groupsAt }) => ({ issuer, subject, by_group: groupsAt !== null })),
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
