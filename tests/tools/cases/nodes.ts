import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import type { FakeNode } from "../../fake_pve.ts";
import type { Site } from "../../site.ts";
import type { ToolCase } from "../tool_case.ts";

function node(site: Site, name: string): FakeNode {
  const found = site.fake.state.nodes.get(name);
  assert.ok(found);
  return found;
}

type Row = Record<string, unknown>;

export const NODES = {
  get_ceph_status: {
    args: {},
    request: ["GET", /^\/cluster\/ceph\/status$/],
    works: async (value, site) => {
      assert.deepEqual(value, { installed: false });
      const status = {
        health: {
          status: "HEALTH_WARN",
          checks: { OSD_DOWN: { severity: "HEALTH_WARN", summary: { message: "1 osds down" } } },
        },
        monmap: { num_mons: 3 },
        quorum_names: ["a", "b", "c"],
        osdmap: { num_osds: 6, num_up_osds: 5, num_in_osds: 6 },
        pgmap: {
          pgs_by_state: [{ state_name: "active+clean", count: 120 }],
          bytes_total: 1000,
          bytes_used: 300,
          read_bytes_sec: 5,
        },
      };
      const undo = site.fake.fault({ path: /ceph/ }, {
        kind: "body",
        body: JSON.stringify({ data: status }),
      });
      const { value: ceph } = await site.call("get_ceph_status");
      undo();
      assert.deepEqual(ceph, {
        installed: true,
        health: "HEALTH_WARN",
        checks: [{ check: "OSD_DOWN", severity: "HEALTH_WARN", message: "1 osds down" }],
        monitors: 3,
        monitors_in_quorum: 3,
        osds: 6,
        osds_up: 5,
        osds_in: 6,
        placement_groups: { "active+clean": 120 },
        total_bytes: 1000,
        used_bytes: 300,
        read_bytes_per_second: 5,
      });
    },
  },

  get_certificates: {
    args: { node: "pve1" },
    prepare: (site) => {
      const [, leaf] = node(site, "pve1").certificates;
      assert.ok(leaf);
      leaf.daysLeft = -2;
    },
    request: ["GET", /certificates\/info$/],
    works: async ({ certificates }, site) => {
      const leaf = certificates.find((row: Row) => row.file === "pve-ssl.pem");
      assert.ok(leaf.days_left <= -2);
      assert.ok(leaf.names.includes("pve1"));
      assert.doesNotMatch(JSON.stringify(certificates), /BEGIN CERTIFICATE/);
      const all = await site.call("get_certificates");
      assert.equal(all.value.total, 6);
    },
    refuses: [{ args: { node: "pve9" }, code: "not_found", text: /node 'pve9' does not exist/ }],
  },

  get_disks: {
    args: { node: "pve1" },
    prepare: (site) => {
      const [nvme] = node(site, "pve1").disks;
      assert.ok(nvme);
      Object.assign(nvme, { health: "FAILED", wearout: "N/A" });
    },
    request: ["GET", /disks\/list$/],
    works: ({ disks }) => {
      assert.equal(disks.length, 2);
      assert.equal(disks[0].health, "FAILED");
      assert.equal(disks[0].life_left_percent, undefined);
      assert.equal(disks[1].life_left_percent, 98);
      assert.equal(disks[0].size_bytes, 512e9);
    },
    refuses: [{ args: { node: "pve9" }, code: "not_found", text: /node 'pve9' does not exist/ }],
  },

  get_node_status: {
    args: { node: "pve1" },
    request: ["GET", /^\/nodes\/pve1\/status$/],
    works: (value) => {
      assert.equal(value.node, "pve1");
      assert.equal(value.memory_bytes, 64 * 1024 ** 3);
      assert.ok(value.uptime_seconds > 0);
    },
    refuses: [
      {
        args: { node: "pve9" },
        code: "not_found",
        text: /^Cannot read the status of node pve9: node 'pve9' does not exist/,
      },
    ],
  },

  get_nodes: {
    args: {},
    request: ["GET", /^\/cluster\/resources$/],
    works: ({ nodes, total }) => {
      assert.equal(total, 3);
      assert.deepEqual(
        nodes.map((row: Row) => [row.node, row.status, row.cpus, row.memory_bytes]),
        ["pve1", "pve2", "pve3"].map((name) => [name, "online", 16, 64 * 1024 ** 3]),
      );
    },
  },

  refresh_updates: {
    args: { node: "pve2" },
    request: ["POST", /^\/nodes\/pve2\/apt\/update$/],
    refuses: [{
      args: { node: "pve22" },
      code: "not_found",
      text: /there is no node pve22, only pve1, pve2, pve3 \(did you mean pve2\?\)/,
    }],
    works: ({ node, task }) => {
      assert.deepEqual([node, task.exit_status], ["pve2", "OK"]);
      assert.match(task.upid, /^UPID:pve2:.*:aptupdate::/);
    },
  },

  get_updates: {
    args: { node: "pve1" },
    request: ["GET", /^\/nodes\/pve\d\/apt\/update$/],
    works: async ({ updates }, site) => {
      assert.equal(updates[0].package, "pve-manager");
      assert.equal(updates[0].from, "9.2.11");
      const all = await site.call("get_updates");
      assert.equal(all.value.total, 1);
      assert.deepEqual(all.value.counts, [
        { node: "pve1", updates: 1, security: 0, proxmox: 1 },
        { node: "pve2", updates: 0, security: 0, proxmox: 0 },
        { node: "pve3", updates: 0, security: 0, proxmox: 0 },
      ]);
      const openssl = { ...site.fake.state.nodes.get("pve1")?.updates[0], Package: "openssl" };
      site.fake.state.nodes.get("pve2")?.updates.push(
        { ...openssl, Origin: "Debian", Version: "3.5.4-1~deb13u2" },
        { ...openssl, Package: "curl", Origin: "Debian-Security" },
        { ...openssl, Package: "vim", Origin: "Debian" },
      );
      const safe = await site.call("get_updates", { security_only: true });
      assert.deepEqual(
        safe.value.updates.map((row: Row) => [row.node, row.package, row.security]),
        [["pve2", "curl", true], ["pve2", "openssl", true]],
      );
      assert.deepEqual(safe.value.counts[1], { node: "pve2", updates: 3, security: 2, proxmox: 0 });
      assert.match(safe.value.warnings[0], /^1 by Proxmox are left out/);
      site.fake.state.nodes.get("pve2")?.updates.splice(0);
      site.fake.offline("pve3");
      const denied = site.fake.fault({ path: /^\/nodes\/pve2\/apt/ }, {
        kind: "status",
        status: 403,
        message: "Permission check failed (/nodes/pve2, Sys.Modify)\n",
      });
      const partial = await site.call("get_updates");
      denied();
      assert.equal(partial.value.total, 1);
      assert.match(partial.value.warnings.join("; "), /pve3 is offline and was not read/);
      assert.match(partial.value.warnings.join("; "), /pve2: .*Sys\.Modify on \/nodes\/pve2/);
    },
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
