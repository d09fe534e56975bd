import assert from "node:assert/strict";
import { Site, type ToolAnswer } from "../site.ts";
import { IMAGE, withImage } from "./cases/guests_hardware.ts";
import { guest } from "./guests.ts";
import { limited } from "./limited.ts";
import { changes } from "./requests.ts";

const KEY = "ssh-ed25519 AAAA+/= ada@example";

function assertDone(answer: ToolAnswer): void {
  assert.equal(answer.isError, false, answer.text);
}

Deno.test("a Windows 11 VM is made in one call, with EFI, TPM and both ISOs, and says so", async () => {
  await using site = await Site.start();
  const { volumes } = site.fake.state;
  const iso = volumes.find(({ volid }) => volid === "local:iso/debian-13.iso");
  assert.ok(iso);
  volumes.push({ ...iso, volid: "local:iso/Win11_25H2_English_x64.iso" });
  const answer = await site.call("create_vm", { name: "win1", node: "pve1", preset: "windows-11" });
  assertDone(answer);
  const { config } = guest(site, answer.value.vmid);
  assert.deepEqual(
    [
      config.bios,
      config.machine,
      config.ostype,
      config.scsihw,
      Number(config.memory),
      config.cores,
    ],
    ["ovmf", "q35", "win11", "virtio-scsi-single", 8192, 4],
  );
  assert.match(String(config.efidisk0), /^local-lvm:.*,efitype=4m,pre-enrolled-keys=1,size=4M$/);
  assert.match(String(config.tpmstate0), /^local-lvm:.*,size=4M,version=v2\.0$/);
  assert.match(String(config.scsi0), /,discard=on,iothread=1,size=64G$/);
  assert.match(String(config.ide2), /^local:iso\/Win11_25H2_English_x64\.iso,media=cdrom/);
  assert.match(String(config.ide0), /^local:iso\/virtio-win\.iso,media=cdrom/);
  assert.equal(config.boot, "order=scsi0;ide2;net0");
  const { chosen } = answer.value;
  assert.deepEqual([chosen.memory, chosen.machine, chosen.disk_size], [8192, "q35", 64]);
  assert.equal(chosen.ide0, "local:iso/virtio-win.iso,media=cdrom");
});

Deno.test("what is given beats the preset, and is not told as chosen", async () => {
  await using site = await Site.start();
  const answer = await site.call("create_vm", {
    name: "win2",
    node: "pve1",
    preset: "windows-11",
    memory: 4096,
    cpus: 2,
    disk_size: 100,
    iso_name: "debian-13.iso",
  });
  assertDone(answer);
  const { config } = guest(site, answer.value.vmid);
  assert.deepEqual([Number(config.memory), config.cores], [4096, 2]);
  assert.match(String(config.scsi0), /size=100G$/);
  assert.match(String(config.ide2), /^local:iso\/debian-13\.iso/);
  for (const key of ["memory", "cpus", "disk_size"]) assert.ok(!(key in answer.value.chosen), key);
  assert.equal(answer.value.chosen.ostype, "win11");
});

Deno.test("without ISOs a Windows VM is made, and what is missing is told", async () => {
  await using site = await Site.start();
  const { state } = site.fake;
  state.volumes = state.volumes.filter(({ content }) => content !== "iso");
  const answer = await site.call("create_vm", { name: "win3", node: "pve1", preset: "windows-11" });
  assertDone(answer);
  assert.match(
    answer.text,
    /no installation ISO is attached; of Windows 11 there is: none; use att/,
  );
  assert.match(answer.text, /download_image virtio-win\.iso, then attach_iso with drive ide0/);
  assert.equal(guest(site, answer.value.vmid).config.boot, "order=scsi0;net0");
});

Deno.test("a VM from a cloud image with a key takes three calls", async () => {
  await using site = await Site.start();
  const { state } = site.fake;
  state.storages.get("local")?.content.push("import");
  const url = "https://example.org/debian-13-genericcloud-amd64.qcow2";
  state.downloads.set(url, { size: 3 * 2 ** 30, mimetype: "application/octet-stream" });
  const image = await site.call("download_image", {
    url,
    storage: "local",
    content: "import",
    node: "pve1",
  });
  assertDone(image);
  const made = await site.call("create_vm", {
    name: "cloud1",
    node: "pve1",
    preset: "cloud-image",
    image: image.value.volid,
    ci_user: "ada",
    ssh_public_keys: [KEY],
    disk_size: 20,
  });
  assertDone(made);
  const { vmid } = made.value;
  const { config } = guest(site, vmid);
  assert.match(String(config.scsi0), /^local-lvm:vm-\d+-disk-0,discard=on,iothread=1,size=20G$/);
  assert.match(String(config.ide2), /cloudinit,media=cdrom/);
  assert.deepEqual(
    [config.ciuser, config.ipconfig0, decodeURIComponent(String(config.sshkeys))],
    ["ada", "ip=dhcp", KEY],
  );
  assert.deepEqual([config.serial0, config.vga, config.agent], ["socket", "serial0", "1"]);
  const started = await site.call("start_vm", { vmid });
  assert.equal(started.value.guest_status, "running", started.text);
});

