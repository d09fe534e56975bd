import assert from "node:assert/strict";
import type { FakePve } from "../fake_pve.ts";
import { Site } from "../site.ts";
import { changesIn, MOVE, PASS, passesIn, secretIn, startTwo } from "./two_clusters.ts";

Deno.test("migrate_to_cluster moves a stopped VM; the source stays, stopped and locked", async () => {
  await using two = await startTwo();
  const { dc2, home, site } = two;
  const { isError, text, value } = await site.call("migrate_to_cluster", MOVE);
  assert.equal(isError, false, text);
  assert.deepEqual(
    [value.vmid, value.to_cluster, value.to_node, value.to_vmid, value.exit_status],
    [101, "dc2", "pve1", 101, "OK"],
  );
  const moved = dc2.state.guests.get(101);
  assert.equal(moved?.config.scsi0, "nfs1:101/vm-101-disk-0.raw,size=64G");
  assert.deepEqual([moved?.status, moved?.config.lock], ["stopped", undefined]);
  const left = home.state.guests.get(101);
  assert.deepEqual([left?.status, left?.config.lock], ["stopped", "migrate"]);
  assert.match(value.notes[0], /`qm unlock 101` on node pve1/);

  const [created] = changesIn(dc2);
  const body = Object(created?.body);
  assert.equal(body.privsep, true);
  assert.match(body.comment, /^moves VM 101 of default here, by ada$/);
  assert.ok(body.expire - Date.now() / 1000 <= 86_400);
  const granted = changesIn(dc2).filter(({ path }) => path === "/access/acl")
    .map(({ body }) => Object(body));
  assert.deepEqual(
    granted.map(({ path, propagate }) => [path, propagate]),
    [["/", false], ["/vms/101", false], ["/storage/nfs1", false], [
      "/sdn/zones/localnetwork/vmbr0",
      false,
    ]],
  );
  assert.deepEqual(passesIn(dc2), []);
  assert.ok(!dc2.state.acl.some(({ type }) => type === "token"));
});

Deno.test("migrate_to_cluster moves a running VM live and destroys the source when told to", async () => {
  await using two = await startTwo();
  const { dc2, home, site } = two;
  const args = { ...MOVE, vmid: 102, to_node: "pve2", delete_source: true, bwlimit: 1000 };
  const { text, value } = await site.call("migrate_to_cluster", args);
  assert.equal(value?.guest_status, "deleted", text);
  assert.equal(value.notes, undefined);
  assert.equal(dc2.state.guests.get(102)?.node, "pve2");
  assert.equal(dc2.state.guests.get(102)?.status, "running");
  assert.ok(!home.state.guests.has(102));
  const { body } = changesIn(home).at(-1) ?? {};
  assert.deepEqual([Object(body).online, Object(body).delete, Object(body).bwlimit], [
    true,
    true,
    1000,
  ]);
});

Deno.test("migrate_to_cluster stops, moves and starts a running container", async () => {
  await using two = await startTwo();
  const { dc2, home, site } = two;
  const args = { ...MOVE, vmid: 200 };
  const refused = await site.call("migrate_to_cluster", args);
  assert.match(
    refused.text,
    /: a running container cannot move; give restart to stop and start it/,
  );
  assert.deepEqual(changesIn(dc2), []);
  const { text, value } = await site.call("migrate_to_cluster", { ...args, restart: true });
  assert.equal(value?.exit_status, "OK", text);
  assert.match(value.notes[0], /`pct unlock 200`/);
  assert.deepEqual(
    [dc2.state.guests.get(200)?.type, dc2.state.guests.get(200)?.status],
    ["lxc", "running"],
  );
  assert.equal(home.state.guests.get(200)?.status, "stopped");
});

Deno.test("migrate_to_cluster maps storages and bridges by pairs, and chooses a vmid that is free", async () => {
  await using two = await startTwo();
  const { dc2, home, site } = two;
  for (const node of dc2.state.nodes.values()) {
    node.network.push({ iface: "vmbr7", type: "bridge", active: 1 });
  }
  const taken = home.state.guests.get(103);
  assert.ok(taken);
  dc2.state.guests.set(101, { ...taken, vmid: 101, node: "pve1" });
  const { text, value } = await site.call("migrate_to_cluster", {
    ...{ cluster: "default", vmid: 101, to_cluster: "dc2" },
    ...{ to_storage: "nfs1:local,local-lvm:nfs1", to_bridge: "vmbr0:vmbr7" },
  });
  assert.equal(value?.to_vmid, 100, text);
  const moved = dc2.state.guests.get(100);
  assert.match(String(moved?.config.scsi0), /^nfs1:/);
  assert.match(String(moved?.config.net0), /bridge=vmbr7$/);
});

