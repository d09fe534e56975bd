import assert from "node:assert/strict";
import { readJsonBody } from "../../lib/http/body.ts";
import { BodyBudget } from "../../lib/http/body_budget.ts";

const headers = { "content-type": "application/json" };

Deno.test("readJsonBody gives an endless body up, so that its connection ends", async () => {
  let taken = 0;
  const given = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      taken += 512;
      controller.enqueue(new Uint8Array(512).fill(32));
    },
    cancel: () => given.resolve(),
  });
  const read = await readJsonBody(
    new Request("http://x/", { method: "POST", headers, body }),
    { maxBytes: 1024 },
  );
  assert.ok("refused" in read);
  assert.equal(read.refused.status, 413);
  await given.promise;
  assert.ok(taken <= 2048, `${taken} bytes were read`);
});

Deno.test("readJsonBody refuses by Content-Length without reading", async () => {
  let pulls = 0;
  const body = new ReadableStream<Uint8Array>({ pull: () => void pulls++ }, { highWaterMark: 0 });
  const read = await readJsonBody(
    new Request("http://x/", {
      method: "POST",
      headers: { ...headers, "content-length": "1025" },
      body,
    }),
    { maxBytes: 1024 },
  );
  assert.ok("refused" in read);
  assert.equal(read.refused.status, 413);
  assert.equal(pulls, 0);
});

Deno.test("a client that hangs up in the middle of its body is refused, not a failure", async () => {
  for (const named of [{}, { "content-length": "100" }]) {
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("aborted")),
    });
    const init = { method: "POST", headers: { ...headers, ...named }, body };
    const read = await readJsonBody(new Request("http://x/", init), { maxBytes: 1_000_000 });
    assert.ok("refused" in read);
    assert.equal(read.refused.status, 400);
  }
});

Deno.test("readJsonBody takes what is as long as the limit, in UTF-8 bytes", async () => {
  const ask = (text: string) =>
    readJsonBody(new Request("http://x/", { method: "POST", headers, body: text }), {
      maxBytes: 16,
    });
  assert.deepEqual(await ask('{"name":"şiş"}'), { body: { name: "şiş" } });
  assert.ok("refused" in await ask('{"name":"şişş"}'));
});

/** What is answered to a body that ends, or goes on with the last chunk for ever. */
async function refusedFor(
  chunks: readonly string[],
  { endless = false, length, ...options }: {
    endless?: boolean;
    stallMs?: number;
    length?: number;
  } = {},
): Promise<{ status: number; message: string; bytes: number }> {
  let at = 0;
  let bytes = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const chunk = chunks[Math.min(at++, chunks.length - 1)];
      if (at > chunks.length && !endless) return controller.close();
      if (chunk === undefined) return await new Promise(() => {});
      const next = new TextEncoder().encode(chunk);
      bytes += next.length;
      controller.enqueue(next);
    },
  }, { highWaterMark: 0 });
  const named = length === undefined ? {} : { "content-length": String(length) };
  const request = new Request("http://x/", {
    method: "POST",
    headers: { ...headers, ...named },
    body,
  });
  const read = await readJsonBody(request, { maxBytes: 1_000_000, ...options });
  assert.ok("refused" in read, "it was accepted");
  const { error } = await read.refused.json();
  return { status: read.refused.status, message: error.message, bytes };
}

Deno.test("readJsonBody bounds depth, keys and members while it reads, and stops there", async () => {
  const endless = true;
  const deep = await refusedFor(['{"a":', "[".repeat(1_000)], { endless });
  assert.deepEqual(deep, {
    status: 400,
    message: "Invalid request: the body nests deeper than 64",
    bytes: 1_005,
  });
  const keys = await refusedFor(["{", '"k":1,'.repeat(1_000)], { endless });
  assert.match(keys.message, /^Invalid request: the body holds more than 2000 keys$/);
  assert.equal(keys.bytes, 1 + 3 * 6_000, "nothing is read beyond the limit");
  const members = await refusedFor(["[", "1,".repeat(1_000)], { endless });
  assert.match(members.message, /the body holds more than 5000 members of lists and objects$/);
  assert.equal(members.bytes, 1 + 5 * 2_000);
  const ends = await refusedFor([`[${"[],".repeat(3_000)}1]`]);
  assert.match(ends.message, /members/, "empty lists are members too");
});

Deno.test("readJsonBody takes text for what it is, however it is cut", async () => {
  const value = { method: "x", text: '[[{"\\\\",:'.repeat(20_000), list: [[[1]], { ş: 2 }] };
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += 997));
    },
  });
  const request = new Request("http://x/", { method: "POST", headers, body });
  assert.deepEqual(await readJsonBody(request, { maxBytes: 4_194_304 }), { body: value });
});

Deno.test("readJsonBody waits for a body only while it comes", async () => {
  const stalled = await refusedFor(['{"method":', undefined as unknown as string], { stallMs: 20 });
  assert.equal(stalled.status, 408);
  const late = /^Request timeout: the rest of the body did not come in 0\.02 seconds$/;
  assert.match(stalled.message, late);
  const named = await refusedFor(['{"method":', undefined as unknown as string], {
    stallMs: 20,
    length: 100,
  });
  assert.equal(named.status, 408);
  assert.match(named.message, late);
});

Deno.test("readJsonBody takes a body that names its length, however it comes", async () => {
  const asked = (chunks: readonly string[], length: number, keep?: () => Response) => {
    const body = ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk)));
    const request = new Request("http://x/", {
      method: "POST",
      headers: { ...headers, "content-length": String(length) },
      body,
    });
    return readJsonBody(request, { maxBytes: 1_000_000, ...(keep ? { keep } : {}) });
  };
  assert.deepEqual(await asked(['{"a"', ":1}"], 7), { body: { a: 1 } });
  const long = JSON.stringify({ a: "x".repeat(9_000) });
  const read = await asked([long.slice(0, 5_000), long.slice(5_000)], long.length);
  assert.deepEqual(read, { body: JSON.parse(long) });
  for (const text of ['{"a":1}', long]) {
    const full = await asked([text], text.length, () => new Response(null, { status: 429 }));
    assert.ok("refused" in full);
    assert.equal(full.refused.status, 429);
  }
});

Deno.test("BodyBudget counts per token and in all, and forgets what is over", () => {
  const bodies = new BodyBudget(100);
  const held = [1, 2, 3, 4].map((token) => bodies.open(token));
  for (const body of held) assert.ok(body.take(800));
  using more = bodies.open(1);
  assert.equal(more.take(1), false, "the token has eight bodies' worth");
  using other = bodies.open(5);
  assert.equal(other.take(1), false, "all have 32 bodies' worth");
  held[0]?.[Symbol.dispose]();
  assert.ok(more.take(400) && other.take(400));
  assert.equal(other.take(1), false);
});
