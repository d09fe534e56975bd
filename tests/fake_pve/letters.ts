import { Buffer } from "node:buffer";

type Row = Record<string, unknown>;

/** A text as Proxmox tells one that it has read as bytes: a character for each of them. */
export function asBytes(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** A guest's configuration as Proxmox tells it: but for its notes it is read as bytes. */
export function configAsBytes<T extends Row>(config: T): T {
  const told = Object.entries(config).map(([key, value]) => [
    key,
    key === "description" || typeof value !== "string" ? value : asBytes(value),
  ]);
  return Object.fromEntries(told) as T;
}

/**
 * What stands in a file after a text was written beside others, which were read as bytes: with a letter
 * beyond U+00FF Perl writes all of it as UTF-8, so that the others have each of their bytes as a letter.
 */
export function writtenBeside(given: string, others: Iterable<Row>, key: string): string {
  if (!/[^\0-\xff]/.test(given)) return decoded(Buffer.from(given, "latin1")) ?? given;
  for (const other of others) {
    if (typeof other[key] === "string") other[key] = asBytes(other[key]);
  }
  return given;
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
