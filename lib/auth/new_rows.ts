import { typedHere } from "../command.ts";
import { AppError } from "../errors.ts";
import type { NewToken } from "./accounts.ts";

const SHORTEST_PASSWORD = 10;
const LONGEST_PASSWORD = 1_024;

/** Throws AppError `invalid` for a hash or a name that a token cannot have. */
export function requireToken(token: NewToken): void {
  if (!/^[0-9a-f]{128}$/.test(token.tokenHash)) {
    throw new AppError("invalid", "Cannot create token: its hash is not a lower-case hex SHA-512");
  }
  if (!isTokenName(token.name)) {
    throw new AppError("invalid", "Cannot create token: its name must have 1 to 100 characters");
  }
}

/** Whether a token can have this name. */
function isTokenName(name: string): boolean {
  return name.trim() !== "" && name.length <= 100 && !/\p{Cc}/u.test(name);
}

/** The error for a limit where no table holds limits. */
export function noLimits(): AppError {
  return new AppError("conflict", `Cannot limit a token: run \`${typedHere("migrate")}\` first`);
}

/** Throws AppError `invalid`, saying why, for a password that is easily guessed. */
export function requirePassword(password: string, username: string): void {
  const refuse = (state: string) => {
    throw new AppError("invalid", `Cannot set the password of ${username}: ${state}`);
  };
  const characters = [...password];
  if (characters.length < SHORTEST_PASSWORD) {
    refuse(`it needs at least ${SHORTEST_PASSWORD} characters, since short ones are soon guessed`);
  }
  if (characters.length > LONGEST_PASSWORD) {
    refuse(`it may have at most ${LONGEST_PASSWORD} characters`);
  }
  if (new Set(characters).size < 4) {
    refuse("it needs at least 4 different characters, since repetitions are soon guessed");
  }
  if (password.toLowerCase().includes(username.toLowerCase()) && username.length >= 4) {
    refuse("it holds the user's name, which is guessed first");
  }
  if (/\p{Cc}/u.test(password)) refuse("it holds control characters, which no form takes");
}

/** Throws AppError `invalid` unless Django's own validator would take the name, and keep it as it is. */
export function requireUsername(username: string): void {
  const isKept = username === username.normalize("NFKC");
  if (isKept && /^[\p{L}\p{N}_.@+-]{1,150}$/u.test(username)) return;
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
