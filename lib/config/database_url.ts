import { isAbsolute, resolve } from "node:path";
import { parsePostgresUrl } from "../database/postgres_url.ts";
import { AppError, messageOf } from "../errors.ts";

/**
 * Checks a database URL; a relative SQLite path is taken from `folder`. `origin` says where the URL
 * stood. The URL itself is never shown: it may hold a password.
 */
export function normaliseDatabaseUrl(
  url: string,
  options: { readonly folder: string; readonly origin: string },
): string {
  const failed = `Cannot use ${options.origin}`;
  if (url.startsWith("sqlite:")) {
    const path = url.slice("sqlite:".length).replace(/^\/\/(?=\/)/, "");
    if (path === "" || path === ":memory:" || path.startsWith("//")) {
      throw new AppError("invalid", `${failed}: write sqlite: and the path of a file`);
    }
    return `sqlite:${isAbsolute(path) ? path : resolve(options.folder, path)}`;
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    try {
      parsePostgresUrl(url);
      return url;
    } catch (error) {
      throw new AppError("invalid", `${failed}: ${messageOf(error)}`, { cause: error });
    }
  }
  throw new AppError("invalid", `${failed}: it must begin with sqlite: or postgres://`);
}

/** The file of a `sqlite:` URL; null for another database. */
export function sqlitePath(url: string): string | null {
  return url.startsWith("sqlite:") ? url.slice("sqlite:".length) : null;
}
