import { basename, join } from "node:path";
import { AppError, ioReason } from "../errors.ts";
import type { ConfigRequest, ReadFile } from "./types.ts";

/**
 * Where a secret's file is: systemd hands credentials over in a folder of the service's own, under the
 * file's name, so that the file itself need only be readable by root.
 */
export async function secretPath(
  path: string,
  { request, readFile }: { request: ConfigRequest; readFile: ReadFile },
): Promise<string> {
  const folder = request.env("CREDENTIALS_DIRECTORY");
  if (folder === undefined) return path;
  const credential = join(folder, basename(path));
  try {
    await readFile(credential);
    return credential;
  } catch {
    return path;
  }
}

/**
 * The secret in the file, without the newline that editors leave behind.
 *
 * @param options.shown the file and what names it, for messages
 */
export async function readSecretFile(
  path: string,
  { shown, readFile }: { readonly shown: string; readonly readFile: ReadFile },
): Promise<string> {
  let text: string;
  try {
    text = await readFile(path);
  } catch (error) {
    throw new AppError("invalid", `Cannot read ${shown}: ${ioReason(error)}`, { cause: error });
  }
  const secret = text.replace(/\r?\n$/, "");
  if (secret.trim() === "") throw new AppError("invalid", `Cannot read ${shown}: it is empty`);
  return secret;
}
