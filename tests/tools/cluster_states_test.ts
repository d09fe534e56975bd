import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { restrict, startProbed } from "./probe.ts";

type Row = Record<string, unknown>;

/** The findings of one tool. */
async function findings(site: Site, tool: string): Promise<Row[]> {
  const { value } = await site.call("get_attention", { limit: 500 });
  return value.findings.filter((row: Row) => row.tool === tool);
}

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
  const freed = await site.call("update_ha_resource", { vmid: 110, state: "disabled" });
  assert.equal(site.fake.state.ha.resources.get("vm:110")?.state, "disabled", freed.text);
  assert.doesNotMatch(freed.text, /given it up/);
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

const GIB = 1024 ** 3;

Deno.test("a shared storage that one node lost is looked at where it is, and told once", async () => {
  await using site = await Site.start();
  const nfs = site.fake.state.storages.get("nfs1");
  assert.ok(nfs);
  nfs.total = 100 * GIB;
  nfs.baseUsed = 97 * GIB;
  nfs.inactive.push("pve3");
  const full = (await findings(site, "get_storage_content")).filter(({ where }) =>
    where === "storage nfs1"
  );
  assert.equal(full.length, 1);
  assert.equal(full[0]?.severity, "critical");
  const { value } = await site.call("get_attention", { limit: 500 });
  assert.match(
    JSON.stringify(value.unread.filter(({ part }: Row) => part === "storages")),
    /not available on pve3/,
  );
  const rooms = await site.call("get_capacity");
  assert.equal(rooms.value.storages.filter((row: Row) => row.storage === "nfs1").length, 1);
  nfs.inactive.push("pve1", "pve2");
  const away = (await site.call("get_capacity")).value;
  assert.equal(away.storages.find((row: Row) => row.storage === "nfs1"), undefined);
  assert.match(away.warnings.join("; "), /storage nfs1 is not available: its room is unknown/);
});

Deno.test("get_capacity promises no restart that HA will not make, and no copy that never was", async () => {
  await using site = await Site.start();
  const { guests, ha, replication, storages } = site.fake.state;
  const shared = guests.get(110);
  const nfs = storages.get("nfs1");
  assert.ok(shared && nfs);
  shared.config.scsi0 = "nfs1:110/vm-110-disk-0.qcow2,size=8G";
  for (const key of Object.keys(shared.config)) {
    if (/^(?:efidisk|tpmstate|virtio)\d/.test(key)) delete shared.config[key];
  }
  const fate = async (vmid: number): Promise<Row> => {
    const { node } = guests.get(vmid) ?? {};
    const { value } = await site.call("get_capacity", { node });
    return value.guests.find((row: Row) => row.vmid === vmid);
  };
  assert.equal((await fate(110)).fate, "restarted by HA");
  const resource = ha.resources.get("vm:110");
  assert.ok(resource);
  for (const state of ["error", "disabled", "ignored"]) {
    resource.reported = state;
    const { because, fate: told } = await fate(110);
    assert.equal(told, "to be started elsewhere by hand");
    assert.equal(because, `its state in HA is ${state}`);
  }
  resource.reported = "started";
  nfs.nodes = [shared.node];
  assert.equal((await fate(110)).because, "no other node has storage nfs1");
  nfs.disabled = true;
  assert.deepEqual(
    [(await fate(110)).fate, (await fate(110)).because],
    ["unknown", "storage nfs1 of a disk cannot be seen"],
  );
  assert.equal((await fate(101)).fate, "older copy on another node");
  const job = replication.get("101-0");
  assert.ok(job);
  Object.assign(job, { lastSync: 0, failCount: 7, error: "no space left" });
  assert.equal((await fate(101)).fate, "lost");
});

