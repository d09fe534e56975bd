import { isAbsolute, resolve } from "node:path";
import { parsePostgresUrl } from "../database/postgres_url.ts";
import { messageOf } from "../errors.ts";
import type { Refuse } from "./refusal.ts";

/**
 * Checks a database URL; a relative SQLite path is taken from `folder`. The URL itself is never shown: it may hold a password.
 */
export function normaliseDatabaseUrl(
  url: string,
  options: { readonly folder: string; readonly refuse: Refuse },
): string {
  const { folder, refuse } = options;
  if (url.startsWith("sqlite:")) {
    const path = url.slice("sqlite:".length).replace(/^\/\/(?=\/)/, "");
    if (path === "" || path === ":memory:" || path.startsWith("//")) {
      throw refuse("write sqlite: and the path of a file");
    }
    return `sqlite:${isAbsolute(path) ? path : resolve(folder, path)}`;
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    try {
      parsePostgresUrl(url);
      return url;
    } catch (error) {
      throw refuse(messageOf(error), { cause: error });
    }
  }
  throw refuse("it must begin with sqlite: or postgres://");
}

/** The file of a `sqlite:` URL; null for another database. */
export function sqlitePath(url: string): string | null {
  return url.startsWith("sqlite:") ? url.slice("sqlite:".length) : null;
}
