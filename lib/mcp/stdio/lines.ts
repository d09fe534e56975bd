import { REFUSED } from "../json_rpc.ts";
import { JsonText, type Unreadable } from "../json_text.ts";

const NEWLINE = 0x0a;

/** One line of the input: what stands in it, or why that cannot be had. */
export type Line =
  | { readonly body: object; readonly bytes: number }
  | { readonly unreadable: Unreadable };

/**
 * The JSON-RPC texts of an input, one a line; empty lines are passed over, and the last one needs no end.
 * Of a line that cannot be taken nothing more is kept; that is told when it ends.
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  { maxBytes }: { maxBytes: number },
): AsyncGenerator<Line> {
  let line = new PartialLine(maxBytes);
  for await (const chunk of input) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      line.add(chunk.subarray(from, end));
      yield* line.end();
      line = new PartialLine(maxBytes);
      from = end + 1;
    }
    line.add(chunk.subarray(from));
  }
  yield* line.end();
}

class PartialLine {
  readonly #maxBytes: number;
  #text: JsonText | null = new JsonText("line", { fatal: true });
  #problem: Unreadable | null = null;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(part: Uint8Array): void {
    if (this.#text === null) return;
    this.#bytes += part.length;
    this.#problem = this.#bytes > this.#maxBytes ? this.#tooLong : this.#text.add(part);
    if (this.#problem !== null) this.#text = null;
  }

  *end(): Generator<Line> {
    if (this.#problem !== null) return yield { unreadable: this.#problem };
    const read = this.#text?.end() ?? null;
    if (read !== null) yield { ...read, bytes: this.#bytes };
  }

  get #tooLong(): Unreadable {
    return { code: REFUSED, message: `Line too long: the limit is ${this.#maxBytes} bytes` };
  }
}
