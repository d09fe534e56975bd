import assert from "node:assert/strict";
import { Places } from "../../lib/mcp/places.ts";
import { Sessions } from "../../lib/mcp/sessions.ts";

function table(maxPerToken: number) {
  const closed: string[] = [];
  const clock = { ms: 0 };
  const monotonic = () => clock.ms++;
  const places = new Places({ kind: "sse", most: maxPerToken, siblings: null });
  const sessions = new Sessions({ places, idleMs: 600_000, monotonic });
  const add = async (id: string, tokenId = 1) => {
    const leave = await sessions.take(tokenId);
    assert.ok(leave);
    const close = () => void closed.push(id);
    sessions.add({ id, tokenId, close }, leave);
  };
  return { sessions, closed, clock, add };
}

Deno.test("Sessions: when a token's places are taken its own longest idle one makes room", async () => {
  const { sessions, closed, add } = table(2);
  await add("another's", 2);
  await add("a");
  await add("b");
  sessions.use("a", 1);
  await add("c");
  assert.deepEqual(closed, ["b"]);
  assert.equal(sessions.size, 3);
  assert.deepEqual([sessions.isFull(1), sessions.isFull(2)], [true, false]);
});

Deno.test("Sessions: one with a call under way makes no room, however long it has been used", async () => {
  const { sessions, closed, add } = table(2);
  await add("a");
  const release = sessions.hold("a");
  await add("b");
  await add("c");
  assert.deepEqual(closed, ["b"]);
  sessions.hold("c");
  assert.equal(await sessions.take(1), undefined);
  assert.deepEqual(closed, ["b"]);
  release();
  await add("d");
  assert.deepEqual(closed, ["b", "a"]);
});

Deno.test("Sessions: idle ones are closed after ten minutes, used ones are not", async () => {
  const { sessions, closed, clock, add } = table(10);
  await add("a");
  await add("b");
  clock.ms = 599_000;
  sessions.use("b", 1);
  clock.ms = 600_010;
  sessions.sweep();
  assert.deepEqual(closed, ["a"]);
});

Deno.test("Sessions: only the token that opened one may use it", async () => {
  const { sessions, closed, add } = table(10);
  await add("a", 1);
  await add("b", 2);
  assert.equal(sessions.use("a", 2), undefined);
  assert.equal(sessions.use("a", 1)?.id, "a");
  sessions.closeAll(2);
  assert.deepEqual(closed, ["b"]);
});

Deno.test("Sessions: one with a call under way is not idle, and is so again afterwards", async () => {
  const { sessions, closed, clock, add } = table(10);
  await add("a");
  const release = sessions.hold("a");
  clock.ms = 3_600_000;
  sessions.sweep();
  assert.deepEqual(closed, []);
  release();
  clock.ms += 590_000;
  sessions.sweep();
  assert.deepEqual(closed, []);
  clock.ms += 10_000;
  sessions.sweep();
  assert.deepEqual(closed, ["a"]);
  sessions.hold("a")();
});
