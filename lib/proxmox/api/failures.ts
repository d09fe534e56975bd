import { STATUS_CODES } from "node:http";
import type { AppError, ErrorCode } from "../../errors.ts";
import { UNKNOWN_OUTCOME } from "../../upstream/abort.ts";
import { whyUnreached } from "../../upstream/unreached.ts";
import { clip, quote } from "../clip.ts";
import { isKind, ProxmoxError, type ProxmoxErrorKind } from "./errors.ts";
import { parseLetters } from "./letters.ts";

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
  /** What to do when the token is rejected. */
  readonly rejected?: string | undefined;
  /** See ClientOptions. */
  readonly section?: string | undefined;
}

/** What is read of a reason, which a guest's agent may have made as long as it likes. */
const LONGEST_REASON = 4_000;

/**
 * Reads Proxmox's reason from the body (`message`, and `errors` per parameter) and tells its kind. Not
 * found, locked and no quorum are all status 500 and told apart by their texts; 401, 595 and 596 come
 * without a body.
 */
export function failureOf(answer: FailedAnswer): ProxmoxError {
  const { section = "", status, tokenId } = answer;
  const { message: said, errors } = readBody(answer.body);
  // Older versions give the reason in the status line only.
  const inStatus = answer.reason === STATUS_CODES[status] ? "" : answer.reason ?? "";
  const told = said || inStatus;
  const reason = clip(told, LONGEST_REASON);
  const facts = { status, reason, errors };
  if (status === 401) {
    const given = reason === "" ? "" : ` (${reason})`;
    const own =
      `check ${section}auth.user, ${section}auth.token_name and ${section}auth.token_value`;
    const { rejected = `${own}, and that the token is not expired` } = answer;
    const message = `Proxmox rejected the API token ${tokenId}${given}; ${rejected}`;
    return new ProxmoxError("unavailable", message, { ...facts, kind: "token_rejected" });
  }
  const absent = /^Permission check failed \((.* does not exist)\)$/.exec(reason)?.[1];
  if (status === 403 && absent !== undefined) {
    return new ProxmoxError("not_found", absent, { ...facts, kind: "missing" });
  }
  if (status === 403) {
    return new ProxmoxError("forbidden", forbiddenText(reason, tokenId), {
      ...facts,
      kind: "denied",
    });
  }
  if (status === 400) return refusedParameters(reason, errors);
  if (status === 501) {
    const message = reason || "this Proxmox does not offer that method";
    return new ProxmoxError("unavailable", message, { ...facts, kind: "not_offered" });
  }
  if (status >= 502) return unreachable(answer, reason);
  if (status >= 300 && status < 400) {
    const message = `Proxmox answered with a redirect (${status}), which is not followed; ${
      nodeItself(section)
    }`;
    return new ProxmoxError("unavailable", message, { ...facts, kind: "redirected" });
  }
  if (told !== "") return reasonFailure(told, status);
  if (status === 404) {
    const message = `Proxmox's API is not served there (404); ${nodeItself(section)}`;
    return new ProxmoxError("unavailable", message, { ...facts, kind: "not_offered" });
  }
  const message =
    `Proxmox answered with status ${status} and no reason (older versions give it only where ${section}proxmox.fingerprint is set)`;
  return new ProxmoxError("internal", message, { ...facts, kind: "other" });
}

function nodeItself(section: string): string {
  return `set ${section}proxmox.host and ${section}proxmox.port to a node itself`;
}

/** Which of the two is said depends on whether the configuration has the option at all. */
const AGENT_AWAY = /QEMU guest agent is not running|No QEMU guest agent configured/i;
const MISSING = /does not exist|no such|not found|not defined(?! in schema)/i;

