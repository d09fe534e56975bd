import { hash } from "node:crypto";

const MAX_ADDRESSES = 1_000;
const MAX_TOKENS = 100;
const DIGEST_CHARACTERS = 16;

/** Which wrong tokens an address has tried lately, by parts of their digests: a client that repeats one guesses nothing. */
export class WrongTokens {
  readonly #tried = new Map<string, Set<string>>();

  /** Notes the token; false when the address has tried it before. */
  note(address: string, token: string): boolean {
    const digest = hash("sha256", token, "base64url").slice(0, DIGEST_CHARACTERS);
    const known = this.#tried.get(address) ?? new Set();
    const isNew = !known.has(digest);
    known.add(digest);
    this.#tried.delete(address);
    this.#tried.set(address, known);
    if (known.size > MAX_TOKENS) dropFirst(known);
    if (this.#tried.size > MAX_ADDRESSES) dropFirst(this.#tried);
    return isNew;
  }
}

function dropFirst<T>(held: Map<T, unknown> | Set<T>): void {
  for (const oldest of held.keys()) {
    held.delete(oldest);
    return;
  }
}
