import { dirname } from "node:path";
import { AppError, ioReason } from "../../errors.ts";

const PRIVATE = 0o600;

/** The text of a file; null when there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new AppError("invalid", `Cannot read ${path}: ${ioReason(error)}`, { cause: error });
  }
}

/**
 * Puts a file in place whole or not at all. A new one is for its owner only, another keeps its mode and
 * owner. Nothing is awaited, so that no signal comes in between.
 */
export function writeWhole(path: string, text: string, mode = PRIVATE): void {
  const beside = `${path}.new`;
  try {
    const old = statIfThere(path);
    if (statIfThere(beside) !== null) Deno.removeSync(beside);
    Deno.writeTextFileSync(beside, text, { createNew: true, mode: PRIVATE });
    using file = Deno.openSync(beside, { write: true });
    file.syncSync();
    if (old !== null && old.uid !== null && old.gid !== null) keepOwner(beside, old.uid, old.gid);
    Deno.chmodSync(beside, old?.mode ? old.mode & 0o777 : mode);
    Deno.renameSync(beside, path);
  } catch (error) {
    throw new AppError("invalid", `Cannot write ${path}: ${ioReason(error)}`, { cause: error });
  }
}

/** Makes the folder of a file, for its owner only, if it is not there. True when it was made. */
export function makeFolderOf(path: string): boolean {
  const folder = dirname(path);
  if (statIfThere(folder) !== null) return false;
  try {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o750 });
    return true;
  } catch (error) {
    throw new AppError("invalid", `Cannot make ${folder}: ${ioReason(error)}`, { cause: error });
  }
}

function keepOwner(path: string, uid: number, gid: number): void {
  const now = Deno.statSync(path);
  if (now.uid !== uid || now.gid !== gid) Deno.chownSync(path, uid, gid);
}

function statIfThere(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
