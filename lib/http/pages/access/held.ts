import type { TokenRecord } from "../../../auth/accounts.ts";
import type { Passkey } from "../../../auth/passkeys.ts";
import { isUsablePassword } from "../../../auth/password.ts";
import { effectiveScope, scopeOfUser } from "../../../auth/scope.ts";
import type { SignIn } from "../../../auth/sign_ins.ts";
import { judgeToken } from "../../../auth/token.ts";
import type { Person } from "../person.ts";
import type { PageApp } from "../services.ts";

/** A token, and how it came to be. */
export interface Held {
  readonly token: TokenRecord;
  /** Undefined where it was handed over. */
  readonly signIn: SignIn | undefined;
  readonly isThis: boolean;
}

/** What somebody may see and end. */
export interface Access {
  /** The one in use comes first, then what was made last. */
  readonly held: readonly Held[];
  /** Whether the one in use stands for everything that the user may do: only that sees the others. */
  readonly whole: boolean;
  /** For whoever has proved to be the user, not just to bear a token; null otherwise. */
  readonly own: { readonly passkeys: readonly Passkey[]; readonly hasPassword: boolean } | null;
}

export async function accessOf(person: Person, { pages }: PageApp): Promise<Access> {
  const { principal, signIn } = person;
  const { userId, tokenId } = principal;
  const now = pages.now();
  const tokens = (await pages.accounts.listTokensOf(userId, now))
    .filter((token) => judgeToken(token, { now }).good);
  const signIns = new Map(
    (await pages.signIns?.ofUser(userId) ?? []).map((each) => [each.tokenId, each]),
  );
  const all = tokens.map((token) => ({
    token,
    signIn: signIns.get(token.id),
    isThis: token.id === tokenId,
  })).toSorted((a, b) => Number(b.isThis) - Number(a.isThis) || b.token.id - a.token.id);
  const self = all.find(({ isThis }) => isThis);
  const whole = self !== undefined && isWhole(self);
  const held = all.filter(({ isThis }) => whole || isThis);
  if (pages.own === null || signIn?.kind !== "browser") return { held, whole, own: null };
  const found = await pages.accounts.userWithPassword(principal.user);
  return {
    held,
    whole,
    own: {
      passkeys: await pages.own.passkeys.ofUser(userId),
      hasPassword: found !== undefined && isUsablePassword(found.password),
    },
  };
}

/** A browser's session, or a token that was handed over with all that its user may do. */
function isWhole({ token, signIn }: Held): boolean {
  if (signIn !== undefined) return signIn.kind === "browser";
  return token.limits === null && effectiveScope(token) === scopeOfUser(token.user);
}
