import { AppError, type ErrorCode } from "../../errors.ts";

/** What went wrong, for code to tell apart; `other` is a reason that nothing here knows. */
export type PbsErrorKind =
  | "away"
  | "daemon_away"
  | "denied"
  | "encrypted"
  | "exists"
  | "garbled"
  | "gateway"
  | "in_use"
  | "invalid_parameters"
  | "locked"
  | "missing"
  | "modified"
  | "no_answer"
  | "not_offered"
  | "offline"
  | "other"
  | "partly_done"
  | "protected"
  | "remote_away"
  | "store_away"
  | "token_rejected"
  | "unreachable"
  | "untrusted";

export interface PbsFacts {
  readonly kind: PbsErrorKind;
  /** The name that the config gives the server. */
  readonly server: string;
  /** The HTTP status; undefined where no answer came, and for a task's end. */
  readonly status?: number | undefined;
  /** The server's own words; empty where it gave none. */
  readonly reason?: string;
  /** What it said of single parameters. */
  readonly errors?: Readonly<Record<string, string>>;
}

/**
 * A failure that a Proxmox Backup Server told, or that lies on the way to it. Its kind is decided in
 * `failures.ts` and its table of `reasons.ts` only.
 */
export class PbsError extends AppError {
  readonly kind: PbsErrorKind;
  readonly server: string;
  readonly status: number | undefined;
  readonly reason: string;
  readonly errors: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string,
    { cause, errors = {}, kind, reason = "", server, status }: PbsFacts & { cause?: unknown },
  ) {
    super(code, message, { cause });
    this.name = "PbsError";
    this.kind = kind;
    this.server = server;
    this.status = status;
    this.reason = reason;
    this.errors = errors;
  }

  override withMessage(message: string): PbsError {
    return new PbsError(this.code, message, this);
  }

  override cleaned(clean: (text: string) => string): PbsError {
    const errors = Object.fromEntries(
      Object.entries(this.errors).map(([key, text]) => [key, clean(text)]),
    );
    const { cause, code, kind, message, reason, server, status } = this;
    const facts = { cause, errors, kind, reason: clean(reason), server, status };
    return new PbsError(code, clean(message), facts);
  }
}

/** True for a PbsError of one of these kinds. */
export function isPbsKind(error: unknown, ...kinds: PbsErrorKind[]): error is PbsError {
  return error instanceof PbsError && kinds.includes(error.kind);
}
