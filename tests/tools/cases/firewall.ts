import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import type { Site } from "../../site.ts";
import { guest } from "../guests.ts";
import { lastChange } from "../requests.ts";
import type { ToolCase } from "../tool_case.ts";

const DIGEST = "0".repeat(40);

/** The digest of a guest's rules, of which the caller is told. */
function digests(vmid: number): { known: string; prepare: (site: Site) => Promise<void> } {
  const shown = {
    known: DIGEST,
    prepare: async (site: Site) => {
      const { value } = await site.call("get_firewall_rules", { vmid });
      shown.known = value.digest;
    },
  };
  return shown;
}

const web = digests(100);

export const FIREWALL = {
  add_firewall_rule: {
    args: { vmid: "web1", dport: 443, source: "10.0.0.0/8", comment: "for the office" },
    request: ["POST", /qemu\/100\/firewall\/rules$/],
    works: (value, site) => {
      assert.deepEqual(Object.keys(value).slice(0, 2), ["vmid", "name"]);
      assert.deepEqual(value.rule, {
        pos: 0,
        enabled: true,
        type: "in",
        action: "ACCEPT",
        proto: "tcp",
        source: "10.0.0.0/8",
        dport: "443",
        comment: "for the office",
      });
      assert.match(
        value.undo,
        /^delete_firewall_rule \{"vmid":100,"pos":0,"digest":"[0-9a-f]{40}"\}$/,
      );
      assert.equal(guest(site, 100).firewall.rules.length, 2);
      assert.equal(lastChange(site).body.enable, 1);
    },
    unchanged: [{ vmid: 100, dport: "80,443" }],
    refuses: [
      { args: { vmid: 100, macro: "HTTPX" }, code: "not_found", text: /no macro HTTPX, only DNS/ },
      { args: { vmid: 100, macro: "HTPS" }, code: "not_found", text: /did you mean HTTPS\?/ },
      {
        args: { vmid: 100, type: "group", action: "webb" },
        code: "not_found",
        text: /there is no security group webb, only db, web \(did you mean web\?\)/,
        prepare: ({ fake }) => {
          for (const name of ["db", "web"]) fake.state.firewall.groups.set(name, { rules: [] });
        },
      },
      {
        args: { vmid: 100, dport: 22, source: "+adn" },
        code: "not_found",
        text: /there is no IP set adn, only adm \(did you mean adm\?\)/,
        prepare: ({ fake }) => fake.state.firewall.ipsets = ["adm"],
      },
      {
        args: { vmid: 100, dport: 22, source: "dc/gw2" },
        code: "not_found",
        text: /there is no alias gw2, only gw1/,
        prepare: ({ fake }) => fake.state.firewall.aliases = ["gw1"],
      },
      {
        args: { vmid: 100, iface: "net7" },
        code: "not_found",
        text: /no network card of guest 100 named net7, only net0/,
      },
      { args: { vmid: 100, dport: "443;x" }, code: "invalid", text: /must be like 443/ },
      { args: { vmid: 100, dport: 70000 }, code: "invalid", text: /dport/ },
      { args: { vmid: 100, dport: "80,99999" }, code: "invalid", text: /must be like 443/ },
      {
        args: { vmid: 100, action: "ALLOW" },
        code: "not_found",
        text: /there is no action ALLOW, only ACCEPT, DROP, REJECT/,
      },
      {
        args: { vmid: 100, type: "forward" },
        code: "not_found",
        text: /no rule of guest 100 of the type forward, only group, in, out/,
      },
      { args: { vmid: 100, group: "web" }, code: "invalid", text: /give group alone/ },
      { args: { node: "pve9", dport: 1 }, code: "not_found", text: /'pve9' does not exist/ },
      {
        args: { node: "pve1", action: "DROP" },
        code: "conflict",
        text: /port 8006 .* first add a rule that accepts tcp 8006, or repeat with force: true/,
      },
    ],
    variants: [
      { args: { dport: 22, source: "10.0.0.5" } },
      { args: { node: "pve1", macro: "ssh" } },
      {
        args: { group: "web", macro: "HTTPS" },
        prepare: ({ fake }) => fake.state.firewall.groups.set("web", { rules: [] }),
      },
      { args: { vmid: "ct1", dport: "8000:8100", proto: "udp", pos: 3 } },
      { args: { vmid: 100, dport: 25, action: "drop", pos: 1 } },
    ],
  },

  delete_firewall_rule: {
    args: () => ({ vmid: 100, pos: 0, digest: web.known }),
    prepare: web.prepare,
    request: ["DELETE", /qemu\/100\/firewall\/rules\/0$/],
    works: (value, site) => {
      assert.deepEqual(guest(site, 100).firewall.rules, []);
      assert.equal(value.digest, undefined);
      assert.match(value.undo, /^add_firewall_rule \{"vmid":100,"pos":0,.*"dport":"80,443"/);
      assert.equal(lastChange(site).query.digest, web.known);
    },
    refuses: [
      {
        args: { vmid: 100, pos: 0, digest: DIGEST },
        code: "conflict",
        text: /not those that were shown; at position 0 it is: in ACCEPT tcp dport 80,443; see get/,
      },
      { args: { vmid: 100, pos: 0 }, code: "invalid", text: /digest/ },
      { args: { vmid: 100, pos: -1, digest: DIGEST }, code: "invalid", text: /pos/ },
    ],
  },

  set_firewall_options: {
    args: { vmid: 102, enabled: true, policy_in: "REJECT" },
    request: ["PUT", /qemu\/102\/firewall\/options$/],
    works: (value, site) => {
      assert.deepEqual(value.changes, {
        enabled: { from: false, to: true },
        policy_in: { from: "DROP", to: "REJECT" },
      });
      assert.deepEqual(guest(site, 102).firewall.options, { enable: 1, policy_in: "REJECT" });
      assert.deepEqual(value.notes, ["what no rule lets in is kept out of guest 102"]);
      assert.equal(
        value.undo,
        'set_firewall_options {"vmid":102,"enabled":false,"policy_in":"DROP"}',
      );
    },
    unchanged: [{ vmid: 100, enabled: true, policy_in: "DROP", policy_out: "ACCEPT" }],
    refuses: [
      { args: { vmid: 100 }, code: "invalid", text: /give enabled, policy_in or policy_out/ },
      {
        args: { node: "pve1", policy_in: "DROP" },
        code: "invalid",
        text: /a node has no policies of its own/,
      },
      { args: { vmid: 100, policy_in: "deny" }, code: "invalid", text: /policy_in/ },
      {
        args: { enabled: true },
        code: "conflict",
        text: /port 8006 .* would be open to the cluster's own network/,
        prepare: ({ fake }) => fake.state.firewall.rules = [],
      },
    ],
    variants: [
      { args: { enabled: true } },
      { args: { node: "pve2", enabled: false } },
    ],
  },

  update_firewall_rule: {
    args: () => ({ vmid: 100, pos: 0, digest: web.known, dport: 443, comment: "only TLS" }),
    prepare: web.prepare,
    request: ["PUT", /qemu\/100\/firewall\/rules\/0$/],
    works: (value, site) => {
      assert.deepEqual(value.changes, {
        dport: { from: "80,443", to: "443" },
        comment: { to: "only TLS" },
      });
      const [rule] = guest(site, 100).firewall.rules;
      assert.deepEqual([rule?.dport, rule?.comment, rule?.proto], ["443", "only TLS", "tcp"]);
      assert.equal(lastChange(site).body.digest, web.known);
      assert.match(value.undo, /"dport":"80,443","unset":\["comment"\]\}$/);
    },
    refuses: [
      {
        args: { vmid: 100, pos: 0, digest: DIGEST, enabled: false },
        code: "conflict",
        text: /the rules of guest 100 are not those that were shown/,
      },
      {
        args: { vmid: 100, pos: 0, digest: DIGEST, unset: ["type"] },
        code: "invalid",
        text: /unset/,
      },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
