import type { AccountStore } from "../lib/auth/account_store.ts";
import type { NewToken } from "../lib/auth/accounts.ts";
import type { Permission } from "../lib/auth/scope.ts";
import { generateToken, hashToken } from "../lib/auth/token.ts";

/** Makes a token and returns it raw. */
export async function createAuthenticatedToken(
  store: AccountStore,
  { username, permission, now, ...rest }:
    & { username: string; permission: Permission; now: () => Date }
    & Partial<NewToken>,
): Promise<string> {
  const raw = generateToken();
  await store.createToken({
    name: `${username} ${permission}`,
    expires: null,
    allowedIps: "",
    ...rest,
    username,
    permission,
    createdAt: now(),
    tokenHash: await hashToken(raw),
  });
  return raw;
}
