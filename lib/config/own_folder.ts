import { AppError } from "../errors.ts";
import { sqlitePath } from "./database_url.ts";
import { filesOf, type NamedFile } from "./files.ts";
import type { Kind } from "./keys.ts";
import type { Config } from "./types.ts";

const FILES: readonly Kind[] = ["file", "secret_file", "log_file", "written_file"];

/**
 * Refuses a folder for new files in which another file of the config lies: the program may write
 * whatever is in there.
 *
 * @param name the config, for the message
 * @throws AppError `invalid`
 */
export function requireOwnFolders(config: Config, name: string): void {
  const database = sqlitePath(config.database.url);
  const others: NamedFile[] = [
    ...(config.file === null ? [] : [{ key: "the config itself", path: config.file }]),
    ...(config.token_file === null ? [] : [{ key: "--token-file", path: config.token_file }]),
    ...(database === null ? [] : [{ key: "the database", path: database }]),
    ...FILES.flatMap((kind) => filesOf(config, kind)),
  ];
  for (const { key, path: folder } of filesOf(config, "written_folder")) {
    const within = `${folder.replace(/\/$/, "")}/`;
    const lying = others.find(({ path }) => path === folder || path.startsWith(within));
    if (lying === undefined) continue;
    throw new AppError(
      "invalid",
      `Cannot use ${name}: ${key} must be a folder of its own: ${lying.key} is in ${folder}`,
    );
  }
}
