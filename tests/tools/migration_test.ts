import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { limited } from "./limited.ts";

const MOVE = { vmid: 101, target: "pve2" };
const PRECONDITIONS = /^\/nodes\/pve1\/qemu\/101\/migrate$/;

/** Preconditions in the form of Proxmox 9.2.11. */
function preconditions(fields: Record<string, unknown>) {
  const data = { running: 0, local_disks: [], local_resources: [], "mapped-resources": [] };
  return { kind: "body", body: JSON.stringify({ data: { ...data, ...fields } }) } as const;
}

Deno.test("a node that is not allowed for nothing is allowed", async () => {
  await using site = await Site.start();
  const answer = await site.call("migrate_guest", { ...MOVE, with_local_disks: true });
  assert.equal(answer.isError, false, answer.text);
  assert.equal(site.fake.state.guests.get(101)?.node, "pve2");
});

Deno.test("every reason against a node is told", async () => {
  await using site = await Site.start();
  const reasons: [Record<string, unknown>, RegExp][] = [
    [{ unavailable_storages: ["fast"] }, /: node pve2 has no storage fast$/],
    [{ "unavailable-resources": ["gpu", "nic"] }, /: node pve2 has no mapped resource gpu, nic$/],
    [{ "something-new": ["x"] }, /: Proxmox does not allow node pve2$/],
  ];
  for (const [why, text] of reasons) {
    const refused = { allowed_nodes: ["pve3"], not_allowed_nodes: { pve2: why, pve3: {} } };
    site.fake.fault({ method: "GET", path: PRECONDITIONS }, preconditions(refused));
    const answer = await site.call("migrate_guest", MOVE);
    assert.equal(answer.code, "conflict", answer.text);
    assert.match(answer.text, text);
  }
});

Deno.test("a cloud-init drive on the node's own storage goes along, a CD image does not", async () => {
  await using site = await Site.start();
  const { guests, volumes } = site.fake.state;
  const config = guests.get(110)?.config;
  assert.ok(config);
  const volid = "local:110/vm-110-cloudinit.qcow2";
  config.ide2 = `${volid},media=cdrom,size=4M`;
  volumes.push({
    volid,
    storage: "local",
    node: "pve2",
    content: "images",
    format: "qcow2",
    size: 4 * 2 ** 20,
    ctime: 0,
    vmid: 110,
  });
  config.ide0 = "local:iso/debian-13.iso,media=cdrom";
  const refused = await site.call("migrate_guest", { vmid: 110, target: "pve1" });
  assert.match(refused.text, /own storage: local:iso\/debian-13\.iso .*; eject it first$/);
  delete config.ide0;
  const moved = await site.call("migrate_guest", { vmid: 110, target: "pve1" });
  assert.equal(moved.isError, false, moved.text);
  assert.equal(guests.get(110)?.node, "pve1");
});

Deno.test("mapped devices go where the target has them, live where they can", async () => {
  await using site = await Site.start();
  const { guests, mappings } = site.fake.state;
  const vm = guests.get(110);
  assert.ok(vm);
  site.fake.state.ha.resources.clear();
  vm.config.hostpci0 = "mapping=gpu";
  mappings.set("gpu", { nodes: ["pve1", "pve2"], live: false });
  const refusedLive = await site.call("migrate_guest", { vmid: 110, target: "pve1" });
  assert.match(refusedLive.text, /: it runs with devices that cannot move live: hostpci0$/);
  mappings.set("gpu", { nodes: ["pve1", "pve2"], live: true });
  const live = await site.call("migrate_guest", { vmid: 110, target: "pve1" });
  assert.equal(live.value?.exit_status, "OK", live.text);
  const missing = await site.call("migrate_guest", { vmid: 110, target: "pve3" });
  assert.match(missing.text, /: node pve3 has no mapped resource hostpci0$/);
  vm.status = "stopped";
  mappings.set("gpu", { nodes: ["pve1", "pve2"], live: false });
  const stopped = await site.call("migrate_guest", { vmid: 110, target: "pve2" });
  assert.equal(stopped.value?.exit_status, "OK", stopped.text);
});

Deno.test("disks that go to another storage need not have their own at the target", async () => {
  await using site = await Site.start();
  const { guests, storages } = site.fake.state;
  const [lvm, nfs] = [storages.get("local-lvm"), storages.get("nfs1")];
  assert.ok(lvm && nfs);
  lvm.nodes = ["pve1", "pve3"];
  const move = { ...MOVE, with_local_disks: true };
  const refused = await site.call("migrate_guest", move);
  assert.match(refused.text, /: node pve2 has no storage local-lvm$/);
  nfs.nodes = ["pve1"];
  const moved = await site.call("migrate_guest", { ...move, target_storage: "local" });
  assert.equal(moved.value?.exit_status, "OK", moved.text);
  assert.match(String(guests.get(101)?.config.scsi0), /^local:/);
  // A shared disk is not copied: its storage must be there.
  site.fake.state.ha.resources.clear();
  const shared = await site.call("migrate_guest", {
    vmid: 110,
    target: "pve3",
    with_local_disks: true,
    target_storage: "local",
  });
  assert.match(shared.text, /: node pve3 has no storage nfs1$/);
});

Deno.test("a token moves no guest with which HA moves others out of its reach, and learns of none", async () => {
  await using site = await Site.start();
  const token = await limited(site, { vmids: [{ from: 101, to: 102 }] });
  const move = async (fields: Record<string, unknown>) => {
    site.fake.fault({ method: "GET", path: PRECONDITIONS }, preconditions(fields));
    return await site.call("migrate_guest", { ...MOVE, dry_run: true }, { token });
  };
  const own = await move({ "dependent-ha-resources": ["vm:102"] });
  assert.equal(own.isError, false, own.text);
  const other = await move({ "dependent-ha-resources": ["vm:102", "ct:200"] });
  assert.equal(other.code, "forbidden", other.text);
  assert.match(other.text, /: HA moves guests with it that the token's limits do not include$/);
  const blocking = [{ sid: "vm:102", cause: "node-affinity" }, { sid: "ct:200", cause: "x" }];
  const blocked = await move({
    not_allowed_nodes: { pve2: { "blocking-ha-resources": blocking } },
  });
  assert.match(blocked.text, /HA rules forbid it \(vm:102: node-affinity,another guest: x\)/);
});
