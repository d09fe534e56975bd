import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { until } from "../support/until.ts";
import { limited } from "./limited.ts";
import { startPatient } from "./moving_clock.ts";
import { changes } from "./requests.ts";

interface Row {
  readonly vmid: number;
  readonly result: string;
  readonly target?: string;
  readonly method?: string;
  readonly detail?: string;
  readonly upid?: string;
}

const ALL = { with_local_disks: true, restart: true };
const HA_BACK = "HA would bring it back, as web2-home prefers node pve2";

function by(rows: readonly Row[]): Record<number, Row> {
  return Object.fromEntries(rows.map((row) => [row.vmid, row]));
}

function migrations(site: Site): string[] {
  return changes(site).map(({ path }) => path).filter((path) => path.endsWith("/migrate"));
}

Deno.test("drain_node plans every guest: where to and how, or why it cannot leave", async () => {
  await using site = await Site.start();
  const plan = async (args: Record<string, unknown>) => {
    const { value } = await site.call("drain_node", { node: "pve2", dry_run: true, ...args });
    return value.dry_run;
  };
  const bare = await plan({});
  assert.deepEqual(
    bare.checks.filter(({ check }: { check: string }) => !check.includes("quorum")),
    [
      {
        check: "VM 102 (app1) can leave",
        ok: false,
        detail: "it has disks on its node: local:102/vm-102-disk-0.qcow2 (32 GiB); " +
          "give with_local_disks to copy them",
      },
      { check: "VM 110 (web2) can leave", ok: false, detail: HA_BACK },
      {
        check: "container 201 (ct2) can leave",
        ok: false,
        detail: "a running container cannot move; give restart to stop and start it, or stop it",
      },
      {
        check: "VM 103 (protected1) can leave",
        ok: false,
        detail: "it has disks on its node: local:103/vm-103-disk-0.raw (8 GiB); " +
          "give with_local_disks to copy them",
      },
      {
        check: "container 202 (ct3): offline, to node pve1",
        ok: true,
      },
    ],
  );
  assert.equal(bare.requests.length, 1);
  const all = await plan(ALL);
  assert.deepEqual(
    all.checks.map(({ check }: { check: string }) => check)
      .filter((check: string) => !check.includes("quorum")),
    [
      "VM 102 (app1): live, to node pve1",
      "VM 110 (web2) can leave",
      "container 201 (ct2): with a restart, to node pve1",
      "VM 103 (protected1): offline, to node pve1",
      "container 202 (ct3): offline, to node pve1",
    ],
  );
  assert.equal(changes(site).length, 0);
});

Deno.test("drain_node moves what can go, says what HA keeps, and is unchanged on an empty node", async () => {
  await using site = await Site.start();
  const { value } = await site.call("drain_node", { node: "pve2", ...ALL });
  assert.deepEqual([value.empty, value.moved, value.left], [false, 4, 1]);
  assert.equal(by(value.guests)[110]?.detail, HA_BACK);
  assert.match(value.notes[0], /node-maintenance enable pve2$/);
  const resource = site.fake.state.ha.resources.get("vm:110");
  assert.ok(resource);
  resource.failback = false;
  const { value: rest } = await site.call("drain_node", { node: "pve2", ...ALL });
  assert.deepEqual(rest.guests, [{
    vmid: 110,
    name: "web2",
    result: "moved",
    target: "pve1",
    method: "live, by HA",
    upid: rest.guests[0].upid,
  }]);
  assert.equal(rest.empty, true);
  const before = changes(site).length;
  const again = await site.call("drain_node", { node: "pve2", ...ALL });
  assert.deepEqual([again.value.unchanged, changes(site).length], [true, before]);
  const rebooted = await site.call("reboot_node", { node: "pve2" });
  assert.equal(rebooted.value?.sent, "reboot", rebooted.text);
});

Deno.test("drain_node answers in time, follows what is under way and goes on with the rest", async () => {
  await using site = await startPatient({ taskPolls: 1e9 });
  const drain = () => site.call("drain_node", { node: "pve3", with_local_disks: true });
  const { value: first, text } = await drain();
  assert.deepEqual([first?.moving, first?.waiting, first?.moved], [2, 1, 0], text);
  assert.ok(first.guests[0].upid);
  assert.match(first.notes[0], /^still running: call drain_node again with the same arguments/);
  assert.equal(migrations(site).length, 2);
  const { value: second } = await drain();
  assert.deepEqual([second.moving, second.waiting], [2, 1]);
  assert.equal(migrations(site).length, 2, "what is under way is not begun anew");
  site.fake.finishTasks();
  site.fake.state.taskPolls = 0;
  const { value: third } = await drain();
  assert.deepEqual([third.empty, third.moved], [true, 1], JSON.stringify(third));
  assert.equal(new Set(migrations(site)).size, 3);
});

