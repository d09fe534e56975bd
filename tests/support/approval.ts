import assert from "node:assert/strict";
import type { AccountStore } from "../../lib/auth/account_store.ts";
import type { TokenLimits } from "../../lib/auth/limits.ts";
import type { Site } from "../site.ts";
import { createAuthenticatedToken, createLimitedToken, NO_LIMITS } from "../tokens.ts";

/** A token of another user than the site's own. */
export async function tokenOf(
  store: AccountStore,
  username: string,
  { permission = "admin", limits }: {
    permission?: "write" | "admin";
    limits?: Partial<TokenLimits>;
  } = {},
): Promise<string> {
  const now = () => new Date();
  const users = await store.listUsers();
  if (!users.some((user) => user.username === username)) {
    await store.createUser({ username, roleName: null, isSuperuser: true, createdAt: now() });
  }
  return await createAuthenticatedToken(store, {
    username,
    permission,
    now,
    ...(limits ? { limits: { ...NO_LIMITS, ...limits } } : {}),
  });
}

/** A token of the site's own user whose changes need approval. */
export function asking(site: Site): Promise<string> {
  return createLimitedToken(site.store, { needsApproval: true });
}

/** Calls a tool whose change must wait; gives what the caller is told of the plan. */
export async function hold(
  site: Site,
  token: string,
  [tool, args]: readonly [tool: string, args: Record<string, unknown>],
  // deno-lint-ignore no-explicit-any -- each test knows the shape it asks for
): Promise<any> {
  const { value, text, isError } = await site.call(tool, args, { token });
  assert.equal(isError, false, text);
  assert.ok(value.approval, text);
  return value.approval;
}
