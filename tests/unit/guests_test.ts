import assert from "node:assert/strict";
import { ADVICE } from "../../lib/mcp/advice.ts";
import { GuestDirectory } from "../../lib/proxmox/guest/directory.ts";
import { GuestLocks } from "../../lib/proxmox/guest/locks.ts";

const open = new AbortController().signal;

Deno.test("GuestLocks: one change at a time per guest, the next goes on when it ends", async () => {
  const locks = new GuestLocks();
  const order: string[] = [];
  const release = await locks.acquire(101, "start VM 101", open);
  const second = locks.acquire(101, "stop VM 101", open).then((end) => {
    order.push("second");
    return end;
  });
  (await locks.acquire(102, "start VM 102", open))();
  order.push("first ends");
  release();
  (await second)();
  assert.deepEqual(order, ["first ends", "second"]);
  (await locks.acquire(101, "reset VM 101", open))();
});

Deno.test("GuestLocks: who gives up waiting is told which change is under way", async () => {
  const locks = new GuestLocks();
  const release = await locks.acquire(101, "start VM 101", open);
  await assert.rejects(locks.acquire(101, "stop VM 101", AbortSignal.abort()), {
    code: "conflict",
    message: "another change is under way (start VM 101); wait for it, then retry",
  });
  release();
  (await locks.acquire(101, "stop VM 101", open))();
});

Deno.test("GuestDirectory asks once for those that come together, and anew after a change", async () => {
  let asked = 0;
  let now = 0;
  const directory = new GuestDirectory({
    load: () => {
      asked++;
      return Promise.resolve([
        { type: "qemu", id: "qemu/101", vmid: 101, node: "pve1", name: "a" },
      ]);
    },
    monotonic: () => now,
    advice: ADVICE,
  });
  await Promise.all([directory.find(101), directory.find("a"), directory.resources()]);
  assert.equal(asked, 1);
  await directory.find(101);
  assert.equal(asked, 1, "kept for two seconds");
  now = 2_001;
  await directory.find(101);
  assert.equal(asked, 2);
  directory.drop();
  await directory.find(101);
  assert.equal(asked, 3);
  await assert.rejects(directory.find(102), { code: "not_found" });
  assert.equal(asked, 4, "an unknown guest may be new");
});

Deno.test("GuestDirectory keeps places, but no states, after a change of how a guest runs", async () => {
  let asked = 0;
  const row = { type: "qemu", id: "qemu/101", vmid: 101, node: "pve1", name: "a" };
  const answers = [Promise.withResolvers<unknown>(), Promise.withResolvers<unknown>()];
  const directory = new GuestDirectory({
    load: () => asked++ === 0 ? Promise.resolve([row]) : answers[asked - 2]!.promise,
    monotonic: () => 0,
    advice: ADVICE,
  });
  await directory.find(101);
  const before = directory.resources({ fresh: true });
  directory.dropStates();
  assert.equal((await directory.find("a")).node, "pve1");
  const after = directory.resources({ fresh: true });
  assert.equal(asked, 3, "what was being read before the change is told to nobody after it");
  answers[0]!.resolve([{ ...row, status: "stopped" }]);
  answers[1]!.resolve([{ ...row, status: "running" }]);
  assert.deepEqual((await before).map(({ status }) => status), ["stopped"]);
  assert.deepEqual((await after).map(({ status }) => status), ["running"]);
});
