import assert from "node:assert/strict";
import { Sessions } from "../../lib/mcp/sessions.ts";

function table(max: number) {
  const closed: string[] = [];
  const clock = { ms: 0 };
  const sessions = new Sessions({ max, idleMs: 600_000, now: () => new Date(clock.ms) });
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

Deno.test("Sessions: a full table closes the one that has been idle longest", () => {
  const { sessions, closed, clock, add } = table(2);
  add("a");
  clock.ms = 1;
  add("b");
  clock.ms = 2;
  sessions.use("a", 1);
  add("c");
  assert.deepEqual(closed, ["b"]);
  assert.equal(sessions.size, 2);
});

Deno.test("Sessions: idle ones are closed after ten minutes, used ones are not", () => {
  const { sessions, closed, clock, add } = table(10);
  add("a");
  add("b");
  clock.ms = 599_999;
  sessions.use("b", 1);
  clock.ms = 600_000;
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
  clock.ms += 599_999;
  sessions.sweep();
  assert.deepEqual(closed, []);
  clock.ms += 1;
  sessions.sweep();
  assert.deepEqual(closed, ["a"]);
  sessions.hold("a")();
});
