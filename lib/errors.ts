import { typed } from "./command.ts";

/** The kinds of failure that callers can tell apart. */
export type ErrorCode =
  | "invalid"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "unavailable"
  | "timeout"
  | "internal";

/**
 * A failure with a public message. The message names the action, then the state
 * (`Cannot start VM 101: guest is locked (backup)`) and may be shown to any caller; the `cause` is
 * for the log only.
 */
export class AppError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "AppError";
    this.code = code;
  }

  /** The same failure, told in other words. */
  withMessage(message: string): AppError {
    return new AppError(this.code, message, { cause: this.cause });
  }

  /** The same failure, each of its texts cleaned of what must not be told. */
  cleaned(clean: (text: string) => string): AppError {
    return this.withMessage(clean(this.message));
  }
}

/** The message of whatever was thrown, for logs and for causes. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `text` with every run of white space as one space. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** The state behind a failed file or network call, in plain words and without a stack. */
export function ioReason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file or folder";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotCapable) {
    return `not among the permissions this process was started with (see: ${typed("flags")})`;
  }
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.NotADirectory) return "a part of the path is not a folder";
  if (error instanceof Deno.errors.AddrInUse) return "the address is in use";
  if (error instanceof Deno.errors.AddrNotAvailable) return "this machine has no such address";
  if (error instanceof Deno.errors.InvalidData) return "it is not UTF-8 text";
  return REASONS[codeOf(error)] ?? oneLine(messageOf(error));
}

const REASONS: Readonly<Record<string, string>> = {
  EROFS: "it is on a disk that is read-only",
  ENETUNREACH: "there is no way to that address",
  EHOSTUNREACH: "there is no way to that address",
};

/** The system's name for a failure, such as `EROFS`; empty when it has none. */
function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/**
 * Turns whatever was thrown into an AppError. What is not ours becomes `internal` with a constant
 * message, so that no stack, path or secret of an unforeseen error reaches a caller.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError("internal", "Internal error: see the server's log", { cause: error });
}

/**
 * For `catch`: what comes of a failure instead, of one with these codes where any are given. What else was
 * thrown is thrown on: it is a fault of this program, or somebody else's to tell.
 */
export function onFailure<T>(
  instead: (failure: AppError) => T,
  ...codes: readonly ErrorCode[]
): (error: unknown) => T {
  return (error) => {
    const isMeant = error instanceof AppError && (codes.length === 0 || codes.includes(error.code));
    if (isMeant) return instead(error);
    throw error;
  };
}

/** Waits for all; gives the messages of those that rejected. */
export async function failuresOf(all: readonly Promise<unknown>[]): Promise<readonly string[]> {
  const results = await Promise.allSettled(all);
  return results.filter((result) => result.status === "rejected")
    .map(({ reason }) => messageOf(reason));
}
