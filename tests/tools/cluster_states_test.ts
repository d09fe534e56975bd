import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { findings } from "./findings.ts";
import { restrict, startProbed } from "./probe.ts";

type Row = Record<string, unknown>;

Deno.test("an HA master that does not report, and HA that is disarmed, are told as what they are", async () => {
  await using site = await Site.start();
  const { ha } = site.fake.state;
  const well = await site.call("get_ha_status");
  assert.equal(well.value.armed, "armed");
  assert.match(well.value.master_status, /^pve1 \(active/);
  assert.equal(well.value.warnings, undefined);
  ha.stale = true;
  const stale = await site.call("get_ha_status");
  assert.match(
    stale.value.warnings.join(),
    /^HA's master does not report \(pve1 \(old timestamp - dead\?.*no guest is recovered/,
  );
  const [found] = await findings(site, "get_ha_status");
  assert.equal(found?.severity, "critical");
  assert.match(String(found?.what), /master does not report/);
  assert.ok(Date.parse(String(found?.since)) <= Date.now());
  ha.stale = false;
  ha.armed = false;
  const { value } = await site.call("get_ha_status");
  assert.equal(value.armed, "disarmed");
  assert.match(value.warnings.join(), /HA is disarmed: no guest is recovered/);
  assert.match(String((await findings(site, "get_ha_status"))[0]?.what), /^HA is disarmed/);
  ha.resources.clear();
  assert.deepEqual(await findings(site, "get_ha_status"), [], "nobody relies on it");
  Object.assign(ha, { armed: true, stale: true });
  const idle = (await site.call("get_ha_status")).value;
  assert.match(idle.master_status, /old timestamp/);
  assert.equal(idle.warnings, undefined, "no guest is to be recovered");
});

Deno.test("a guest that HA has given up is told with what frees it, also where nothing is to change", async () => {
  await using site = await Site.start();
  const resource = site.fake.state.ha.resources.get("vm:110");
  assert.ok(resource);
  resource.reported = "error";
  const { value } = await site.call("get_ha_status");
  assert.match(value.warnings.join(), /given up vm:110 .*update_ha_resource to state disabled/);
  const same = await site.call("update_ha_resource", { vmid: 110, state: "started" });
  assert.equal(same.value.unchanged, true);
  assert.match(same.value.notes.join(), /given it up \(error\): set state to disabled first/);
  const other = await site.call("update_ha_resource", { vmid: 110, state: "stopped" });
  assert.deepEqual(other.value.notes, same.value.notes, "it is not told to be shut down");
  const freed = await site.call("update_ha_resource", { vmid: 110, state: "disabled" });
  assert.equal(site.fake.state.ha.resources.get("vm:110")?.state, "disabled", freed.text);
  assert.doesNotMatch(freed.text, /given it up/);
});

Deno.test("what HA shall do with a guest can be changed while its node is away", async () => {
  await using site = await Site.start();
  site.fake.fault({ path: /^\/nodes\/pve2\/qemu\/110\// }, { kind: "status", status: 595 });
  const { value, text } = await site.call("update_ha_resource", { vmid: 110, state: "disabled" });
  assert.equal(value?.state, "disabled", text);
  assert.equal(site.fake.state.ha.resources.get("vm:110")?.state, "disabled");
});

Deno.test("get_updates tells when its lists were read, and when that failed or is long ago", async () => {
  await using site = await Site.start();
  const counted = async () => {
    const { value } = await site.call("get_updates", { node: "pve2" });
    return { ...value.counts[0], warnings: value.warnings };
  };
  assert.equal((await counted()).refreshed, undefined, "no task tells");
  await site.call("refresh_updates", { node: "pve2" });
  const fresh = await counted();
  assert.ok(Math.abs(Date.now() - Date.parse(fresh.refreshed)) < 60_000);
  assert.equal(fresh.warnings, undefined);
  const [task] = site.fake.state.tasks;
  assert.ok(task);
  task.starttime -= 30 * 86_400;
  assert.match((await counted()).warnings.join(), /pve2 may be missing: it was last refreshed at/);
  site.fake.state.outcomes.push({
    type: "aptupdate",
    exit: "command 'apt-get update' failed: exit code 100",
  });
  await site.call("refresh_updates", { node: "pve2" });
  const failed = await counted();
  assert.equal(failed.refreshed, undefined);
  assert.match(failed.warnings.join(), /pve2 may be missing: its refresh of .* failed: command/);
});

Deno.test("Ceph of other nodes is found though the node that answers has none", async () => {
  await using site = await Site.start();
  const { state } = site.fake;
  assert.equal((await site.call("get_ceph_status")).value.installed, false);
  state.ceph = {
    health: { status: "HEALTH_ERR", checks: { OSD_DOWN: { severity: "HEALTH_ERR" } } },
  };
  const [first] = state.nodes.values();
  assert.ok(first);
  first.withoutCeph = true;
  const { value } = await site.call("get_ceph_status");
  assert.deepEqual([value.installed, value.health], [true, "HEALTH_ERR"]);
  assert.deepEqual(await findings(site, "get_ceph_status"), [], "nothing uses it");
  const nfs = state.storages.get("nfs1");
  assert.ok(nfs);
  state.storages.set("pool", { ...nfs, storage: "pool", type: "rbd", content: ["images"] });
  assert.equal((await findings(site, "get_ceph_status"))[0]?.severity, "critical");
  delete state.ceph;
  site.fake.fault({ path: /^\/nodes\/pve3\/ceph/ }, { kind: "status", status: 596, message: "" });
  const unsure = await site.call("get_ceph_status");
  assert.equal(unsure.value.installed, false);
  assert.match(unsure.value.warnings.join(), /whether node pve3 has Ceph is unknown/);
});

Deno.test("no node is asked for Ceph where all Ceph storages are of another cluster's", async () => {
  await using site = await Site.start();
  const { state } = site.fake;
  const nfs = state.storages.get("nfs1");
  assert.ok(nfs);
  const pool = { ...nfs, storage: "pool", type: "rbd" as const, content: ["images"] };
  const asked = async () => {
    const before = site.fake.requests.length;
    await site.call("get_attention", { max_guests: 0 });
    const sent = site.fake.requests.slice(before);
    return sent.filter(({ path }) => /^\/nodes\/\w+\/ceph/.test(path)).length;
  };
  state.storages.set("pool", { ...pool, options: { monhost: "10.9.0.1 10.9.0.2" } });
  assert.equal(await asked(), 0);
  state.storages.set("pool", pool);
  assert.equal(await asked(), 3);
});

Deno.test("a node that has more votes than others is not sent down as if it had one", async () => {
  await using site = await Site.start();
  const first = site.fake.state.nodes.get("pve1");
  assert.ok(first);
  const plan = async (node: string) => {
    const { value } = await site.call("reboot_node", { node, force: true, dry_run: true });
    return JSON.stringify(value.dry_run.checks);
  };
  assert.doesNotMatch(await plan("pve1"), /no quorum/);
  first.votes = 3;
  assert.match(await plan("pve1"), /2 of 5 votes are left, which is no quorum/);
  assert.doesNotMatch(await plan("pve2"), /no quorum/);
  site.fake.offline("pve2");
  assert.doesNotMatch(await plan("pve3"), /no quorum/, "3 of 5 votes are a quorum");
});

Deno.test("disks that wear out and thin pools without room for metadata need attention", async () => {
  await using site = await Site.start();
  const node = site.fake.state.nodes.get("pve2");
  assert.ok(node);
  const [, disk] = node.disks;
  const [, certificate] = node.certificates;
  assert.ok(disk && certificate);
  assert.deepEqual(await findings(site, "get_disks"), []);
  Object.assign(disk, { wearout: 4 });
  const [worn] = await findings(site, "get_disks");
  assert.equal(worn?.severity, "warning");
  assert.match(String(worn?.what), /^4 % of its life is left/);
  node.thinPools = [{ lv: "data", metadata: 0.5 }, { lv: "fast", metadata: 0.93 }];
  const full = await findings(site, "get_storage_content");
  assert.deepEqual(full.map(({ where }) => where), ["node pve2 thin pool pve/fast"]);
  certificate.daysLeft = 20;
  assert.deepEqual(await findings(site, "get_certificates"), [], "Proxmox renews it by itself");
});

Deno.test("lists that Proxmox shortens for want of a privilege say so", async () => {
  await using site = await startProbed();
  restrict(site, ["VM.PowerMgmt"]);
  for (
    const [tool, args, text] of [
      ["get_pools", {}, /some pools cannot be seen: .* Pool\.Audit on \/pool/],
      ["get_replication", {}, /some guests cannot be seen: .* VM\.Audit on \/vms/],
      ["get_users_and_permissions", {}, /some users cannot be seen: .* on \/access\/groups/],
      ["get_users_and_permissions", { list: "permissions" }, /some permissions cannot be seen/],
    ] as const
  ) {
    const { isError, text: told, value } = await site.call(tool, args);
    assert.equal(isError, false, told);
    assert.match(value.warnings.join(), text);
  }
});

Deno.test("get_backup_coverage names the disks that no backup holds", async () => {
  await using site = await Site.start();
  const { guests } = site.fake.state;
  const [vm, container] = [guests.get(100), guests.get(200)];
  assert.ok(vm && container);
  const leftOut = async (vmid: number) => {
    const { value } = await site.call("get_backup_coverage");
    const row = value.guests.find((each: Row) => each.vmid === vmid);
    assert.ok(row.jobs.length > 0);
    return row.left_out;
  };
  assert.equal(await leftOut(100), undefined);
  vm.config.scsi5 = "local-lvm:vm-100-disk-5,backup=0,size=8G";
  assert.deepEqual(await leftOut(100), ["scsi5 (backup=no)"]);
  container.config.mp0 = "local-lvm:vm-200-disk-1,mp=/data,size=8G";
  assert.deepEqual(await leftOut(200), ["mp0 (disabled)"], "only with backup=1");
  container.config.mp0 += ",backup=1";
  assert.equal(await leftOut(200), undefined);
});

Deno.test("a certificate that Proxmox renews by itself needs attention only when it did not", async () => {
  await using site = await Site.start();
  const leaf = site.fake.state.nodes.get("pve2")?.certificates[1];
  assert.equal(leaf?.filename, "pve-ssl.pem");
  const warned = async (file: string, days: number) => {
    Object.assign(leaf, { filename: file, daysLeft: days + 0.5 });
    return (await findings(site, "get_certificates")).length;
  };
  assert.deepEqual([await warned("pve-ssl.pem", 13), await warned("pve-ssl.pem", 11)], [0, 1]);
  const own = "pveproxy-ssl.pem";
  assert.deepEqual([await warned(own, 29), await warned(own, 27)], [0, 1]);
});

Deno.test("get_replication does not ask each time anew what the token may see", async () => {
  let at = 0;
  await using site = await startProbed({ monotonic: () => at });
  const asked = async () => {
    at += 10_000;
    const before = site.fake.requests.length;
    await site.call("get_replication");
    const sent = site.fake.requests.slice(before);
    return sent.filter(({ path }) => path === "/access/permissions").length;
  };
  await asked();
  assert.equal(await asked(), 0);
});

Deno.test("get_updates doubts no list for its own old refresh where others' tasks are hidden", async () => {
  let at = 0;
  await using site = await startProbed({ monotonic: () => at });
  await site.call("refresh_updates", { node: "pve2" });
  const task = site.fake.state.tasks.find(({ type }) => type === "aptupdate");
  assert.ok(task);
  task.starttime -= 30 * 86_400;
  const doubts = async () => {
    const { value } = await site.call("get_updates", { node: "pve2" });
    return (value.warnings ?? []).filter((each: string) => /may be missing/.test(each)).length;
  };
  assert.equal(await doubts(), 1);
  restrict(site, ["Sys.Modify"]);
  at += 600_000;
  await site.call("get_updates", { node: "pve2" });
  assert.equal(await doubts(), 0);
});
