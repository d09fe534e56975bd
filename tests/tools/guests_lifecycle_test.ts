import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { GUESTS_LIFECYCLE, TEMPLATE } from "./cases/guests_lifecycle.ts";
import { GUESTS_MOVES } from "./cases/guests_moves.ts";
import { guest } from "./guests.ts";
import { testTools } from "./harness.ts";
import { changes, lastChange } from "./requests.ts";

testTools(GUESTS_LIFECYCLE);
testTools(GUESTS_MOVES);

Deno.test("create_vm chooses node, vmid, storage and disk syntax, and says what it chose", async () => {
  await using site = await Site.start();
  const { value, text } = await site.call("create_vm", {
    name: "new1",
    cpus: 2,
    memory: 512,
    disk_size: 4,
    ostype: "l26",
    iso_name: "debian-13.iso",
    iso_storage: "local",
    node: "pve1",
  });
  assert.equal(value?.exit_status, "OK", text);
  const request = site.fake.requests.findLast(({ method }) => method === "POST");
  const body = request?.body as Record<string, unknown>;
  assert.equal(value.disk, body.scsi0);
  assert.match(String(body.scsi0), new RegExp(`^${value.storage}:4`));
  assert.equal(body.ide2, "local:iso/debian-13.iso,media=cdrom");
  assert.equal(body.memory, 512);
  const dir = await site.call("create_vm", { name: "new2", storage: "local", node: "pve1" });
  assert.equal(dir.value?.disk, "local:10,format=qcow2", dir.text);
  const block = await site.call("create_vm", { name: "new3", storage: "local-lvm", node: "pve1" });
  assert.equal(block.value?.disk, "local-lvm:10", block.text);
  const free = await site.call("create_vm", { name: "new4" });
  assert.equal(free.value?.exit_status, "OK", free.text);
  const taken = await site.call("create_vm", { name: "x1", vmid: 100, node: "pve1" });
  assert.equal(taken.code, "conflict");
  assert.match(taken.text, /: the vmid 100 is taken; give another one$/);
});

Deno.test("create_vm finds an ISO image beside storages that cannot be read", async () => {
  await using site = await Site.start();
  const nfs = { content: ["iso", "images"], shared: true, total: 1e12, baseUsed: 0, options: {} };
  const nas = { ...nfs, storage: "nas", type: "nfs" as const, inactive: [] };
  site.fake.state.storages.set("nas", nas);
  const away = { kind: "status", status: 500, message: "storage 'nas' is not online" } as const;
  site.fake.fault({ path: /storage\/nas\/content$/ }, away, { times: 9 });
  const args = { name: "x1", node: "pve1", storage: "local-lvm", dry_run: true };
  const found = await site.call("create_vm", { ...args, iso_name: "debian-13.iso" });
  assert.equal(
    found.value?.dry_run.requests[0].body.ide2,
    "local:iso/debian-13.iso,media=cdrom",
    found.text,
  );
  const unsure = await site.call("create_vm", { ...args, iso_name: "nosuch.iso" });
  assert.equal(unsure.code, "unavailable");
  assert.match(
    unsure.text,
    /no ISO image nosuch\.iso .*storage nas could not be read: .*not online/,
  );
  const named = await site.call("create_vm", { ...args, iso_name: "nas:iso/debian-13.iso" });
  assert.equal(named.code, "unavailable");
  assert.match(named.text, /storage 'nas' is not online$/);
});

Deno.test("create_vm asks for a node where the token does not see their memory", async () => {
  await using site = await Site.start();
  const rows = (nodes: readonly string[]) => ({
    kind: "body" as const,
    body: JSON.stringify({
      data: nodes.map((node) => ({ type: "node", id: `node/${node}`, node, status: "online" })),
    }),
  });
  const args = { name: "x1", storage: "local-lvm", dry_run: true };
  site.fake.fault({ path: /^\/cluster\/resources$/ }, rows(["pve1", "pve2"]));
  const several = await site.call("create_vm", args);
  assert.equal(several.code, "forbidden");
  assert.match(several.text, /memory is hidden from the token; give a node/);
  site.fake.fault({ path: /^\/cluster\/resources$/ }, rows(["pve1"]));
  const one = await site.call("create_vm", args);
  assert.equal(one.value?.dry_run.requests[0].path, "/nodes/pve1/qemu", one.text);
});

