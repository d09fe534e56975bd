import assert from "node:assert/strict";
import { ADVICE } from "../../lib/mcp/advice.ts";
import { concernedBy } from "../../lib/proxmox/concerned.ts";
import { GuestDirectory } from "../../lib/proxmox/guest/guest_directory.ts";
import { GuestLocks } from "../../lib/proxmox/guest/locks.ts";
import { ShareTime } from "../../lib/proxmox/share_time.ts";

const open = new AbortController().signal;

Deno.test("GuestLocks: one change at a time per guest, the next goes on when it ends", async () => {
  const locks = new GuestLocks();
  const order: string[] = [];
  const first = await locks.acquire(101, "start VM 101", open);
  const second = locks.acquire(101, "stop VM 101", open).then((hold) => {
    order.push("second");
    return hold;
  });
  (await locks.acquire(102, "start VM 102", open)).letGo();
  order.push("first ends");
  first.letGo();
  (await second).letGo();
  assert.deepEqual(order, ["first ends", "second"]);
  (await locks.acquire(101, "reset VM 101", open)).letGo();
});

Deno.test("GuestLocks: who gives up waiting is told which change is under way", async () => {
  const locks = new GuestLocks();
  const first = await locks.acquire(101, "start VM 101", open);
  await assert.rejects(locks.acquire(101, "stop VM 101", AbortSignal.abort()), {
    code: "conflict",
    message: "another change is under way (start VM 101); wait for it, then retry",
  });
  first.letGo();
  (await locks.acquire(101, "stop VM 101", open)).letGo();
});

const row = { type: "qemu", id: "qemu/101", vmid: 101, node: "pve1", name: "a" };
const other = { type: "lxc", id: "lxc/102", vmid: 102, node: "pve2", name: "b" };

/** A directory whose clock and Proxmox are the test's. */
function directoryOf(
  { seconds = 2, load, guest = () => Promise.reject(new Error("nobody asked for it")) }: {
    seconds?: number;
    load?: () => Promise<unknown>;
    guest?: () => Promise<unknown>;
  } = {},
) {
  const site = { now: 0, asked: 0, askedFor: 0, rows: [row, other] as unknown[] };
  const directory = new GuestDirectory({
    load: () => {
      site.asked++;
      return load?.() ?? Promise.resolve(site.rows);
    },
    loadGuest: () => {
      site.askedFor++;
      return guest();
    },
    share: new ShareTime({ seconds, monotonic: () => site.now }),
    advice: ADVICE,
  });
  return Object.assign(site, { directory });
}

Deno.test("GuestDirectory asks once for those that come together, and anew after a change", async () => {
  const site = directoryOf();
  const { directory } = site;
  await Promise.all([directory.find(101), directory.find("a"), directory.resources()]);
  assert.equal(site.asked, 1);
  await directory.find(101);
  assert.equal(site.asked, 1, "kept for two seconds");
  site.now = 2_001;
  await directory.find(101);
  assert.equal(site.asked, 2);
  directory.drop();
  await directory.find(101);
  assert.equal(site.asked, 3);
  await assert.rejects(directory.find(103), { code: "not_found" });
  assert.equal(site.asked, 4, "an unknown guest may be new");
});

Deno.test("GuestDirectory keeps places, but no states, after a change of how a guest runs", async () => {
  const answers = [Promise.resolve([row])];
  const { directory } = directoryOf({ load: () => answers.shift()! });
  await directory.find(101);
  const [first, second] = [
    Promise.withResolvers<typeof row[]>(),
    Promise.withResolvers<
      typeof row[]
    >(),
  ];
  answers.push(first.promise, second.promise);
  const before = directory.resources({ fresh: true });
  directory.dropStates();
  assert.equal((await directory.find("a")).node, "pve1");
  const after = directory.resources({ fresh: true });
  assert.equal(answers.length, 0, "what was read before the change is told to nobody after it");
  first.resolve([{ ...row, name: "before" }]);
  second.resolve([{ ...row, name: "after" }]);
  assert.deepEqual((await before).map(({ name }) => name), ["before"]);
  assert.deepEqual((await after).map(({ name }) => name), ["after"]);
});

Deno.test("GuestDirectory tells the list to who only reads for as long as it is shared", async () => {
  const site = directoryOf({ seconds: 5 });
  const { directory } = site;
  const shared = { fresh: true, shared: true };
  await directory.resources(shared);
  site.now = 4_999;
  await directory.resources(shared);
  assert.equal(site.asked, 1);
  await directory.resources({ fresh: true });
  assert.equal(site.asked, 2, "what a change rests on is asked anew");
  site.now = 9_999;
  await directory.resources(shared);
  assert.equal(site.asked, 3);
  directory.dropStates();
  await directory.resources(shared);
  assert.equal(site.asked, 4, "a change drops it");
});

