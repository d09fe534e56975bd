import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { changes, lastChange, testTool } from "./harness.ts";

const IMAGE = "https://example.org/images/alpine-virt.iso";

testTool({
  tool: "get_storage_content",
  role: "user",
  args: { storage: "local", node: "pve1" },
  request: ["GET", /pve1\/storage\/local\/content$/],
  works: async (value, site) => {
    const row = value.volumes.find((volume: { volid: string }) =>
      volume.volid === "local:iso/debian-13.iso"
    );
    assert.equal(row.content, "iso");
    assert.equal(row.size_bytes, 754_974_720);
    assert.match(row.time, /^\d{4}-\d\d-\d\dT/);
    const disks = await site.call("get_storage_content", { content: "images", vmid: 100 });
    assert.deepEqual(
      disks.value.volumes.map((volume: { volid: string }) => volume.volid),
      ["local-lvm:vm-100-disk-0"],
    );
    const page = await site.call("get_storage_content", { limit: 3 });
    assert.equal(page.value.volumes.length, 3);
    const next = await site.call("get_storage_content", { cursor: page.value.next_cursor });
    assert.equal(next.value.volumes.length + 3, page.value.total);
  },
  refuses: [
    { args: { storage: "nosuch" }, code: "not_found", text: /no storage nosuch within reach/ },
    { args: { storage: "local", node: "pve9" }, code: "not_found", text: /on node pve9/ },
    { args: { storage: "local", content: "music" }, code: "invalid", text: /content/ },
  ],
});

Deno.test("get_storage_content names the storages that it could not read", async () => {
  await using site = await Site.start();
  site.fake.fault({ path: /pve2\/storage\/local\/content$/ }, {
    kind: "status",
    status: 500,
    message: "away\n",
  });
  const { value, isError } = await site.call("get_storage_content", { storage: "local" });
  assert.equal(isError, false);
  assert.deepEqual(value.warnings, ["storage local on node pve2 could not be read: away"]);
  assert.ok(!value.volumes.some((row: { node: string }) => row.node === "pve2"));
});

testTool({
  tool: "download_image",
  role: "admin",
  args: { url: IMAGE, storage: "local", node: "pve2" },
  request: ["POST", /pve2\/storage\/local\/download-url$/],
  task: true,
  works: (value, site) => {
    assert.equal(value.volid, "local:iso/alpine-virt.iso");
    assert.ok(
      site.fake.state.volumes.some((one) => one.volid === value.volid && one.node === "pve2"),
    );
    assert.deepEqual(lastChange(site).body, {
      url: IMAGE,
      content: "iso",
      filename: "alpine-virt.iso",
      "verify-certificates": true,
    });
  },
  refuses: [
    {
      args: { url: IMAGE, storage: "local", node: "pve1", filename: "debian-13.iso" },
      code: "conflict",
      text: /local:iso\/debian-13\.iso exists already/,
    },
    { args: { url: "https://example.org/", storage: "local" }, code: "invalid", text: /filename/ },
    { args: { url: "file:///etc/passwd", storage: "local" }, code: "invalid", text: /url/ },
    { args: { url: IMAGE, storage: "local-lvm" }, code: "not_found", text: /local-lvm for iso/ },
    {
      args: { url: IMAGE, storage: "local", filename: "../x.iso" },
      code: "invalid",
      text: /must be a file name/,
    },
    { args: { url: IMAGE, storage: "local", checksum: "zz" }, code: "invalid", text: /checksum/ },
  ],
});

