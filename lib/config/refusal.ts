import { AppError } from "../errors.ts";

/** What messages call the key at a path that a variable sets; undefined for its path. */
export type NameKey = (path: string) => string | undefined;

/** What an environment variable says cannot be used; the message names the variable. */
export class VariableError extends AppError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("invalid", message, options);
    this.name = "VariableError";
  }
}

/** Says of what is refused what is wrong with it. */
export type Refuse = (problem: string, options?: { cause?: unknown }) => AppError;

/** The refusal of what keys say: a VariableError where it is worded with the name of a variable. */
export function refusal(
  named: NameKey,
  word: (named: NameKey) => string,
  options?: { cause?: unknown },
): AppError {
  let blamed = false;
  const message = word((path) => {
    const name = named(path);
    blamed ||= name !== undefined;
    return name;
  });
  return blamed ? new VariableError(message, options) : new AppError("invalid", message, options);
}
