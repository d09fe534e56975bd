import assert from "node:assert/strict";
import { relay } from "../../lib/relay.ts";
import { source } from "../support/source.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

/** What has been told, in order. */
function told() {
  const events: string[] = [];
  return {
    events,
    over: () => void events.push("over"),
    atEnd: () => Promise.resolve(void events.push("atEnd")),
  };
}

Deno.test("each part is read as it is changed, and the end is told before the reader learns of it", async () => {
  const { body, writer } = source();
  const { events, ...options } = told();
  const reader = relay(body, { ...options, each: (part) => part.map((byte) => byte * 2) })
    .getReader();
  writer.enqueue(bytes(1, 2));
  writer.enqueue(bytes(3));
  writer.close();
  assert.deepEqual((await reader.read()).value, bytes(2, 4));
  assert.deepEqual((await reader.read()).value, bytes(6));
  assert.deepEqual(events, []);
  assert.equal((await reader.read()).done, true);
  assert.deepEqual(events, ["atEnd", "over"]);
});

Deno.test("who leaves is told to the source, which may write at that moment", async () => {
  const { body, writer, left } = source();
  const { events, ...options } = told();
  const reader = relay(body, options).getReader();
  const waiting = reader.read();
  const leaving = reader.cancel("enough");
  assert.equal((await waiting).done, true);
  await leaving;
  assert.equal(await left, "enough");
  assert.throws(() => writer.enqueue(bytes(1)), /close/);
  assert.deepEqual(events, ["over"]);
});

Deno.test("a source that breaks, an end that cannot be kept and a signal break it", async () => {
  const broken = source();
  const first = told();
  const reader = relay(broken.body, first).getReader();
  broken.writer.error(new Error("gone"));
  await assert.rejects(reader.read(), /gone/);
  assert.deepEqual(first.events, ["over"]);

  const unkept = source();
  unkept.writer.close();
  const atEnd = () => Promise.reject(new Error("no row"));
  await assert.rejects(relay(unkept.body, { atEnd }).getReader().read(), /no row/);

  const stopped = source();
  const third = told();
  const stop = new AbortController();
  const waiting = relay(stopped.body, { ...third, signal: stop.signal }).getReader().read();
  stop.abort(new Error("the worker has broken"));
  await assert.rejects(waiting, /broken/);
  assert.equal((await stopped.left as Error).message, "the worker has broken");
  assert.deepEqual(third.events, ["over"]);
});
