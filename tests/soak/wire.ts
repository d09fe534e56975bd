const HEAD_END = "\r\n\r\n";
const encoder = new TextEncoder();

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly head: string;
  readonly headers: Headers;
  readonly body: string;
}

export interface WireOptions {
  readonly port: number;
  /** Whether the client goes as soon as it has sent all, without an answer. */
  readonly leaves: boolean;
  /** Whether to go once the answer's head has come: for streams that have no end. */
  readonly headOnly: boolean;
  /** After so long without an end the answer is missing. */
  readonly patienceMs: number;
}

/**
 * Sends bytes as they are over a connection of their own and reads the answer to its end; null when there
 * is none, because either side went. Rejects when nothing happens any more.
 */
export async function exchange(
  bytes: Uint8Array,
  { port, leaves, headOnly, patienceMs }: WireOptions,
): Promise<WireAnswer | null> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    connection.close();
  }, patienceMs);
  try {
    // Who is refused early is not read to the end: what cannot be sent any more does not matter.
    const sent = writeAll(connection, bytes).catch(() => {});
    if (leaves) {
      await sent;
      return null;
    }
    const text = await readText(connection, (text) => headOnly && text.includes(HEAD_END));
    if (late) throw new Error(`no answer within ${patienceMs / 1000} s`);
    return answerIn(text);
  } finally {
    clearTimeout(timer);
    if (!late) connection.close();
  }
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

async function readText(
  connection: Deno.Conn,
  enough: (text: string) => boolean,
): Promise<string> {
  const piece = new Uint8Array(65_536);
  let text = "";
  while (!enough(text)) {
    // A reset after the answer is an end like any other.
    const count = await connection.read(piece).catch(() => null);
    if (count === null) break;
    text += byteText(piece.subarray(0, count));
  }
  return text;
}

/** A character for each byte, so that lengths count bytes; the decoder called latin1 is another. */
function byteText(bytes: Uint8Array): string {
  const STEP = 8_192;
  let text = "";
  for (let at = 0; at < bytes.length; at += STEP) {
    text += String.fromCharCode(...bytes.subarray(at, at + STEP));
  }
  return text;
}

function answerIn(text: string): WireAnswer | null {
  const end = text.indexOf(HEAD_END);
  if (end < 0) return null;
  const head = text.slice(0, end);
  const rest = text.slice(end + HEAD_END.length);
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]);
  if (status >= 100 && status < 200) return answerIn(rest);
  const headers = new Headers(
    head.split("\r\n").slice(1).map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  const chunked = headers.get("transfer-encoding") === "chunked";
  return { status, head, headers, body: utf8(chunked ? unchunked(rest) : rest) };
}

function unchunked(text: string): string {
  let body = "";
  for (let rest = text;;) {
    const line = rest.indexOf("\r\n");
    const size = parseInt(rest.slice(0, line), 16);
    if (!(size > 0)) return body;
    body += rest.slice(line + 2, line + 2 + size);
    rest = rest.slice(line + 2 + size + 2);
  }
}

function utf8(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(text, (one) => one.charCodeAt(0)));
}

/** The bytes of a request. */
export function requestBytes(
  head: readonly string[],
  body: Uint8Array,
): Uint8Array {
  // Byte for byte, so that a header may hold what it must not; what is no byte must not become a line feed.
  const text = Uint8Array.from([...[...head, "", ""].join("\r\n")].flatMap(bytesOf));
  const whole = new Uint8Array(text.length + body.length);
  whole.set(text);
  whole.set(body, text.length);
  return whole;
}

function bytesOf(character: string): number[] {
  const point = character.codePointAt(0) ?? 0;
  return point <= 0xff ? [point] : [...new TextEncoder().encode(character)];
}

/** A body in chunks of so many bytes. */
export function chunksOf(body: Uint8Array, size: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    parts.push(encoder.encode(`${part.length.toString(16)}\r\n`), part, encoder.encode("\r\n"));
  }
  parts.push(encoder.encode("0\r\n\r\n"));
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
