import type { Scope } from "./scope.ts";

/** What a token that was issued elsewhere stands for here. */
export interface IssuedToken {
  /** The hash of the row that it is used by; nobody can present what that is the hash of. */
  readonly tokenHash: string;
  /** The most that the token itself allows. */
  readonly scope: Scope;
  /** Whether groups gave its user the account, so that it counts only while they give it a role. */
  readonly byGroup: boolean;
}

/** Reads the tokens that others have issued for this server. */
export interface IssuedTokens {
  /** Whether a bearer is to be read as such a token, whatever comes of it. */
  includes(bearer: string): boolean;
  /**
   * Throws AppError `unauthorized` as `unauthorized` makes it, `unavailable` when nobody can tell whether the
   * token is good.
   */
  find(bearer: string): Promise<IssuedToken>;
  /** Drops what is remembered of a token. */
  forget(bearer: string): void;
}
