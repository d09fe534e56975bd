import assert from "node:assert/strict";
import { readJsonBody } from "../../lib/http/body.ts";

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
    1024,
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
    1024,
  );
  assert.ok("refused" in read);
  assert.equal(read.refused.status, 413);
  assert.equal(pulls, 0);
});

Deno.test("readJsonBody takes what is as long as the limit, in UTF-8 bytes", async () => {
  const ask = (text: string) =>
    readJsonBody(new Request("http://x/", { method: "POST", headers, body: text }), 16);
  assert.deepEqual(await ask('{"name":"şiş"}'), { body: { name: "şiş" } });
  assert.ok("refused" in await ask('{"name":"şişş"}'));
});
