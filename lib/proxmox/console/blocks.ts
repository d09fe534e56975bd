/** What tells the program's answers from all else that a terminal shows. */
export function newNonce(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

/** A block as it was before it went through the terminal; undefined when it arrived damaged. */
export async function soundBlock(
  lines: readonly string[],
  { length, hash }: { length: number; hash: string | undefined },
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.fromBase64(lines.join(""), { lastChunkHandling: "strict" });
  } catch {
    return undefined;
  }
  if (bytes.length !== length) return undefined;
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  return found === hash ? bytes : undefined;
}
