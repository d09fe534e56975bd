import { hash } from "node:crypto";
import type { TokenRecord } from "./accounts.ts";
import { includesAddress, readAddressList } from "./address.ts";
import { effectiveScope, PERMISSIONS, type Scope } from "./scope.ts";

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
export function hashToken(raw: string): string {
  return hash("sha512", raw, "hex");
}

export type TokenFlaw = "revoked" | "expired" | "user inactive";

/**
 * Why a token is not good for anyone now. It is expired from the very instant of `expires`; a time that
 * cannot be read counts as past.
 */
function flawsOf({ isActive, expires, user }: TokenRecord, now: Date): TokenFlaw[] {
  const flaws: (TokenFlaw | null)[] = [
    isActive ? null : "revoked",
    expires === null || now < expires ? null : "expired",
    user.isActive ? null : "user inactive",
  ];
  return flaws.filter((flaw) => flaw !== null);
}

/** What is said of a token in one word: what weighs most when several things are wrong with it. */
export function tokenState(record: TokenRecord, now: Date): TokenFlaw | "active" {
  const flaws = flawsOf(record, now);
  return flaws.includes("revoked") ? "revoked" : flaws.at(-1) ?? "active";
}

const NO_LIST = readAddressList([]);

/**
 * Whether a token is good now, for a client at `address` (no address: that one is not looked at).
 * Every condition is worked out whatever the others say, so that time tells nothing either.
 */
export function judgeToken(
  record: TokenRecord,
  { address, now }: { address?: string; now: Date },
): Judgement {
  const anyAddress = record.allowedIps.trim() === "";
  const list = anyAddress ? NO_LIST : readAddressList(record.allowedIps.split(","));
  const allowed = includesAddress(list, address ?? "");
  const reasons = [
    ...flawsOf(record, now).map((flaw) =>
      flaw === "user inactive" ? `user ${record.user.username} is not active` : flaw
    ),
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
