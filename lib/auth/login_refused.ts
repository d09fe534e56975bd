import { AppError } from "../errors.ts";

const UNAUTHORIZED = "Authentication required. Provide a valid token.";

/** Why a login was refused, for the log only: callers are told the same whatever the reason. */
export class LoginRefused extends Error {
  /** Whether it may have been one try of many; false for a token that was really issued. */
  readonly isGuess: boolean;

  constructor(reason: string, { isGuess = true }: { isGuess?: boolean } = {}) {
    super(reason);
    this.isGuess = isGuess;
  }
}

/** The error to refuse a login with. */
export function unauthorized(reason: string, options: { isGuess?: boolean } = {}): AppError {
  return new AppError("unauthorized", UNAUTHORIZED, { cause: new LoginRefused(reason, options) });
}

/** True when the login was refused for a token that somebody may have guessed. */
export function isGuess({ cause }: AppError): boolean {
  return !(cause instanceof LoginRefused) || cause.isGuess;
}
