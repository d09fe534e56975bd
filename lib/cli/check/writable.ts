import { dirname } from "node:path";
import { type Config, filesOf, sqlitePath } from "../../config/config.ts";
import { ioReason } from "../../errors.ts";
import { fail, type Finding } from "./finding.ts";

/** Looks whether the server could write its log files and what it appends to. */
export async function checkWrittenFiles(config: Config): Promise<Finding[]> {
  const files = [...filesOf(config, "log_file"), ...filesOf(config, "written_file")];
  const findings = files.map(({ key, path }) =>
    unwritable("files", { what: `${key} ${path}`, path })
  );
  const folders = filesOf(config, "written_folder").map(({ key, path }) =>
    // A file in it, by a name that no secret has.
    unwritable("files", { what: `${key} ${path}`, path: `${path}/.none` })
  );
  return (await Promise.all([...findings, ...folders])).filter((finding) => finding !== null);
}

/** Looks at the folder of a database file that is not there yet; null when it could be made. */
export async function checkDatabaseFolder({ database }: Config): Promise<Finding | null> {
  const path = sqlitePath(database.url);
  return path === null ? null : await unwritable("store", { what: database.url, path });
}

/** Why a file can be neither opened for writing nor made; a file that is not there stays so. */
async function unwritable(
  name: string,
  { what, path }: { what: string; path: string },
): Promise<Finding | null> {
  const folder = dirname(path);
  try {
    if (await isThere(path)) (await Deno.open(path, { append: true })).close();
    else await tryFolder(folder);
    return null;
  } catch (error) {
    // Who may write this file alone cannot try its folder.
    if (error instanceof Deno.errors.NotCapable) return null;
    const missing = error instanceof Deno.errors.NotFound;
    return fail(
      name,
      missing ? `${what}: its folder does not exist` : `${what}: ${ioReason(error)}`,
      missing ? `mkdir -p ${folder}` : `let the user that runs the server write in ${folder}`,
    );
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Whether files can be made there is known for sure only from making one. */
async function tryFolder(folder: string): Promise<void> {
  await Deno.stat(folder);
  const tried = await Deno.makeTempFile({ dir: folder, prefix: ".proxmox-mcp-check-" });
  await Deno.remove(tried);
}
