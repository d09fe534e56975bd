import type { ErrorCode } from "../../errors.ts";
import { UpstreamError, type UpstreamFacts } from "../../upstream/error.ts";

/** What went wrong, for code to tell apart; `other` is a reason that nothing here knows. */
export type ProxmoxErrorKind =
  | "agent_away"
  | "agent_blocked"
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

type Facts = UpstreamFacts<ProxmoxErrorKind>;

/** A failure of Proxmox VE. Its kind is decided in `failures.ts` only. */
export class ProxmoxError extends UpstreamError<ProxmoxErrorKind> {
  constructor(code: ErrorCode, message: string, facts: Facts) {
    super(code, message, facts);
    this.name = "ProxmoxError";
  }

  protected override told(message: string, facts: Facts): ProxmoxError {
    return new ProxmoxError(this.code, message, facts);
  }
}

/** True for a ProxmoxError of one of these kinds. */
export function isKind(error: unknown, ...kinds: ProxmoxErrorKind[]): error is ProxmoxError {
  return error instanceof ProxmoxError && kinds.includes(error.kind);
}

/** True for a failure after which a request may have been carried out. */
export function isDoubtful(error: unknown): boolean {
  return isKind(error, "connection_broken", "garbled", "gateway", "no_answer", "unreachable");
}

/** The guest whose configuration was not where it was looked for, of a failure of the kind `missing`. */
export function missedGuest({ reason }: ProxmoxError): { node: string; vmid: number } | undefined {
  const [, node, vmid] =
    /^Configuration file 'nodes\/([^/']+)\/(?:qemu-server|lxc)\/(\d+)\.conf' does not exist/.exec(
      reason,
    ) ?? [];
  return node === undefined ? undefined : { node, vmid: Number(vmid) };
}

/** The name that could not be looked up, of a failure of the kind `node_unresolved`. */
export function unresolvedName({ reason }: ProxmoxError): string | undefined {
  return /'([^']+)'/.exec(reason)?.[1];
}
