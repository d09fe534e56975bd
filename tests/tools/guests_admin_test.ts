import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { changes, lastChange, testTool } from "./harness.ts";

const guest = (site: Site, vmid: number) => {
  const found = site.fake.state.guests.get(vmid);
  assert.ok(found, `there is no guest ${vmid}`);
  return found;
};

const set = (vmid: number, config: Record<string, string | number>) => (site: Site) =>
  Object.assign(guest(site, vmid).config, config);

const TEMPLATE = "debian-13-standard_13.1-2_amd64.tar.zst";

testTool({
  tool: "create_container",
  role: "admin",
  args: {
    vmid: 300,
    hostname: "new1",
    template: TEMPLATE,
    node: "pve1",
    storage: "local-lvm",
    disk_size: 4,
    ip: "10.0.2.9/24",
    gateway: "10.0.2.1",
    ssh_public_keys: ["ssh-ed25519 AAAA ada@example"],
    tags: ["a", "b"],
    start: true,
  },
  request: ["POST", /pve1\/lxc$/],
  task: true,
  works: (value, site) => {
    assert.deepEqual([value.vmid, value.node, value.storage], [300, "pve1", "local-lvm"]);
    const { config, status } = guest(site, 300);
    assert.equal(status, "running");
    assert.match(String(config.rootfs), /^local-lvm:.*size=4G/);
    assert.match(String(config.net0), /ip=10\.0\.2\.9\/24/);
    assert.equal(config.features, "nesting=1");
    assert.equal(lastChange(site).body.ostemplate, `local:vztmpl/${TEMPLATE}`);
    assert.ok(!("password" in lastChange(site).body));
  },
  refuses: [
    {
      args: { hostname: "x", template: "nosuch.tar.zst", node: "pve1" },
      code: "not_found",
      text: /no vztmpl image nosuch\.tar\.zst on node pve1; it has: local:vztmpl\//,
    },
    {
      args: { hostname: "x", template: TEMPLATE, node: "pve1", storage: "nosuch" },
      code: "not_found",
      text: /no active storage nosuch for rootdir/,
    },
    { args: { hostname: "a b", template: TEMPLATE }, code: "invalid", text: /DNS name/ },
    {
      args: { hostname: "x", template: TEMPLATE, ip: "dhcp,hwaddr=x" },
      code: "invalid",
      text: /ip: must be dhcp/,
    },
  ],
});

Deno.test("create_container chooses vmid, node and storage, and refuses a vmid that is taken", async () => {
  await using site = await Site.start();
  const args = { hostname: "new2", template: `local:vztmpl/${TEMPLATE}` };
  const { value, text } = await site.call("create_container", args);
  assert.equal(value?.exit_status, "OK", text);
  assert.ok(guest(site, value.vmid));
  const taken = await site.call("create_container", { ...args, vmid: 100, node: "pve1" });
  assert.equal(taken.code, "conflict", taken.text);
  assert.match(taken.text, /already exists/);
});

testTool({
  tool: "update_container",
  role: "admin",
  args: { vmid: 202, memory: 1024, cpus: 1, description: "smaller" },
  request: ["PUT", /pve2\/lxc\/202\/config$/],
  works: (value, site) => {
    assert.deepEqual(value.changes.memory, { from: 512, to: 1024 });
    assert.match(value.undo, /update_container of 202: .*memory back to 512/);
    assert.match(lastChange(site).body.digest, /^[0-9a-f]{40}$/);
    assert.equal(guest(site, 202).config.memory, 1024);
  },
  refuses: [
    { args: { vmid: 101, memory: 64 }, code: "conflict", text: /101 is a VM, not a container/ },
    { args: { vmid: 202, memory: 1 }, code: "invalid", text: /memory/ },
    {
      args: { vmid: 202, memory: 64, snapshot_first: true },
      code: "conflict",
      text: /cannot be snapshotted where its disks are; leave snapshot_first out/,
    },
  ],
});

Deno.test("update_container takes a snapshot first where the storage can", async () => {
  await using site = await Site.start();
  const { value, text } = await site.call("update_container", {
    vmid: 200,
    swap: 0,
    unset: ["searchdomain"],
    snapshot_first: true,
  });
  assert.match(value?.snapshot ?? "", /^before_\d{8}T\d{6}$/, text);
  assert.match(value.undo, new RegExp(`rollback_snapshot to ${value.snapshot}`));
  assert.equal(guest(site, 200).snapshots.at(-1)?.name, value.snapshot);
  const body = changes(site).find(({ path }) => /snapshot$/.test(path))?.body;
  assert.ok(!("vmstate" in (body as object)));
});

