import { AppError } from "../errors.ts";
import type { NewToken } from "./accounts.ts";

/** Throws AppError `invalid` for a hash or a name that a token cannot have. */
export function requireToken(token: NewToken): void {
  if (!/^[0-9a-f]{128}$/.test(token.tokenHash)) {
    throw new AppError("invalid", "Cannot create token: its hash is not a lower-case hex SHA-512");
  }
  if (token.name.trim() === "" || token.name.length > 100 || /\p{Cc}/u.test(token.name)) {
    throw new AppError("invalid", "Cannot create token: its name must have 1 to 100 characters");
  }
}

/** Throws AppError `invalid` unless Django's own validator would take the name. */
export function requireUsername(username: string): void {
  if (/^[\p{L}\p{N}_.@+-]{1,150}$/u.test(username)) return;
  throw new AppError(
    "invalid",
    `Cannot create user ${JSON.stringify(username)}: ` +
      "a name has 1 to 150 letters, digits and @ . + - _",
  );
}

/** What Django writes for a user without a password: `!` and 40 random characters. */
export function unusablePassword(): string {
  return `!${crypto.getRandomValues(new Uint8Array(20)).toHex()}`;
}
