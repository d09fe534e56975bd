import { DEFAULT_CLUSTER } from "../../lib/database/cluster_name.ts";
import { keyFor, makeAuditKey } from "../../lib/audit/key.ts";
import { PROXMOX_TOKENS, ProxmoxTokens, TokenSeal } from "../../lib/auth/proxmox_tokens.ts";
import type { FakeToken } from "../fake_pve.ts";
import { Site, type SiteOptions } from "../site.ts";
import { Folder } from "./folder.ts";
import { tokenOf } from "./approval.ts";

/** A site whose users may have Proxmox tokens of their own. */
export interface OwnTokens extends AsyncDisposable {
  readonly site: Site;
  /** Makes a user with this token; gives a token for the server. */
  user(name: string, own?: FakeToken): Promise<string>;
  /** Names another token for a user that is there. */
  name(user: string, own: FakeToken): Promise<void>;
}

export async function startOwnTokens(
  { config = {}, key, ...options }: SiteOptions & { key?: Uint8Array<ArrayBuffer> } = {},
): Promise<OwnTokens> {
  const folder = await Folder.make();
  const audit = await makeAuditKey(folder.at("key"));
  if (audit === null) throw new Error("the key is there already");
  const seal = new TokenSeal(key ?? keyFor(audit, PROXMOX_TOKENS));
  const keyFile = { key_file: folder.at("key") };
  const site = await Site.start({ ...options, config: { ...config, audit: keyFile } });
  const name = async (username: string, own: FakeToken) => {
    const user = (await site.store.listUsers()).find((each) => each.username === username);
    const owner = {
      cluster: DEFAULT_CLUSTER,
      userId: user?.id ?? 0,
      tokenId: `${own.user}!${own.name}`,
    };
    const sealed = await seal.seal(own.value, owner);
    const at = new Date();
    await new ProxmoxTokens(site.database).put(owner.userId, { ...owner, sealed, at });
  };
  return {
    site,
    name,
    user: async (username, own) => {
      const token = await tokenOf(site.store, username);
      if (own) await name(username, own);
      return token;
    },
    [Symbol.asyncDispose]: async () => {
      await site[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** A token in Proxmox whose user was granted this role there. */
export function grantedToken(
  { fake }: Pick<Site, "fake">,
  user: string,
  ...grants: readonly { path: string; roleid: string }[]
): FakeToken {
  const { acl, tokens, users } = fake.state;
  users.set(user, { userid: user, enable: true, expire: 0, groups: [] });
  const token = { user, name: "mcp", value: crypto.randomUUID(), privsep: false, expire: 0 };
  tokens.push(token);
  acl.push(
    ...grants.map((grant) => ({ ...grant, type: "user", ugid: user, propagate: true }) as const),
  );
  return token;
}
