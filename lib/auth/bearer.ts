import { AppError } from "../errors.ts";
import type { Scope } from "./scope.ts";

const UNAUTHORIZED = "Authentication required. Provide a valid token.";

/** What stands behind a bearer that a client got by signing in. */
export interface Bearer {
  /** Lower-case hex SHA-512: which row among the tokens it is. */
  readonly tokenHash: string;
  /** The most that may be done with it, whatever the row allows. */
  readonly scope: Scope;
  /** Set when groups at an identity provider let the user in: only while they give a role. */
  readonly byGroup?: boolean;
}

/** Knows bearers that are no token's raw form. */
export interface BearerSource {
  /**
   * Undefined for what this source has not made.
   *
   * @throws BearerEnded for what it has made, and is not good now or not good here; AppError `unauthorized`
   * for what only looks so, `unavailable` when nobody can tell
   */
  find(raw: string): Promise<Bearer | undefined>;
  /** Drops what is remembered of a bearer, since what it stands for is not good. */
  forget?(raw: string): void;
}

/** The error to refuse a login with. The reason is for the log only: callers are told the same for all. */
export function unauthorized(reason: string): AppError {
  return new AppError("unauthorized", UNAUTHORIZED, { cause: new Error(reason) });
}

/** A bearer that was good once or is good elsewhere: who shows it guesses nothing. */
export class BearerEnded extends AppError {
  constructor(reason: string) {
    super("unauthorized", UNAUTHORIZED, { cause: new Error(reason) });
    this.name = "BearerEnded";
  }
}