Deno.test("a dry run of migrate_to_cluster plans what both clusters would be sent, and sends nothing", async () => {
  await using two = await startTwo();
  const { dc2, home, site } = two;
  const planned = await site.call("migrate_to_cluster", { ...MOVE, dry_run: true });
  const again = await site.call("migrate_to_cluster", { ...MOVE, dry_run: true });
  assert.equal(planned.text, again.text, "plans of the same are the same");
  assert.deepEqual([...changesIn(home), ...changesIn(dc2)], []);
  const { checks, notes, requests } = planned.value.dry_run;
  assert.deepEqual(checks.filter(({ ok }: { ok: boolean }) => !ok), []);
  await site.call("migrate_to_cluster", MOVE);
  const shown = (path: string) => decodeURIComponent(path).replace(/-[0-9a-f]{8}$/, "-…");
  assert.deepEqual(
    requests.map(({ cluster = "default", method, path }: Record<string, string>) =>
      `${cluster} ${method} ${shown(String(path))}`
    ),
    [
      ...changesIn(dc2).filter(({ method }) => method !== "DELETE"),
      ...changesIn(home),
      ...changesIn(dc2).filter(({ method }) => method === "DELETE"),
    ].filter(({ token }) => token === "root@pam!mcp").map((request) =>
      `${changesIn(home).includes(request) ? "default" : "dc2"} ${request.method} ${
        shown(request.path)
      }`
    ),
  );
  assert.match(
    JSON.stringify(requests),
    /"target-endpoint":"apitoken=\[redacted\],host=10\.0\.0\.11,port=8006/,
  );
  assert.match(notes.join(), /its secret is told to nobody/);
  assert.ok(!planned.text.includes(secretIn(home)));
});

Deno.test("migrate_to_cluster is offered where there are two clusters that the token reaches", async () => {
  const listed = async (site: Site, token?: string) => {
    const body = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    return (await site.post(body, site.headers(token))).text.includes("migrate_to_cluster");
  };
  await using two = await startTwo();
  assert.equal(await listed(two.site), true);
  await using one = await Site.start();
  assert.equal(await listed(one), false);
  const refused = await one.call("migrate_to_cluster", MOVE);
  assert.match(refused.text, /switched off in this server's configuration: clusters is not set/);
  assert.ok(PASS.test("mcp-move-101-0a1b2c3d"));
});

/** What the token of a move was granted, and whether that holds below too. */
function grantsIn(fake: FakePve): [string, boolean][] {
  return changesIn(fake).filter(({ path }) => path === "/access/acl")
    .map(({ body }) => [Object(body).path, Object(body).propagate]);
}

Deno.test("migrate_to_cluster asks for a VNet in the zone that SDN gave it, and for VLANs of a bridge", async () => {
  await using two = await startTwo();
  const { dc2, home, site } = two;
  const { zones, vnets } = dc2.state.sdn;
  zones.set("z1", { zone: "z1", type: "simple" });
  vnets.set("inside", { vnet: "inside", zone: "z1", type: "vnet" });
  const move = await site.call("migrate_to_cluster", { ...MOVE, to_bridge: "inside" });
  assert.equal(move.value?.exit_status, "OK", move.text);
  assert.match(String(dc2.state.guests.get(101)?.config.net0), /bridge=inside/);
  assert.deepEqual(grantsIn(dc2).at(-1), ["/sdn/zones/z1/inside", false]);

  const tagged = home.state.guests.get(103);
  assert.ok(tagged);
  tagged.config.net0 = "virtio=BC:24:11:00:00:01,bridge=vmbr0,tag=20";
  const vlan = await site.call("migrate_to_cluster", { ...MOVE, vmid: 103 });
  assert.equal(vlan.value?.exit_status, "OK", vlan.text);
  assert.deepEqual(grantsIn(dc2).at(-1), ["/sdn/zones/localnetwork/vmbr0", true]);
});
