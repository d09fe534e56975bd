import assert from "node:assert/strict";
import type { Answer } from "../../lib/proxmox/api/client.ts";
import { KeptAnswers } from "../../lib/proxmox/kept_answers.ts";
import { isKept } from "../../lib/proxmox/kept_paths.ts";
import { type SharedRead, SharedReads } from "../../lib/proxmox/shared_reads.ts";
import { ShareTime } from "../../lib/proxmox/share_time.ts";

const open = new AbortController().signal;

interface Started {
  readonly signal: AbortSignal;
  readonly tell: (data: unknown) => void;
  readonly fail: () => void;
}

/** Reads that the test answers itself, by a clock that it sets. */
function setUp(seconds = 2) {
  const clock = { now: 0 };
  const time = new ShareTime({ seconds, monotonic: () => clock.now });
  const reads = new SharedReads(time);
  const started: Started[] = [];
  const start = (signal: AbortSignal) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    started.push({
      signal,
      tell: (data) => resolve({ data, total: undefined, size: 1 }),
      fail: () => reject(new Error("away")),
    });
    return promise;
  };
  const ask = (
    key: string,
    { signal = open, caller = "a", takesKept = true, keeps = "shortly", ...about }: {
      signal?: AbortSignal;
      caller?: string;
      takesKept?: boolean;
      keeps?: SharedRead<Answer>["keeps"];
      vmid?: number;
      mark?: string;
      ofFleet?: boolean;
    } = {},
  ) => reads.read(key, { caller, signal, start, keeps, takesKept, ...about });
  /** Asks, and answers where that starts a read. */
  const told = async (data: unknown, options?: Parameters<typeof ask>[1]) => {
    const before = started.length;
    const asked = ask("a", options);
    if (started.length > before) started.at(-1)?.tell(data);
    return (await asked).data;
  };
  return { clock, time, reads, started, ask, told };
}

Deno.test("SharedReads: who asks for the same meanwhile is told the same", async () => {
  const { ask, started } = setUp();
  const none = { keeps: "not" } as const;
  const asked = [ask("a", none), ask("a", none), ask("b", none), ask("a", { caller: "other" })];
  assert.equal(started.length, 3, "nobody waits in another caller's line");
  for (const [at, { tell }] of started.entries()) tell(at);
  assert.deepEqual((await Promise.all(asked)).map(({ data }) => data), [0, 0, 1, 2]);
  void ask("b", none);
  assert.equal(started.length, 4, "what is not to be kept is not");
});

Deno.test("SharedReads: an answer is told to any caller for so many seconds from when it was asked for", async () => {
  const { ask, clock, started, told } = setUp();
  const slow = ask("a");
  clock.now = 1_500;
  started[0]?.tell("first");
  await slow;
  clock.now = 1_999;
  assert.equal(await told("second", { caller: "other" }), "first");
  assert.equal(await told("own", { takesKept: false }), "own", "who wants it anew is not told it");
  clock.now = 4_000;
  assert.equal(await told("third"), "third");
});

Deno.test("SharedReads: nobody is told what began to be read before a change", async () => {
  const { ask, reads, started, told } = setUp();
  await told("before");
  const during = ask("a", { takesKept: false });
  reads.drop();
  const after = ask("a");
  started[2]?.tell("new");
  assert.equal((await after).data, "new");
  started[1]?.tell("old");
  assert.equal((await during).data, "old");
  assert.equal(await told("unread"), "new", "what the change came in between is not kept");
});

Deno.test("SharedReads: while a task that was begun here may be at work nothing is kept", async () => {
  const { clock, time, told } = setUp();
  const changed = { concerned: new Set([101]), vmids: [101] };
  time.began("UPID:1", changed);
  time.began("UPID:2", changed);
  await told(1);
  assert.equal(await told(2), 2);
  assert.equal(time.ended("UPID:2"), changed);
  assert.equal(await told(3), 3);
  assert.equal(time.ended("UPID:1"), changed);
  assert.equal(time.ended("UPID:1"), undefined);
  assert.equal(await told(4), 3);
  time.began("UPID:3", changed);
  assert.equal(await told(5), 5);
  clock.now = 30_000;
  await told(6);
  assert.equal(await told(7), 6, "most tasks take no longer");
  assert.equal(time.ended("UPID:3"), changed, "its end is still of interest");
});

Deno.test("SharedReads: what is kept long outlives changes of other guests, for five minutes", async () => {
  const { clock, reads, told } = setUp();
  const long = { keeps: "long", vmid: 101 } as const;
  await told("first", long);
  clock.now = 299_999;
  reads.drop(new Set([102]));
  assert.equal(await told("second", long), "first");
  reads.drop(new Set([101]));
  assert.equal(await told("third", long), "third");
  reads.drop();
  assert.equal(await told("fourth", long), "fourth", "nobody knows what was changed");
  clock.now += 300_000;
  assert.equal(await told("late", long), "late");
});

Deno.test("SharedReads: what is kept long of no single guest no change outlives", async () => {
  const { reads, told } = setUp();
  await told("first", { keeps: "long" });
  reads.drop(new Set([102]));
  assert.equal(await told("second", { keeps: "long" }), "second");
});

