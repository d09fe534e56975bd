import { hash } from "node:crypto";

const MOST = 1_000;

/**
 * What was looked at lately and was wrong, by digests that tell nothing outside of this process. Repeating it
 * is no guess and counts as none; so it must cost no work either, or whoever repeats one wrong password keeps a
 * core busy for ever.
 */
export class WrongPasswords {
  readonly #secret = crypto.randomUUID();
  readonly #known = new Set<string>();

  /** @param attempt what was typed, and all of the user that the answer hung on */
  has(attempt: readonly unknown[]): boolean {
    return this.#known.has(this.#digestOf(attempt));
  }

  /** The ones that were noted first are forgotten. */
  note(attempt: readonly unknown[]): void {
    this.#known.add(this.#digestOf(attempt));
    const [oldest] = this.#known;
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
  }

  #digestOf(attempt: readonly unknown[]): string {
    return hash("sha256", JSON.stringify([this.#secret, attempt]), "base64url");
  }
}
