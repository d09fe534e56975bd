import { AppError } from "../errors.ts";
import type { Scope } from "./scope.ts";

/** What stands behind a bearer that a client got by signing in. */
export interface Bearer {
  /** Lower-case hex SHA-512: which row among the tokens it is. */
  readonly tokenHash: string;
  /** The most that may be done with it, whatever the row allows. */
  readonly scope: Scope;
}

/** Knows bearers that are no token's raw form. */
export interface BearerSource {
  /**
   * Undefined for what this source has not made.
   *
   * @throws BearerEnded for what it has made, and is not good now or not good here
   */
  find(raw: string): Promise<Bearer | undefined>;
}

/** A bearer that was good once or is good elsewhere: who shows it guesses nothing. */
export class BearerEnded extends AppError {
  constructor(reason: string) {
    super("unauthorized", "Authentication required. Provide a valid token.", {
      cause: new Error(reason),
    });
    this.name = "BearerEnded";
  }
}
