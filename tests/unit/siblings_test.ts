import assert from "node:assert/strict";
import { createUseLimits } from "../../lib/http/limits.ts";
import { Gate } from "../../lib/proxmox/api/gate.ts";
import { Board, BOARD_BYTES } from "../../lib/siblings/board.ts";
import { Changes } from "../../lib/siblings/changes.ts";
import { Lines } from "../../lib/siblings/lines.ts";
import type { ToSiblings } from "../../lib/siblings/messages.ts";

const RATES = { requests_per_minute: 3, failed_logins_per_minute: 2 };

function boards(): [Board, Board] {
  const memory = new SharedArrayBuffer(BOARD_BYTES);
  return [new Board(memory, 0), new Board(memory, 1)];
}

Deno.test("workers count requests and wrong tokens together", async () => {
  const [first, second] = boards().map((board) => createUseLimits(RATES, null, board));
  assert.ok(first && second);
  const waits = [];
  for (const limits of [first, second, first, second]) waits.push(await limits.request(7));
  assert.deepEqual(waits, [undefined, undefined, undefined, 60]);
  assert.equal(await first.request(8), undefined, "another token's own");
  assert.equal(await first.addresses.failed("192.0.2.1", "one"), undefined);
  assert.equal(await second.addresses.failed("192.0.2.1", "two"), 60);
  assert.ok((await first.addresses.allowed("192.0.2.1") ?? 0) > 0);
});

Deno.test("a rate counts for a minute, to whatever the clock of the machine is set meanwhile", async () => {
  const [first, second] = boards().map((board) => createUseLimits(RATES, null, board));
  assert.ok(first && second);
  for (let times = 0; times < 3; times++) await first.request(7);
  const { now } = Date;
  try {
    Date.now = () => now() - 3_600_000;
    assert.equal(await second.request(7), 60, "set back");
    Date.now = () => now() + 3_600_000;
    assert.equal(await second.request(7), 60, "set forward");
  } finally {
    Date.now = now;
  }
});

Deno.test("one that is ended while it counts keeps none of the others from counting", () => {
  const memory = new SharedArrayBuffer(BOARD_BYTES);
  const board = new Board(memory, 0);
  // What it leaves behind: the first number is the lock.
  new Int32Array(memory)[0] = 2;
  assert.equal(board.add("key", 1, 1_000).points, 1);
  assert.equal(new Board(memory, 2).add("key", 1, 1_000).points, 2);
});

Deno.test("workers count calls under way together, and one that breaks leaves none", () => {
  const memory = new SharedArrayBuffer(BOARD_BYTES);
  const limitsOf = (index: number) => createUseLimits(RATES, null, new Board(memory, index));
  const [first, second] = [limitsOf(0), limitsOf(1)];
  const ends = Array.from({ length: 20 }, () => first.begin(7));
  assert.equal(second.callAllowed(7), 1);
  assert.equal(second.callAllowed(8), undefined);
  ends.pop()?.();
  assert.equal(second.callAllowed(7), undefined);
  assert.equal(second.callAllowed(7, 2), 1);
  limitsOf(0);
  assert.equal(second.callAllowed(7, 20), undefined);
});

Deno.test("a worker hears of what others have changed, once, and not of its own", () => {
  const [first, second] = boards().map((board) => new Changes(board));
  assert.ok(first && second);
  first.note();
  assert.deepEqual([first.takeNews(), second.takeNews(), second.takeNews()], [false, true, false]);
  first.note();
  second.note();
  assert.deepEqual([first.takeNews(), second.takeNews()], [true, true]);
});

Deno.test("four gates let no more through to a node than one does alone", async () => {
  const options = { clock: () => 0, after: () => new AbortController().signal };
  const place = { node: "pve1", agent: undefined };
  const { promise, resolve } = Promise.withResolvers<void>();
  let running = 0;
  const passages = Array.from({ length: 4 }, () => new Gate({ ...options, share: 4 }))
    .flatMap((gate) =>
      Array.from({ length: 40 }, (_, caller) =>
        gate.pass({
          place,
          change: false,
          caller: `${caller}`,
          signal: new AbortController().signal,
        }, () => {
          running++;
          return promise;
        }))
    );
  await new Promise((done) => setTimeout(done));
  assert.equal(running, 32);
  resolve();
  await Promise.all(passages);
});

Deno.test("workers take turns, and several of one worker share one", async () => {
  const memory = new SharedArrayBuffer(BOARD_BYTES);
  const [first, second] = [new Board(memory, 0), new Board(memory, 1)];
  // Waiting for a turn alone keeps no event loop going.
  const going = setInterval(() => {});
  const told: string[] = [];
  const ends = [await first.turn(), await first.turn()];
  const waiting = second.turn().then((end) => {
    told.push("second");
    return end;
  });
  ends.pop()?.();
  await new Promise((resolve) => setTimeout(resolve));
  told.push("first");
  ends.pop()?.();
  await waiting;
  assert.deepEqual(told, ["first", "second"]);
  clearInterval(going);
});

Deno.test("lines of a moment go together, in order, and at once when they must", async () => {
  const posted: ToSiblings[] = [];
  const told = Promise.withResolvers<void>();
  const lines = new Lines((message) => {
    posted.push(message);
    told.resolve();
  });
  lines.push("stderr", "one");
  lines.push("file", "one");
  lines.push("stderr", "two");
  assert.deepEqual(posted, []);
  await told.promise;
  const both = [{ to: "stderr", text: "one\ntwo" }, { to: "file", text: "one" }];
  assert.deepEqual(posted, [{ kind: "lines", lines: both, written: null }]);
  lines.push("stderr", "three");
  lines.flush();
  lines.flush();
  const third = { kind: "lines", lines: [{ to: "stderr", text: "three" }], written: null };
  assert.deepEqual(posted.slice(1), [third]);
});
