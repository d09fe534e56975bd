import type { AccountStore } from "../lib/auth/account_store.ts";
import type { NewToken } from "../lib/auth/accounts.ts";
import { NO_LIMITS, type TokenLimits } from "../lib/auth/limits.ts";
import type { Permission } from "../lib/auth/scope.ts";
import { generateToken, hashToken } from "../lib/auth/token.ts";

export { NO_LIMITS };

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
    tokenHash: hashToken(raw),
  });
  return raw;
}

/** Makes an admin's token with these limits and returns it raw. */
export function createLimitedToken(
  store: AccountStore,
  limits: Partial<TokenLimits>,
): Promise<string> {
  return createAuthenticatedToken(store, {
    username: "ada",
    permission: "admin",
    now: () => new Date(),
    limits: { ...NO_LIMITS, ...limits },
  });
}
