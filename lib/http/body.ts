import { refusal, REFUSED } from "../mcp/json_rpc.ts";
import { JsonText } from "../mcp/json_text.ts";

const STALL_MS = 30_000;
const LEAST_PART = 1_024;
const MOST_PART = 65_536;
/** What part of the longest body is short. */
const SHORT = 1 / 256;

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

async function receive(
  request: Request,
  options: BodyOptions,
): Promise<{ readonly text: JsonText } | { readonly refused: Response }> {
  const { maxBytes } = options;
  const length = Number(request.headers.get("content-length"));
  const reader = readerOf(request, { length, isShort: length > 0 && length <= maxBytes * SHORT });
  const read = length > maxBytes
    ? refuse(413, REFUSED, tooLarge(maxBytes))
    : await readAll(reader, options);
  // A body that names no length may be endless: unless it is given up, its connection stays open.
  if ("refused" in read) await reader?.cancel().catch(() => {});
  return read;
}

interface Reader {
  /** The bytes of a body that is taken whole. */
  readonly length?: number;
  /** The last part may tell that it is the last. */
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/**
 * Takes what is short, and says so, whole: in parts it costs ten times as much. Reads others into parts that are no
 * larger than what comes. Those of the runtime have 64 KiB, and the last one stays for as long as the answer goes on
 * (all seen in 2.9.6).
 */
function readerOf(
  request: Request,
  { length, isShort }: { length: number; isShort: boolean },
): Reader | undefined {
  if (isShort) {
    return {
      length,
      read: async () => ({ done: true, value: await request.bytes() }),
      cancel: () => Promise.resolve(),
    };
  }
  const { body } = request;
  if (body === null) return undefined;
  const size = Math.min(Math.max(length, LEAST_PART), MOST_PART);
  try {
    const reader = body.getReader({ mode: "byob" });
    return {
      read: () => reader.read(new Uint8Array(size)),
      cancel: () => reader.cancel(),
    };
  } catch {
    // What another worker has passed on is no stream of bytes.
    return body.getReader();
  }
}

async function readAll(
  reader: Reader | undefined,
  { maxBytes, stallMs = STALL_MS, keep = () => undefined }: BodyOptions,
): Promise<{ readonly text: JsonText } | { readonly refused: Response }> {
  const text = new JsonText("body");
  if (reader === undefined) return { text };
  const { length = 0 } = reader;
  const full = length > 0 ? keep(length) : undefined;
  if (full !== undefined) return { refused: full };
  let bytes = 0;
  for (;;) {
    const read = await within(stallMs, reader.read().catch(() => "cut off" as const));
    if (read === null) {
      const seconds = stallMs / 1000;
      const message = `Request timeout: the rest of the body did not come in ${seconds} seconds`;
      return refuse(408, REFUSED, message);
    }
    // Hanging up is the client's affair, and no failure of the server's.
    if (read === "cut off") return refuse(400, REFUSED, "Request body cut off: it has no end");
    const { done, value } = read;
    if (value === undefined) return { text };
    bytes += value.byteLength;
    if (bytes > maxBytes) return refuse(413, REFUSED, tooLarge(maxBytes));
    const refused = length > 0 ? undefined : keep(value.byteLength);
    if (refused !== undefined) return { refused };
    const problem = text.add(value);
    if (problem !== null) return refuse(400, problem.code, problem.message);
    if (done) return { text };
  }
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
    // A timer that was cleared stays in memory for a while: with a promise that waits, so would what was read.
    resolve(null);
  }
}

function refuse(status: number, code: number, message: string): { readonly refused: Response } {
  return { refused: refusal(status, { code, message }) };
}
