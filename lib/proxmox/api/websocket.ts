import { hash } from "node:crypto";
import { encodeFrame, FrameReader, OPCODE } from "./frames.ts";
import { bareHost } from "../../config/hosts.ts";
import { unlessAborted } from "../../upstream/abort.ts";
import type { Dial, Line } from "../../upstream/line.ts";

/** A WebSocket that is open. */
export interface Socket {
  /** What arrives, as it arrives: a message may come in parts. Ends with the connection. */
  readonly messages: AsyncIterator<Uint8Array>;
  /** Sends one message, which is never cut into parts. */
  send(message: Uint8Array): Promise<void>;
  close(): void;
}

/** What a server answered that would not open a WebSocket. */
export interface Refused {
  readonly status: number;
  readonly reason: string;
}

const MAX_HEAD = 16 * 1024;
/** RFC 6455, 1.3. */
const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Opens a WebSocket. The runtime's own can neither pin a certificate nor tell why it was refused.
 *
 * @param options.signal gives up the opening
 */
export async function dialSocket(
  dial: Dial,
  { url, authorization, signal }: { url: URL; authorization: string; signal: AbortSignal },
): Promise<Socket | Refused> {
  const dialing = dial(bareHost(url.hostname), Number(url.port || 443));
  const hangUp = () => void dialing.then((line) => line.close(), () => {});
  try {
    const line = await unlessAborted(dialing, signal);
    const socket = await unlessAborted(openSocket(line, { url, authorization }), signal);
    if ("status" in socket) hangUp();
    return socket;
  } catch (error) {
    hangUp();
    throw error;
  }
}

async function openSocket(
  line: Line,
  { url, authorization }: { url: URL; authorization: string },
): Promise<Socket | Refused> {
  const key = crypto.getRandomValues(new Uint8Array(16)).toBase64();
  const head = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    `Authorization: ${authorization}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${key}`,
  ];
  await line.write(new TextEncoder().encode(head.map((row) => `${row}\r\n`).join("") + "\r\n"));
  const { status, reason, accept, rest } = await readHead(line);
  if (status !== 101) return { status, reason };
  if (accept !== hash("sha1", key + MAGIC, "base64")) {
    throw new Error("what answered speaks no WebSocket");
  }
  return {
    messages: messagesOf(line, rest),
    send: (payload) => line.write(encodeFrame({ opcode: OPCODE.binary, payload })),
    close: () => line.close(),
  };
}

async function* messagesOf(line: Line, rest: Uint8Array): AsyncGenerator<Uint8Array, void> {
  const reader = new FrameReader();
  for (let chunk = rest;;) {
    for (const { opcode, payload } of reader.push(chunk)) {
      if (opcode === OPCODE.close) return;
      if (opcode === OPCODE.ping) await line.write(encodeFrame({ opcode: OPCODE.pong, payload }));
      else if (opcode !== OPCODE.pong) yield payload;
    }
    const next = await line.chunks.next();
    if (next.done) return;
    chunk = next.value;
  }
}

/** The head of the answer, and what arrived behind it. */
async function readHead(
  line: Line,
): Promise<Refused & { accept: string | undefined; rest: Uint8Array }> {
  let text = "";
  // Each byte is one character, so that positions in the text are positions in the bytes.
  while (!text.includes("\r\n\r\n")) {
    const next = await line.chunks.next();
    if (next.done) throw new Error("the connection was closed before an answer came");
    text += Array.from(next.value, (byte) => String.fromCharCode(byte)).join("");
    if (text.length > MAX_HEAD) throw new Error("what answered speaks no WebSocket");
  }
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...rows] = text.slice(0, end).split("\r\n");
  const [, status, reason = ""] = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(first) ?? [];
  if (status === undefined) throw new Error("what answered speaks no HTTP");
  const accept = rows.map((row) => /^sec-websocket-accept:\s*(\S+)\s*$/i.exec(row)?.[1])
    .find((value) => value !== undefined);
  const rest = Uint8Array.from(text.slice(end + 4), (character) => character.charCodeAt(0));
  return { status: Number(status), reason, accept, rest };
}
