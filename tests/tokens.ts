import type { Permission } from "../lib/auth/scope.ts";
import type { NewToken, Store } from "../lib/auth/store.ts";
import { generateToken, hashToken } from "../lib/auth/token.ts";

/** Makes a token and returns it raw. */
export async function createAuthenticatedToken(
  store: Store,
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