Deno.test("GuestDirectory does not keep a list that a change came in between", async () => {
  const answer = Promise.withResolvers<unknown>();
  const site = directoryOf({ load: () => answer.promise });
  const shared = { fresh: true, shared: true };
  const during = site.directory.resources(shared);
  site.directory.dropStates();
  answer.resolve([row]);
  await during;
  await site.directory.resources(shared);
  assert.equal(site.asked, 2);
});

Deno.test("GuestDirectory keeps where guests are of a list that changes of others came in between", async () => {
  const answers = [Promise.withResolvers<unknown>(), Promise.withResolvers<unknown>()];
  let guest = 0;
  const site = directoryOf({
    load: () => answers[site.asked - 1]!.promise,
    guest: () => Promise.resolve({ name: `a${++guest}`, status: "running" }),
  });
  const { directory } = site;
  const asker = { caller: "token 1", signal: open };
  const first = directory.find(102, { asker });
  const asked = async (times: number) => {
    while (site.asked < times) await Promise.resolve();
  };
  await asked(1);
  directory.dropGuest(101);
  const second = directory.find(102, { asker });
  answers[0]!.resolve([row, other]);
  assert.deepEqual([(await first).name, (await second).name], ["b", "b"]);
  assert.equal((await directory.find(101, { asker })).name, "a1", "read again");
  assert.equal(site.asked, 1);
  site.now = 2_001;
  const third = directory.find(102, { asker });
  await asked(2);
  directory.drop();
  answers[1]!.resolve([row, other]);
  await third;
  answers.push(Promise.withResolvers<unknown>());
  answers[2]!.resolve([row, { ...other, name: "c" }]);
  assert.equal((await directory.find(102, { asker })).name, "c", "nothing is known of that change");
});

Deno.test("GuestDirectory reads only the guest again that was changed", async () => {
  const site = directoryOf({
    guest: () => Promise.resolve({ name: "renamed", status: "running", tags: "x;y", template: 1 }),
  });
  const { directory } = site;
  const asker = { caller: "token 1", signal: open };
  await directory.find(101);
  directory.dropGuest(101);
  assert.equal((await directory.find(102, { asker })).name, "b");
  assert.deepEqual([site.asked, site.askedFor], [1, 0], "others are known");
  const { name, status, tags, template } = await directory.find(101, { asker });
  assert.deepEqual([name, status, tags, template], ["renamed", "running", ["x", "y"], true]);
  await directory.find(101, { asker });
  assert.deepEqual([site.asked, site.askedFor], [1, 1]);
  await directory.find("b", { asker });
  assert.equal(site.asked, 2, "a name may be another guest's now");
});

Deno.test("GuestDirectory asks for the list where a guest is no more that was changed", async () => {
  const site = directoryOf();
  const { directory } = site;
  const asker = { caller: "token 1", signal: open };
  await directory.find(101);
  site.rows = [{ ...row, node: "pve3" }];
  directory.dropGuest(101);
  directory.dropGuest(102);
  assert.equal((await directory.find(101, { asker })).node, "pve3");
  await assert.rejects(directory.find(102, { asker }), { code: "not_found" });
});

Deno.test("concernedBy: what moves or renames no guest leaves known where guests are", () => {
  const paths = {
    "/nodes/pve1/qemu/101/status/start": "states",
    "/nodes/pve1/lxc/200/snapshot": "states",
    "/nodes/pve1/qemu/101/firewall/rules": "states",
    "/nodes/pve1/vzdump": "states",
    "/cluster/backup/nightly": "states",
    "/nodes/pve1/qemu/101": 101,
    "/nodes/pve1/qemu/101/config": 101,
    "/nodes/pve1/qemu/101/clone": 101,
    "/nodes/pve1/lxc/200/migrate": 200,
    "/nodes/pve1/lxc/200/snapshot/old/rollback": 200,
    "/nodes/pve1/qemu": "all",
    "/nodes/pve1/startall": "all",
    "/pools/dev": "all",
    "/cluster/ha/resources": "all",
    "/access/acl": "all",
  };
  for (const [path, concerned] of Object.entries(paths)) {
    assert.equal(concernedBy(path), concerned, path);
  }
});
