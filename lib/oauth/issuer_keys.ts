import {
  createLocalJWKSet,
  type CryptoKey,
  errors,
  type FlattenedJWSInput,
  type JWK,
  type JWSHeaderParameters,
} from "jose";
import { AppError } from "../errors.ts";
import type { ReadDocument } from "./documents.ts";
import { readIssuer } from "./issuer.ts";

/** Keys are asked for anew when they are so old, and are used for as long while the provider is away. */
const FRESH_MS = 10 * 60_000;
const USABLE_MS = 60 * 60_000;
/** Whoever sends tokens of unknown keys causes no more questions than one in this time. */
const COOL_DOWN_MS = 30_000;
const COOL_DOWN_AFTER_FAILURE_MS = 5_000;
const MAX_KEYS = 100;

interface KeySet {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly readAt: number;
}

export interface IssuerKeysOptions {
  readonly issuer: string;
  /** Where the keys are; null where the issuer's document says it. */
  readonly jwksUrl: string | null;
  readonly read: ReadDocument;
  /** Milliseconds that only ever rise. */
  readonly monotonic: () => number;
}

/** The keys that an issuer signs with, as it publishes them. */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  #known: KeySet | null = null;
  #reading: Promise<KeySet> | null = null;
  #problem: AppError | null = null;
  #askedAt = -Infinity;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
  }

  /**
   * The key that a token is signed with. A token that names one which is not known may have been signed
   * after a rotation: then the keys are read again, unless that was just done.
   *
   * @throws what `createLocalJWKSet` throws; AppError `unavailable` when the keys cannot be read
   */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    const { find } = await this.#usable();
    try {
      return await find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const newer = await this.#renewed();
      if (newer === null) throw error;
      return await newer.find(header, token);
    }
  }

  async #usable(): Promise<KeySet> {
    const known = this.#known;
    if (known !== null && this.#ageOf(known) < FRESH_MS) return known;
    try {
      const renewed = await this.#renewed() ?? known;
      if (renewed !== null) return renewed;
    } catch (error) {
      if (known !== null && this.#ageOf(known) < USABLE_MS) return known;
      throw error;
    }
    throw new Error("The keys were read and are not there");
  }

  #ageOf({ readAt }: KeySet): number {
    return this.#options.monotonic() - readAt;
  }

  /** The keys read anew; null when that was done so shortly before that it need not be done again. */
  async #renewed(): Promise<KeySet | null> {
    if (this.#reading !== null) return await this.#reading;
    const since = this.#options.monotonic() - this.#askedAt;
    const pause = this.#problem === null ? COOL_DOWN_MS : COOL_DOWN_AFTER_FAILURE_MS;
    if (since < pause) {
      if (this.#problem !== null) throw this.#problem;
      return null;
    }
    this.#reading = this.#read();
    try {
      this.#known = await this.#reading;
      this.#problem = null;
      return this.#known;
    } catch (error) {
      this.#problem = error instanceof AppError
        ? error
        : new AppError("unavailable", "Cannot use the provider's keys", { cause: error });
      throw this.#problem;
    } finally {
      this.#reading = null;
    }
  }

  async #read(): Promise<KeySet> {
    const { issuer, jwksUrl, read, monotonic } = this.#options;
    this.#askedAt = monotonic();
    const url = jwksUrl === null ? (await readIssuer(issuer, read)).jwksUrl : new URL(jwksUrl);
    return { find: createLocalJWKSet({ keys: await readKeys(url, read) }), readAt: monotonic() };
  }
}

/**
 * The public keys at an address, to check signatures with.
 *
 * @throws AppError `unavailable` when they cannot be read or there are none
 */
export async function readKeys(url: URL, read: ReadDocument): Promise<JWK[]> {
  const { keys } = Object(await read(url));
  const usable = Array.isArray(keys) ? keys.filter(isPublicKey).slice(0, MAX_KEYS) : [];
  if (usable.length > 0) return usable;
  throw new AppError("unavailable", `Cannot use ${url.href}: there is no public key in it`);
}

function isPublicKey(key: unknown): key is JWK {
  const { kty, use = "sig" } = Object(key);
  return ["RSA", "EC", "OKP"].includes(kty) && use === "sig";
}
