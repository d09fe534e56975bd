import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import type { Site } from "../../site.ts";
import { set } from "../guests.ts";
import { lastChange } from "../requests.ts";
import type { ToolCase } from "../tool_case.ts";

const IMAGE = "https://example.org/images/alpine-virt.iso";

/** A disk of VM 101's that stands in no configuration. */
export const UNUSED = "local-lvm:vm-101-disk-7";

export function addUnused({ fake }: Site): void {
  fake.state.volumes.push({
    volid: UNUSED,
    storage: "local-lvm",
    node: "pve1",
    content: "images",
    format: "raw",
    size: 1024,
    ctime: 0,
    vmid: 101,
  });
}

export const STORAGE = {
  delete_volume: {
    args: { volid: "local:iso/virtio-win.iso", node: "pve2" },
    request: ["DELETE", /pve2\/storage\/local\/content\/local%3Aiso%2Fvirtio-win\.iso$/],
    works: (value, site) => {
      assert.equal(value.exit_status, "OK");
      const left = site.fake.state.volumes.filter((one) =>
        one.volid === "local:iso/virtio-win.iso"
      );
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
      {
        args: { volid: "local:iso/debian-13.iso", node: "pve1" },
        code: "conflict",
        text: /iso is in use: ide2 of VM 100 \(web1\), sata0 of VM 101 \(db1\); take it out/,
        prepare: (site) => {
          set(100, { ide2: "local:iso/debian-13.iso,media=cdrom,size=720M" })(site);
          set(101, { sata0: "file=local:iso/debian-13.iso,media=cdrom" })(site);
          // Its drive holds the file of that name on another node.
          set(102, { ide2: "local:iso/debian-13.iso,media=cdrom" })(site);
        },
      },
      {
        args: { volid: "nfs1:snippets/hook.pl" },
        code: "conflict",
        text: /in use: cicustom of VM 150 \(sandbox1\), hookscript of container 202 \(ct3\)/,
        prepare: (site) => {
          site.fake.state.volumes.push({
            volid: "nfs1:snippets/hook.pl",
            storage: "nfs1",
            content: "snippets",
            format: "snippet",
            size: 10,
            ctime: 0,
          });
          set(150, { cicustom: "user=nfs1:snippets/hook.pl" })(site);
          set(202, { hookscript: "nfs1:snippets/hook.pl" })(site);
        },
      },
    ],
    variants: [{ args: { volid: UNUSED }, prepare: addUnused }],
  },

  download_image: {
    args: { url: IMAGE, storage: "local", node: "pve2" },
    request: ["POST", /pve2\/storage\/local\/download-url$/],
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
      {
        args: { url: "https://example.org/", storage: "local" },
        code: "invalid",
        text: /filename/,
      },
      { args: { url: "file:///etc/passwd", storage: "local" }, code: "invalid", text: /url/ },
      { args: { url: IMAGE, storage: "local-lvm" }, code: "not_found", text: /local-lvm for iso/ },
      {
        args: { url: IMAGE, storage: "local", filename: "../x.iso" },
        code: "invalid",
        text: /must be a file name/,
      },
      { args: { url: IMAGE, storage: "local", checksum: "zz" }, code: "invalid", text: /checksum/ },
    ],
    variants: [
      { args: { url: IMAGE, storage: "local", content: "vztmpl", filename: "alpine.tar.xz" } },
    ],
  },

  get_storage: {
    args: { node: "pve1" },
    request: ["GET", /^\/cluster\/resources$/],
    works: ({ storages, total }) => {
      assert.equal(total, 3);
      const [local] = storages;
      assert.deepEqual(
        [local.storage, local.node, local.type, local.status, local.shared],
        ["local", "pve1", "dir", "available", false],
      );
      assert.equal(local.total_bytes, 100 * 1024 ** 3);
      assert.ok(local.content.includes("iso"));
    },
    refuses: [{ args: { node: "../x" }, code: "invalid", text: /node/ }],
  },

  get_storage_content: {
    args: { storage: "local", node: "pve1" },
    goneGuests: "volumes outlive their guest",
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
      {
        args: { storage: "local", node: "pve9" },
        code: "not_found",
        text: /no node pve9, only pve1, pve2, pve3/,
      },
      { args: { storage: "local", content: "music" }, code: "invalid", text: /content/ },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
