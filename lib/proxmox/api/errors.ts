import { STATUS_CODES } from "node:http";
import { AppError, type ErrorCode } from "../../errors.ts";

/** One answer that is not 2xx, as far as it could be read. */
export interface FailedAnswer {
  readonly status: number;
  readonly body: string;
  /** The status line's text, where the transport knows it. */
  readonly reason?: string;
  /** True when the request could have changed something. */
  readonly change: boolean;
  /** `user@realm!name`; shown in messages. Never the token's value. */
  readonly tokenId: string;
}

/** This Proxmox has no such method: an older version, or a newer one that dropped it. */
export class NotOffered extends AppError {
  constructor(message: string) {
    super("unavailable", message);
    this.name = "NotOffered";
  }
}

const UNKNOWN_OUTCOME = "whether the change was made is unknown: look before trying again";

/** Which of the two is said depends on whether the configuration has the option at all. */
const AGENT_AWAY = /QEMU guest agent is not running|No QEMU guest agent configured/i;

/**
 * Reads Proxmox's reason from the body (`message`, and `errors` per parameter) and gives it the code
 * that callers can act on. Not found, locked and no quorum are all status 500 and told apart by
 * their texts; 401, 595 and 596 come without a body.
 */
export function failureOf(answer: FailedAnswer): AppError {
  const { status } = answer;
  const { message: told, errors } = readBody(answer.body);
  // Older versions give the reason in the status line only.
  const message = told || (answer.reason === STATUS_CODES[status] ? "" : answer.reason ?? "");
  if (status === 401) {
    return new AppError(
      "unavailable",
      `Proxmox rejected the API token ${answer.tokenId}${
        message === "" ? "" : ` (${message})`
      }; check auth.user, auth.token_name and auth.token_value, and that the token is not expired`,
    );
  }
  if (status === 403) return new AppError("forbidden", forbiddenText(message, answer.tokenId));
  if (status === 400) {
    const details = Object.entries(errors).map(([key, text]) => `${key}: ${text}`).join("; ");
    const code = Object.values(errors).some(isMissing) ? "not_found" : "invalid";
    return new AppError(code, [message.replace(/\.$/, ""), details].filter(Boolean).join(": "));
  }
  if (status === 501) {
    return new NotOffered(message || "this Proxmox does not offer that method");
  }
  if (status >= 502) return unreachable(answer, message);
  if (status >= 300 && status < 400) {
    return new AppError("unavailable", `Proxmox answered with a redirect (${status})`);
  }
  return reasonFailure(
    message ||
      `Proxmox answered with status ${status} and no reason (older versions give it only where proxmox.fingerprint is set)`,
  );
}

/** The error for a text that Proxmox gives as a reason, in an answer or as a task's exit status. */
export function reasonFailure(reason: string): AppError {
  return new AppError(codeOfReason(reason), withRemedy(reason));
}

function codeOfReason(reason: string): ErrorCode {
  if (/no quorum|\/etc\/pve\/.*Permission denied/i.test(reason) || AGENT_AWAY.test(reason)) {
    return "unavailable";
  }
  // The agent's process is there but hangs.
  if (/qmp command 'guest-|qga socket/.test(reason)) {
    return "unavailable";
  }
  if (isMissing(reason)) return "not_found";
  if (isModified(reason)) return "conflict";
  if (
    /is locked|can't lock file|checksum mismatch|already (running|exists|in use|defined|used)|protection|not running|is running|can't (remove|delete|migrate)|got timeout|is a template|base volume|in use/i
      .test(reason)
  ) return "conflict";
  if (/only root can|not allowed|Permission check failed/i.test(reason)) return "forbidden";
  if (
    /not installed|Agent error|Connection refused|No route to host|storage '[^']+' is (disabled|not (online|available))/i
      .test(reason)
  ) return "unavailable";
  return "internal";
}