/** The first line that fits a reason gives its kind. Texts as recorded on 9.2, some of older versions. */
const REASONS: readonly (readonly [ProxmoxErrorKind, ErrorCode, RegExp])[] = [
  // What a guest says decides about nothing else.
  ["missing", "not_found", /Agent error: .*(?:No such file|does not exist)/i],
  ["agent_blocked", "unavailable", /Agent error: Command \S+ has been disabled/i],
  ["agent_error", "conflict", /Agent error/i],
  ["no_quorum", "unavailable", /no quorum|\/etc\/pve\/.*Permission denied/i],
  ["agent_away", "unavailable", AGENT_AWAY],
  // The agent's process is there but hangs.
  ["agent_stuck", "unavailable", /(?:qmp|qga) command 'guest-|qga socket/],
  ["node_unresolved", "unavailable", /hostname lookup/i],
  ["not_installed", "unavailable", /exec of .* failed: No such file/i],
  ["missing", "not_found", MISSING],
  // VMs and containers say it differently.
  ["modified", "conflict", /checksum miss?match \(file|detected modified configuration/i],
  ["locked", "conflict", /is locked|can't lock file/i],
  ["not_running", "conflict", /^(?:VM|CT|container) '?\d+'? (?:is )?not running/i],
  ["exists", "conflict", /already (?:exists|defined|in use|used)/i],
  [
    "wrong_state",
    "conflict",
    /checksum mismatch|already running|protection|not running|is running|running container|can't (?:clone|remove|delete|migrate|move|rollback)|got timeout|is a template|base volume|in use|feature (?:is not|for .* is not) (?:available|supported)|shrink|remove that first/i,
  ],
  ["denied", "forbidden", /only root can|not allowed|Permission check failed/i],
  ["not_installed", "unavailable", /not installed|not (?:fully )?configured|not initialized/i],
  ["unreachable", "unavailable", /Connection refused|No route to host/i],
  ["storage_away", "unavailable", /storage '[^']+' is (?:disabled|not (?:online|available))/i],
];

/** The error for a text that Proxmox gives as a reason, in an answer or as a task's exit status. */
export function reasonFailure(told: string, status?: number): ProxmoxError {
  const reason = clip(told, LONGEST_REASON);
  const [kind, code] = REASONS.find(([, , pattern]) => pattern.test(reason)) ??
    ["other", "internal"] as const;
  return new ProxmoxError(code, withRemedy(kind, quoteGuest(reason)), { kind, reason, status });
}

/** What the agent says comes out of the guest. */
function quoteGuest(reason: string): string {
  return reason.replace(/(Agent error:?\s*)(.+)$/is, (_, head, said) => `${head}${quote(said)}`);
}

/** What a reason may be followed by: what to do about it. */
const REMEDIES: Readonly<Partial<Record<ProxmoxErrorKind, string>>> = {
  agent_away:
    "wait if the guest has just started, else install qemu-guest-agent in it, start or restart it there, and set the VM's option agent to 1, which its next start applies",
  agent_blocked:
    "wait if a backup or snapshot holds the guest's file systems frozen, else allow the command in the agent's own settings in the guest",
  modified: "the configuration was changed meanwhile: read it again, then retry",
};

function withRemedy(kind: ProxmoxErrorKind, reason: string): string {
  const remedy = REMEDIES[kind];
  return remedy === undefined ? reason : `${reason}; ${remedy}`;
}

function refusedParameters(reason: string, errors: Readonly<Record<string, string>>): ProxmoxError {
  const details = Object.entries(errors).map(([key, text]) => `${key}: ${text}`).join("; ");
  const message = [reason.replace(/\.$/, ""), details].filter(Boolean).join(": ");
  const facts = { status: 400, reason, errors };
  const texts = Object.values(errors);
  if (texts.some((text) => MISSING.test(text))) {
    return new ProxmoxError("not_found", message, { ...facts, kind: "missing" });
  }
  const unknown = texts.some((text) => text.includes("not defined in schema"));
  const kind = unknown ? "unknown_parameters" : "invalid_parameters";
  return new ProxmoxError("invalid", message, { ...facts, kind });
}

function forbiddenText(message: string, tokenId: string): string {
  const [, where, privilege] = message.match(/\((\/[^,()]*), ([A-Za-z.|, ]+)\)/) ?? [];
  if (where !== undefined && privilege !== undefined) {
    return `the Proxmox API token ${tokenId} lacks the privilege ${privilege} on ${where}`;
  }
  const reason = message || "permission denied";
  return `Proxmox refused the API token ${tokenId}: ${reason}`;
}

const UNREACHABLE: Readonly<Record<number, readonly [ProxmoxErrorKind, string]>> = {
  502: ["gateway", "bad gateway"],
  503: ["gateway", "service unavailable"],
  504: ["gateway", "gateway timeout"],
  595: ["node_away", "the node cannot be reached (down, or its pveproxy or pvedaemon is stopped)"],
  596: ["connection_broken", "the connection between the nodes broke"],
  599: ["connection_broken", "too many connections between the nodes"],
};

function unreachable({ change, status }: FailedAnswer, reason: string): ProxmoxError {
  const [kind, what] = UNREACHABLE[status] ?? ["gateway", "the server failed"];
  const told = reason === "" ? what : `${what}: ${reason}`;
  // 595 means that the peer was never reached; after the others the change may have been made.
  const doubt = change && kind !== "node_away" ? `; ${UNKNOWN_OUTCOME}` : "";
  const message = `Proxmox answered ${status}, ${told}${doubt}`;
  return new ProxmoxError("unavailable", message, { kind, reason, status });
}

function readBody(body: string): { message: string; errors: Record<string, string> } {
  let parsed: unknown;
  try {
    parsed = parseLetters(body);
  } catch {
    // A page of a server in between, or half an answer, says nothing to whoever called.
    const told = /^\s*[<{[]/.test(body) ? "" : body.trim().split("\n")[0] ?? "";
    return { message: told.slice(0, 500), errors: {} };
  }
  const record = typeof parsed === "object" && parsed !== null ? parsed : {};
  const message = "message" in record ? String(record.message ?? "").trim() : "";
  const errors: Record<string, string> = {};
  if ("errors" in record && typeof record.errors === "object" && record.errors !== null) {
    for (const [key, value] of Object.entries(record.errors)) errors[key] = String(value).trim();
  }
  return { message, errors };
}

/** An answer that came and cannot be used. */
export function garbled(message: string, cause?: unknown): ProxmoxError {
  return new ProxmoxError("unavailable", message, { kind: "garbled", cause });
}

/** The failure of a change that may have been made all the same: the answer cannot be used, or the agent gave none. */
export function doubted(error: AppError): AppError {
  const stuck = isKind(error, "agent_stuck") && error.status !== undefined;
  if (!isKind(error, "garbled") && !stuck) return error;
  return error.withMessage(`${error.message}; ${UNKNOWN_OUTCOME}`);
}

/** No answer within the time that a request may take. */
export function noAnswer(timeoutMs: number, change: boolean): ProxmoxError {
  const doubt = change ? `; ${UNKNOWN_OUTCOME}` : "";
  const message = `Proxmox did not answer within ${timeoutMs / 1000} s${doubt}`;
  return new ProxmoxError("timeout", message, { kind: "no_answer" });
}

/**
 * The error for a request that got no answer. `sent` is false when the connection was never made,
 * so that nothing can have happened.
 */
export function connectionFailure(
  cause: unknown,
  { change, endpoint, section = "", sent }: {
    endpoint: string;
    change: boolean;
    sent: boolean;
    section?: string | undefined;
  },
): ProxmoxError {
  const unreached = whyUnreached(cause);
  if (unreached.untrusted) {
    const { why, reason } = unreached;
    const message =
      `cannot trust the certificate of ${endpoint} (${why}); set ${section}proxmox.ca_file to the cluster's CA ` +
      `(/etc/pve/pve-root-ca.pem on a node), or ${section}proxmox.fingerprint, or ` +
      `${section}proxmox.verify_ssl to false`;
    return new ProxmoxError("unavailable", message, { kind: "untrusted", reason, cause });
  }
  const doubt = change ? (sent ? `; ${UNKNOWN_OUTCOME}` : "; nothing was sent") : "";
  const { why } = unreached;
  const message = `cannot reach Proxmox at ${endpoint}${why ? ` (${why})` : ""}${doubt}`;
  return new ProxmoxError("unavailable", message, { kind: "unreachable", cause });
}