Deno.test("download_image sends a checksum with its algorithm and tells a wrong one", async () => {
  await using site = await Site.start();
  const sha256 = "ab".repeat(32);
  site.fake.state.downloads.set(IMAGE, {
    size: 1,
    mimetype: "application/octet-stream",
    checksums: { sha256 },
  });
  const good = await site.call("download_image", { url: IMAGE, storage: "nfs1", checksum: sha256 });
  assert.equal(good.value?.exit_status, "OK", good.text);
  assert.equal(lastChange(site).body["checksum-algorithm"], "sha256");
  const bad = await site.call("download_image", {
    url: IMAGE,
    storage: "local",
    checksum: "cd".repeat(32),
  });
  assert.equal(bad.isError, true);
  assert.match(bad.text, /checksum mismatch: got 'abab/);
  assert.doesNotMatch(bad.text, /configuration/);
  const missing = await site.call("download_image", {
    url: "https://example.org/nosuch.iso",
    storage: "local",
  });
  assert.match(missing.text, /download failed/);
});

testTool({
  tool: "delete_volume",
  role: "admin",
  args: { volid: "local:iso/virtio-win.iso", node: "pve2" },
  request: ["DELETE", /pve2\/storage\/local\/content\/local%3Aiso%2Fvirtio-win\.iso$/],
  task: true,
  works: (value, site) => {
    assert.equal(value.exit_status, "OK");
    const left = site.fake.state.volumes.filter((one) => one.volid === "local:iso/virtio-win.iso");
    assert.deepEqual(left.map((one) => one.node), ["pve1", "pve3"]);
  },
  refuses: [
    {
      args: { volid: "local:iso/virtio-win.iso" },
      code: "conflict",
      text: /is on pve1 and pve2 and pve3, each its own; give the node/,
    },
    { args: { volid: "local:iso/nosuch.iso" }, code: "not_found", text: /there is no volume/ },
    {
      args: { volid: "local-lvm:vm-100-disk-0" },
      code: "conflict",
      text: /local-lvm:vm-100-disk-0 is scsi0, scsi0 of snapshot clean of VM 100/,
    },
    {
      args: { volid: "nfs1:backup/x.vma.zst" },
      code: "conflict",
      text: /is a backup; use delete_backup/,
      prepare: (site) => {
        const backup = site.fake.state.volumes.find((one) => one.content === "backup");
        Object.assign(backup ?? {}, { volid: "nfs1:backup/x.vma.zst", storage: "nfs1" });
      },
    },
    { args: { volid: "local:iso/a#b" }, code: "invalid", text: /volid/ },
  ],
});

Deno.test("delete_volume deletes a disk that no guest uses, and nothing when it cannot tell", async () => {
  await using site = await Site.start();
  site.fake.state.volumes.push({
    volid: "local-lvm:vm-101-disk-7",
    storage: "local-lvm",
    node: "pve1",
    content: "images",
    format: "raw",
    size: 1024,
    ctime: 0,
    vmid: 101,
  });
  const undo = site.fake.fault({ path: /qemu\/101\/config$/ }, {
    kind: "status",
    status: 500,
    message: "away\n",
  });
  const unsure = await site.call("delete_volume", { volid: "local-lvm:vm-101-disk-7" });
  undo();
  assert.equal(unsure.code, "unavailable", unsure.text);
  assert.match(unsure.text, /whether it is in use is unknown/);
  assert.equal(changes(site).length, 0);
  const sure = await site.call("delete_volume", { volid: "local-lvm:vm-101-disk-7" });
  assert.equal(sure.value?.exit_status, "OK", sure.text);
});

Deno.test("a file with spaces in its name can be deleted", async () => {
  await using site = await Site.start();
  const iso = site.fake.state.volumes.find((one) =>
    one.volid === "local:iso/virtio-win.iso" && one.node === "pve1"
  );
  assert.ok(iso);
  iso.volid = "local:iso/Windows 11 (x64).iso";
  const { volid } = iso;
  const { value, text } = await site.call("delete_volume", { volid, node: "pve1" });
  assert.equal(value?.exit_status, "OK", text);
  assert.ok(!site.fake.state.volumes.includes(iso));
  assert.match(lastChange(site).path, /local%3Aiso%2FWindows%2011%20\(x64\)\.iso$/);
});
