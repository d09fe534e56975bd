import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { guest, set } from "./guests.ts";
import { IMAGE, withImage } from "./cases/guests_hardware.ts";
import { limited } from "./limited.ts";
import { changes, lastChange } from "./requests.ts";

Deno.test("a disk for a running VM is plugged, on a bus that cannot be plugged it waits", async () => {
  await using site = await Site.start();
  const hot = await site.call("add_disk", { vmid: 100, size_gib: 50 });
  assert.deepEqual([hot.value?.device, hot.value?.pending], ["scsi1", []], hot.text);
  assert.match(String(guest(site, 100).config.scsi1), /size=50G/);
  const cold = await site.call("add_disk", { vmid: 100, size_gib: 1, bus: "sata" });
  assert.deepEqual([cold.value?.device, cold.value?.pending], ["sata0", ["sata0"]], cold.text);
  assert.match(cold.text, /waits for a restart: sata0; use reboot_vm/);
  assert.equal(guest(site, 100).config.sata0, undefined);
  const next = await site.call("add_disk", { vmid: 100, size_gib: 1, bus: "sata" });
  assert.equal(next.value?.device, "sata1", "what waits for the next start was overwritten");
});

Deno.test("the slot of a disk that waits to be removed is not given away", async () => {
  await using site = await Site.start();
  set(100, { ide0: "local-lvm:vm-100-disk-7,size=1G" })(site);
  const removed = await site.call("remove_hardware", { vmid: 100, device: "ide0" });
  assert.deepEqual([removed.value?.pending, removed.value?.kept_as], [["ide0"], undefined]);
  const added = await site.call("add_disk", { vmid: 100, size_gib: 1, bus: "ide" });
  assert.equal(added.value?.device, "ide1", added.text);
});

Deno.test("a new CD drive of a running VM waits and is booted from last, a change of its ISO does not wait", async () => {
  await using site = await Site.start();
  const cold = await site.call("attach_iso", { vmid: 100, iso: "debian-13.iso" });
  assert.deepEqual(cold.value?.pending.toSorted(), ["boot", "ide2"], cold.text);
  assert.equal(guest(site, 100).pending.boot, "order=scsi0;net0;ide2");
  set(110, { ide2: "none,media=cdrom", boot: "order=scsi0;ide2" })(site);
  const hot = await site.call("attach_iso", { vmid: 110, iso: "debian-13.iso" });
  assert.deepEqual(hot.value?.pending, [], hot.text);
  assert.match(String(guest(site, 110).config.ide2), /^local:iso\/debian-13\.iso,media=cdrom/);
});