Deno.test("SharedReads: what fails is kept for nobody", async () => {
  const { ask, started, told } = setUp();
  const failing = ask("a");
  started[0]?.fail();
  await assert.rejects(failing);
  assert.equal(await told("good"), "good");
});

Deno.test("SharedReads: with no time to share every read is its caller's own", async () => {
  const { ask, started } = setUp(0);
  const asked = [ask("a"), ask("a")];
  assert.equal(started.length, 2);
  assert.equal(started[0]?.signal, open);
  for (const { tell } of started) tell(1);
  await Promise.all(asked);
  void ask("a");
  assert.equal(started.length, 3);
});

Deno.test("SharedReads: a read ends when nobody waits for it any longer, and not before", async () => {
  const { ask, started } = setUp();
  const [first, second] = [new AbortController(), new AbortController()];
  const asked = [ask("a", first), ask("a", second)];
  first.abort();
  await assert.rejects(asked[0]!, { code: "timeout" });
  assert.equal(started[0]?.signal.aborted, false);
  second.abort();
  await assert.rejects(asked[1]!, { code: "timeout" });
  assert.equal(started[0]?.signal.aborted, true);
  void ask("a");
  assert.equal(started.length, 2, "nobody joins what was given up");
});

Deno.test("KeptAnswers: so many and so large at most, the oldest make room", () => {
  const MIB = 1024 * 1024;
  const kept = new KeptAnswers(() => false);
  const put = (key: string, size: number) =>
    kept.put(key, { answer: { data: key, total: undefined, size }, askedAt: 0 });
  put("too large", MIB + 1);
  assert.equal(kept.get("too large"), undefined);
  for (const key of ["a", "b", "c", "d"]) put(key, MIB);
  put("a", MIB / 2);
  put("e", MIB / 2);
  assert.deepEqual(["a", "b", "e"].map((key) => kept.get(key)?.answer.data), ["a", "b", "e"]);
  put("f", 1);
  assert.equal(kept.get("b"), undefined, "it was the oldest");
  assert.equal(kept.size, 3 * MIB + 1);
  for (let each = 0; each < 5_100; each++) put(`small ${each}`, 1);
  assert.equal(kept.get("small 99"), undefined);
  assert.ok(kept.get("small 100"));
  kept.clear();
  assert.equal(kept.size, 0);
});

Deno.test("KeptAnswers: what is of no use any more makes room for what comes, and so it does at less", () => {
  const over = new Set<number>();
  const kept = new KeptAnswers((askedAt) => over.has(askedAt), { most: 10 });
  const put = (key: string, askedAt: number) =>
    kept.put(key, { answer: { data: key, total: undefined, size: 4 }, askedAt });
  put("a", 1);
  put("b", 2);
  put("c", 3);
  assert.deepEqual(["a", "b", "c"].map((key) => kept.get(key)?.askedAt), [undefined, 2, 3]);
  over.add(2).add(3);
  put("d", 4);
  assert.equal(kept.size, 4, "nobody will be told what is over");
});

Deno.test("SharedReads: what was kept under another mark is not told, and a fleet's for longer", async () => {
  const { clock, reads, told } = setUp();
  const long = { keeps: "long", mark: "one" } as const;
  assert.equal(reads.lastAsked("a", long), -Infinity);
  await told("first", long);
  assert.equal(reads.lastAsked("a", long), Infinity, "it would be told");
  clock.now = 1_000;
  assert.equal(await told("second", { ...long, mark: "two" }), "second");
  assert.equal(reads.lastAsked("a", long), 1_000, "what would be read anew");
  assert.equal(await told("third", long), "third");
  clock.now += 3_599_999;
  assert.equal(await told("fourth", { ...long, ofFleet: true }), "third");
  assert.equal(await told("fifth", long), "fifth");
  clock.now += 3_600_000;
  assert.equal(await told("sixth", { ...long, ofFleet: true }), "sixth");
});

Deno.test("isKept: lists and states, but nothing that is followed, used up or asked of a guest's agent", () => {
  const task = "UPID:pve1:0000C0DE:0000C0DE:65000000:qmstart:101:a@pve:";
  const paths = {
    "/cluster/resources": true,
    "/cluster/ha/status/current": true,
    "/nodes/pve1/status": true,
    "/nodes/pve1/storage": true,
    "/nodes/pve1/storage/local/content": true,
    "/nodes/pve1/qemu/101/status/current": true,
    "/cluster/tasks": false,
    "/nodes/pve1/tasks": false,
    [`/nodes/pve1/tasks/${task}/status`]: false,
    [`/nodes/pve1/tasks/${task}/log`]: false,
    "/nodes/pve1/qemu/101/agent/exec-status": false,
    "/nodes/pve1/qemu/101/agent/info": false,
    "/nodes/pve1/time": false,
    "/nodes/pve1/journal": false,
    "/cluster/nextid": false,
    "/access/permissions": false,
  };
  for (const [path, expected] of Object.entries(paths)) assert.equal(isKept(path), expected, path);
});
