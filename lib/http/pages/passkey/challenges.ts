import type { SpentKeys } from "../../../database/spent_keys.ts";
import type { Seal } from "../../../seal.ts";

/** By what browsers know this server, for passkeys. */
export interface PasskeySite {
  /** Host without port. */
  readonly rpId: string;
  readonly origin: string;
}

/** Undefined where browsers offer no passkeys: for an address without a name, or without HTTPS. */
export function passkeySite(publicUrl: string): PasskeySite | undefined {
  const { hostname, origin, protocol } = new URL(publicUrl);
  const isAddress = hostname.startsWith("[") || /^[\d.]+$/.test(hostname);
  const isSecure = protocol === "https:" || hostname === "localhost";
  return isAddress || !isSecure ? undefined : { rpId: hostname, origin };
}

/** What a passkey is to sign, and the sealed text in which the browser hands it back. */
export interface Challenge {
  readonly challenge: string;
  readonly state: string;
}

/** A challenge that was handed back. */
export interface Asked {
  readonly challenge: string;
  readonly purpose: string;
  /** Unix milliseconds. */
  readonly until: number;
}

const LIFE_MS = 15 * 60_000;

/** Challenges that any instance can check, each of use once, soon, and for what it was made. */
export class Challenges {
  readonly #seal: Seal;
  readonly #spent: SpentKeys;
  readonly #now: () => Date;

  constructor({ seal, spent, now }: { seal: Seal; spent: SpentKeys; now: () => Date }) {
    this.#seal = seal;
    this.#spent = spent;
    this.#now = now;
  }

  async make(purpose: string): Promise<Challenge> {
    const challenge = crypto.getRandomValues(new Uint8Array(32))
      .toBase64({ alphabet: "base64url", omitPadding: true });
    const until = this.#now().getTime() + LIFE_MS;
    const sealed: Asked = { challenge, purpose, until };
    return { challenge, state: await this.#seal.seal(JSON.stringify(sealed)) };
  }

  /** What was to be signed; undefined when it is not from here, for something else, old or used up. */
  async find(state: string, purpose: string): Promise<Asked | undefined> {
    const text = await this.#seal.open(state);
    if (text === undefined) return undefined;
    const asked: Asked = JSON.parse(text);
    if (asked.purpose !== purpose || this.#now().getTime() >= asked.until) return undefined;
    return await this.#spent.has(keyOf(asked)) ? undefined : asked;
  }

  /** Uses up what was signed, and nothing else: strangers could fill the database. False when it was before. */
  spend(asked: Asked): Promise<boolean> {
    return this.#spent.spend(keyOf(asked), { expires: new Date(asked.until) });
  }
}

function keyOf({ challenge }: Asked): string {
  return `passkey ${challenge}`;
}
