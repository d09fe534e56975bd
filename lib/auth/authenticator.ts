import type { AppError } from "../errors.ts";
import { type AddressList, clientAddress, includesAddress, parseAllowedIps } from "./address.ts";
import { type Bearer, BearerEnded, type BearerSource, unauthorized } from "./bearer.ts";
import type { TokenRecord } from "./accounts.ts";
import type { Principal } from "./principal.ts";
import { lesserScope, scopeOfUser } from "./scope.ts";
import { hashToken, judgeToken } from "./token.ts";
import { type TokenSource, TokenWatch } from "./token_watch.ts";

/** Longer ones, in UTF-16 units, are refused unread: of those made here, and of a provider's. */
const LONGEST_TOKEN = 4_096;
const LONGEST_BEARER = 8_192;

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
  /** Who knows bearers that clients got by signing in, asked in this order; none when not given. */
  readonly bearers?: readonly BearerSource[];
}

/** What authentication knows of tokens. Each request asks the database, or whether that has changed. */
export class Authenticator {
  readonly #now: () => Date;
  readonly #trustedProxies: AddressList;
  readonly #watch: TokenWatch;
  readonly #bearers: readonly BearerSource[];

  /** Throws AppError `invalid` when a trusted proxy is neither an address nor a range. */
  constructor(options: AuthenticatorOptions) {
    const { store, now, trustedProxies = [], onProblem = () => {}, patienceMs } = options;
    const { monotonic = () => performance.now(), bearers = [] } = options;
    this.#now = now;
    this.#bearers = bearers;
    this.#trustedProxies = parseAllowedIps(trustedProxies.join(","));
    this.#watch = new TokenWatch({ store, now, monotonic, onProblem, patienceMs });
  }

  /**
   * Who bears this token. Throws AppError `unauthorized` with one message for all causes (the reason
   * is the message of the error's `cause`, for the log), `unavailable` when the database is away and did
   * not vouch for the token within the last minute.
   */
  async authenticate(rawToken: string | null, address: string): Promise<Principal> {
    if (rawToken === null || rawToken === "") throw unauthorized("no token");
    if (rawToken.length > LONGEST_BEARER) throw unauthorized("token too long");
    for (const source of this.#bearers) {
      const bearer = await source.find(rawToken);
      if (bearer === undefined) continue;
      try {
        return await this.#authenticateBearer(bearer, address);
      } catch (error) {
        if (error instanceof BearerEnded) source.forget?.(rawToken);
        throw error;
      }
    }
    if (rawToken.length > LONGEST_TOKEN) throw unauthorized("token too long");
    const tokenHash = hashToken(rawToken);
    const record = await this.#watch.find(tokenHash);
    if (record === null) throw unauthorized("unknown token");
    return this.#admit(record, { tokenHash, address });
  }

  /** What a client got by signing in stands for a row like any other, which narrows it and can end it. */
  async #authenticateBearer(
    { tokenHash, scope, byGroup }: Bearer,
    address: string,
  ): Promise<Principal> {
    const record = await this.#watch.find(tokenHash);
    if (record === null) throw new BearerEnded("the sign-in is gone");
    const { user } = record;
    if (byGroup && user.role === null) {
      throw new BearerEnded(`user ${user.username} is in no group of claims.roles`);
    }
    const refuse = (reason: string) => new BearerEnded(reason);
    const principal = this.#admit(record, { tokenHash, address, refuse });
    const narrowed = lesserScope(principal.scope, scope);
    return { ...principal, scope: narrowed, signedIn: { upTo: scopeOfUser(user) } };
  }

  #admit(
    record: TokenRecord,
    { tokenHash, address, refuse = unauthorized }: {
      tokenHash: string;
      address: string;
      refuse?: (reason: string) => AppError;
    },
  ): Principal {
    const judgement = judgeToken(record, { address, now: this.#now() });
    const { id, name, user, limits, proxmoxTokens } = record;
    if (!judgement.good) {
      throw refuse(`token ${id} of ${user.username}: ${judgement.reason}`);
    }
    this.#watch.noteUse(tokenHash);
    return {
      user: user.username,
      userId: user.id,
      tokenId: id,
      tokenName: name,
      scope: judgement.scope,
      limits,
      proxmoxTokens,
      address,
    };
  }

  /**
   * The id of the token that this most likely is: one that was good here when it was last seen. It says
   * nothing of whether it is now, and asks nobody.
   */
  likelyToken(rawToken: string | null, address: string): number | undefined {
    if (rawToken === null || rawToken.length > LONGEST_TOKEN) return undefined;
    const record = this.#watch.lastKnown(hashToken(rawToken));
    const judgement = record && judgeToken(record, { address, now: this.#now() });
    return judgement?.good ? record?.id : undefined;
  }

  /** The client's address, given the peer's and the `X-Forwarded-For` header. */
  addressOf(peer: string, forwardedFor: string | null): string {
    return clientAddress(peer, { forwardedFor, trustedProxies: this.#trustedProxies });
  }

  /** Whether the peer is a proxy whose `X-Forwarded-For` is believed. */
  isProxy(peer: string): boolean {
    return includesAddress(this.#trustedProxies, peer);
  }

  /**
   * Told the id of each token that is no longer good or no longer means the same, so that whatever was
   * opened with it can be closed; the same one may be told twice. Returns the function that ends it.
   */
  onRevoked(listener: (tokenId: number) => void): () => void {
    return this.#watch.onRevoked(listener);
  }

  /** Looks every known token up again, as happens by itself in the store's interval. */
  poll(): Promise<void> {
    return this.#watch.poll();
  }

  /** Ends the polling and waits for what is still being written; the database stays open. */
  close(): Promise<void> {
    return this.#watch.close();
  }
}
