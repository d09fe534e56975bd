import type { TokenRecord } from "../../auth/accounts.ts";
import { effectiveScope } from "../../auth/scope.ts";
import { tokenState } from "../../auth/token.ts";
import { expiringWithin } from "../../auth/token_notes.ts";
import type { CliContext, CommonOptions } from "../context.ts";
import { shortTime, table } from "../table.ts";
import { withSchema } from "../with_store.ts";
import { limitText } from "./text.ts";

export type ListTokenOptions = CommonOptions & {
  readonly json?: boolean;
  /** Milliseconds. */
  readonly expiring?: number;
};

/** Prints every token with its state, never with more than the beginning of its hash. */
export async function listTokens(context: CliContext, options: ListTokenOptions): Promise<void> {
  const { io } = context;
  const now = io.now();
  const all = await withSchema(context, options, (store) => store.listTokens());
  const { expiring: ms } = options;
  const tokens = ms === undefined ? all : expiringWithin(all, { ms, now });
  if (options.json) {
    return io.out(JSON.stringify(tokens.map((token) => asJson(token, now)), null, 2));
  }
  io.out(table(
    ["id", "user", "name", "scope", "state", "expires", "last used", "allowed ips", "limits"],
    tokens.map((token) => [
      String(token.id),
      token.user.username,
      token.name,
      effectiveScope(token),
      tokenState(token, now),
      shortTime(token.expires),
      shortTime(token.lastUsed),
      token.allowedIps === "" ? "any" : token.allowedIps,
      limitText(token.limits),
    ]),
  ));
}

function asJson(token: TokenRecord, now: Date) {
  return {
    id: token.id,
    user: token.user.username,
    name: token.name,
    permission: token.permission,
    scope: effectiveScope(token),
    state: tokenState(token, now),
    created_at: token.createdAt.toISOString(),
    expires: token.expires?.toISOString() ?? null,
    last_used: token.lastUsed?.toISOString() ?? null,
    allowed_ips: token.allowedIps,
    hash_prefix: token.hashPrefix,
    limits: token.limits,
  };
}
