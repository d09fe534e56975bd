import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { findings } from "./findings.ts";
import { restrict, startProbed } from "./probe.ts";

type Row = Record<string, unknown>;

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

Deno.test("a guest whose backups may be in a storage that cannot be seen is not called bare", async () => {
  await using site = await startProbed();
  restrict(site, ["VM.Audit", "VM.Backup", "Sys.Audit"]);
  const { acl, roles } = site.fake.state;
  roles.set("Local", { privs: ["Datastore.Audit", "Datastore.AllocateSpace"], special: false });
  for (const [type, ugid] of [["user", "mcp@pve"], ["token", "mcp@pve!probe"]] as const) {
    acl.push({ path: "/storage/local", roleid: "Local", type, ugid, propagate: true });
  }
  const { value } = await site.call("get_backup_coverage");
  assert.equal(value.not_backed_up, 0);
  const states = new Set(value.guests.map(({ state }: Row) => state));
  assert.deepEqual([...states].sort(), ["backed up", "unknown"]);
  assert.match(
    value.warnings.join(),
    /some storages cannot be seen: .*Datastore\.Audit on \/storage/,
  );
});