Deno.test("delete_vm with force stops the VM first", async () => {
  await using site = await Site.start();
  const forced = await site.call("delete_vm", { vmid: 102, force: true });
  assert.equal(forced.value?.exit_status, "OK", forced.text);
  const order = site.fake.requests.filter(({ path, method }) =>
    /qemu\/102(\/status\/stop)?$/.test(path) && method !== "GET"
  );
  assert.deepEqual(order.map(({ method }) => method), ["POST", "DELETE"]);
});

Deno.test("create_container chooses vmid, node and storage, and refuses a vmid that is taken", async () => {
  await using site = await Site.start();
  const args = { hostname: "new2", template: `local:vztmpl/${TEMPLATE}` };
  const { value, text } = await site.call("create_container", args);
  assert.equal(value?.exit_status, "OK", text);
  assert.ok(guest(site, value.vmid));
  const taken = await site.call("create_container", { ...args, vmid: 100, node: "pve1" });
  assert.equal(taken.code, "conflict", taken.text);
  assert.match(taken.text, /: the vmid 100 is taken; give another one$/);
});

Deno.test("delete_container with force stops the container first, and waits for that", async () => {
  await using site = await Site.start({ pve: { taskPolls: 3 } });
  const { value, text } = await site.call("delete_container", { vmid: 201, force: true });
  assert.equal(value?.exit_status, "OK", text);
  assert.deepEqual(changes(site).map(({ method }) => method), ["POST", "DELETE"]);
  assert.equal(site.fake.state.guests.has(201), false);
});

Deno.test("clone_guest says in its dry run that the vmid is taken", async () => {
  await using site = await Site.start();
  const clone = { vmid: 101, new_vmid: 202 };
  const { value, text } = await site.call("clone_guest", { ...clone, dry_run: true });
  const checks: { check: string; ok: boolean; detail?: string }[] = value?.dry_run.checks ?? [];
  const free = checks.find(({ check }) => check === "the vmid is free");
  assert.equal(free?.detail, "the vmid 202 is taken; give another one", text);
  const refused = await site.call("clone_guest", clone);
  assert.equal(refused.code, "conflict", refused.text);
  assert.equal(changes(site).length, 0);
});

Deno.test("migrate_guest moves running VMs live and running containers by restart", async () => {
  await using site = await Site.start();
  const live = await site.call("migrate_guest", {
    vmid: 102,
    target: "pve1",
    with_local_disks: true,
  });
  assert.equal(live.value?.exit_status, "OK", live.text);
  assert.equal(lastChange(site).body.online, true);
  const container = await site.call("migrate_guest", { vmid: 200, target: "pve3", restart: true });
  assert.equal(container.value?.exit_status, "OK", container.text);
  assert.deepEqual(lastChange(site).body, { target: "pve3", restart: true });
});

Deno.test("migrate_guest moves containers where Proxmox offers no precondition check", async () => {
  await using site = await Site.start();
  site.fake.fault({ method: "GET", path: /lxc\/202\/migrate$/ }, {
    kind: "status",
    status: 501,
    message: "Method 'GET /nodes/pve2/lxc/202/migrate' not implemented\n",
  });
  const { value, text } = await site.call("migrate_guest", { vmid: 202, target: "pve1" });
  assert.equal(value?.exit_status, "OK", text);
  assert.match(value.notes[0], /tells no preconditions for containers/);
});

Deno.test("resize_disk and move_disk notice somebody else's change and show it", async () => {
  await using site = await Site.start();
  for (
    const [tool, more] of [
      ["resize_disk", { size: "+1G" }],
      ["move_disk", { storage: "nfs1" }],
    ] as const
  ) {
    const undo = site.fake.fault({ path: /101\/(resize|move_disk)$/ }, {
      kind: "status",
      status: 500,
      message: "checksum mismatch (file change by other user?)\n",
    });
    const answer = await site.call(tool, { vmid: 101, disk: "scsi0", ...more });
    undo();
    assert.equal(answer.code, "conflict", answer.text);
    assert.match(answer.text, /changed meanwhile .*nothing was written/);
  }
});
