import { basename, join } from "node:path";
import { ioReason } from "../errors.ts";
import type { Refuse } from "./refusal.ts";
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

/** The secret in the file, without the newline that editors leave behind. */
export async function readSecretFile(
  path: string,
  { refuse, readFile }: { readonly refuse: Refuse; readonly readFile: ReadFile },
): Promise<string> {
  let text: string;
  try {
    text = await readFile(path);
  } catch (error) {
    throw refuse(ioReason(error), { cause: error });
  }
  const secret = text.replace(/\r?\n$/, "");
  if (secret.trim() === "") throw refuse("it is empty");
  return secret;
}
