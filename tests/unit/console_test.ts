import assert from "node:assert/strict";
import fc from "fast-check";
import { AnswerReader, visibleText } from "../../lib/proxmox/console/answers.ts";
import { bootLine, quoted } from "../../lib/proxmox/console/guest_program.ts";
import { encodeFrame, FrameReader, OPCODE } from "../../lib/proxmox/api/frames.ts";

const NONCE = "0123456789abcdef0123456789abcdef";

/** The same bytes in parts of these sizes, over and over. */
function split(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const parts = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
const field = fc.stringMatching(/^[A-Za-z0-9+/=-]{1,60}$/);
const answer = fc.record({
  seq: fc.integer({ min: 0, max: 9_999_999 }),
  kind: fc.stringMatching(/^[a-z]{1,10}$/),
  fields: fc.array(field, { maxLength: 4 }),
}, { noNullPrototype: true });
/** What else a terminal may show: anything at all that is no answer. */
const noise = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: "binary", maxLength: 60 }).map((text) => new TextEncoder().encode(text)),
  // Forged with other nonces, in part, without what belongs behind it, or too long.
  fc.constantFrom(
    `${NONCE.slice(0, 31)}e 1 ok 2`,
    NONCE.slice(0, 16),
    `${NONCE}`,
    `${NONCE} 12345678 ok`,
    `${NONCE} 1 OK`,
    `${NONCE} 1 ok a b c d e`,
    `${NONCE} 1 ok $(id)`,
    `${NONCE} 1 ok\x1b[2J`,
    `x`.repeat(5_000) + NONCE + " 1 ok",
    "\x1b]0;title\x07\x1b[6n",
  ).map((text) => new TextEncoder().encode(text)),
).filter((bytes) => !bytes.includes(0x0a));

Deno.test("AnswerReader finds the answers, and only them, wherever what is shown is split", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.array(noise, { maxLength: 3 }), answer), { maxLength: 6 }),
    fc.constantFrom("\n", "\r\n", "\r\r\n"),
    sizes,
    (shown, end, sizes) => {
      const line = (bytes: Uint8Array) => concat([bytes, new TextEncoder().encode(end)]);
      const bytes = concat(shown.flatMap(([before, { seq, kind, fields }]) => [
        ...before.map(line),
        line(new TextEncoder().encode([NONCE, seq, kind, ...fields].join(" "))),
      ]));
      const reader = new AnswerReader(NONCE);
      const found = split(bytes, sizes).flatMap((part) => reader.push(part));
      assert.deepEqual(found, shown.map(([, answer]) => answer));
    },
  ));
});

Deno.test("AnswerReader finds an answer behind what was written into its line", () => {
  const reader = new AnswerReader(NONCE);
  const bytes = new TextEncoder().encode(`progress 12 %\r${NONCE} 7 ok 1\r\r\n`);
  assert.deepEqual(reader.push(bytes), [{ seq: 7, kind: "ok", fields: ["1"] }]);
});

Deno.test("what is typed at a prompt is no answer when it is echoed", () => {
  const reader = new AnswerReader(NONCE);
  const echo = new TextEncoder().encode(`root@ct:~# ${bootLine(NONCE)}\n`);
  assert.deepEqual(reader.push(echo), []);
});

Deno.test("visibleText leaves what a person would see", () => {
  assert.equal(visibleText("\x1b[H\x1b[J\x1b[3J"), "");
  assert.equal(visibleText("\x1b[?2004h\x1b]0;root@ct: ~\x07root@ct:~# "), "root@ct:~#");
  assert.equal(visibleText("\x1b(B\x1b[m\r\n~ # \x1b[6n"), "~ #");
});

Deno.test("quoted makes one word of anything", async () => {
  const words = ["", "a b", "it's", '$(id) `id` \\ "', "a\nb", "-n", "'''", "é"];
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", `printf '%s|' ${words.map(quoted).join(" ")}`],
  }).output();
  assert.equal(new TextDecoder().decode(stdout), words.map((word) => `${word}|`).join(""));
});

/** A server's frame: as a client's, without the mask. */
function unmasked(frame: Uint8Array): Uint8Array {
  const wide = [0, 0, 8][Math.max(0, (frame[1]! & 0x7f) - 125)] ?? 0;
  const start = 2 + ((frame[1]! & 0x7f) === 126 ? 2 : wide === 8 ? 8 : 0);
  const mask = frame.subarray(start, start + 4);
  const head = Uint8Array.from(frame.subarray(0, start));
  head[1]! &= 0x7f;
  const body = frame.subarray(start + 4).map((byte, index) => byte ^ mask[index & 3]!);
  return concat([head, body]);
}

Deno.test("FrameReader gives what was sent, wherever it is split", () => {
  const lengths = fc.oneof(
    fc.integer({ min: 0, max: 130 }),
    fc.constantFrom(125, 126, 127, 65_535, 65_536),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...Object.values(OPCODE)), lengths), { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 5 }),
      (frames, sizes) => {
        const sent = frames.map(([opcode, length]) => ({
          opcode,
          payload: new Uint8Array(length).map((_, index) => index * 7),
        }));
        const bytes = new Uint8Array(
          sent.reduce((sum, { payload }) => sum + payload.length + 10, 0),
        );
        let end = 0;
        for (const frame of sent) {
          const encoded = unmasked(encodeFrame(frame));
          bytes.set(encoded, end);
          end += encoded.length;
        }
        const reader = new FrameReader();
        const found = split(bytes.subarray(0, end), sizes).flatMap((part) => reader.push(part));
        assert.deepEqual(found.map(({ opcode, payload }) => ({ opcode, payload })), sent);
      },
    ),
    { numRuns: 15 },
  );
});

Deno.test("FrameReader refuses masked frames, reserved bits and what is too large", () => {
  const push = (...bytes: number[]) => () => new FrameReader().push(Uint8Array.from(bytes));
  assert.throws(push(0x82, 0x81), /no WebSocket frame/);
  assert.throws(push(0xc2, 0x01), /no WebSocket frame/);
  assert.throws(push(0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0), /too large/);
});
