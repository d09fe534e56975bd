import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { calling, guest, set } from "../guests.ts";
import { lastChange } from "../requests.ts";
import type { ToolCase } from "../tool_case.ts";

export const GUESTS_MOVES = {
  clone_guest: {
    args: { vmid: 900, new_vmid: 310, name: "copy1" },
    request: ["POST", /qemu\/900\/clone$/],
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
    variants: [
      { args: { vmid: 202, name: "copy2", pool: "dev" } },
      { args: { vmid: 100, snapshot: "clean" } },
      { args: { vmid: 900, full: true, storage: "nfs1" } },
    ],
  },

  convert_to_template: {
    args: { vmid: 120 },
    request: ["POST", /qemu\/120\/template$/],
    works: async (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.equal(guest(site, 120).config.template, 1);
      // Of a container's Proxmox answers nothing, as if it were made at once.
      const container = await site.call("convert_to_template", { vmid: 202 });
      assert.match(container.value.upid, /:vztemplate:202:/, container.text);
      assert.equal(guest(site, 202).config.template, 1);
    },
    unchanged: [{ vmid: 900 }],
    refuses: [
      { args: { vmid: 100 }, code: "conflict", text: /VM 100 is running; it must be stopped/ },
      {
        args: { vmid: 100 },
        code: "conflict",
        text: /VM 100 has 1 snapshots; delete them first/,
        prepare: (site) => {
          guest(site, 100).status = "stopped";
        },
      },
    ],
  },

  migrate_guest: {
    args: { vmid: 101, target: "pve3", with_local_disks: true },
    request: ["POST", /pve1\/qemu\/101\/migrate$/],
    works: (value, site) => {
      assert.equal(value.node, "pve3");
      assert.equal(value.undo, "migrate_guest 101 to pve1");
      assert.equal(guest(site, 101).node, "pve3");
      assert.deepEqual(lastChange(site).body, { target: "pve3", "with-local-disks": true });
    },
    unchanged: [{ vmid: 101, target: "pve1" }],
    refuses: [
      {
        args: { vmid: 101, target: "pve3" },
        code: "conflict",
        text: /it has disks on its node: local-lvm:vm-101-disk-0 \(64 GiB\); give with_local_disks/,
      },
      {
        args: { vmid: 101, target: "pve22" },
        code: "not_found",
        text: /there is no node pve22, only pve1, pve2, pve3 \(did you mean pve2\?\)$/,
      },
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
    variants: [
      { args: { vmid: 102, target: "pve1", with_local_disks: true } },
      { args: { vmid: 200, target: "pve3", restart: true } },
      { args: { vmid: 101, target: "pve3", with_local_disks: true, target_storage: "local-lvm" } },
      { args: { vmid: 202, target: "pve1", target_storage: "nfs1" } },
    ],
  },

  move_disk: {
    args: { vmid: 101, disk: "scsi0", storage: "nfs1", delete_source: true },
    request: ["POST", /qemu\/101\/move_disk$/],
    works: async (value, site) => {
      assert.equal(value.undo, "move_disk scsi0 of 101 to local-lvm");
      const other = { vmid: 101, disk: "scsi0", storage: "nfs1", format: "qcow2" };
      const changed = await site.call("move_disk", { ...other, delete_source: true });
      assert.equal(changed.value?.undo, "move_disk scsi0 of 101 to nfs1, format raw", changed.text);
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
    unchanged: [{ vmid: 101, disk: "scsi0", storage: "local-lvm" }],
    refuses: [
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
    variants: [
      { args: { vmid: 202, disk: "rootfs", storage: "local-lvm", delete_source: true } },
    ],
  },

  resize_disk: {
    args: { vmid: 101, disk: "scsi0", size: "+6G" },
    unchanged: [{ vmid: 101, disk: "scsi0", size: "64G" }],
    request: ["PUT", /qemu\/101\/resize$/],
    works: async (value, site) => {
      assert.equal(value.former_size_bytes, 64 * 1024 ** 3);
      assert.equal(value.size_bytes, 70 * 1024 ** 3);
      assert.match(value.notes[0], /^partitions and file systems on scsi0 stay as they are: grow/);
      assert.match(String(guest(site, 101).config.scsi0), /size=70G/);
      assert.match(lastChange(site).body.digest, /^[0-9a-f]{40}$/);
      const absolute = await site.call("resize_disk", { vmid: 202, disk: "rootfs", size: "16G" });
      assert.equal(absolute.value?.size_bytes, 16 * 1024 ** 3, absolute.text);
      assert.equal(absolute.value.notes, undefined);
      assert.match(String(guest(site, 202).config.rootfs), /size=16G/);
    },
    refuses: [
      {
        args: { vmid: 101, disk: "scsi0", size: "32G" },
        code: "conflict",
        text: /scsi0 has 64 GiB already, 32G is less; disks cannot be shrunk/,
      },
      { args: { vmid: 101, disk: "scsi9", size: "+1G" }, code: "not_found", text: /it has: scsi0/ },
      {
        args: { vmid: 101, size: "+1G" },
        code: "invalid",
        text: /say which disk of VM 101; it has: scsi0, scsi1/,
        prepare: calling("add_disk", { vmid: 101, size_gib: 1 }),
      },
      { args: { vmid: 101, disk: "scsi0", size: "-1G" }, code: "invalid", text: /size/ },
      { args: { vmid: 101, disk: "scsi0", size: "10" }, code: "invalid", text: /size/ },
      { args: { vmid: 101, disk: "../x", size: "1G" }, code: "invalid", text: /disk/ },
    ],
    variants: [
      { args: { vmid: 202, disk: "rootfs", size: "16G" } },
      { args: { vmid: 202, size: "+1G" } },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
