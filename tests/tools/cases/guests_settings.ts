import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { guest, set, waits } from "../guests.ts";
import { lastChange } from "../requests.ts";
import type { ToolCase } from "../tool_case.ts";

const addDrive = set(150, { ide2: "local-lvm:vm-150-cloudinit,media=cdrom" });

export const GUESTS_SETTINGS = {
  set_cloud_init: {
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
        args: { vmid: 101, ip: "10.0.0.5/33", drive_storage: "local-lvm" },
        code: "invalid",
        text: /ip: must be like/,
      },
      {
        args: { vmid: 101, ip: "dhcp", gateway: "10.0.0.1", drive_storage: "local-lvm" },
        code: "invalid",
        text: /gateway: goes with a fixed address only, this one is dhcp/,
      },
      {
        args: { vmid: 101, gateway6: "fd00::1", drive_storage: "local-lvm" },
        code: "invalid",
        text: /gateway6: goes with a fixed address only, this one is none/,
      },
      {
        args: { vmid: 101, gateway: "10.0.0.1,ip6=auto", drive_storage: "local-lvm" },
        code: "invalid",
        text: /gateway/,
      },
    ],
    variants: [
      { args: { vmid: 150, ip: "dhcp" }, prepare: addDrive },
      { args: { vmid: 150, nameserver: "10.0.0.53" }, prepare: addDrive },
      { args: { vmid: 150, ip: "dhcp", start: true }, prepare: addDrive },
    ],
  },

  set_guest_notes: {
    args: { vmid: 100, notes: "Owned by ada" },
    unchanged: [{ vmid: 100, notes: "" }],
    request: ["PUT", /qemu\/100\/config$/],
    works: async (value, site) => {
      assert.deepEqual(value.changes, { description: { to: "Owned by ada" } });
      assert.match(value.undo, /set_guest_notes of 100: notes back to ""$/);
      assert.match(lastChange(site).body.digest, /^[0-9a-f]{40}$/);
      const removed = await site.call("set_guest_notes", { vmid: 100, notes: "" });
      assert.equal(lastChange(site).body.delete, "description");
      assert.match(removed.value.undo, /notes back to "Owned by ada"/);
      const container = await site.call("set_guest_notes", { vmid: 202, notes: "x" });
      assert.equal(container.isError, false, container.text);
    },
    refuses: [
      { args: { vmid: 100, notes: "x".repeat(8193) }, code: "invalid", text: /notes/ },
      { args: { vmid: 100, notes: "x", note: "y" }, code: "invalid", text: /did you mean node/ },
    ],
  },

  set_guest_tags: {
    args: { vmid: 100, add: ["blue"], remove: ["web"] },
    unchanged: [{ vmid: 100, add: ["web"] }],
    request: ["PUT", /qemu\/100\/config$/],
    works: async (value, site) => {
      assert.deepEqual(value.changes.tags, { from: "prod;web", to: "blue;prod" });
      assert.match(value.undo, /tags back to "prod;web"/);
      const none = await site.call("set_guest_tags", { vmid: 100, tags: [] });
      assert.equal(none.isError, false, none.text);
      assert.equal(lastChange(site).body.delete, "tags");
      assert.equal(site.fake.state.guests.get(100)?.config.tags, undefined);
      const container = await site.call("set_guest_tags", { vmid: 200, tags: ["a", "b", "a"] });
      assert.equal(container.value.changes.tags.to, "a;b", container.text);
    },
    refuses: [
      { args: { vmid: 100 }, code: "invalid", text: /give tags, add or remove/ },
      { args: { vmid: 100, add: ["a;b"] }, code: "invalid", text: /must be a tag/ },
    ],
  },

  update_container: {
    args: { vmid: 202, memory: 1024, cpus: 1, description: "smaller" },
    unchanged: [{ vmid: 202, memory: 512, snapshot_first: true }],
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
      { args: { vmid: 202, unset: ["numa0"] }, code: "invalid", text: /no setting numa0/ },
      { args: { vmid: 202, unset: ["rootfs"] }, code: "invalid", text: /rootfs is hardware/ },
      { args: { vmid: 202, unset: ["hostname"] }, code: "invalid", text: /is known by/ },
      {
        args: { vmid: 202, memory: 64, snapshot_first: true },
        code: "conflict",
        text: /cannot be snapshotted where its disks are; leave snapshot_first out/,
      },
    ],
    variants: [
      { args: { vmid: 202, cpus: 1, cpu_limit: 1 } },
      { args: { vmid: 202, memory: 64, swap: 0 } },
      {
        args: { vmid: 202, hostname: "ct4", nameserver: "10.0.0.53", searchdomain: "example.org" },
      },
      { args: { vmid: 202, tags: ["a"], onboot: true, protection: true } },
      { args: { vmid: 202, unset: ["swap", "cpu_limit"] } },
      { args: { vmid: 202, revert: true }, prepare: waits(202, { cores: 8 }) },
      { args: { vmid: 200, memory: 1024, snapshot_first: true } },
    ],
  },

  update_vm: {
    args: { vmid: 101, memory: 1024, cpus: 1, description: "x" },
    unchanged: [{ vmid: 101, name: "db1", snapshot_first: true }],
    request: ["PUT", /pve1\/qemu\/101\/config$/],
    works: async (value, site) => {
      assert.equal(value.changes.memory.to, 1024);
      assert.match(
        value.undo,
        /update_vm of 101: cpus back to 4, memory back to 4096, unset description$/,
      );
      assert.match(lastChange(site).body.digest, /^[0-9a-f]{40}$/);
      assert.equal(Number(guest(site, 101).config.memory), 1024);
      const again = await site.call("update_vm", { vmid: 101, memory: 1024 });
      assert.deepEqual(again.value.changes, {});
      const running = await site.call("update_vm", { vmid: 100, cpu_type: "host" });
      assert.deepEqual(running.value.pending, ["cpu"]);
    },
    refuses: [
      { args: { vmid: 200, memory: 64 }, code: "conflict", text: /200 is a container, not a VM/ },
      { args: { vmid: 101, memory: 1 }, code: "invalid", text: /memory/ },
      {
        args: { vmid: 101, balloon: 99_999 },
        code: "invalid",
        text: /balloon: the least memory, 99999 MiB, is more than the VM's memory of \d+ MiB/,
      },
      {
        args: { vmid: 101, memory: 1024 },
        code: "invalid",
        text: /the least memory, 1536 MiB, is more than the VM's memory of 1024 MiB; set both$/,
        prepare: set(101, { balloon: 1536, memory: "2048" }),
      },
      {
        args: { vmid: 101, memory: 64 },
        code: "conflict",
        text: /VM 101 is locked \(backup\): wait for what holds it; .* qm unlock 101 in a shell/,
        prepare: set(101, { lock: "backup" }),
      },
      {
        args: { vmid: 101, unset: ["onbot"] },
        code: "invalid",
        text: /there is no setting onbot \(did you mean onboot\?\)/,
      },
      ...["scsi0", "net0", "tpmstate0", "virtiofs0", "hostpci15"].map((key) => ({
        args: { vmid: 101, unset: [key] },
        code: "invalid",
        text: new RegExp(`${key} is hardware: it would be removed`),
      })),
      ...["name", "digest", "vmgenid", "smbios1"].map((key) => ({
        args: { vmid: 101, unset: [key] },
        code: "invalid",
        text: new RegExp(`${key} is what the guest is known by`),
      })),
    ],
    variants: [
      { args: { vmid: 101, cpus: 2, sockets: 2, cpu_type: "host" } },
      { args: { vmid: 101, memory: 1024, balloon: 512 } },
      {
        args: {
          vmid: 101,
          name: "db2",
          description: "x",
          tags: ["a"],
          onboot: true,
          protection: true,
          agent: true,
        },
      },
      { args: { vmid: 101, unset: ["tags", "cpus"] } },
      { args: { vmid: 101, revert: true }, prepare: waits(101, { cores: 8 }) },
      { args: { vmid: 101, boot: "order=scsi0" } },
      { args: { vmid: 101, memory: 1024, snapshot_first: true } },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
