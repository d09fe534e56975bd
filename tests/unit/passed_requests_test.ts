import assert from "node:assert/strict";
import { BOARD_BYTES } from "../../lib/siblings/board.ts";
import { borrow, lend } from "../../lib/siblings/lent.ts";
import { Passing } from "../../lib/siblings/passing.ts";
import { Siblings } from "../../lib/siblings/siblings.ts";
import { source } from "../support/source.ts";

const LEFT = new AbortController().signal;
const text = (value: string) => new TextEncoder().encode(value);

/** Two workers whose parent is this test; all requests of the first go to the second. */
function workers(handle: (request: Request) => Response | Promise<Response>) {
  const memory = new SharedArrayBuffer(BOARD_BYTES);
  const [first, second] = [0, 1].map((index) =>
    new Siblings({ index, count: 2, memory, clock: 0 }, (message) => {
      if (message.kind === "ask") second?.hear({ ...message, from: index });
    })
  );
  assert.ok(first && second);
  const unreachable = () => new Response("unreachable", { status: 503 });
  const passing = new Passing(first, { handle: () => assert.fail("not here"), unreachable });
  const answering = new Passing(second, { handle, unreachable });
  second.answer(async (ask, gone) =>
    ask.kind === "request" ? await answering.answer(ask.request, gone) : { answer: null }
  );
  const id = ["a", "b"].find((id) => first.ownerOf(id) === 1) ?? "";
  const pass = (init: RequestInit) =>
    passing.take(
      new Request("http://localhost/mcp", { ...init, headers: { "mcp-session-id": id } }),
      "192.0.2.1",
    );
  return { first, second, passing, pass };
}

/** A test in which no port may stay open. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: true, sanitizeResources: true });
}

test("a stream is lent part by part, and its end and its failure are told", async () => {
  const whole = lend(new Blob(["one", "two"]).stream(), LEFT);
  assert.equal(await new Response(borrow(whole)).text(), "onetwo");
  const { body, writer } = source();
  const reader = borrow(lend(body, LEFT)).getReader();
  writer.enqueue(text("a large buffer").subarray(2, 7));
  assert.deepEqual((await reader.read()).value, text("large"));
  writer.error(new Error("gone"));
  await assert.rejects(reader.read(), /broken/);
});

test("who borrows may leave, and who lends may end it", async () => {
  const left = source();
  const reader = borrow(lend(left.body, LEFT)).getReader();
  await reader.cancel("enough");
  await left.left;
  const ended = source();
  const stop = new AbortController();
  const port = lend(ended.body, stop.signal);
  stop.abort("enough");
  assert.equal(await ended.left, "enough");
  port.close();
});

test("a stream that nobody reads is read no further ahead than two parts", async () => {
  let pulls = 0;
  const third = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      controller.enqueue(text("part"));
      if (++pulls === 3) third.resolve();
    },
  }, { highWaterMark: 0 });
  const stop = new AbortController();
  const reader = borrow(lend(body, stop.signal)).getReader();
  while (pulls < 2) await new Promise((resolve) => setTimeout(resolve));
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(pulls, 2);
  await reader.read();
  await third.promise;
  await reader.cancel();
  stop.abort();
});

test("a request that is refused unread leaves nothing behind in either worker", async () => {
  const { pass, passing } = workers(() => new Response("no", { status: 401 }));
  const { body, writer, left } = source();
  writer.enqueue(new Uint8Array(65_536));
  const response = await pass({ method: "POST", body });
  assert.equal(response.status, 401);
  await left;
  assert.equal(await response.text(), "no");
  await passing.idle();
});

test("what a request brings and what it is answered goes through, and may be empty", async () => {
  const { pass } = workers(async (request) => new Response(`got ${await request.text()}`));
  assert.equal(await (await pass({ method: "POST", body: "this" })).text(), "got this");
  const none = workers(() => new Response(null, { status: 202 }));
  assert.equal((await none.pass({ method: "POST", body: "this" })).status, 202);
});

test("a client that leaves before it is answered, and after, is told to who answers", async () => {
  const begun = Promise.withResolvers<Request>();
  const answer = source();
  const go = Promise.withResolvers<void>();
  const early = workers(async (request) => {
    begun.resolve(request);
    await go.promise;
    return new Response(answer.body);
  });
  const client = new AbortController();
  const asked = early.pass({ method: "GET", signal: client.signal });
  const request = await begun.promise;
  const told = new Promise((resolve) => request.signal.addEventListener("abort", resolve));
  client.abort();
  await told;
  assert.equal((await asked).status, 503);
  go.resolve();
  await answer.left;

  const later = source();
  const { pass } = workers(() => new Response(later.body));
  const response = await pass({ method: "GET" });
  await response.body?.cancel("enough");
  await later.left;
});

test("a worker that breaks breaks what it answers, and what it was answered ends", async () => {
  const answer = source();
  const { pass, first, second } = workers(() => new Response(answer.body));
  const response = await pass({ method: "GET" });
  first.hear({ kind: "gone", worker: 1 });
  await assert.rejects(response.text());
  const other = await pass({ method: "POST", body: source().body });
  await other.body?.cancel();
  second.hear({ kind: "gone", worker: 0 });
  await answer.left;
});

test("an answer that cannot be posted is none", async () => {
  const { first, second } = workers(() => assert.fail("not asked"));
  second.answer(() => Promise.resolve({ answer: () => {} }));
  const asked = first.ask(1, { kind: "metrics" });
  assert.equal(await asked.answer, null);
  asked.end("over");
});