Deno.test("drain_node gives running guests only places with room for them, and one after the other", async () => {
  await using site = await Site.start();
  const { guests, ha, nodes } = site.fake.state;
  ha.resources.clear();
  const [pve1, pve3] = [nodes.get("pve1"), nodes.get("pve3")];
  const [app1, web2] = [guests.get(102), guests.get(110)];
  assert.ok(pve1 && pve3 && app1 && web2);
  pve1.memoryUsed = pve1.memory - 9 * 2 ** 30;
  pve3.memoryUsed = pve3.memory - 5 * 2 ** 30;
  app1.config.memory = "6144";
  web2.config.memory = "4096";
  const { value } = await site.call("drain_node", { node: "pve2", with_local_disks: true });
  assert.deepEqual([by(value.guests)[102]?.target, by(value.guests)[110]?.target], [
    ...["pve1", "pve3"],
  ]);
  pve1.memoryUsed = pve1.memory - 2 ** 30;
  const back = { node: "pve3", targets: ["pve1"], with_local_disks: true };
  const { value: full } = await site.call("drain_node", back);
  const reason = "node pve1 has 1.0 GiB of memory free, it may use 4.0 GiB";
  assert.deepEqual([by(full.guests)[110]?.result, by(full.guests)[110]?.detail], ["left", reason]);
  assert.equal(by(full.guests)[120]?.target, "pve1", "a stopped guest needs none");
});

Deno.test("drain_node waits for what HA does after its task, keeps to affinity and moves partners once", async () => {
  await using site = await startPatient();
  const { guests, ha } = site.fake.state;
  const [app1, sandbox] = [guests.get(102), guests.get(150)];
  assert.ok(app1 && sandbox);
  app1.config.scsi0 = String(guests.get(110)?.config.scsi0).replaceAll("110", "102");
  const managed = { state: "started", max_relocate: 1, max_restart: 1 };
  for (const sid of ["vm:102", "vm:150"]) ha.resources.set(sid, { sid, ...managed });
  ha.rules.clear();
  const rule = (name: string, affinity: string, resources: string) =>
    ha.rules.set(name, { rule: name, type: "resource-affinity", affinity, resources });
  rule("together", "positive", "vm:102,vm:110");
  rule("apart", "negative", "vm:110,vm:150");
  ha.actMs = 10_000;
  const args = { node: "pve2", ...ALL };
  const { value: plan } = await site.call("drain_node", { ...args, dry_run: true });
  assert.ok(
    plan.dry_run.checks.some(({ check }: { check: string }) =>
      check === "VM 110 (web2): live, by HA, to node pve1, HA moves it with VM 102 (app1)"
    ),
    JSON.stringify(plan.dry_run.checks),
  );
  const { value } = await site.call("drain_node", args);
  const rows = by(value.guests);
  assert.deepEqual([rows[102]?.result, rows[102]?.target], ["moved", "pve1"], JSON.stringify(rows));
  assert.deepEqual([rows[110]?.result, rows[110]?.target], ["moved", "pve1"]);
  assert.equal(migrations(site).filter((path) => /\/(?:102|110)\//.test(path)).length, 1);
  const { value: blocked } = await site.call("drain_node", {
    ...{ node: "pve1", targets: ["pve3"], ...ALL },
  });
  assert.match(by(blocked.guests)[110]?.detail ?? "", /^HA rules forbid it \(vm:150: resource-aff/);

  ha.actMs = 600_000;
  ha.rules.delete("apart");
  const { value: slow } = await site.call("drain_node", { node: "pve1", ...ALL });
  assert.equal(by(slow.guests)[102]?.result, "moving", JSON.stringify(slow));
  assert.match(by(slow.guests)[102]?.detail ?? "", /HA has been asked/);
});

Deno.test("a plan tells what it could not read, as the change does", async () => {
  await using site = await Site.start();
  site.fake.fault({ path: /\/ha\/rules$/ }, { kind: "status", status: 500, message: "no!\n" });
  const args = { node: "pve2", ...ALL, dry_run: true };
  const { text, value } = await site.call("drain_node", args);
  assert.match(value.dry_run.notes.join(), /HA's rules could not be read: .*no!/, text);
});

Deno.test("two drains are not made at once", async () => {
  await using site = await Site.start({ pve: { taskPolls: 1e9 } });
  const drain = (node: string) => site.call("drain_node", { node, with_local_disks: true });
  const first = drain("pve3");
  await until(() => migrations(site).length === 2);
  const second = await drain("pve2");
  assert.match(second.text, /: another drain is under way; call again when it has answered$/);
  site.fake.state.taskPolls = 0;
  site.fake.finishTasks();
  assert.equal((await first).value.empty, true);
});

Deno.test("one guest that Proxmox does not move stops no other", async () => {
  await using site = await Site.start();
  site.fake.state.outcomes.push({ id: "121", exit: "no space left" });
  const { value } = await site.call("drain_node", { node: "pve3", with_local_disks: true });
  assert.deepEqual([value.moved, value.left, value.empty], [2, 1, false]);
  assert.match(by(value.guests)[121]?.detail ?? "", /no space left/);
});

Deno.test("a limited token drains no node of which it may not know all, and moves nothing out of reach", async () => {
  await using site = await Site.start();
  const call = async (limits: Parameters<typeof limited>[1], args: Record<string, unknown>) =>
    await site.call("drain_node", args, { token: await limited(site, limits) });
  const one = await call({ vmids: [{ from: 120, to: 120 }] }, { node: "pve3" });
  assert.match(one.text, /the token's limits do not include/);
  const alone = await call({ nodes: ["pve3"] }, { node: "pve3", with_local_disks: true });
  assert.match(alone.text, /no other node is online/);
  const pair = await call({ nodes: ["pve3", "pve2"] }, { node: "pve3", with_local_disks: true });
  assert.deepEqual(
    [...new Set(pair.value.guests.map(({ target }: Row) => target))],
    ["pve2"],
    "pve1 has more room, and is out of reach",
  );
});
