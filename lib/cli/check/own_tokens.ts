import { keyFor, readAuditKey } from "../../audit/key.ts";
import type { AccountStore } from "../../auth/account_store.ts";
import type { UserRecord } from "../../auth/accounts.ts";
import {
  namingCommand,
  PROXMOX_TOKENS,
  type ProxmoxTokens,
  TokenSeal,
} from "../../auth/proxmox_tokens.ts";
import type { Config } from "../../config/config.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

const MOST_NAMED = 20;

/** Which users have a Proxmox token of their own, where that matters, and whether all can be read. */
export async function checkOwnTokens(
  config: Config,
  { store, proxmoxTokens }: { store: AccountStore; proxmoxTokens: ProxmoxTokens },
): Promise<Finding[]> {
  const kept = await proxmoxTokens.list();
  const users = await store.listUsers();
  const sealed = await unreadable(config, { kept, users });
  if (sealed.length > 0) {
    const message = `those of ${named(sealed)} were not kept under this audit.key_file`;
    return [fail("own-tokens", message, `bring its file back, or ${namingCommand("NAME")}`)];
  }
  if (!config.auth.require_own_token) return [];
  const without = users.filter(({ id, isActive }) => isActive && !kept.has(id));
  return without.length === 0 ? [ok("own-tokens", "every active user has a Proxmox token")] : [
    warn(
      "own-tokens",
      `refused for want of a Proxmox token of their own: ${named(without)}`,
      namingCommand("NAME"),
    ),
  ];
}

async function unreadable(
  { audit: { key_file } }: Config,
  { kept, users }: { kept: Awaited<ReturnType<ProxmoxTokens["list"]>>; users: UserRecord[] },
): Promise<UserRecord[]> {
  const held = users.filter(({ id }) => kept.has(id));
  if (held.length === 0 || key_file === null) return held;
  const seal = new TokenSeal(keyFor(await readAuditKey(key_file), PROXMOX_TOKENS));
  const opened = await Promise.all(held.map(({ id }) => {
    const token = kept.get(id);
    return token && seal.open(token, id);
  }));
  return held.filter((_, at) => opened[at] === undefined);
}

function named(users: readonly UserRecord[]): string {
  const names = users.slice(0, MOST_NAMED).map(({ username }) => username).join(", ");
  return users.length > MOST_NAMED ? `${names} and ${users.length - MOST_NAMED} more` : names;
}
