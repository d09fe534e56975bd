import assert from "node:assert/strict";
import type { ToolName } from "../../lib/mcp/tools.ts";
import { READING, restrict, startProbed, unrestrict } from "./probe.ts";
import type { Arguments } from "./tool_case.ts";

Deno.test("who may only read is told what cannot be seen and what to grant, never that there is nothing", async () => {
  await using site = await startProbed();
  restrict(site, READING);
  const backups =
    "backups in storage local, nfs1 cannot be seen: grant the Proxmox API token mcp@pve!probe " +
    "Datastore.AllocateSpace on /storage/local, /storage/nfs1 and VM.Backup on /vms, " +
    "or Datastore.Allocate on /storage/local, /storage/nfs1";
  const call = async (tool: ToolName, args: Arguments = {}) => (await site.call(tool, args)).value;
  const listed = await call("get_backups");
  assert.deepEqual([listed.backups, listed.warnings], [[], [backups]]);
  const { guests, not_backed_up, warnings } = await call("get_backup_coverage");
  assert.deepEqual([not_backed_up, warnings], [0, [backups]]);
  assert.ok(guests.length > 0);
  assert.deepEqual(guests.filter(({ state }: { state: string }) => state !== "unknown"), []);
  const { findings, unread } = await call("get_attention", { limit: 500 });
  assert.deepEqual(findings.filter(({ tool }: { tool: string }) => tool === "create_backup"), []);
  assert.deepEqual(
    unread.filter(({ part }: { part: string }) => part === "backups"),
    [{ part: "backups", of: "the cluster", reason: backups }],
  );
  const guest = await call("get_guest", { vmid: 100 });
  assert.deepEqual([guest.backups, guest.warnings], [undefined, [backups]]);
  const content = await call("get_storage_content", { storage: "local-lvm", content: "images" });
  assert.deepEqual(content.volumes, []);
  assert.match(
    content.warnings[0],
    /^disks in storage local-lvm cannot be seen: .*VM\.Config\.Disk on \/vms, or/,
  );
  const isos = await call("get_storage_content", { content: "iso" });
  assert.equal(isos.warnings, undefined);
  const log = await call("get_cluster_log");
  assert.deepEqual(log.warnings, [
    "others' entries cannot be seen: grant the Proxmox API token mcp@pve!probe Sys.Syslog on /",
  ]);
  const reads = site.fake.requests.filter(({ path }) => path === "/access/permissions").length;
  assert.ok(reads <= 2, `the grants were read ${reads} times`);
});

Deno.test("only the guests whose backups cannot be seen are left open", async () => {
  await using site = await startProbed();
  restrict(site, [...READING, "Datastore.AllocateSpace"]);
  const { acl, roles } = site.fake.state;
  roles.set("Backup", { privs: ["VM.Audit", "VM.Backup"], special: false });
  for (const [type, ugid] of [["user", "mcp@pve"], ["token", "mcp@pve!probe"]] as const) {
    for (const vmid of [100, 102]) {
      acl.push({ path: `/vms/${vmid}`, roleid: "Backup", type, ugid, propagate: true });
    }
  }
  const { guests, warnings } = (await site.call("get_backup_coverage")).value;
  const stateOf = (vmid: number) =>
    guests.find((guest: { vmid: number }) => guest.vmid === vmid).state;
  assert.deepEqual([100, 101, 102].map(stateOf), ["backed up", "unknown", "not backed up"]);
  assert.match(
    warnings[0],
    /^backups of guest 101, 103, .* and \d+ more in storage local, nfs1 cannot be seen: .*probe VM\.Backup on \/vms/,
  );
  const own = (await site.call("get_backups", { vmid: 100 })).value;
  assert.ok(own.total > 0);
  assert.equal(own.warnings, undefined);
  const { findings } = (await site.call("get_attention", { limit: 500 })).value;
  const bare = findings.filter(({ tool, what }: { tool: string; what: string }) =>
    tool === "create_backup" && what.startsWith("no good backup")
  );
  assert.deepEqual(bare.map(({ where }: { where: string }) => where), ["VM 102 (app1)"]);
});

Deno.test("what was granted a moment ago is not said to lack, and what is shown needs no grant", async () => {
  let clock = 0;
  await using site = await startProbed({ monotonic: () => clock });
  restrict(site, READING);
  assert.equal((await site.call("get_backups")).value.warnings.length, 1);
  unrestrict(site);
  clock += 3_000;
  const granted = (await site.call("get_backups")).value;
  assert.ok(granted.total > 0);
  assert.equal(granted.warnings, undefined);
});

Deno.test("what waits for being applied to the network is merged in and marked", async () => {
  await using site = await startProbed();
  const { zones, vnets, subnets } = site.fake.state.sdn;
  const pending = { mtu: 1400, bridge: "deleted" };
  zones.set("z1", { zone: "z1", type: "vlan", bridge: "vmbr0", state: "changed", pending });
  vnets.set("v1", {
    vnet: "v1",
    type: "vnet",
    state: "new",
    pending: { zone: "z1", vlanaware: 1 },
  });
  const subnet = { vnet: "v1", type: "subnet", cidr: "10.9.0.0/24", state: "new" };
  subnets.set("s1", { ...subnet, pending: { gateway: "10.9.0.1" } });
  subnets.set("s2", { ...subnet, cidr: "10.8.0.0/24", state: "deleted", pending: {} });
  const { value, text } = await site.call("get_sdn", { zone: "z1" });
  assert.deepEqual(value?.zones, [
    {
      zone: "z1",
      type: "vlan",
      mtu: 1400,
      unapplied: "changed",
      unapplied_fields: ["bridge", "mtu"],
    },
  ], text);
  assert.deepEqual(value.vnets, [
    {
      vnet: "v1",
      zone: "z1",
      vlan_aware: true,
      unapplied: "new",
      unapplied_fields: ["vlan_aware", "zone"],
    },
  ]);
  assert.deepEqual(value.subnets, [
    {
      vnet: "v1",
      cidr: "10.9.0.0/24",
      gateway: "10.9.0.1",
      unapplied: "new",
      unapplied_fields: ["gateway"],
    },
    { vnet: "v1", cidr: "10.8.0.0/24", unapplied: "deleted" },
  ]);
  assert.equal(value.warnings, undefined);
});

Deno.test("zones that the token may not see are told, unless all are shown", async () => {
  await using site = await startProbed();
  restrict(site, READING.filter((privilege) => privilege !== "SDN.Audit"));
  const { value } = await site.call("get_sdn");
  assert.deepEqual(value.zones, []);
  assert.deepEqual(value.warnings, [
    "zones that were not granted, and their networks, cannot be seen: grant the Proxmox API token " +
    "mcp@pve!probe SDN.Audit on /sdn/zones",
  ]);
});
