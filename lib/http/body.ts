import { refusal, REFUSED } from "../mcp/json_rpc.ts";
import { JsonText } from "../mcp/json_text.ts";

const STALL_MS = 30_000;
/** Bytes of a body that is awaited whole where it tells its length: it must come while nothing may. */
const AT_ONCE = 16_384;

/** The request's JSON, or the answer that refuses it. */
export type ParsedBody = { readonly body: object } | {
  readonly refused: Response;
  /** What was asked for, where it is a batch that holds too many messages. */
  readonly batch?: readonly unknown[];
  /** Why such a one is refused. */
  readonly reason?: string;
};

export interface BodyOptions {
  readonly maxBytes: number;
  /** How long nothing may come, in milliseconds; 30,000 when not given. */
  readonly stallMs?: number;
  /** Asked before so many more bytes are kept; the answer to give when there is no room for them. */
  readonly keep?: (bytes: number) => Response | undefined;
}

/**
 * Reads a JSON body of bounded size: 415 for another content type, 413 for too much (without reading
 * it when `Content-Length` says so), 408 when it comes no further, 400 for what is cut off, is not JSON,
 * nests too deep, holds too many members, or is neither object nor array.
 */
export async function readJsonBody(request: Request, options: BodyOptions): Promise<ParsedBody> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    return refuse(415, REFUSED, "Unsupported content type: send application/json");
  }
  const read = await receive(request, options);
  if ("refused" in read) return read;
  const result = read.text.end() ?? { unreadable: read.text.notJson };
  if ("body" in result) return result;
  const { code, message, batch } = result.unreadable;
  const refused = refuse(400, code, message);
  return batch === undefined ? refused : { ...refused, batch, reason: message };
}

/** Gives the next bytes, as the reader of a stream does. */
interface Source {
  read(): Promise<ReadableStreamReadResult<Uint8Array>>;
  cancel(): Promise<void>;
}

async function receive(
  request: Request,
  options: BodyOptions,
): Promise<{ readonly text: JsonText } | { readonly refused: Response }> {
  const { maxBytes } = options;
  const length = lengthOf(request);
  const source = length !== undefined && length <= AT_ONCE
    ? atOnce(request)
    : request.body?.getReader();
  const read = (length ?? 0) > maxBytes
    ? refuse(413, REFUSED, tooLarge(maxBytes))
    : await readAll(source, { ...options, length });
  // A body that names no length may be endless: unless it is given up, its connection stays open.
  if ("refused" in read) await source?.cancel().catch(() => {});
  return read;
}

/** The length that a body names, which the runtime holds it to; undefined for one that comes in chunks. */
function lengthOf({ headers }: Request): number | undefined {
  const named = headers.has("transfer-encoding") ? null : headers.get("content-length");
  return named === null ? undefined : Number(named);
}

/** A body in one piece, which costs half of what its stream does. */
function atOnce(request: Request): Source {
  return {
    read: async () => ({ done: false, value: await request.bytes() }),
    cancel: () => Promise.resolve(),
  };
}

async function readAll(
  source: Source | undefined,
  { length, maxBytes, stallMs = STALL_MS, keep = () => undefined }: BodyOptions & {
    readonly length: number | undefined;
  },
): Promise<{ readonly text: JsonText } | { readonly refused: Response }> {
  const text = new JsonText("body");
  for (let bytes = 0; source !== undefined && bytes !== length;) {
    const read = await within(stallMs, source.read().catch(() => "cut off" as const));
    if (read === null) {
      const message = `Request timeout: nothing of the body came for ${stallMs / 1000} seconds`;
      return refuse(408, REFUSED, message);
    }
    // Hanging up is the client's affair, and no failure of the server's.
    if (read === "cut off") return refuse(400, REFUSED, "Request body cut off: it has no end");
    if (read.done) break;
    bytes += read.value.byteLength;
    if (bytes > maxBytes) return refuse(413, REFUSED, tooLarge(maxBytes));
    const refused = keep(read.value.byteLength);
    if (refused !== undefined) return { refused };
    const problem = text.add(read.value);
    if (problem !== null) return refuse(400, problem.code, problem.message);
  }
  return { text };
}

function tooLarge(maxBytes: number): string {
  return `Request body too large: the limit is ${maxBytes} bytes`;
}

/** Null when it takes longer. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function refuse(status: number, code: number, message: string): { readonly refused: Response } {
  return { refused: refusal(status, { code, message }) };
}