Deno.test("an ISO goes into the empty drive, not over what is in another, nor over cloud-init's", async () => {
  await using site = await Site.start();
  set(101, {
    ide0: "local:iso/debian-13.iso,media=cdrom,size=720M",
    ide1: "none,media=cdrom",
    ide2: "local-lvm:vm-101-cloudinit,media=cdrom",
  })(site);
  const iso = "virtio-win.iso";
  const { value, text } = await site.call("attach_iso", { vmid: 101, iso });
  assert.equal(value?.device, "ide1", text);
  const wrong = await site.call("attach_iso", { vmid: 101, iso, drive: "ide2" });
  assert.equal(wrong.code, "conflict");
  assert.match(wrong.text, /ide2 is no drive for CDs; the VM has ide0 \(.*debian-13.*\), ide1 \(/);
});

Deno.test("a network card keeps all that is not given, in every spelling", async () => {
  await using site = await Site.start();
  const mac = "BC:24:11:00:00:65";
  const rest = "bridge=vmbr0,firewall=1,mtu=1400,queues=4,trunks=2;3";
  set(101, { net0: `virtio=${mac},${rest}` })(site);
  const { text } = await site.call("update_nic", { vmid: 101, vlan: 20 });
  assert.equal(lastChange(site).body.net0, `virtio=${mac},${rest},tag=20`, text);
  set(101, { net0: `model=e1000,macaddr=${mac},${rest}` })(site);
  await site.call("update_nic", { vmid: 101, model: "virtio" });
  assert.equal(lastChange(site).body.net0, `model=virtio,macaddr=${mac},${rest}`);
  const inside = String(guest(site, 202).config.net0);
  await site.call("update_nic", { vmid: 202, vlan: 7, ip: "10.0.9.9/24" });
  assert.equal(
    lastChange(site).body.net0,
    `${inside.replace(/ip=[^,]+/, "ip=10.0.9.9/24")},tag=7`,
  );
});

Deno.test("somebody else's change in between is a conflict that is shown, also in a task", async () => {
  for (
    const [tool, args, key] of [
      ["add_disk", { size_gib: 1 }, "POST"],
      ["update_nic", { vlan: 20 }, "PUT"],
      ["remove_hardware", { device: "scsi0" }, "POST"],
    ] as const
  ) {
    await using site = await Site.start();
    const { requests } = site.fake;
    const { config } = guest(site, 101);
    const receive = requests.push.bind(requests);
    requests.push = (request) => {
      if (request.method === key) config.memory = "2222";
      return receive(request);
    };
    const answer = await site.call(tool, { vmid: 101, ...args });
    assert.equal(answer.code, "conflict", answer.text);
    assert.match(answer.text, /was changed meanwhile \(memory: "4096" → "2222"\); nothing was/);
  }
});

Deno.test("what a failed task has written all the same is told", async () => {
  await using site = await Site.start();
  const { requests, state } = site.fake;
  const exit = "400 Parameter verification failed. scsi1: hotplug problem - can't plug scsi1";
  state.outcomes.push({ type: "qmconfig", exit });
  const receive = requests.push.bind(requests);
  requests.push = (request) => {
    if (/tasks\/.*\/status$/.test(request.path)) guest(site, 100).pending.scsi1 = "local-lvm:new";
    return receive(request);
  };
  const answer = await site.call("add_disk", { vmid: 100, size_gib: 1 });
  assert.equal(answer.isError, true, answer.text);
  assert.match(answer.text, /hotplug problem - can't plug scsi1/);
  assert.match(
    answer.text,
    /waits for the next start all the same: scsi1: unset → "local-lvm:new"/,
  );
});

Deno.test("a disk is destroyed with its volume only when that is asked for", async () => {
  await using site = await Site.start();
  const has = (volid: string) => site.fake.state.volumes.some((volume) => volume.volid === volid);
  const disk = "local-lvm:vm-101-disk-0";
  const kept = await site.call("remove_hardware", { vmid: 101, device: "scsi0" });
  assert.equal(kept.value?.kept_as, "unused0", kept.text);
  assert.equal(has(disk), true);
  const gone = await site.call("remove_hardware", {
    vmid: 101,
    device: "unused0",
    destroy_data: true,
  });
  assert.equal(gone.value?.destroyed, disk, gone.text);
  assert.equal(has(disk), false);
  assert.equal(guest(site, 101).config.unused0, undefined);
  const inside = { vmid: 202, size_gib: 5, mount_point: "/srv" };
  const added = await site.call("add_disk", inside);
  const volid = String(guest(site, 202).config.mp0).split(",")[0] ?? "";
  assert.equal(has(volid), true, added.text);
  const again = await site.call("add_disk", inside);
  assert.equal(again.value?.unchanged, true, again.text);
  const dropped = await site.call("remove_hardware", {
    vmid: 202,
    device: "mp0",
    destroy_data: true,
  });
  assert.equal(dropped.value?.destroyed, volid, dropped.text);
  assert.deepEqual([has(volid), guest(site, 202).config.unused0], [false, undefined]);
});

Deno.test("a container's volume that is detached and not destroyed is told", async () => {
  await using site = await Site.start();
  const args = { vmid: 202, device: "mp0", destroy_data: true };
  await site.call("add_disk", { vmid: 202, size_gib: 5, mount_point: "/srv" });
  const { requests } = site.fake;
  const receive = requests.push.bind(requests);
  requests.push = (request) => {
    const { delete: removed } = request.body as { delete?: string } ?? {};
    if (removed === "unused0") guest(site, 202).config.lock = "backup";
    return receive(request);
  };
  const answer = await site.call("remove_hardware", args);
  assert.equal(answer.isError, true, answer.text);
  assert.match(answer.text, /locked \(backup\); mp0 is detached, its volume kept as unused0$/);
});

Deno.test("a folder of the node that is mounted has no volume to keep or to destroy", async () => {
  await using site = await Site.start();
  guest(site, 202).config.mp3 = "/srv/shared,mp=/shared";
  const args = { vmid: 202, device: "mp3" };
  const destroyed = await site.call("remove_hardware", { ...args, destroy_data: true });
  assert.match(destroyed.text, /mp3 holds no data; leave destroy_data out/);
  const { value, text } = await site.call("remove_hardware", args);
  assert.ok(value, text);
  assert.deepEqual([value.destroyed, value.kept_as], [undefined, undefined]);
  assert.equal(value.undo, "none; it was mp3: /srv/shared,mp=/shared");
  assert.equal(guest(site, 202).config.mp3, undefined);
});

Deno.test("devices of the node itself are only root's to remove, mapped ones are not", async () => {
  await using site = await Site.start();
  Object.assign(guest(site, 101).config, {
    usb0: "host=1234:5678",
    usb1: "spice",
    hostpci0: "0000:01:00.0,pcie=1",
    hostpci1: "mapping=gpu",
    serial1: "/dev/ttyS0",
    parallel0: "/dev/parport0",
  });
  guest(site, 202).config.dev0 = "/dev/ttyUSB0";
  const remove = (vmid: number, device: string) => site.call("remove_hardware", { vmid, device });
  for (const device of ["usb0", "hostpci0", "serial1", "parallel0"]) {
    assert.match((await remove(101, device)).text, /only root@pam may remove it, and no API token/);
  }
  assert.match((await remove(202, "dev0")).text, /only root@pam may remove it, and no API token/);
  assert.equal(changes(site).length, 0);
  for (const device of ["usb1", "hostpci1"]) {
    const { isError, text } = await remove(101, device);
    assert.equal(isError, false, text);
  }
});

Deno.test("an I/O thread that Proxmox would ignore is told", async () => {
  await using site = await Site.start();
  const add = async (args: Record<string, unknown>) => {
    const { value, text } = await site.call("add_disk", { vmid: 101, size_gib: 1, ...args });
    assert.ok(value, text);
    return JSON.stringify(value);
  };
  const { config } = guest(site, 101);
  config.scsihw = "virtio-scsi-single";
  assert.doesNotMatch(await add({ iothread: true }), /iothread has/);
  delete config.scsihw;
  assert.match(await add({ iothread: true }), /iothread has no effect with scsihw lsi/);
  assert.doesNotMatch(await add({ iothread: true, bus: "virtio" }), /iothread has/);
});

Deno.test("an appliance is no image of one disk", async () => {
  await using site = await Site.start();
  withImage(site);
  const image = site.fake.state.volumes.find(({ content }) => content === "import");
  assert.ok(image);
  image.volid = "local:import/router.ova";
  const { text } = await site.call("import_disk", { vmid: 101, image: "router.ova" });
  assert.match(text, /router\.ova is an appliance, which may hold several disks/);
  assert.equal(changes(site).length, 0);
});

Deno.test("a dry run says what becomes of a disk and sends nothing", async () => {
  await using site = await Site.start();
  const args = { vmid: 101, device: "scsi0", destroy_data: true, dry_run: true };
  const { value, text } = await site.call("remove_hardware", args);
  assert.deepEqual(value?.dry_run.notes, ["local-lvm:vm-101-disk-0 is destroyed, for good"], text);
  assert.equal(value.dry_run.requests[0].body.force, true);
  assert.equal(changes(site).length, 0);
});

Deno.test("hardware of guests out of reach is as good as none", async () => {
  await using site = await Site.start();
  const tokens = [
    await limited(site, { vmids: [{ from: 200, to: 300 }] }),
    await limited(site, { nodes: ["pve2"] }),
    await limited(site, { tags: ["sandbox"] }),
  ];
  for (const token of tokens) {
    for (
      const [tool, args] of [
        ["add_disk", { size_gib: 1 }],
        ["import_disk", { image: "x.qcow2" }],
        ["attach_iso", { iso: "debian-13.iso" }],
        ["eject_iso", {}],
        ["add_nic", {}],
        ["update_nic", { vlan: 2 }],
        ["remove_hardware", { device: "net0" }],
      ] as const
    ) {
      const answer = await site.call(tool, { vmid: 101, ...args }, { token });
      assert.equal(answer.code, "not_found", answer.text);
    }
  }
  assert.equal(changes(site).length, 0);
  const within = await site.call("add_disk", { vmid: 150, size_gib: 1 }, {
    token: tokens[2] ?? "",
  });
  assert.equal(within.isError, false, within.text);
});

Deno.test("a cloud-init drive that was removed is had back by the tool that adds one", async () => {
  await using site = await Site.start();
  await site.call("set_cloud_init", { vmid: 150, user: "ada", drive_storage: "local-lvm" });
  const { text, value } = await site.call("remove_hardware", { vmid: 150, device: "ide2" });
  assert.match(value?.undo, /^set_cloud_init of 150: drive_storage local-lvm; it was ide2/, text);
});

Deno.test("an image is imported in the format that a disk made there would have", async () => {
  await using site = await Site.start();
  withImage(site);
  const args = { vmid: 102, image: IMAGE, storage: "local" };
  const usual = await site.call("import_disk", args);
  assert.match(usual.value?.changes.scsi1.to, /^local:0,format=qcow2,import-from=/, usual.text);
  const made = { name: "cloud1", node: "pve1", preset: "cloud-image", storage: "local" };
  const { text, value } = await site.call("create_vm", { ...made, image: IMAGE, dry_run: true });
  assert.match(value?.dry_run.requests[0].body.scsi0, /^local:0,format=qcow2,import-from/, text);
});

Deno.test("an image is not told to be missing while a storage that may hold it is away", async () => {
  await using site = await Site.start();
  const args = { vmid: 101, iso: "nosuch" };
  const missing = await site.call("attach_iso", args);
  assert.equal(missing.code, "not_found", missing.text);
  site.fake.state.storages.get("local")?.inactive.push("pve1");
  const away = await site.call("attach_iso", args);
  assert.equal(away.code, "unavailable", away.text);
  assert.match(away.text, /storage local is not active on node pve1/);
});
