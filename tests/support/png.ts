import assert from "node:assert/strict";
import { crc32, inflateSync } from "node:zlib";

export interface Png {
  readonly width: number;
  readonly height: number;
  /** How many pixels are of the colour `#rrggbb`, within a part of the picture if one is given. */
  count(colour: string, part?: { top?: number; bottom?: number }): number;
}

/** Reads a PNG with a palette of eight bits, and checks all that a reader may check. */
export function readPng(bytes: Uint8Array): Png {
  assert.equal(bytes.subarray(0, 8).toHex(), "89504e470d0a1a0a");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < bytes.length;) {
    const length = view.getUint32(at);
    const type = new TextDecoder().decode(bytes.subarray(at + 4, at + 8));
    assert.equal(view.getUint32(at + 8 + length), crc32(bytes.subarray(at + 4, at + 8 + length)));
    chunks.set(type, bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  assert.deepEqual([...chunks.keys()], ["IHDR", "PLTE", "IDAT", "IEND"]);
  const header = chunks.get("IHDR")!;
  const told = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [told.getUint32(0), told.getUint32(4)];
  // Eight bits, of a palette; compressed, filtered and laced as usual.
  assert.deepEqual([...header.subarray(8)], [8, 3, 0, 0, 0]);
  const palette = chunks.get("PLTE")!;
  assert.ok(palette.length % 3 === 0 && palette.length <= 3 * 256);
  const rows = inflateSync(chunks.get("IDAT")!);
  assert.equal(rows.length, (width + 1) * height);
  const colours = Array.from(
    { length: palette.length / 3 },
    (_, at) => `#${palette.subarray(3 * at, 3 * at + 3).toHex()}`,
  );
  return {
    width,
    height,
    count: (colour, { top = 0, bottom = height } = {}) => {
      let found = 0;
      for (let y = top; y < bottom; y++) {
        assert.equal(rows[y * (width + 1)], 0, "the row's filter");
        for (let x = 0; x < width; x++) {
          const index = rows[y * (width + 1) + 1 + x] ?? 0;
          assert.ok(index < colours.length, "a colour of the palette");
          if (colours[index] === colour) found++;
        }
      }
      return found;
    },
  };
}
