import { type AppError, oneLine } from "../../errors.ts";
import { UNKNOWN_OUTCOME } from "../../upstream/abort.ts";
import { whyUnreached } from "../../upstream/unreached.ts";
import { isPbsKind, PbsError } from "./errors.ts";
import { REASONS, REFUSED_VALUES } from "./reasons.ts";

/** Whose answer it is, for messages. */
export interface Answering {
  /** The name that the config gives the server. */
  readonly server: string;
  /** `user@realm!name`. Never the token's secret. */
  readonly tokenId: string;
}

/** One answer that is not 2xx. */
export interface FailedAnswer extends Answering {
  readonly status: number;
  /** Plain text, whatever its Content-Type says. */
  readonly body: string;
  /** True when the request could have changed something. */
  readonly change: boolean;
}

const REFUSED = "parameter verification failed";

/** How messages call the server. */
export function labelOf({ server }: Pick<Answering, "server">): string {
  return `backup server ${server}`;
}

/** What an answer that is not 2xx means. */
export function failureOf(answer: FailedAnswer): PbsError {
  const { body, server, status, tokenId } = answer;
  const reason = reasonIn(body);
  const label = labelOf(answer);
  const facts = { server, status, reason };
  // Not each 401 is about the token: some tell of a right that it lacks.
  if (status === 401 && (reason === "" || reason === "authentication failed")) {
    const message = `${label} rejected the API token ${tokenId}; check user, token_name and ` +
      `token_value in backup_servers.${server}, and that the token and its user are enabled there ` +
      "and not expired";
    return new PbsError("unavailable", message, { ...facts, kind: "token_rejected" });
  }
  if (status === 404) {
    const told = reason === "" ? "" : `: ${reason}`;
    const message = `${label} does not offer that (404${told}); its version may be older, or ` +
      `backup_servers.${server}.host and port lead to another program`;
    return new PbsError("unavailable", message, { ...facts, kind: "not_offered" });
  }
  if (status >= 300 && status < 400) {
    const message = `${label} answered with a redirect (${status}), which is not followed; set ` +
      `backup_servers.${server}.host and port to the server itself`;
    return new PbsError("unavailable", message, { ...facts, kind: "gateway" });
  }
  if (status >= 502) {
    const doubt = answer.change ? `; ${UNKNOWN_OUTCOME}` : "";
    const message = `what stands before ${label} answered ${status}${doubt}`;
    return new PbsError("unavailable", message, { ...facts, kind: "gateway" });
  }
  if (status === 401 || status === 403) {
    const known = reasonFailure(reason, answer);
    return isPbsKind(known, "denied") ? known : denied(answer, facts);
  }
  const errors = parametersIn(reason);
  return Object.keys(errors).length === 0
    ? reasonFailure(reason, answer)
    : refused({ ...facts, errors }, answer);
}

/** The error for a text that the server gives as a reason, in an answer or as a task's end. */
export function reasonFailure(
  reason: string,
  { status, ...answering }: Answering & { readonly status?: number },
): PbsError {
  const { server } = answering;
  const label = labelOf(answering);
  const told = reason === "" ? "it gave no reason" : oneLine(reason);
  if (REFUSED_VALUES.some((said) => said.test(reason))) {
    const facts = { kind: "invalid_parameters", server, status, reason } as const;
    return new PbsError("invalid", `${label}: ${told}`, facts);
  }
  for (const { kind, code, said, remedy } of REASONS) {
    const match = said.exec(reason);
    if (match === null) continue;
    const facts = { kind, server, status, reason };
    if (kind === "denied") return denied(answering, { ...facts, remedy, ...match.groups });
    const message = `${label}: ${told}${remedy === undefined ? "" : `; ${remedy}`}`;
    return new PbsError(code, message, facts);
  }
  return new PbsError("internal", `${label}: ${told}`, { kind: "other", server, status, reason });
}

interface Lacking {
  readonly server: string;
  readonly status?: number | undefined;
  readonly reason: string;
  readonly remedy?: string | undefined;
  readonly privilege?: string;
  readonly path?: string;
}