Deno.test("nodes in HA's maintenance are told so, are no room for others and get no guests", async () => {
  await using site = await Site.start();
  const { nodes } = site.fake.state;
  const before = (await site.call("get_capacity", { node: "pve1" })).value.if_lost[0];
  for (const name of ["pve2", "pve3"]) {
    const node = nodes.get(name);
    assert.ok(node);
    node.maintenance = true;
  }
  const { value } = await site.call("get_nodes");
  assert.deepEqual(value.nodes.map(({ ha_state }: Row) => ha_state), [
    "online",
    "maintenance",
    "maintenance",
  ]);
  const [after] = (await site.call("get_capacity", { node: "pve1" })).value.if_lost;
  assert.ok(before.memory_free_elsewhere_bytes > 0);
  assert.equal(after.memory_free_elsewhere_bytes, 0);
  const drain = await site.call("drain_node", { node: "pve1", dry_run: true });
  assert.equal(drain.code, "conflict");
  assert.match(drain.text, /no other node is online and out of HA's maintenance/);
});

Deno.test("who may see neither load nor storages is told so, and no figure is made of that", async () => {
  await using site = await startProbed();
  restrict(site, ["VM.Audit"]);
  const nodes = await site.call("get_nodes");
  assert.deepEqual(nodes.value.nodes[0], { node: "pve1", status: "online", ha_state: "online" });
  assert.match(nodes.value.warnings.join(), /load of some nodes cannot be seen: .* Sys\.Audit on/);
  const storages = await site.call("get_storage");
  assert.deepEqual(storages.value.storages, []);
  assert.match(
    storages.value.warnings.join(),
    /some storages cannot be seen: .*Datastore\.Audit on/,
  );
  const { value } = await site.call("get_capacity", { node: "pve1" });
  assert.equal(value.if_lost[0].rest_fits, undefined);
  assert.deepEqual(
    [...new Set(value.guests.map(({ fate }: Row) => fate))].filter((fate) => fate === "lost"),
    [],
  );
  assert.match(value.warnings.join(), /some storages cannot be seen/);
});

Deno.test("a firewall rule whose IP set is gone is told to have no effect, and opens nothing", async () => {
  await using site = await Site.start();
  const { firewall } = site.fake.state;
  firewall.options = { enable: 1, policy_in: "DROP" };
  firewall.ipsets = ["admins"];
  firewall.rules = [
    { type: "in", action: "ACCEPT", enable: 1, proto: "tcp", dport: "8006", source: "+admins" },
    { type: "in", action: "ACCEPT", enable: 1, proto: "tcp", dport: "8006", source: "10.0.0.0/8" },
  ];
  const sound = await site.call("get_firewall_rules");
  assert.equal(sound.value.rules[0].broken, undefined);
  const planned = { pos: 1, digest: sound.value.digest };
  assert.equal(
    (await site.call("delete_firewall_rule", { ...planned, dry_run: true })).isError,
    false,
  );
  firewall.ipsets = [];
  const { value } = await site.call("get_firewall_rules");
  assert.equal(value.digest, sound.value.digest);
  assert.match(value.rules[0].broken, /source: no such ipset 'admins'/);
  assert.match(value.warnings.join(), /rule 0 has no effect: source: no such ipset/);
  assert.equal(value.rules[1].broken, undefined);
  const closing = await site.call("delete_firewall_rule", planned);
  assert.equal(closing.isError, true, "only a rule without effect would be left");
  assert.match(closing.text, /port 8006/);
  const gone = await site.call("delete_firewall_rule", { pos: 0, digest: value.digest });
  assert.equal(gone.isError, false, gone.text);
  assert.doesNotMatch(gone.value.undo, /broken/);
});

Deno.test("a network that is written and not applied is told as that, and shown before it is applied", async () => {
  await using site = await Site.start();
  const node = site.fake.state.nodes.get("pve2");
  assert.ok(node);
  assert.equal((await site.call("get_network", { node: "pve2" })).value.unapplied, undefined);
  node.networkChanges = [
    "--- /etc/network/interfaces\t2026-11-01",
    "+++ /etc/network/interfaces.new\t2026-11-27",
    "@@ -12,3 +12,3 @@",
    " iface vmbr0 inet static",
    "-\taddress 10.0.0.2/24",
    "+\taddress 10.9.9.9/24",
    "",
  ].join("\n");
  const { value } = await site.call("get_network", { node: "pve2" });
  assert.equal(value.unapplied.length, 6);
  assert.match(value.unapplied.at(-1), /^\+\s*address 10\.9\.9\.9/);
  assert.match(value.warnings.join(), /what is written, not what is in use/);
  const apply = { method: "PUT", path: "/nodes/pve2/network" };
  const planned = await site.call("change_api", { ...apply, dry_run: true });
  const { notes } = planned.value.dry_run;
  assert.ok(notes.includes("this is applied now:"), planned.text);
  assert.match(notes.join(), /address 10\.9\.9\.9/);
  const applied = await site.call("change_api", apply);
  assert.equal(applied.isError, false, applied.text);
  assert.equal(node.networkChanges, undefined);
  const revert = { ...apply, method: "DELETE", dry_run: true };
  assert.deepEqual((await site.call("change_api", revert)).value.dry_run.notes, [
    "nothing is thrown away",
  ]);
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
