import { AccountStore } from "../../auth/account_store.ts";
import { ProxmoxTokens, type SealedTokens } from "../../auth/proxmox_tokens.ts";
import { scopeOfUser } from "../../auth/scope.ts";
import { UserLinks } from "../../auth/user_links.ts";
import { DEFAULT_CLUSTER } from "../../config/config.ts";
import type { CliContext, CommonOptions } from "../context.ts";
import { table } from "../table.ts";
import { withReadyDatabase } from "../with_store.ts";

export type ListOptions = CommonOptions & { readonly json?: boolean };

/** The token to the cluster that `proxmox` names, and those to others. */
function tokensShown(tokens: SealedTokens = new Map()) {
  const others = [...tokens.values()].filter(({ cluster }) => cluster !== DEFAULT_CLUSTER);
  return {
    proxmox_token: tokens.get(DEFAULT_CLUSTER)?.tokenId ?? null,
    ...(others.length === 0
      ? {}
      : { proxmox_tokens: others.map(({ cluster, tokenId }) => ({ cluster, token: tokenId })) }),
  };
}

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
    ...tokensShown(proxmoxTokens.get(user.id)),
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
