import { isRecord } from "../record.ts";
import { relay } from "../relay.ts";
import type { Caller } from "./caller.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The requests whose results may be ready. */
const METHODS = new Set<unknown>(["tools/call", "tools/list"]);

/**
 * A result that is JSON already. The SDK is handed a stand-in, whose first member is an empty list, and adds
 * what its revision wants; in what it writes the result takes the stand-in's place. So nothing is checked,
 * copied and written anew that was made once for all who ask. It stays a text: of bytes the runtime makes one
 * copy more for each answer, outside of V8's heap (Deno 2.9.6).
 */
export class ReadyResult {
  readonly #mayCome: boolean;
  #result: string | undefined;

  constructor(body: object) {
    this.#mayCome = isRecord(body) && METHODS.has(body.method);
  }

  /** How the result is handed over, JSON of an object whose first member is a list; absent where none may be. */
  get writer(): Pick<Caller, "write"> {
    return this.#mayCome ? { write: (result) => void (this.#result = result) } : {};
  }

  /** The same answer with the result in it. */
  async into(response: Response): Promise<Response> {
    if (!this.#mayCome || response.body === null) return response;
    const { body, headers } = response;
    if (!headers.get("content-type")?.startsWith("text/event-stream")) {
      return new Response(this.splice(await response.text()), response);
    }
    // Each event comes in one piece.
    return new Response(relay(body, { each: (event) => this.#spliceEvent(event) }), response);
  }

  /** An answer's JSON with the result in the place of its stand-in, where it holds one. */
  splice(json: string): string {
    const result = this.#result;
    if (result === undefined) return json;
    const member = result.slice(0, result.indexOf(":") + 1);
    const standIn = `"result":${member}[]`;
    const at = json.indexOf(standIn);
    if (at < 0) return json;
    return json.slice(0, at + RESULT) + result.slice(0, -1) + json.slice(at + standIn.length);
  }

  #spliceEvent(event: Uint8Array): Uint8Array {
    if (this.#result === undefined) return event;
    return encoder.encode(this.splice(decoder.decode(event)));
  }
}

const RESULT = '"result":'.length;
