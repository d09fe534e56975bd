import { OAuthError } from "./own_error.ts";
import { type ClientFacts, readFacts } from "./own_facts.ts";

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface DocumentsOptions {
  /** Hosts that the config names; nothing else is asked. */
  readonly hosts: readonly string[];
  /** Milliseconds that only ever rise. */
  readonly monotonic: () => number;
  /** The process's own when not given. */
  readonly fetch?: Fetch | undefined;
}

interface Known {
  readonly facts: Promise<ClientFacts>;
  /** By the monotonic clock. */
  until: number;
}

const MOST_BYTES = 16_384;
const PATIENCE_MS = 5_000;
const GOOD_FOR_MS = 600_000;
/** A document that could not be had is not asked for again at every request. */
const BAD_FOR_MS = 30_000;
const MOST_KNOWN = 100;
const LONGEST_URL = 300;

/** Documents in which clients say who they are, at the URL that is their id. */
export class ClientDocuments {
  readonly #hosts: readonly string[];
  readonly #monotonic: () => number;
  readonly #fetch: Fetch;
  readonly #known = new Map<string, Known>();

  constructor({ hosts, monotonic, fetch = ask }: DocumentsOptions) {
    this.#hosts = hosts;
    this.#monotonic = monotonic;
    this.#fetch = fetch;
  }

  /** @throws OAuthError `invalid_client`, which names the config's key for a host that it does not name */
  async find(id: string): Promise<ClientFacts> {
    requireUrl(id, this.#hosts);
    const now = this.#monotonic();
    const known = this.#known.get(id);
    if (known !== undefined && now < known.until) return await known.facts;
    const facts = this.#read(id);
    const entry: Known = { facts, until: now + GOOD_FOR_MS };
    this.#known.delete(id);
    this.#known.set(id, entry);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    facts.catch(() => entry.until = this.#monotonic() + BAD_FOR_MS);
    return await facts;
  }

  async #read(id: string): Promise<ClientFacts> {
    const text = await this.#ask(id).catch((cause) => {
      if (cause instanceof OAuthError) throw cause;
      throw refusal(`the document at ${id} could not be read`, cause);
    });
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch {
      throw refusal(`the document at ${id} is not JSON`);
    }
    const facts = readFacts(document, "invalid_client");
    if ((document as { client_id?: unknown }).client_id !== id) {
      throw refusal(`the document at ${id} is another client's`);
    }
    return facts;
  }

  async #ask(id: string): Promise<string> {
    const response = await this.#fetch(id, {
      headers: { accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw refusal(`the document at ${id} was answered with status ${response.status}`);
    }
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > MOST_BYTES) {
        throw refusal(`the document at ${id} has more than ${MOST_BYTES} bytes`);
      }
      chunks.push(chunk);
    }
    return await new Blob(chunks as BlobPart[]).text();
  }
}

function ask(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, init);
}

function requireUrl(id: string, hosts: readonly string[]): void {
  const url = id.length <= LONGEST_URL ? URL.parse(id) : null;
  const plain = url !== null && url.href === id && url.protocol === "https:" && url.port === "" &&
    url.pathname !== "/" && !url.username && !url.password && !id.includes("#");
  if (!plain) throw refusal("its URL must be plain https with a path");
  if (hosts.includes(url.hostname)) return;
  throw refusal(`${url.hostname} is not in server.oauth.client_hosts`);
}

function refusal(state: string, cause?: unknown): OAuthError {
  return new OAuthError("invalid_client", `Cannot tell who the client is: ${state}`, { cause });
}
