import assert from "node:assert/strict";
import type { FakePveOptions } from "../fake_pve.ts";
import { Site } from "../site.ts";
import { limited } from "./limited.ts";
import { sent } from "./requests.ts";

/** A site that shares what is read, by a clock that stands still until the test moves it. */
async function sharing(seconds: number, pve: FakePveOptions = { taskPolls: 0 }) {
  const clock = { now: 1_000 };
  const site = await Site.start({
    pve,
    config: { proxmox: { share_seconds: seconds } },
    monotonic: () => clock.now,
  });
  site.fake.state.resourceLagMs = 0;
  const statusOf = async (vmid: number, token = site.tokens.user): Promise<string> => {
    const { value } = await site.call("get_vms", {}, { token });
    return value.vms.find((row: { vmid: number }) => row.vmid === vmid)?.status;
  };
  const lists = () => sent(site, "GET", /^\/cluster\/resources$/);
  return { site, clock, statusOf, lists, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

function set(site: Site, vmid: number, status: "running" | "stopped"): void {
  const guest = site.fake.state.guests.get(vmid);
  assert.ok(guest);
  guest.status = status;
}

Deno.test("what is changed elsewhere is seen when it was shared for as long as it may be", async () => {
  await using shared = await sharing(2);
  const { site, clock, statusOf, lists } = shared;
  assert.equal(await statusOf(101), "stopped");
  set(site, 101, "running");
  clock.now += 1_999;
  assert.equal(await statusOf(101, site.tokens.write), "stopped");
  assert.equal(lists(), 1, "callers share it");
  clock.now += 1;
  assert.equal(await statusOf(101), "running");
  assert.equal(lists(), 2);
});

Deno.test("what another caller changes here is seen by the next who looks", async () => {
  await using shared = await sharing(60);
  const { site, statusOf } = shared;
  const usage = async () => (await site.call("get_vm_usage", { vmid: 101 })).value.status;
  assert.deepEqual([await statusOf(101), await usage()], ["stopped", "stopped"]);
  await site.call("start_vm", { vmid: 101 }, { token: site.tokens.write });
  assert.deepEqual([await statusOf(101), await usage()], ["running", "running"]);
  await site.call("set_guest_tags", { vmid: 101, add: ["new"] });
  const { value } = await site.call("get_vms", { fields: ["vmid", "tags"] });
  assert.ok(value.vms.find((row: { vmid: number }) => row.vmid === 101).tags.includes("new"));
});

Deno.test("a change that nobody waits for is seen once it is done, and when its end is seen", async () => {
  await using shared = await sharing(60, { taskPolls: 1_000 });
  const { site, clock, statusOf } = shared;
  const { value } = await site.call("start_vm", { vmid: 101, wait: false });
  assert.equal(await statusOf(101), "stopped");
  site.fake.finishTasks();
  assert.equal(await statusOf(101), "running", "nothing is kept while it may be at work");
  const second = await site.call("stop_vm", { vmid: 101, wait: false });
  clock.now += 40_000;
  assert.equal(await statusOf(101), "running");
  site.fake.finishTasks();
  assert.equal(await statusOf(101), "running", "shared, for it has taken so long");
  await site.call("get_task", { upid: second.value.upid });
  assert.equal(await statusOf(101), "stopped");
  assert.match(value.upid, /^UPID/);
});

Deno.test("where guests are stays known when a task of one has ended", async () => {
  await using shared = await sharing(60, { taskPolls: 1_000 });
  const { site, clock, lists } = shared;
  const usage = async (vmid: number) => (await site.call("get_vm_usage", { vmid })).value.status;
  const { value } = await site.call("start_vm", { vmid: 101, wait: false });
  clock.now += 31_000;
  await usage(101);
  const before = lists();
  site.fake.finishTasks();
  await site.call("get_task", { upid: value.upid });
  assert.deepEqual([await usage(101), await usage(110)], ["running", "running"]);
  assert.equal(lists(), before);
});

Deno.test("what a change rests on is asked, whatever others were told", async () => {
  await using shared = await sharing(60);
  const { site } = shared;
  await site.call("get_vm_usage", { vmid: 101 });
  await site.call("get_guest_config", { vmid: 101 });
  set(site, 101, "running");
  const plan = await site.call("start_vm", { vmid: 101, dry_run: true });
  assert.equal(plan.value.unchanged, true, "a plan is one of what there is");
  assert.equal((await site.call("start_vm", { vmid: 101 })).value.unchanged, true);
});

Deno.test("what is shared is cut to each caller's reach", async () => {
  await using shared = await sharing(60);
  const { site, lists } = shared;
  const token = await limited(site, { vmids: [{ from: 110, to: 110 }] });
  const vmids = async (token: string) =>
    (await site.call("get_vms", {}, { token })).value.vms.map((row: { vmid: number }) => row.vmid);
  assert.ok((await vmids(site.tokens.user)).length > 1);
  assert.deepEqual(await vmids(token), [110]);
  assert.ok((await vmids(site.tokens.user)).length > 1);
  assert.equal(lists(), 1);
  assert.equal((await site.call("get_vm_usage", { vmid: 101 }, { token })).code, "not_found");
});

Deno.test("a failure is told to nobody who asks later", async () => {
  await using shared = await sharing(60);
  const { site } = shared;
  const path = /\/nodes\/pve1\/status$/;
  site.fake.fault({ method: "GET", path }, { kind: "status", status: 500 });
  assert.equal((await site.call("get_node_status", { node: "pve1" })).isError, true);
  assert.equal((await site.call("get_node_status", { node: "pve1" })).isError, false);
  const before = sent(site, "GET", path);
  await site.call("get_node_status", { node: "pve1" }, { role: "user" });
  assert.equal(sent(site, "GET", path), before, "what is good is shared");
});

Deno.test("with share_seconds 0 each call reads for itself", async () => {
  await using shared = await sharing(0);
  const { site, lists } = shared;
  const all = await Promise.all(Array.from({ length: 12 }, () => site.call("get_vms")));
  assert.ok(all.every(({ isError }) => !isError));
  assert.equal(lists(), 12);
});

Deno.test("what get_attention asks guest by guest is kept some minutes, as long as nothing happens to it", async () => {
  await using shared = await sharing(2);
  const { site, clock } = shared;
  const perGuest = /^\/nodes\/\w+\/(?:qemu|lxc)\/(\d+)\/(?:pending|snapshot)$/;
  /** The guests that are asked in one call, and when the oldest that it tells was read. */
  const look = async (token = site.tokens.user) => {
    const from = site.fake.requests.length;
    const { value } = await site.call("get_attention", {}, { token });
    const asked = site.fake.requests.slice(from)
      .map(({ path }) => perGuest.exec(path)?.[1]).filter((vmid) => vmid !== undefined);
    return { asked: [...new Set(asked)].map(Number), asOf: value.as_of };
  };
  const first = await look();
  assert.ok(first.asked.length > 5);
  assert.equal(first.asOf, undefined);
  clock.now += 60_000;
  const second = await look(site.tokens.write);
  assert.deepEqual(second.asked, [], "others may be told too");
  const age = Date.now() - Date.parse(second.asOf);
  assert.ok(age >= 60_000 && age < 90_000, `${age} ms`);

  await site.call("set_guest_notes", { vmid: 101, notes: "x" });
  clock.now += 30_000;
  assert.deepEqual((await look()).asked, [101], "it was changed here");

  using client = Deno.createHttpClient({ caCerts: [site.fake.caPem] });
  const { user, name, value } = site.fake.token;
  const node = site.fake.state.guests.get(110)?.node;
  const path = `/api2/json/nodes/${node}/qemu/110/snapshot`;
  const { ok, body } = await fetch(`${site.fake.url}${path}`, {
    method: "POST",
    headers: {
      authorization: `PVEAPIToken=${user}!${name}=${value}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ snapname: "elsewhere" }),
    client,
  });
  await body?.cancel();
  assert.ok(ok);
  clock.now += 2_000;
  assert.deepEqual((await look()).asked, [110], "it has a task that it had not");

  clock.now += 300_000;
  assert.deepEqual((await look()).asked.toSorted(), first.asked.toSorted());
});
