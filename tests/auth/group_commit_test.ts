import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { GroupCommit } from "../../lib/database/group_commit.ts";

Deno.test("GroupCommit hands on together what was submitted while it wrote", async () => {
  const batches: number[][] = [];
  const first = Promise.withResolvers<void>();
  const commit = new GroupCommit(async (items: readonly number[]) => {
    batches.push([...items]);
    if (batches.length === 1) await first.promise;
    return items.map((item) => item * 2);
  }, { max: 3 });
  const done = [commit.submit(1)];
  await Promise.resolve().then(() => done.push(...[2, 3, 4, 5].map((item) => commit.submit(item))));
  first.resolve();
  assert.deepEqual(await Promise.all(done), [2, 4, 6, 8, 10]);
  assert.deepEqual(batches.flat(), [1, 2, 3, 4, 5]);
  assert.ok(batches.every((batch) => batch.length <= 3));
  assert.ok(batches.length < 5);
});

Deno.test("GroupCommit fails together what it wrote together, and goes on", async () => {
  let isBroken = true;
  const commit = new GroupCommit((items: readonly number[]) => {
    if (isBroken) throw new Error("broken");
    return Promise.resolve(items);
  }, { max: 10 });
  const results = await Promise.allSettled([commit.submit(1), commit.submit(2)]);
  assert.deepEqual(results.map((result) => result.status), ["rejected", "rejected"]);
  isBroken = false;
  await commit.submit(3);
});

Deno.test("GroupCommit lets what has patience wait for the next, for its time, or for the end", async () => {
  const batches: number[][] = [];
  const commit = new GroupCommit((items: readonly number[]) => {
    batches.push([...items]);
    return Promise.resolve(items);
  }, { max: 10 });
  const patient = commit.submit(1, { patienceMs: 60_000 });
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  assert.deepEqual(batches, []);
  await commit.submit(2);
  await patient;
  assert.deepEqual(batches, [[1, 2]]);
  await commit.submit(3, { patienceMs: 1 });
  const last = commit.submit(4, { patienceMs: 60_000 });
  await commit.idle();
  await last;
  await commit.idle();
  await commit.submit(5);
  assert.deepEqual(batches, [[1, 2], [3], [4], [5]]);
});
