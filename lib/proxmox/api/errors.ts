import { AppError, type ErrorCode } from "../../errors.ts";

/** What went wrong, for code to tell apart; `other` is a reason that nothing here knows. */
export type ProxmoxErrorKind =
  | "agent_away"
  | "agent_error"
  | "agent_stuck"
  | "connection_broken"
  | "denied"
  | "exists"
  | "garbled"
  | "gateway"
  | "invalid_parameters"
  | "locked"
  | "missing"
  | "modified"
  | "no_answer"
  | "no_quorum"
  | "node_away"
  | "node_unresolved"
  | "not_installed"
  | "not_offered"
  | "not_running"
  | "other"
  | "redirected"
  | "storage_away"
  | "token_rejected"
  | "unknown_parameters"
  | "unreachable"
  | "untrusted"
  | "wrong_state";

export interface ProxmoxFacts {
  readonly kind: ProxmoxErrorKind;
  /** The HTTP status; undefined where no answer came, and for a task's end. */
  readonly status?: number | undefined;
  /** Proxmox's own words; empty where it gave none. */
  readonly reason?: string;
  /** What Proxmox said of single parameters. */
  readonly errors?: Readonly<Record<string, string>>;
}

/** A failure that Proxmox told, or that lies on the way to it. Its kind is decided in `failures.ts` only. */
export class ProxmoxError extends AppError {
  readonly kind: ProxmoxErrorKind;
  readonly status: number | undefined;
  readonly reason: string;
  readonly errors: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string,
    { cause, errors = {}, kind, reason = "", status }: ProxmoxFacts & { cause?: unknown },
  ) {
    super(code, message, { cause });
    this.name = "ProxmoxError";
    this.kind = kind;
    this.status = status;
    this.reason = reason;
    this.errors = errors;
  }

  override withMessage(message: string): ProxmoxError {
    return new ProxmoxError(this.code, message, this);
  }

  override cleaned(clean: (text: string) => string): ProxmoxError {
    const errors = Object.fromEntries(
      Object.entries(this.errors).map(([key, text]) => [key, clean(text)]),
    );
    const { cause, code, kind, message, reason, status } = this;
    const facts = { cause, errors, kind, reason: clean(reason), status };
    return new ProxmoxError(code, clean(message), facts);
  }
}

/** True for a ProxmoxError of one of these kinds. */
export function isKind(error: unknown, ...kinds: ProxmoxErrorKind[]): error is ProxmoxError {
  return error instanceof ProxmoxError && kinds.includes(error.kind);
}

/** The name that could not be looked up, of a failure of the kind `node_unresolved`. */
export function unresolvedName({ reason }: ProxmoxError): string | undefined {
  return /'([^']+)'/.exec(reason)?.[1];
}
