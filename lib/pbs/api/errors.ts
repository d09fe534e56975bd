import type { ErrorCode } from "../../errors.ts";
import { UpstreamError, type UpstreamFacts } from "../../upstream/error.ts";

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

interface Facts extends UpstreamFacts<PbsErrorKind> {
  /** The name that the config gives the server. */
  readonly server: string;
}

/**
 * A failure of a Proxmox Backup Server. Its kind is decided in `failures.ts` and its table of `reasons.ts`
 * only.
 */
export class PbsError extends UpstreamError<PbsErrorKind> {
  readonly server: string;

  constructor(code: ErrorCode, message: string, { server, ...facts }: Facts) {
    super(code, message, facts);
    this.name = "PbsError";
    this.server = server;
  }

  protected override told(message: string, facts: UpstreamFacts<PbsErrorKind>): PbsError {
    return new PbsError(this.code, message, { ...facts, server: this.server });
  }
}

/** True for a PbsError of one of these kinds. */
export function isPbsKind(error: unknown, ...kinds: PbsErrorKind[]): error is PbsError {
  return error instanceof PbsError && kinds.includes(error.kind);
}
