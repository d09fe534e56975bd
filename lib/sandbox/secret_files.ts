import type { Config } from "../config/config.ts";

/** The files that hold nothing but a secret. */
export function secretFilesOf({ auth, database, server }: Config): string[] {
  return [auth.tokenValueFile, database.urlFile, server.tls?.keyFile ?? null]
    .filter((path) => path !== null);
}