Deno.test("a cloud image that is called .img is fetched as what Proxmox imports", async () => {
  await using site = await Site.start();
  const { state } = site.fake;
  state.storages.get("local")?.content.push("import");
  const url = "https://example.org/noble-server-cloudimg-amd64.img";
  state.downloads.set(url, { size: 2 ** 30, mimetype: "application/octet-stream" });
  const args = { url, storage: "local", content: "import", node: "pve1" };
  const { value, text } = await site.call("download_image", args);
  assert.equal(value?.volid, "local:import/noble-server-cloudimg-amd64.qcow2", text);
});

Deno.test("a cloud image's disk is grown before the VM starts for the first time", async () => {
  await using site = await Site.start();
  withImage(site);
  const args = { name: "cloud2", node: "pve1", preset: "cloud-image", image: IMAGE };
  const answer = await site.call("create_vm", { ...args, disk_size: 20, start: true });
  assertDone(answer);
  const paths = changes(site).map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(paths.map((path) => /\w+$/.exec(path)?.[0]), ["qemu", "resize", "start"]);
  assert.equal(answer.value.guest_status, "running");
  const small = await site.call("create_vm", { ...args, name: "cloud3", disk_size: 2 });
  assertDone(small);
  assert.match(small.text, /the VM is made, but its disk is only as large as the image: shrinking/);
});

Deno.test("a template that is not there is pulled, by the beginning of its name", async () => {
  await using site = await Site.start();
  const args = { hostname: "ct9", node: "pve1", template: "debian-12-standard" };
  const refused = await site.call("create_container", args);
  assert.equal(refused.code, "not_found", refused.text);
  assert.match(refused.text, /with pull: true Proxmox fetches: debian-12-standard_12\.12-1_amd64/);
  const made = await site.call("create_container", { ...args, pull: true });
  assertDone(made);
  const volid = "local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst";
  assert.equal(made.value.template, volid);
  const again = await site.call("create_container", { ...args, hostname: "ct10", pull: true });
  assertDone(again);
  assert.equal(changes(site).filter(({ path }) => path.endsWith("/aplinfo")).length, 1);
});

Deno.test("a container is made of an OCI image, which is pulled once", async () => {
  await using site = await Site.start();
  const args = { node: "pve1", template: "docker.io/library/debian:13" };
  const refused = await site.call("create_container", { ...args, hostname: "oci1" });
  assert.match(refused.text, /with pull: true an image of a registry is fetched/);
  for (const hostname of ["oci1", "oci2"]) {
    const made = await site.call("create_container", { ...args, hostname, pull: true });
    assertDone(made);
    assert.equal(made.value.template, "local:vztmpl/debian_13.tar");
  }
  const pulls = changes(site).filter(({ path }) => path.endsWith("/oci-registry-pull"));
  assert.equal(pulls.length, 1);
  const wrong = { ...args, template: "docker.io/library/nosuch:1", hostname: "oci3", pull: true };
  const missing = await site.call("create_container", wrong);
  assert.equal(missing.isError, true);
  assert.match(missing.text, /skopeo copy .* failed: .*manifest unknown/);
});

Deno.test("Proxmox VE 8 says that it pulls no OCI images", async () => {
  await using site = await Site.start({ pve: { version: "8.4.14" } });
  const answer = await site.call("create_container", {
    hostname: "oci1",
    node: "pve1",
    template: "docker.io/library/debian:13",
    pull: true,
  });
  assert.match(answer.text, /this Proxmox does not pull OCI images: that takes version 9\.1/);
});

Deno.test("who is limited to some guests pulls no templates for all", async () => {
  await using site = await Site.start();
  const token = await limited(site, { vmids: [{ from: 100, to: 500 }] });
  const args = { hostname: "ct9", vmid: 300, node: "pve1", template: "debian-12-standard" };
  const answer = await site.call("create_container", { ...args, pull: true }, { token });
  assert.equal(answer.code, "forbidden", answer.text);
  assert.equal(changes(site).length, 0);
});