/** A token can do what both it and its user may. */
function denied(
  { tokenId, ...answering }: Answering,
  { remedy, privilege, path, ...facts }: Lacking,
): PbsError {
  const label = labelOf(answering);
  const grant = "a right must be granted to the token and to its user";
  const message = privilege === undefined
    ? `${label} refused the API token ${tokenId}: ${
      oneLine(facts.reason) || "permission denied"
    }; ` +
      (remedy ?? grant)
    : `the API token ${tokenId} of ${label} lacks the privilege ${
      privilege.replaceAll("|", " or ")
    } on ${path}; ${grant}`;
  return new PbsError("forbidden", message, { ...facts, kind: "denied" });
}

/** What parameters were refused with; some of it tells how things stand. */
function refused(
  facts: Pick<PbsError, "errors" | "server" | "status" | "reason">,
  answering: Answering,
): PbsError {
  const { errors } = facts;
  const [only, ...others] = Object.values(errors);
  if (only !== undefined && others.length === 0) {
    const known = reasonFailure(only, answering);
    if (!isPbsKind(known, "other", "denied")) return known;
  }
  const details = Object.entries(errors).map(([name, text]) => `${name}: ${text}`).join("; ");
  const message = `${labelOf(answering)} refused the parameters: ${details}`;
  return new PbsError("invalid", message, { ...facts, kind: "invalid_parameters" });
}

/** `parameter verification failed - 'name': text`, or a line for each: requests.txt. */
function parametersIn(reason: string): Record<string, string> {
  if (!reason.startsWith(REFUSED)) return {};
  const lines = reason.slice(REFUSED.length).matchAll(/^[: ]*- '([^']*)': (.*)$/gm);
  return Object.fromEntries([...lines].map(([, name = "", text = ""]) => [name, text]));
}

/** A page of a server in between says nothing to whoever called. */
function reasonIn(body: string): string {
  return /^\s*[<{[]/.test(body) ? "" : body.trim().slice(0, 1_000);
}

/** An answer that came and cannot be used. */
export function garbled(answering: Pick<Answering, "server">, what: string, cause?: unknown) {
  const message = `what ${labelOf(answering)} answered ${what}`;
  return new PbsError("unavailable", message, {
    kind: "garbled",
    server: answering.server,
    cause,
  });
}

/** The failure of a change: after an answer that cannot be used, it may have been made all the same. */
export function doubted(error: AppError): AppError {
  if (!isPbsKind(error, "garbled")) return error;
  return error.withMessage(`${error.message}; ${UNKNOWN_OUTCOME}`);
}

/** No answer within the time that a request may take. */
export function noAnswer(
  answering: Pick<Answering, "server">,
  { timeoutMs, change }: { timeoutMs: number; change: boolean },
): PbsError {
  const doubt = change ? `; ${UNKNOWN_OUTCOME}` : "";
  const message = `${labelOf(answering)} did not answer within ${timeoutMs / 1000} s${doubt}`;
  return new PbsError("timeout", message, { kind: "no_answer", server: answering.server });
}

/** The error for a request that got no answer; `sent` is false when nothing can have happened. */
export function connectionFailure(
  cause: unknown,
  { change, endpoint, sent, server }: {
    endpoint: string;
    change: boolean;
    sent: boolean;
    server: string;
  },
): PbsError {
  const unreached = whyUnreached(cause);
  const label = labelOf({ server });
  const section = `backup_servers.${server}`;
  if (unreached.untrusted) {
    const { why, reason } = unreached;
    const message = `cannot trust the certificate of ${label} at ${endpoint} (${why}); set ` +
      `${section}.fingerprint to what \`proxmox-backup-manager cert info\` shows there, or ` +
      `${section}.ca_file`;
    return new PbsError("unavailable", message, { kind: "untrusted", server, reason, cause });
  }
  const doubt = change ? (sent ? `; ${UNKNOWN_OUTCOME}` : "; nothing was sent") : "";
  const why = unreached.why === undefined ? "" : ` (${unreached.why})`;
  const message = `cannot reach ${label} at ${endpoint}${why}${doubt}`;
  return new PbsError("unavailable", message, { kind: "unreachable", server, cause });
}
