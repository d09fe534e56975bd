/** What a WebSocket frame is for (RFC 6455, 5.2). */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** More in one message is no terminal's. */
const MAX_PAYLOAD = 1024 * 1024;

export interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** A whole frame as a client must send it: masked. */
export function encodeFrame({ opcode, payload }: Frame): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  const wide = length > 0xffff ? 8 : length > 125 ? 2 : 0;
  const frame = new Uint8Array(2 + wide + 4 + length);
  const view = new DataView(frame.buffer);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (wide === 8 ? 127 : wide === 2 ? 126 : length);
  if (wide === 2) view.setUint16(2, length);
  if (wide === 8) view.setBigUint64(2, BigInt(length));
  const mask = crypto.getRandomValues(frame.subarray(2 + wide, 6 + wide));
  const body = frame.subarray(6 + wide);
  for (let index = 0; index < length; index++) {
    body[index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0);
  }
  return frame;
}

/** Cuts a server's bytes into frames, wherever they were split on the way. */
export class FrameReader {
  #left = new Uint8Array(0);

  /** @throws Error at what no server may send, and at a frame that is larger than any that is meant */
  push(chunk: Uint8Array): Frame[] {
    const bytes = new Uint8Array(this.#left.length + chunk.length);
    bytes.set(this.#left);
    bytes.set(chunk, this.#left.length);
    const frames: Frame[] = [];
    let at = 0;
    for (;;) {
      const frame = frameAt(bytes, at);
      if (frame === undefined) break;
      frames.push(frame);
      at = frame.end;
    }
    this.#left = bytes.slice(at);
    return frames;
  }
}

function frameAt(bytes: Uint8Array, at: number): Frame & { end: number } | undefined {
  const [head = 0, size = 0] = bytes.subarray(at, at + 2);
  if (bytes.length < at + 2) return undefined;
  if ((head & 0x70) !== 0 || (size & 0x80) !== 0) {
    throw new Error("what arrived is no WebSocket frame of a server");
  }
  const wide = size === 127 ? 8 : size === 126 ? 2 : 0;
  const start = at + 2 + wide;
  if (bytes.length < start) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = wide === 8
    ? Number(view.getBigUint64(at + 2))
    : wide === 2
    ? view.getUint16(at + 2)
    : size;
  if (length > MAX_PAYLOAD) throw new Error(`a WebSocket frame of ${length} bytes is too large`);
  if (bytes.length < start + length) return undefined;
  return { opcode: head & 0x0f, payload: bytes.slice(start, start + length), end: start + length };
}