testTool({
  tool: "delete_container",
  role: "admin",
  args: { vmid: 202 },
  request: ["DELETE", /pve2\/lxc\/202$/],
  task: true,
  works: (value, site) => {
    assert.equal(value.exit_status, "OK");
    assert.equal(site.fake.state.guests.has(202), false);
    assert.deepEqual(lastChange(site).query, { purge: "1", "destroy-unreferenced-disks": "1" });
  },
  refuses: [
    { args: { vmid: 200 }, code: "conflict", text: /200 is running; stop it or give force/ },
    { args: { vmid: 101 }, code: "conflict", text: /101 is a VM, not a container/ },
    {
      args: { vmid: 202, force: true },
      code: "conflict",
      text: /container 202 is protected .* remove that with update_container/,
      prepare: set(202, { protection: 1 }),
    },
    {
      args: { vmid: 202 },
      code: "conflict",
      text: /container 202 is locked \(backup\)/,
      prepare: set(202, { lock: "backup" }),
    },
  ],
});

Deno.test("delete_container with force stops the container first, and waits for that", async () => {
  await using site = await Site.start({ pve: { taskPolls: 3 } });
  const { value, text } = await site.call("delete_container", { vmid: 201, force: true });
  assert.equal(value?.exit_status, "OK", text);
  assert.deepEqual(changes(site).map(({ method }) => method), ["POST", "DELETE"]);
  assert.equal(site.fake.state.guests.has(201), false);
});

testTool({
  tool: "clone_guest",
  role: "admin",
  args: { vmid: 900, new_vmid: 310, name: "copy1" },
  request: ["POST", /qemu\/900\/clone$/],
  task: true,
  works: async (value, site) => {
    assert.deepEqual([value.vmid, value.node], [310, "pve1"]);
    assert.equal(guest(site, 310).config.name, "copy1");
    assert.ok(!("full" in lastChange(site).body), "a template is cloned linked by default");
    const full = await site.call("clone_guest", { vmid: 900, full: true, storage: "nfs1" });
    assert.equal(full.value?.exit_status, "OK", full.text);
    assert.match(String(guest(site, full.value.vmid).config.scsi0), /^nfs1:/);
    const container = await site.call("clone_guest", { vmid: 202, name: "copy2" });
    assert.equal(container.value?.exit_status, "OK", container.text);
    assert.equal(lastChange(site).body.hostname, "copy2");
    assert.equal(guest(site, container.value.vmid).type, "lxc");
  },
  refuses: [
    { args: { vmid: 101, full: false }, code: "conflict", text: /only templates/ },
    { args: { vmid: 900, storage: "nfs1" }, code: "conflict", text: /a linked clone stays/ },
    {
      args: { vmid: 101 },
      code: "conflict",
      text: /VM 101 is locked \(backup\)/,
      prepare: set(101, { lock: "backup" }),
    },
    { args: { vmid: 101, new_vmid: 99 }, code: "invalid", text: /new_vmid/ },
  ],
});

testTool({
  tool: "convert_to_template",
  role: "admin",
  args: { vmid: 120 },
  request: ["POST", /qemu\/120\/template$/],
  task: true,
  works: async (value, site) => {
    assert.equal(value.exit_status, "OK");
    assert.equal(guest(site, 120).config.template, 1);
    // Proxmox makes a template of a container at once, without a task.
    const container = await site.call("convert_to_template", { vmid: 202 });
    assert.deepEqual(container.value, { status: "stopped", exit_status: "OK" });
    assert.equal(guest(site, 202).config.template, 1);
  },
  refuses: [
    { args: { vmid: 100 }, code: "conflict", text: /VM 100 is running; it must be stopped/ },
    { args: { vmid: 900 }, code: "conflict", text: /is a template already/ },
    {
      args: { vmid: 100 },
      code: "conflict",
      text: /VM 100 has 1 snapshots; delete them first/,
      prepare: (site) => {
        guest(site, 100).status = "stopped";
      },
    },
  ],
});

