import type { TokenRecord, UserRecord } from "./accounts.ts";
import { includesAddress, readAddressList } from "./address.ts";
import { lesserScope, PERMISSIONS, type Scope, scopeOfPermission } from "./scope.ts";

/** What a token's row says about a request. The reason is for the log only, never for the caller. */
export type Judgement =
  | { readonly good: true; readonly scope: Scope }
  | { readonly good: false; readonly reason: string };

/** A new raw token: `pmcp_` and 32 random bytes as base64url. */
export function generateToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `pmcp_${bytes.toBase64({ alphabet: "base64url", omitPadding: true })}`;
}

/** Lower-case hex SHA-512 of the raw token's UTF-8, as `auth_application_tokens.token_hash` holds it. */
export async function hashToken(raw: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-512", new TextEncoder().encode(raw));
  return new Uint8Array(digest).toHex();
}

/** The lesser of the token's permission and what its user's role allows. */
export function effectiveScope(record: TokenRecord): Scope {
  return lesserScope(scopeOfPermission(record.permission), scopeOfUser(record.user));
}

function scopeOfUser({ role, isSuperuser }: UserRecord): Scope {
  if (role === null) return isSuperuser ? "admin" : "user";
  if (role.isSuperuser || role.canAdmin) return "admin";
  return role.canWrite ? "write" : "user";
}

/**
 * Whether a token is good now, for a client at `address` (no address: that one is not looked at).
 * Every condition is worked out whatever the others say, so that time tells nothing either. A token is
 * expired from the very instant of `expires`; a time that cannot be read counts as past.
 */
export function judgeToken(
  record: TokenRecord,
  { address, now }: { address?: string; now: Date },
): Judgement {
  const anyAddress = record.allowedIps.trim() === "";
  const list = readAddressList(anyAddress ? [] : record.allowedIps.split(","));
  const allowed = includesAddress(list, address ?? "");
  const reasons = [
    record.isActive ? "" : "revoked",
    record.expires === null || now < record.expires ? "" : "expired",
    record.user.isActive ? "" : `user ${record.user.username} is not active`,
    PERMISSIONS.includes(record.permission) ? "" : `unknown permission ${record.permission}`,
    anyAddress || allowed || address === undefined ? "" : addressReason(address, list.malformed),
  ].filter((reason) => reason !== "");
  if (reasons.length > 0) return { good: false, reason: reasons.join(", ") };
  return { good: true, scope: effectiveScope(record) };
}

function addressReason(address: string, malformed: readonly string[]): string {
  const reason = `address ${address} is not allowed`;
  if (malformed.length === 0) return reason;
  return `${reason} (malformed entries in allowed_ips: ${JSON.stringify(malformed)})`;
}
