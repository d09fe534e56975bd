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

/** A value that the config may hold itself or name a file for. */
export interface SecretSource {
  readonly key: string;
  readonly value: string | undefined;
  readonly file: string | null;
  readonly configName: string;
}

/** The secret without the newline that editors leave behind; undefined when neither is given. */
export async function readSecret(
  source: SecretSource,
  readFile: ReadFile,
): Promise<string | undefined> {
  const { key, value, file, configName } = source;
  if (file === null) return value;
  if (value !== undefined) throw bothGiven(key, `${key}_file`, configName);
  const failed = `Cannot read ${key}_file ${file} of ${configName}`;
  let text: string;
  try {
    text = await readFile(file);
  } catch (error) {
    throw new AppError("invalid", `${failed}: ${ioReason(error)}`, { cause: error });
  }
  const secret = text.replace(/\r?\n$/, "");
  if (secret.trim() === "") throw new AppError("invalid", `${failed}: it is empty`);
  return secret;
}

/** Two keys that exclude one another were both set. */
export function bothGiven(first: string, second: string, configName: string): AppError {
  return new AppError(
    "invalid",
    `Cannot use ${configName}: ${first} and ${second} are both given: keep one of them`,
  );
}
