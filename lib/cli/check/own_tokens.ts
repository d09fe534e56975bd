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
import { listed } from "../../proxmox/clip.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

type Kept = Awaited<ReturnType<ProxmoxTokens["list"]>>;

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
  const several = config.clusters.length > 1;
  return [
    ...strayed(config, kept),
    ...config.clusters.filter(({ auth }) => auth.require_own_token).map(({ name }) => {
      const lacking = users.filter(({ id, isActive }) => isActive && !kept.get(id)?.has(name));
      const finding = lacking.length === 0
        ? ok("own-tokens", "every active user has a Proxmox token")
        : warn(
          "own-tokens",
          `refused for want of a Proxmox token of their own: ${named(lacking)}`,
          namingCommand("NAME", name),
        );
      return several ? { ...finding, cluster: name } : finding;
    }),
  ];
}

/** A cluster that was given another name, or is there no more. */
function strayed({ clusters }: Config, kept: Kept): Finding[] {
  const known = new Set(clusters.map(({ name }) => name));
  const lost = new Set([...kept.values()].flatMap((tokens) => [...tokens.keys()]))
    .difference(known);
  return [...lost].map((name) => {
    const state = `users have Proxmox tokens to cluster ${name}, which the config does not name`;
    return warn("own-tokens", state, "give the cluster its name back, or keep them anew");
  });
}

async function unreadable(
  { audit: { key_file } }: Config,
  { kept, users }: { kept: Kept; users: UserRecord[] },
): Promise<UserRecord[]> {
  const held = users.filter(({ id }) => kept.has(id));
  if (held.length === 0 || key_file === null) return held;
  const seal = new TokenSeal(keyFor(await readAuditKey(key_file), PROXMOX_TOKENS));
  const opened = await Promise.all(held.map(async ({ id }) => {
    const tokens = [...kept.get(id)?.values() ?? []];
    return await Promise.all(tokens.map((token) => seal.open(token, id)));
  }));
  return held.filter((_, at) => opened[at]?.includes(undefined));
}

function named(users: readonly UserRecord[]): string {
  return listed(users.map(({ username }) => username));
}