testTool({
  tool: "migrate_guest",
  role: "admin",
  args: { vmid: 101, target: "pve3", with_local_disks: true },
  request: ["POST", /pve1\/qemu\/101\/migrate$/],
  task: true,
  works: (value, site) => {
    assert.equal(value.node, "pve3");
    assert.equal(value.undo, "migrate_guest 101 to pve1");
    assert.equal(guest(site, 101).node, "pve3");
    assert.deepEqual(lastChange(site).body, { target: "pve3", "with-local-disks": true });
  },
  refuses: [
    {
      args: { vmid: 101, target: "pve3" },
      code: "conflict",
      text: /it has disks on its node: local-lvm:vm-101-disk-0 \(64 GiB\); give with_local_disks/,
    },
    { args: { vmid: 101, target: "pve1" }, code: "conflict", text: /is on node pve1 already/ },
    { args: { vmid: 101, target: "pve9" }, code: "conflict", text: /there is no node pve9/ },
    {
      args: { vmid: 110, target: "pve3" },
      code: "conflict",
      text: /node pve3 is offline/,
      prepare: (site) => site.fake.offline("pve3"),
    },
    {
      args: { vmid: 200, target: "pve3" },
      code: "conflict",
      text: /a running container cannot move; give restart/,
    },
    {
      args: { vmid: 110, target: "pve3" },
      code: "conflict",
      text: /it uses devices of its node: hostpci0/,
      prepare: set(110, { hostpci0: "0000:01:00.0" }),
    },
    {
      args: { vmid: 101, target: "pve2", with_local_disks: true },
      code: "conflict",
      text: /node pve2 has no storage local-lvm/,
      prepare: (site) => {
        const storage = site.fake.state.storages.get("local-lvm");
        if (storage) storage.nodes = ["pve1", "pve3"];
      },
    },
    {
      args: { vmid: 101, target: "pve3", with_local_disks: true },
      code: "conflict",
      text: /a CD image is on its node's own storage: local:iso\/debian-13\.iso/,
      prepare: set(101, { ide2: "local:iso/debian-13.iso,media=cdrom" }),
    },
  ],
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
  const managed = await site.call("migrate_guest", { vmid: 110, target: "pve1" });
  assert.match(
    managed.value?.notes?.join() ?? "",
    /HA does it: the task is only the request/,
    managed.text,
  );
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

testTool({
  tool: "resize_disk",
  role: "admin",
  args: { vmid: 101, disk: "scsi0", size: "+6G" },
  request: ["PUT", /qemu\/101\/resize$/],
  task: true,
  works: async (value, site) => {
    assert.equal(value.former_size_bytes, 64 * 1024 ** 3);
    assert.equal(value.size_bytes, 70 * 1024 ** 3);
    assert.match(String(guest(site, 101).config.scsi0), /size=70G/);
    assert.match(lastChange(site).body.digest, /^[0-9a-f]{40}$/);
    const absolute = await site.call("resize_disk", { vmid: 202, disk: "rootfs", size: "16G" });
    assert.equal(absolute.value?.size_bytes, 16 * 1024 ** 3, absolute.text);
    assert.match(String(guest(site, 202).config.rootfs), /size=16G/);
  },
  refuses: [
    {
      args: { vmid: 101, disk: "scsi0", size: "32G" },
      code: "conflict",
      text: /disks cannot be shrunk/,
    },
    { args: { vmid: 101, disk: "scsi9", size: "+1G" }, code: "not_found", text: /it has: scsi0/ },
    { args: { vmid: 101, disk: "scsi0", size: "-1G" }, code: "invalid", text: /size/ },
    { args: { vmid: 101, disk: "scsi0", size: "10" }, code: "invalid", text: /size/ },
    { args: { vmid: 101, disk: "../x", size: "1G" }, code: "invalid", text: /disk/ },
  ],
});

testTool({
  tool: "move_disk",
  role: "admin",
  args: { vmid: 101, disk: "scsi0", storage: "nfs1", delete_source: true },
  request: ["POST", /qemu\/101\/move_disk$/],
  task: true,
  works: async (value, site) => {
    assert.equal(value.undo, "move_disk scsi0 of 101 to local-lvm");
    assert.match(String(guest(site, 101).config.scsi0), /^nfs1:/);
    assert.equal(guest(site, 101).config.unused0, undefined);
    assert.match(lastChange(site).body.digest, /^[0-9a-f]{40}$/);
    const volume = await site.call("move_disk", {
      vmid: 202,
      disk: "rootfs",
      storage: "local-lvm",
    });
    assert.equal(volume.value?.exit_status, "OK", volume.text);
    assert.match(String(guest(site, 202).config.rootfs), /^local-lvm:/);
    assert.equal(guest(site, 202).config.unused0, "local:202/vm-202-disk-0.raw");
  },
  refuses: [
    {
      args: { vmid: 101, disk: "scsi0", storage: "local-lvm" },
      code: "conflict",
      text: /scsi0 is on local-lvm already/,
    },
    {
      args: { vmid: 101, disk: "scsi0", storage: "nosuch" },
      code: "not_found",
      text: /no active storage nosuch for images; it has: /,
    },
    {
      args: { vmid: 101, disk: "scsi0", storage: "local" },
      code: "conflict",
      text: /local has \d GiB free, 64 GiB are needed/,
      prepare: (site) => {
        const storage = site.fake.state.storages.get("local");
        if (storage) storage.baseUsed = storage.total - 7.5 * 1024 ** 3;
      },
    },
    {
      args: { vmid: 201, disk: "rootfs", storage: "nfs1" },
      code: "conflict",
      text: /container 201 is running; it must be stopped/,
    },
  ],
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

testTool({
  tool: "set_cloud_init",
  role: "admin",
  args: {
    vmid: 150,
    user: "ada",
    password: "hunter2-hunter2",
    ssh_public_keys: ["ssh-ed25519 AAAA+/= ada@example", "ssh-rsa BBBB bob"],
    ip: "10.0.1.9/24",
    gateway: "10.0.1.1",
    ip6: "auto",
    nameserver: "10.0.0.53",
    upgrade: false,
    drive_storage: "local-lvm",
  },
  request: ["PUT", /qemu\/150\/config$/],
  works: async (value, site) => {
    const { config } = guest(site, 150);
    assert.equal(config.ciuser, "ada");
    assert.equal(config.ipconfig0, "ip=10.0.1.9/24,gw=10.0.1.1,ip6=auto");
    assert.match(String(config.ide2), /cloudinit/);
    assert.equal(
      decodeURIComponent(String(config.sshkeys)),
      "ssh-ed25519 AAAA+/= ada@example\nssh-rsa BBBB bob",
    );
    assert.doesNotMatch(JSON.stringify(value), /hunter2/);
    assert.doesNotMatch(site.lines.join("\n"), /hunter2/);
    const [row] = await site.trail.list({ tool: "set_cloud_init" });
    assert.ok(row);
    assert.doesNotMatch(JSON.stringify(row), /hunter2/);
    const config2 = await site.call("get_guest_config", { vmid: 150 });
    assert.doesNotMatch(config2.text, /hunter2/);
    assert.match(lastChange(site).path, /qemu\/150\/cloudinit$/);
  },
  refuses: [
    {
      args: { vmid: 101, user: "ada" },
      code: "conflict",
      text: /VM 101 has no cloud-init drive; give drive_storage to add one/,
    },
    { args: { vmid: 200, user: "ada" }, code: "conflict", text: /200 is a container/ },
    {
      args: { vmid: 101, ip: "10.0.0.5", drive_storage: "local-lvm" },
      code: "invalid",
      text: /ip: must be dhcp/,
    },
    {
      args: { vmid: 101, gateway: "10.0.0.1,ip6=auto", drive_storage: "local-lvm" },
      code: "invalid",
      text: /gateway/,
    },
  ],
});

Deno.test("set_cloud_init shows no password in a dry run, and no refused one", async () => {
  await using site = await Site.start();
  const args = { vmid: 150, password: "hunter2-hunter2", drive_storage: "local-lvm" };
  const { value, text } = await site.call("set_cloud_init", { ...args, dry_run: true });
  assert.doesNotMatch(text, /hunter2/);
  assert.equal(value.dry_run.requests[0].body.cipassword, "[redacted]");
  const undo = site.fake.fault({ method: "PUT", path: /config$/ }, {
    kind: "status",
    status: 400,
    message: "Parameter verification failed.\n",
    errors: { cipassword: "value may not contain 'hunter2-hunter2'" },
  });
  const refused = await site.call("set_cloud_init", args);
  undo();
  assert.equal(refused.code, "invalid", refused.text);
  assert.doesNotMatch(refused.text, /hunter2/);
});

Deno.test("set_cloud_init keeps the other half of an address and tells an unwritten drive", async () => {
  await using site = await Site.start();
  set(150, { ipconfig1: "ip=dhcp,ip6=auto", ide2: "local-lvm:vm-150-cloudinit,media=cdrom" })(site);
  site.fake.fault({ method: "PUT", path: /cloudinit$/ }, {
    kind: "status",
    status: 500,
    message: "drive is away\n",
  });
  const { value, text } = await site.call("set_cloud_init", {
    vmid: 150,
    interface: 1,
    ip: "10.0.3.2/24",
  });
  assert.equal(value?.changes.ipconfig1.to, "ip=10.0.3.2/24,ip6=auto", text);
  assert.match(value.notes[0], /the settings are written, but not the drive: drive is away/);
});

testTool({
  tool: "delete_snapshot",
  role: "admin",
  args: { vmid: 100, name: "clean" },
  request: ["DELETE", /qemu\/100\/snapshot\/clean$/],
  task: true,
  works: (value, site) => {
    assert.match(value.undo, /^none: the state of \d{4}-\d\d-\d\dT.* is gone/);
    assert.deepEqual(guest(site, 100).snapshots, []);
  },
  refuses: [
    {
      args: { vmid: 100, name: "nosuch" },
      code: "not_found",
      text: /VM 100 has no snapshot nosuch; it has: clean/,
    },
    { args: { vmid: 100, name: "../config" }, code: "invalid", text: /name/ },
    {
      args: { vmid: 100, name: "clean" },
      code: "conflict",
      text: /VM 100 is locked \(snapshot\)/,
      prepare: set(100, { lock: "snapshot" }),
    },
  ],
});
