import { hash } from "node:crypto";
import type { Scope } from "../auth/scope.ts";
import { Seal } from "../seal.ts";

/** What a client calls itself, and where people may be sent back to. */
export interface Registration {
  readonly name: string;
  readonly redirects: readonly string[];
}

/** What a person is asked, as the client asked it. */
export interface Request {
  /** Serves once. */
  readonly nonce: string;
  readonly client: string;
  readonly clientDigest: string;
  readonly name: string;
  /** The host whose document says who the client is; null for a client that only says so itself. */
  readonly host: string | null;
  readonly redirect: string;
  readonly state: string | null;
  readonly challenge: string;
  /** The most it asks for; null when it names none of ours. */
  readonly asked: Scope | null;
  /** Unix milliseconds. */
  readonly expires: number;
}

/** What stands in everything that a client is given of a grant. */
interface Held {
  /** The token's raw form, which nobody is told. */
  readonly secret: string;
  readonly clientDigest: string;
  readonly scope: Scope;
  readonly resource: string;
  /** Unix milliseconds. */
  readonly expires: number;
}

export interface Renewable extends Held {
  readonly grant: string;
  readonly turn: number;
  /** The end of the grant, in Unix milliseconds. */
  readonly until: number;
}

export interface Code extends Renewable {
  readonly redirect: string;
  readonly challenge: string;
}

export type Refresh = Renewable;
export type Access = Held;

/** Gives the 32 bytes of the key that is for this purpose, the same on all instances. */
type Keys = (purpose: string) => Promise<Uint8Array<ArrayBuffer>>;

const LONGEST = 6_000;

/**
 * What clients keep for the server, each kind by a key and a prefix of its own. Who knows these keys still
 * makes no token: each holds the raw form of a row among the tokens, of which the database has the hash.
 */
export class OwnSeals {
  readonly client: Envelope<Registration>;
  readonly request: Envelope<Request>;
  readonly code: Envelope<Code>;
  readonly refresh: Envelope<Refresh>;
  readonly access: Envelope<Access>;

  constructor(keys: Keys) {
    const of = <T>(kind: string, prefix: string) => new Envelope<T>(keys, { kind, prefix });
    this.client = of("client", "pmcpc_");
    this.request = of("request", "pmcpq_");
    this.code = of("code", "pmcpo_");
    this.refresh = of("refresh token", "pmcpr_");
    this.access = of("access token", "pmcpa_");
  }
}

class Envelope<T> {
  readonly #seal: Seal;
  readonly #prefix: string;

  constructor(keys: Keys, { kind, prefix }: { kind: string; prefix: string }) {
    this.#seal = new Seal({ key: () => keys(`oauth ${kind}`), longest: LONGEST });
    this.#prefix = prefix;
  }

  async seal(content: T): Promise<string> {
    return this.#prefix + await this.#seal.seal(JSON.stringify(content));
  }

  /** True for what is to be taken for one, whoever made it. */
  looksLike(text: string): boolean {
    return text.startsWith(this.#prefix);
  }

  /** Undefined for what no instance of this server has made. */
  async open(text: string): Promise<T | undefined> {
    if (!this.looksLike(text)) return undefined;
    const content = await this.#seal.open(text.slice(this.#prefix.length));
    return content === undefined ? undefined : JSON.parse(content);
  }
}

/** Stands for a client's id where that would be too long. */
export function clientDigestOf(clientId: string): string {
  return hash("sha256", clientId, "base64url");
}