/** True when a configuration was changed after its digest was read; VMs and containers say it differently. */
export function isModified(reason: string): boolean {
  return /checksum miss?match \(file|detected modified configuration/i.test(reason);
}

function isMissing(reason: string): boolean {
  // "not defined in schema" is a parameter that this Proxmox does not know.
  return /does not exist|no such|hostname lookup|not found|not defined(?! in schema)/i.test(reason);
}

function withRemedy(reason: string): string {
  if (AGENT_AWAY.test(reason)) {
    return `${reason}; install qemu-guest-agent in the guest, start it, and set the VM's option agent to 1`;
  }
  if (/no quorum|\/etc\/pve\/.*Permission denied/i.test(reason)) {
    return `${reason}; the cluster has no quorum, so nothing can be changed: see get_cluster_status`;
  }
  if (isModified(reason)) {
    return `${reason}; the configuration was changed meanwhile: read it again, then retry`;
  }
  if (/hostname lookup/i.test(reason)) {
    const node = reason.match(/'([^']+)'/)?.[1];
    return `node ${node ? `'${node}' ` : ""}does not exist; see get_nodes`;
  }
  return reason;
}

function forbiddenText(message: string, tokenId: string): string {
  const [, where, privilege] = message.match(/\((\/[^,()]*), ([A-Za-z.|, ]+)\)/) ?? [];
  if (where !== undefined && privilege !== undefined) {
    return `the Proxmox API token ${tokenId} lacks the privilege ${privilege} on ${where}`;
  }
  const reason = message || "permission denied";
  return `Proxmox refused the API token ${tokenId}: ${reason}`;
}

function unreachable(answer: FailedAnswer, message: string): AppError {
  const what = {
    502: "bad gateway",
    503: "service unavailable",
    504: "gateway timeout",
    595: "the node cannot be reached (down, or its pveproxy or pvedaemon is stopped)",
    596: "the connection between the nodes broke",
    599: "too many connections between the nodes",
  }[answer.status] ?? "the server failed";
  const reason = message === "" ? what : `${what}: ${message}`;
  // 595 means that the peer was never reached; after the others the change may have been made.
  const doubt = answer.change && answer.status !== 595 ? `; ${UNKNOWN_OUTCOME}` : "";
  return new AppError("unavailable", `Proxmox answered ${answer.status}, ${reason}${doubt}`);
}

function readBody(body: string): { message: string; errors: Record<string, string> } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { message: body.trim().split("\n")[0]?.slice(0, 500) ?? "", errors: {} };
  }
  const record = typeof parsed === "object" && parsed !== null ? parsed : {};
  const message = "message" in record ? String(record.message ?? "").trim() : "";
  const errors: Record<string, string> = {};
  if ("errors" in record && typeof record.errors === "object" && record.errors !== null) {
    for (const [key, value] of Object.entries(record.errors)) errors[key] = String(value).trim();
  }
  return { message, errors };
}

/**
 * The error for a request that got no answer. `sent` is false when the connection was never made,
 * so that nothing can have happened.
 */
export function connectionFailure(
  cause: unknown,
  options: { endpoint: string; change: boolean; sent: boolean },
): AppError {
  const reason = causeText(cause);
  if (/certificate|UnknownIssuer|self.signed|NotValidForName|fingerprint/i.test(reason)) {
    return new AppError(
      "unavailable",
      `cannot trust the certificate of ${options.endpoint} (${reason}); set proxmox.ca_file to the cluster's CA ` +
        `(/etc/pve/pve-root-ca.pem on a node), or proxmox.fingerprint, or proxmox.verify_ssl to false`,
      { cause },
    );
  }
  const doubt = options.change
    ? (options.sent ? `; ${UNKNOWN_OUTCOME}` : "; nothing was sent")
    : "";
  return new AppError("unavailable", `cannot reach Proxmox at ${options.endpoint}${doubt}`, {
    cause,
  });
}

/** True when the connection was never made: refused, unresolvable, no route, or not trusted. */
export function neverConnected(cause: unknown): boolean {
  return /refused|dns error|failed to lookup|unreachable|No route|tcp connect|certificate|fingerprint|ENOTFOUND|EHOSTUNREACH/i
    .test(causeText(cause));
}

function causeText(error: unknown): string {
  const parts: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    parts.push(at.message);
  }
  return parts.join(": ") || String(error);
}
