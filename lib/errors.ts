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

/**
 * Turns whatever was thrown into an AppError. What is not ours becomes `internal` with a constant
 * message, so that no stack, path or secret of an unforeseen error reaches a caller.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError("internal", "Internal error: see the server's log", { cause: error });
}
