import assert from "node:assert/strict";
import { Sessions } from "../../lib/mcp/sessions.ts";

function table(maxPerToken: number) {
  const closed: string[] = [];
  const clock = { ms: 0 };
  const monotonic = () => clock.ms++;
  const sessions = new Sessions({ maxPerToken, idleMs: 600_000, monotonic });
  const add = (id: string, tokenId = 1) =>
    sessions.add({
      id,
      tokenId,
      close: () => {
        closed.push(id);
      },
    });
  return { sessions, closed, clock, add };
}

Deno.test("Sessions: when a token's places are taken its own longest idle one makes room", () => {
  const { sessions, closed, add } = table(2);
  add("another's", 2);
  add("a");
  add("b");
  sessions.use("a", 1);
  add("c");
  assert.deepEqual(closed, ["b"]);
  assert.equal(sessions.size, 3);
  assert.deepEqual([sessions.isFull(1), sessions.isFull(2)], [true, false]);
});

Deno.test("Sessions: one with a call under way makes no room, however long it has been used", () => {
  const { sessions, closed, add } = table(2);
  add("a");
  const release = sessions.hold("a");
  add("b");
  assert.equal(sessions.makeRoom(1), true);
  assert.deepEqual(closed, ["b"]);
  add("c");
  sessions.hold("c");
  assert.equal(sessions.makeRoom(1), false);
  assert.deepEqual(closed, ["b"]);
  release();
  assert.equal(sessions.makeRoom(1), true);
  assert.deepEqual(closed, ["b", "a"]);
});

Deno.test("Sessions: idle ones are closed after ten minutes, used ones are not", () => {
  const { sessions, closed, clock, add } = table(10);
  add("a");
  add("b");
  clock.ms = 599_000;
  sessions.use("b", 1);
  clock.ms = 600_010;
  sessions.sweep();
  assert.deepEqual(closed, ["a"]);
});

Deno.test("Sessions: only the token that opened one may use it", () => {
  const { sessions, closed, add } = table(10);
  add("a", 1);
  add("b", 2);
  assert.equal(sessions.use("a", 2), undefined);
  assert.equal(sessions.use("a", 1)?.id, "a");
  sessions.closeAll(2);
  assert.deepEqual(closed, ["b"]);
});

Deno.test("Sessions: one with a call under way is not idle, and is so again afterwards", () => {
  const { sessions, closed, clock, add } = table(10);
  add("a");
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
