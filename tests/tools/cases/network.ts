import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import type { ToolCase } from "../tool_case.ts";

type Row = Record<string, unknown>;

export const NETWORK = {
  get_firewall_rules: {
    args: { vmid: 100 },
    request: ["GET", /firewall\/rules$/],
    works: async (value, site) => {
      assert.equal(value.of, "guest 100");
      assert.equal(value.enabled, true);
      assert.equal(value.policy_in, "DROP");
      assert.equal(value.rules[0].dport, "80,443");
      const call = async (args: Row) => (await site.call("get_firewall_rules", args)).value;
      const cluster = await call({});
      assert.deepEqual([cluster.of, cluster.enabled, cluster.total], ["cluster", false, 1]);
      const onNode = await call({ node: "pve1" });
      assert.deepEqual([onNode.of, onNode.enabled, onNode.total], ["node pve1", true, 0]);
      const container = await call({ vmid: "ct1" });
      assert.deepEqual([container.of, container.enabled], ["guest 200", false]);
      site.fake.state.firewall.groups.set("web", {
        rules: [{ type: "in", action: "ACCEPT", enable: 0, proto: "tcp", dport: "443" }],
      });
      const group = await call({ group: "web" });
      assert.deepEqual(group.rules, [
        { pos: 0, enabled: false, type: "in", action: "ACCEPT", proto: "tcp", dport: "443" },
      ]);
    },
    refuses: [
      { args: { group: "web" }, code: "not_found", text: /no such security group 'web'/ },
      { args: { group: "../x" }, code: "invalid", text: /cannot be part of a Proxmox path/ },
      { args: { group: "web", node: "pve1" }, code: "invalid", text: /give group alone/ },
      { args: { vmid: 100, node: "pve2" }, code: "not_found", text: /on node pve1, not on pve2/ },
    ],
    variants: [
      { args: {} },
      { args: { node: "pve1" } },
    ],
  },

  get_network: {
    args: { node: "pve2" },
    request: ["GET", /^\/nodes\/pve2\/network$/],
    works: ({ interfaces }) => {
      const bridge = interfaces.find((row: Row) => row.name === "vmbr0");
      assert.deepEqual(bridge, {
        name: "vmbr0",
        type: "bridge",
        active: true,
        autostart: true,
        method: "static",
        cidrs: ["10.0.0.12/24"],
        gateways: ["10.0.0.1"],
        ports: "eno1",
      });
    },
    refuses: [
      { args: { node: "pve9" }, code: "not_found", text: /node 'pve9' does not exist/ },
      { args: { node: "../pools" }, code: "invalid", text: /must be a node's name/ },
      { args: {}, code: "invalid", text: /node/ },
      {
        args: { node: "pve2" },
        prepare: (site) => site.fake.offline("pve2"),
        code: "unavailable",
        text: /595/,
      },
    ],
  },

  get_sdn: {
    args: {},
    prepare: (site) => {
      const { zones, vnets, subnets } = site.fake.state.sdn;
      zones.set("z1", { zone: "z1", type: "vlan", bridge: "vmbr0", state: "new" });
      for (const vnet of ["v1", "v2"]) {
        vnets.set(vnet, { vnet, zone: "z1", tag: 7, type: "vnet" });
        subnets.set(vnet, { vnet, cidr: "10.1.0.0/24", gateway: "10.1.0.1", snat: 1 });
      }
    },
    request: ["GET", /^\/cluster\/sdn\/vnets$/],
    works: async (value, site) => {
      assert.deepEqual(value.zones, [
        { zone: "z1", type: "vlan", bridge: "vmbr0", unapplied: "new" },
      ]);
      assert.deepEqual(value.vnets.map((row: Row) => row.vnet), ["v1", "v2"]);
      assert.equal(value.subnets.length, 2);
      assert.equal(value.subnets[0].cidr, "10.1.0.0/24");
      const page = await site.call("get_sdn", { limit: 1, zone: "z1" });
      assert.equal(page.value.subnets.length, 1);
      const denied = site.fake.fault({ path: /v2\/subnets$/ }, { kind: "status", status: 595 });
      const partial = await site.call("get_sdn");
      denied();
      assert.equal(partial.value.subnets.length, 1);
      assert.match(partial.value.warnings[0], /subnets of v2: .*595/);
      site.fake.state.sdn.zones.set("z2", { zone: "z2", type: "simple" });
      const none = await site.call("get_sdn", { zone: "z2" });
      assert.deepEqual(none.value.vnets, []);
    },
    refuses: [
      { args: { zone: "z9" }, code: "not_found", text: /there is no zone z9, nor any other$/ },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
