import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { LISTED_BACKUPS } from "../backups.ts";
import type { ToolCase } from "../tool_case.ts";

type Row = Record<string, unknown>;

export const GUESTS_READS = {
  find_guests: {
    args: { tag: "prod" },
    request: ["GET", /resources$/],
    works: (value) =>
      assert.deepEqual(
        value.guests.map((row: { vmid: number; type: string }) => [row.vmid, row.type]),
        [[100, "qemu"], [101, "qemu"]],
      ),
    refuses: [
      { args: { type: "kvm" }, code: "invalid", text: /type/ },
      { args: { sort: "luck" }, code: "invalid", text: /sort: there is no column luck/ },
    ],
  },

  get_containers: {
    args: { node: "pve2" },
    request: ["GET", /^\/cluster\/resources$/],
    works: ({ containers, total }) => {
      assert.equal(total, 2);
      assert.deepEqual(
        containers.map((row: Row) => [row.vmid, row.name, row.status]),
        [[201, "ct2", "running"], [202, "ct3", "stopped"]],
      );
      assert.equal(containers[0].memory_bytes, 512 * 1024 ** 2);
    },
    refuses: [{ args: { fields: ["odd"] }, code: "invalid", text: /fields/ }],
  },

  get_guest: {
    args: { vmid: 100 },
    request: ["GET", /qemu\/100\/snapshot$/],
    partial: true,
    undeclared: LISTED_BACKUPS,
    works: (value) => {
      assert.equal(value.status, "running");
      assert.equal(value.node, "pve1");
      assert.deepEqual(value.tags, ["prod", "web"]);
      assert.equal(value.config.memory, "2048");
      assert.equal(value.agent, "running");
      assert.deepEqual(value.addresses, ["10.0.1.100/24", "fe80::be24:11ff:fe00:64/64"]);
      assert.deepEqual(value.snapshots.map((row: { name: string }) => row.name), ["clean"]);
      assert.match(value.backup.volid, /^nfs1:backup\/vzdump-qemu-100-/);
      assert.ok(value.backup.age_seconds >= 86_400 && value.backup.age_seconds < 90_000);
      assert.equal(value.warnings, undefined);
    },
  },

  get_guest_config: {
    args: { vmid: 100 },
    request: ["GET", /\/config$/],
    works: (value) => {
      assert.equal(value.config.name, "web1");
      assert.match(value.config.digest, /^[0-9a-f]{40}$/);
      assert.equal(value.pending, undefined);
    },
    refuses: [
      { args: { vmid: "dup" }, code: "conflict", text: /VM 120 on pve3 and VM 121 on pve3/ },
      { args: { vmid: 100, snapshot: "nosuch" }, code: "not_found", text: /nosuch/ },
      { args: { vmid: 100, node: "pve2" }, code: "not_found", text: /on node pve1, not on pve2/ },
    ],
  },

  get_guest_ips: {
    args: { vmids: [100, 200] },
    request: ["GET", /interfaces$/],
    partial: true,
    works: (value) => {
      assert.deepEqual(
        value.guests.map((
          row: { vmid: number; interfaces: unknown },
        ) => [row.vmid, row.interfaces]),
        [
          [100, [{
            name: "eth0",
            mac: "bc:24:11:00:00:64",
            addresses: ["10.0.1.100/24", "fe80::be24:11ff:fe00:64/64"],
          }]],
          [200, [{ name: "eth0", mac: "bc:24:11:00:00:c8", addresses: ["10.0.2.200/24"] }]],
        ],
      );
    },
  },

  get_metrics: {
    args: { vmid: 100, points: 5, fields: ["cpu_fraction", "memory_bytes"] },
    request: ["GET", /rrddata$/],
    works: (value) => {
      assert.deepEqual(value.columns, ["time", "cpu_fraction", "memory_bytes"]);
      assert.ok(value.rows.length > 0 && value.rows.length <= 5);
      for (const row of value.rows) {
        assert.match(row[0], /^\d{4}-\d\d-\d\dT/);
        assert.ok(row[1] >= 0 && row[1] <= 1);
        assert.equal(row[2], 2 * 1024 ** 3);
      }
    },
    refuses: [
      { args: {}, code: "invalid", text: /give one of vmid, storage and node/ },
      {
        args: { vmid: 100, storage: "local" },
        code: "invalid",
        text: /give one of vmid, storage and node/,
      },
      { args: { storage: "nosuch" }, code: "not_found", text: /no storage nosuch/ },
      { args: { node: "pve9" }, code: "not_found", text: /pve9/ },
      { args: { node: "pve1", timeframe: "decade" }, code: "invalid", text: /timeframe/ },
      { args: { vmid: 100, points: 201 }, code: "invalid", text: /points/ },
    ],
    variants: [
      { args: { node: "pve1" } },
      { args: { storage: "nfs1" } },
    ],
  },

  get_next_vmid: {
    args: {},
    request: ["GET", /nextid$/],
    works: (value) => assert.equal(value.vmid, 104),
  },

  get_vm_usage: {
    args: { vmid: 100 },
    request: ["GET", /pve1\/qemu\/100\/status\/current$/],
    works: (value) => {
      assert.deepEqual(
        [value.vmid, value.name, value.node, value.status],
        [100, "web1", "pve1", "running"],
      );
      assert.equal(value.memory_bytes, 2 * 1024 ** 3);
      assert.ok(value.uptime_seconds >= 3 * 86_400);
    },
    refuses: [{ args: { vmid: 200 }, code: "conflict", text: /200 is a container, not a VM/ }],
  },

  get_vms: {
    args: { node: "pve1", fields: ["vmid", "name", "status", "template"] },
    request: ["GET", /^\/cluster\/resources$/],
    works: (value) =>
      assert.deepEqual(value, {
        vms: [
          { vmid: 100, name: "web1", status: "running" },
          { vmid: 101, name: "db1", status: "stopped" },
          { vmid: 900, name: "tmpl", status: "stopped", template: true },
        ],
        total: 3,
      }),
    refuses: [{ args: { cursor: "bogus" }, code: "invalid", text: /cursor/ }],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
