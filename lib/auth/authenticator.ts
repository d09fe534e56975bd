import { AppError } from "../errors.ts";
import { type AddressList, clientAddress, includesAddress, parseAllowedIps } from "./address.ts";
import type { IssuedTokens } from "./issued_tokens.ts";
import { unauthorized } from "./login_refused.ts";
import type { TokenRecord } from "./accounts.ts";
import type { Principal } from "./principal.ts";
import { lesserScope, scopeOfUser } from "./scope.ts";
import { hashToken, judgeToken } from "./token.ts";
import { type TokenSource, TokenWatch } from "./token_watch.ts";

/** A provider has signed it: nobody has guessed it. */
const AUTHENTIC = { isGuess: false } as const;
/** Longer ones, in UTF-16 units, are refused unread. */
const LONGEST_TOKEN = 4_096;

export interface AuthenticatorOptions {
  readonly store: TokenSource;
  readonly now: () => Date;
  /** See TokenWatchOptions; the process's own when not given. */
  readonly monotonic?: (() => number) | undefined;
  /** Addresses and CIDR ranges of the proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[];
  /** Told of failures that no request waits for, for the log. */
  readonly onProblem?: (error: unknown) => void;
  /** How long a lookup may take before the database counts as away; 3,000 ms when not given. */
  readonly patienceMs?: number;
  /** Reads the tokens of an identity provider; without it they are unknown tokens like any other. */
  readonly issued?: IssuedTokens | null;
}

/** What authentication knows of tokens. Each request costs one indexed query. */
export interface Authenticator {
  /**
   * Who bears this token. Throws AppError `unauthorized` with one message for all causes (the reason
   * is the message of the error's `cause`, for the log), `unavailable` when the database is away and did
   * not vouch for the token within the last minute.
   */
  authenticate(rawToken: string | null, address: string): Promise<Principal>;
  /** The client's address, given the peer's and the `X-Forwarded-For` header. */
  addressOf(peer: string, forwardedFor: string | null): string;
  /** Whether the peer is a proxy whose `X-Forwarded-For` is believed. */
  isProxy(peer: string): boolean;
  /**
   * Told the id of each token that is no longer good or no longer means the same, so that whatever was
   * opened with it can be closed; the same one may be told twice. Returns the function that ends it.
   */
  onRevoked(listener: (tokenId: number) => void): () => void;
  /** Looks every known token up again, as happens by itself in the store's interval. */
  poll(): Promise<void>;
  /** Ends the polling and waits for what is still being written; the database stays open. */
  close(): Promise<void>;
}

/** Throws AppError `invalid` when a trusted proxy is neither an address nor a range. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  return new TokenAuthenticator(options);
}

class TokenAuthenticator implements Authenticator {
  readonly #now: () => Date;
  readonly #trustedProxies: AddressList;
  readonly #watch: TokenWatch;
  readonly #issued: IssuedTokens | null;

  constructor(options: AuthenticatorOptions) {
    const { store, now, trustedProxies = [], onProblem = () => {}, patienceMs } = options;
    const { monotonic = () => performance.now(), issued = null } = options;
    this.#now = now;
    this.#issued = issued;
    this.#trustedProxies = parseAllowedIps(trustedProxies.join(","));
    this.#watch = new TokenWatch({ store, now, monotonic, onProblem, patienceMs });
  }

  async authenticate(rawToken: string | null, address: string): Promise<Principal> {
    if (rawToken === null || rawToken === "") throw unauthorized("no token");
    if (this.#issued?.includes(rawToken)) {
      return await this.#authenticateIssued(this.#issued, { bearer: rawToken, address });
    }
    if (rawToken.length > LONGEST_TOKEN) throw unauthorized("token too long");
    const tokenHash = hashToken(rawToken);
    const record = await this.#watch.find(tokenHash);
    if (record === null) throw unauthorized("unknown token");
    return this.#admit(record, { tokenHash, address });
  }

  /** What the provider's token stands for is a row like any other, which narrows it and can end it. */
  async #authenticateIssued(
    issued: IssuedTokens,
    { bearer, address }: { bearer: string; address: string },
  ): Promise<Principal> {
    const { tokenHash, scope, byGroup } = await issued.find(bearer);
    try {
      const record = await this.#watch.find(tokenHash);
      if (record === null) throw unauthorized("the sign-in is gone", AUTHENTIC);
      const { user } = record;
      if (byGroup && user.role === null) {
        throw unauthorized(`user ${user.username} is in no group of claims.roles`, AUTHENTIC);
      }
      const principal = this.#admit(record, { tokenHash, address, ...AUTHENTIC });
      const narrowed = lesserScope(principal.scope, scope);
      return { ...principal, scope: narrowed, signedIn: { upTo: scopeOfUser(user) } };
    } catch (error) {
      // What was remembered of it may no longer hold: the next try looks at everything again.
      if (error instanceof AppError && error.code === "unauthorized") issued.forget(bearer);
      throw error;
    }
  }

  #admit(
    record: TokenRecord,
    { tokenHash, address, isGuess = true }: {
      tokenHash: string;
      address: string;
      isGuess?: boolean;
    },
  ): Principal {
    const judgement = judgeToken(record, { address, now: this.#now() });
    const { id, name, user, limits } = record;
    if (!judgement.good) {
      throw unauthorized(`token ${id} of ${user.username}: ${judgement.reason}`, { isGuess });
    }
    this.#watch.noteUse(tokenHash);
    return {
      user: user.username,
      userId: user.id,
      tokenId: id,
      tokenName: name,
      scope: judgement.scope,
      limits,
      address,
    };
  }

  addressOf(peer: string, forwardedFor: string | null): string {
    return clientAddress(peer, { forwardedFor, trustedProxies: this.#trustedProxies });
  }

  isProxy(peer: string): boolean {
    return includesAddress(this.#trustedProxies, peer);
  }

  onRevoked(listener: (tokenId: number) => void): () => void {
    return this.#watch.onRevoked(listener);
  }

  poll(): Promise<void> {
    return this.#watch.poll();
  }

  close(): Promise<void> {
    return this.#watch.close();
  }
}
