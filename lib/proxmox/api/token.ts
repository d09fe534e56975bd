import { scrubbed } from "../../upstream/request.ts";
import type { Credential } from "./route.ts";

type Named = Pick<Credential, "user" | "tokenName" | "tokenValue">;

/** The API token of a client, which may be followed by another one while requests are under way. */
export class ApiToken {
  #named: Named;
  /** Every value that it has had, of which an answer may still tell. */
  readonly #secrets = new Set<string>();

  constructor(named: Named) {
    this.#named = named;
    this.#keepSecret();
  }

  /** `user@realm!name`. */
  get id(): string {
    return `${this.#named.user}!${this.#named.tokenName}`;
  }

  /** What requests are sent with. */
  get authorization(): string {
    return `PVEAPIToken=${this.id}=${this.#named.tokenValue}`;
  }

  /** False when it is that one already. */
  renew(named: Named): boolean {
    const before = this.authorization;
    this.#named = named;
    this.#keepSecret();
    return this.authorization !== before;
  }

  /** The error without any of its values. */
  scrub(error: unknown): unknown {
    return scrubbed(error, [...this.#secrets]);
  }

  #keepSecret(): void {
    const { tokenValue } = this.#named;
    if (tokenValue !== "") this.#secrets.add(tokenValue);
  }
}
