import { INVALID_REQUEST, PARSE_ERROR } from "./json_rpc.ts";
import { JsonBounds } from "./json_bounds.ts";

const MAX_BATCH = 20;
/** What a tool may need by far, and what is handled in a moment: see `deno task bench`. */
const LIMITS = { depth: 64, keys: 2_000, members: 5_000 };

/** Why a text is no JSON-RPC, ready for an error. */
export interface Unreadable {
  readonly code: number;
  readonly message: string;
  /** The messages of a batch that are too many. */
  readonly batch?: readonly unknown[];
}

/**
 * A JSON-RPC text while it arrives: JSON that does not nest too deep nor hold too many members, an
 * object, or a list of at most 20.
 */
export class JsonText {
  readonly #what: string;
  readonly #bounds = new JsonBounds(LIMITS);
  readonly #decoder: TextDecoder;
  #text = "";

  /** @param what names it in errors: `body` */
  constructor(what: string, { fatal = false }: { fatal?: boolean } = {}) {
    this.#what = what;
    this.#decoder = new TextDecoder("utf-8", { fatal });
  }

  /** Takes the next bytes; why no more need come, or null. */
  add(bytes: Uint8Array): Unreadable | null {
    const problem = this.#bounds.add(bytes);
    if (problem !== null) {
      return { code: INVALID_REQUEST, message: `Invalid request: the ${this.#what} ${problem}` };
    }
    return this.#decode(bytes);
  }

  /** What all of it is; null when there is nothing but white space. */
  end(): { readonly body: object } | { readonly unreadable: Unreadable } | null {
    const problem = this.#decode();
    if (problem !== null) return { unreadable: problem };
    if (this.#text.trim() === "") return null;
    let body: unknown;
    try {
      body = JSON.parse(this.#text);
    } catch {
      return { unreadable: this.notJson };
    }
    if (typeof body !== "object" || body === null || (Array.isArray(body) && body.length === 0)) {
      const message = `Invalid request: the ${this.#what} is no JSON object`;
      return { unreadable: { code: INVALID_REQUEST, message } };
    }
    if (Array.isArray(body) && body.length > MAX_BATCH) {
      const message = `Invalid request: a batch holds at most ${MAX_BATCH} messages`;
      return { unreadable: { code: INVALID_REQUEST, message, batch: body } };
    }
    return { body };
  }

  get notJson(): Unreadable {
    return { code: PARSE_ERROR, message: `Parse error: the ${this.#what} is not JSON` };
  }

  #decode(bytes?: Uint8Array): Unreadable | null {
    try {
      this.#text += this.#decoder.decode(bytes, { stream: bytes !== undefined });
      return null;
    } catch {
      const message = `Parse error: the ${this.#what} is not UTF-8`;
      return { code: PARSE_ERROR, message };
    }
  }
}
