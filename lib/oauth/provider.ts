import type { Bearer, BearerSource } from "../auth/bearer.ts";
import { type AccessToken, type AccessTokenRules, isJwt, readAccessToken } from "./access_token.ts";
import type { IssuerKeys } from "./issuer_keys.ts";
import type { Members } from "./members.ts";
import { VerifiedTokens } from "./verified_tokens.ts";

export interface ProviderOptions
  extends Pick<AccessTokenRules, "issuer" | "audience" | "defaultScope"> {
  readonly keys: Pick<IssuerKeys, "find">;
  readonly members: Pick<Members, "signInOf">;
  readonly now: () => Date;
  /** Milliseconds that only ever rise. */
  readonly monotonic: () => number;
}

/** The access tokens of an identity provider. */
export class Provider implements BearerSource {
  readonly #options: ProviderOptions;
  readonly #verified: VerifiedTokens;

  constructor(options: ProviderOptions) {
    this.#options = options;
    this.#verified = new VerifiedTokens(options);
  }

  async find(bearer: string): Promise<Bearer | undefined> {
    if (!isJwt(bearer)) return undefined;
    const known = this.#verified.get(bearer);
    if (known !== undefined) return known;
    const read = await this.#read(bearer);
    const token = await this.#options.members.signInOf(read);
    this.#verified.keep(bearer, { token, expires: read.expires });
    return token;
  }

  forget(bearer: string): void {
    this.#verified.forget(bearer);
  }

  /** Looks at every token anew when it comes again. */
  forgetAll(): void {
    this.#verified.clear();
  }

  #read(bearer: string): Promise<AccessToken> {
    const { issuer, audience, defaultScope, keys, now } = this.#options;
    const find = keys.find.bind(keys);
    return readAccessToken(bearer, { issuer, audience, defaultScope, find, now: now() });
  }
}
