import { typed } from "../command.ts";
import { AppError, messageOf } from "../errors.ts";
import { BrokenReference } from "./database.ts";

/** SQLite's primary result codes (https://sqlite.org/rescode.html) and what to tell the operator. */
const UNAVAILABLE: Readonly<Record<number, string>> = {
  5: "another process holds it; try again",
  6: "another process holds it; try again",
  8: "its file is read-only; make it and its folder writable",
  10: "its file cannot be read or written; look at the disk",
  11: "its file is damaged; restore it from a backup",
  13: "the disk is full; free some space",
  14: "its file cannot be opened; look at its folder's rights",
  26: "its file is not an SQLite database; name another one",
};
const DAMAGED = [11, 26];
const CONSTRAINT = 19;
const FOREIGN_KEY = 787;
const DUPLICATES = [1555, 2067];

/** Turns what node:sqlite throws into an AppError; the file's path is only in the cause. */
export function sqliteFailure(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error;
  const options = { cause: new Error(`${path}: ${messageOf(error)}`, { cause: error }) };
  const code = sqliteCodeOf(error);
  const state = UNAVAILABLE[code & 0xff];
  if (state !== undefined) {
    return new AppError("unavailable", `Cannot use the database: ${state}`, options);
  }
  if (DUPLICATES.includes(code)) {
    return new AppError("conflict", "Cannot write the database: the row is there already", options);
  }
  if (code === FOREIGN_KEY) return new BrokenReference(null, options);
  if ((code & 0xff) === CONSTRAINT) {
    return new AppError("invalid", "Cannot write the database: a value does not fit", options);
  }
  if (/^no such (table|column)/.test(messageOf(error))) {
    const message = `Cannot use the database: its schema is not there; run \`${typed("migrate")}\``;
    return new AppError("conflict", message, options);
  }
  return new AppError("internal", "Internal error: see the server's log", options);
}

/** Whether the file holds what no database does. */
export function isDamage(error: unknown): boolean {
  return DAMAGED.includes(sqliteCodeOf(error) & 0xff);
}

/** The same for the moment of opening, when the path is what the operator needs to read. */
export function sqliteOpenFailure(error: unknown, path: string): AppError {
  if (error instanceof Deno.errors.NotFound) {
    return openError("invalid", { path, state: "its folder does not exist; create it", error });
  }
  if (error instanceof Deno.errors.IsADirectory) {
    return openError("invalid", { path, state: "it is a folder; name a file in it", error });
  }
  if (error instanceof Deno.errors.NotCapable) {
    const state = `this process may not write it; start with the permissions that \`${
      typed("flags")
    }\` prints`;
    return openError("unavailable", { path, state, error });
  }
  if (error instanceof Deno.errors.PermissionDenied || isReadOnlyFilesystem(error)) {
    const state = "it is not writable; make the file and its folder writable for this user";
    return openError("unavailable", { path, state, error });
  }
  const state = UNAVAILABLE[sqliteCodeOf(error) & 0xff] ?? messageOf(error);
  const code = (sqliteCodeOf(error) & 0xff) === 26 ? "invalid" : "unavailable";
  return openError(code, { path, state, error });
}

function openError(
  code: "invalid" | "unavailable",
  { path, state, error }: { path: string; state: string; error: unknown },
): AppError {
  return new AppError(code, `Cannot open database ${path}: ${state}`, { cause: error });
}

function isReadOnlyFilesystem(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === "EROFS";
}

/** The extended result code. Deno gives none for what fails while a statement is prepared. */
export function sqliteCodeOf(error: unknown): number {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  if (typeof code === "number") return code;
  const message = messageOf(error);
  if (/is not a database/.test(message)) return 26;
  if (/disk is full/.test(message)) return 13;
  if (/readonly/.test(message)) return 8;
  if (/is locked/.test(message)) return 5;
  if (/disk I\/O error/.test(message)) return 10;
  if (/malformed/.test(message)) return 11;
  if (/unable to open/.test(message)) return 14;
  return 0;
}
