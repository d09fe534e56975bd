import { typed } from "../command.ts";
import { AppError, messageOf } from "../errors.ts";
import { BrokenReference, DatabaseAway } from "./database.ts";

/** SQLSTATE classes and codes (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const AWAY = /^(08|28|3D000|53300|57P0|57014|55|XX)/;
const UNWRITABLE = /^(25006|40|53|58)/;
const MISSING = /^(42P01|42703|3F000)/;
const UNFIT = /^(22|23)/;

/**
 * Turns what the driver throws into an AppError. The driver's own error carries the statement's
 * parameters and, as `detail`, values of rows: only its message and code are kept, as the cause.
 */
export function postgresFailure(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  const message = messageOf(error);
  const options = { cause: new Error(message) };
  if (!isSqlState(code)) return connectionFailure({ code, message, options });
  if (code === "23505") {
    return new AppError("conflict", "Cannot write the database: the row is there already", options);
  }
  if (code === "42501") {
    const remedy = "grant this program's database user the right";
    return new AppError("forbidden", `Cannot use the database: ${message}; ${remedy}`, options);
  }
  if (MISSING.test(code)) {
    const state = `its schema is not there; run \`${typed("migrate")}\``;
    return new AppError("conflict", `Cannot use the database: ${state}`, options);
  }
  if (code === "23503") return new BrokenReference(tableOf(error), options);
  if (UNFIT.test(code)) {
    return new AppError("invalid", "Cannot write the database: a value does not fit", options);
  }
  if (AWAY.test(code)) return new DatabaseAway(`Cannot reach the database: ${message}`, options);
  if (UNWRITABLE.test(code)) {
    return new AppError("unavailable", `Cannot use the database: ${message}`, options);
  }
  return new AppError("internal", "Internal error: see the server's log", options);
}

/** True where the same server, or the one that has taken its place, may take by a new connection what it refuses here. */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error) === "25006";
}

function connectionFailure(
  { code, message, options }: { code: string; message: string; options: ErrorOptions },
): AppError {
  if (message.startsWith("Requires ") || code === "NotCapable") {
    const state = "this process may not connect to it; start with the permissions of `flags`";
    return new DatabaseAway(`Cannot reach the database: ${state}`, options);
  }
  const state = STATES[code] ??
    (/certificate|UnknownIssuer/i.test(message)
      ? "its certificate is not trusted; name its CA as sslrootcert in the URL"
      : "the connection failed");
  return new DatabaseAway(`Cannot reach the database: ${state}`, options);
}

const STATES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused; is it running?",
  ENOENT: "there is no such socket; is it running?",
  ENOTFOUND: "its host name is not known",
  EAI_AGAIN: "its host name cannot be looked up now",
  EHOSTUNREACH: "its host cannot be reached",
  ENETUNREACH: "its network cannot be reached",
  ETIMEDOUT: "it does not answer",
  CONNECT_TIMEOUT: "it does not answer",
  CONNECTION_CLOSED: "the connection was closed",
  ECONNRESET: "the connection was closed",
  EPIPE: "the connection was closed",
  CONNECTION_ENDED: "this program is closing it",
  CONNECTION_DESTROYED: "it does not answer",
};

function codeOf(error: unknown): string {
  const errors = (error as { errors?: unknown[] } | null)?.errors;
  const code = ((Array.isArray(errors) ? errors[0] : error) as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

/** The table that a constraint belongs to, by the server's own field. */
function tableOf(error: unknown): string | null {
  const table = (error as { table_name?: unknown }).table_name;
  return typeof table === "string" ? table : null;
}

function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code);
}
