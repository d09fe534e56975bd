import type { TokenRecord } from "./accounts.ts";
import { mayReachCluster } from "./limits.ts";
import { tokenState } from "./token.ts";

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;
const UNUSED_DAYS = 30;
const TOKENS_SHOWN = 10;

/** What somebody may want to know of the tokens; `quiet` is no reason to do anything. */
export interface TokenNote {
  readonly quiet: boolean;
  readonly text: string;
}

/** Active tokens that expire within so many milliseconds, the next ones first. */
export function expiringWithin(
  tokens: readonly TokenRecord[],
  { ms, now }: { readonly ms: number; readonly now: Date },
): TokenRecord[] {
  const until = now.getTime() + ms;
  const expiry = ({ expires }: TokenRecord) => expires?.getTime() ?? Infinity;
  return tokens.filter((token) => tokenState(token, now) === "active" && expiry(token) <= until)
    .toSorted((a, b) => expiry(a) - expiry(b));
}

/**
 * A line for each kind of active token that one should know of, with how many there are and which.
 *
 * @param options.clusters those that the config names
 */
export function notesOn(
  tokens: readonly TokenRecord[],
  { now, clusters }: { readonly now: Date; readonly clusters: readonly string[] },
): TokenNote[] {
  const active = tokens.filter((token) => tokenState(token, now) === "active");
  const madeBefore = now.getTime() - UNUSED_DAYS * DAY_MS;
  const unused = active.filter(({ lastUsed, createdAt }) =>
    lastUsed === null && createdAt.getTime() <= madeBefore
  );
  const astray = active.filter(({ limits }) =>
    !clusters.some((name) => mayReachCluster(limits, name))
  );
  const kinds: [string, readonly TokenRecord[], boolean][] = [
    [
      `expire within ${SOON_DAYS} days`,
      expiringWithin(active, { ms: SOON_DAYS * DAY_MS, now }),
      false,
    ],
    [`were made ${UNUSED_DAYS} days ago or earlier and never used`, unused, false],
    ["are limited to clusters that the config does not name", astray, false],
    ["have no expiry", active.filter(({ expires }) => expires === null), true],
  ];
  return kinds.filter(([, found]) => found.length > 0).map(([what, found, quiet]) => ({
    quiet,
    text: `active tokens that ${what}: ${found.length} (${idsOf(found)})`,
  }));
}

function idsOf(tokens: readonly TokenRecord[]): string {
  const shown = tokens.slice(0, TOKENS_SHOWN).map(({ id, user }) => `#${id} of ${user.username}`);
  return [...shown, ...tokens.length > TOKENS_SHOWN ? ["…"] : []].join(", ");
}
