/** The only compression that Proxmox Backup Server knows (requests.txt: `content-encoding: deflate`). */
export const ACCEPTED_ENCODING = "deflate";

/**
 * A packed byte stands for a thousand at most, and what is unpacked of one piece is in memory at once,
 * whoever reads how little of it.
 */
const PIECE_BYTES = 4_096;

/**
 * The answer with its body unpacked, where it is packed: neither transport does it for this encoding (seen
 * in Deno 2.9.6). `deflate` means zlib's format, and has been taken to mean the bare one.
 *
 * @param unreadable what is thrown for a body that came and cannot be unpacked
 */
export async function inflated(
  response: Response,
  unreadable: (cause: unknown) => Error,
): Promise<Response> {
  const { body, headers, status, statusText } = response;
  if (body === null || headers.get("content-encoding") !== ACCEPTED_ENCODING) return response;
  const packed = new Pieces(body.getReader());
  const format = isZlib(await packed.first()) ? "deflate" : "deflate-raw";
  const unpacked = packed.stream().pipeThrough(new DecompressionStream(format)).getReader();
  const plain = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: async (controller) => {
      try {
        const { done, value } = await unpacked.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (cause) {
        throw packed.broken ?? unreadable(cause);
      }
    },
    cancel: (reason) => unpacked.cancel(reason),
  });
  return new Response(plain, { status, statusText });
}

type Bytes = Uint8Array<ArrayBuffer>;

/** A body in small pieces. */
class Pieces {
  readonly #reader: ReadableStreamDefaultReader<Bytes>;
  #left: Bytes = new Uint8Array();
  /** Why no more of it came, where the connection broke. */
  broken: unknown;

  constructor(reader: ReadableStreamDefaultReader<Bytes>) {
    this.#reader = reader;
  }

  /** What it begins with. */
  async first(): Promise<Bytes> {
    await this.#fill();
    return this.#left;
  }

  stream(): ReadableStream<Bytes> {
    return new ReadableStream({
      pull: async (controller) => {
        if (!await this.#fill()) return controller.close();
        controller.enqueue(this.#left.subarray(0, PIECE_BYTES));
        this.#left = this.#left.subarray(PIECE_BYTES);
      },
      cancel: (reason) => this.#reader.cancel(reason),
    });
  }

  /** False when nothing is left. */
  async #fill(): Promise<boolean> {
    while (this.#left.length === 0) {
      const { done, value } = await this.#reader.read().catch((error) => {
        this.broken = error;
        throw error;
      });
      if (done) return false;
      this.#left = value;
    }
    return true;
  }
}

/** RFC 1950, 2.2: the method is 8, and both bytes as one number are a multiple of 31. */
function isZlib([method = 0, flags = 0]: Uint8Array): boolean {
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}
