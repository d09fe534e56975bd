import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import type { Site } from "../../site.ts";
import { calling } from "../guests.ts";
import type { ToolCase } from "../tool_case.ts";

const RULE = { rule: "web2-home" };

/** Has HA care for one more VM, and for a container. */
export function moreResources({ fake }: Site): void {
  for (const sid of ["vm:101", "ct:200"]) {
    fake.state.ha.resources.set(sid, { sid, state: "started" });
  }
}

export const HA = {
  add_ha_resource: {
    args: { vmid: 101, state: "stopped", max_restart: 3, comment: "web" },
    request: ["POST", /^\/cluster\/ha\/resources$/],
    unchanged: [{ vmid: 110 }, { vmid: 110, state: "started", max_relocate: 1 }],
    refuses: [
      {
        args: { vmid: 110, state: "stopped" },
        code: "conflict",
        text: /HA cares for VM 110 already \(started\): use update_ha_resource/,
      },
      { args: { vmid: 900 }, code: "conflict", text: /VM 900 is a template/ },
      {
        args: { vmid: 101, group: "west" },
        code: "invalid",
        text: /has HA rules in place of groups: leave out group/,
      },
      { args: { vmid: 101, state: "running" }, code: "invalid", text: /state: .*started/ },
    ],
    works: (value, site) => {
      assert.deepEqual(
        [value.vmid, value.sid, value.state, value.undo],
        [101, "vm:101", "stopped", "remove_ha_resource 101"],
      );
      assert.deepEqual(site.fake.state.ha.resources.get("vm:101"), {
        sid: "vm:101",
        state: "stopped",
        max_restart: 3,
        comment: "web",
      });
    },
  },

  update_ha_resource: {
    args: { vmid: 110, state: "ignored", max_relocate: 0, comment: "elle, çığ" },
    request: ["PUT", /^\/cluster\/ha\/resources\/vm(:|%3A)110$/],
    unchanged: [{ vmid: 110 }, { vmid: 110, state: "started", comment: "" }],
    refuses: [
      {
        args: { vmid: 101, state: "stopped" },
        code: "not_found",
        text: /HA does not care for VM 101, only vm:110; use add_ha_resource/,
      },
      {
        args: { vmid: 110, group: "west" },
        code: "invalid",
        text: /HA rules in place of groups/,
      },
    ],
    works: async (value, site) => {
      assert.deepEqual(value.changes, {
        state: { from: "started", to: "ignored" },
        max_relocate: { from: 1, to: 0 },
        comment: { from: "", to: "elle, çığ" },
      });
      assert.match(value.undo, /^update_ha_resource of 110: state back to "started", max_rel/);
      assert.match(value.notes.join(), /leaves it alone, also when its node fails/);
      await calling("update_ha_resource", { vmid: 110, comment: "" })(site);
      assert.equal("comment" in (site.fake.state.ha.resources.get("vm:110") ?? {}), false);
    },
  },

  remove_ha_resource: {
    args: { vmid: 110 },
    prepare: ({ fake }) => {
      fake.state.ha.resources.get("vm:110")!.failback = false;
    },
    request: ["DELETE", /^\/cluster\/ha\/resources\/vm(:|%3A)110$/],
    unchanged: [{ vmid: 101 }],
    works: (value, site) => {
      assert.equal(site.fake.state.ha.resources.size, 0);
      assert.equal(site.fake.state.ha.rules.size, 0);
      assert.deepEqual(value.notes, ["deleted with it: HA rule web2-home: vm:110 on pve2"]);
      assert.match(value.undo, /^add_ha_resource {"vmid":110,"state":"started","max_restart":1/);
      assert.match(value.undo, /}; not with it: failback 0; create_ha_rule/);
      assert.match(
        value.undo,
        /create_ha_rule or update_ha_rule {"rule":"web2-home","guests":\[110\]/,
      );
    },
  },

  create_ha_rule: {
    args: { rule: "apart", guests: [110, "db1"], affinity: "negative", comment: "iki yarım, 5% €" },
    prepare: moreResources,
    request: ["POST", /^\/cluster\/ha\/rules$/],
    refuses: [
      {
        args: { rule: "x1", guests: [102], nodes: ["pve1"] },
        code: "conflict",
        text: /HA does not care for vm:102, only vm:110: use add_ha_resource first/,
      },
      {
        args: { rule: "x1", guests: [110], nodes: ["pve1:2", "pve22"] },
        code: "not_found",
        text: /there is no node pve22, only pve1, pve2, pve3 \(did you mean pve2\?\)/,
      },
      {
        args: { rule: "x1", guests: [110], nodes: ["pve1"] },
        code: "conflict",
        text: /vm:110 has the node affinity of web2-home already/,
      },
      {
        args: { rule: "x1", guests: [110], affinity: "positive" },
        code: "conflict",
        text: /between two guests or more/,
      },
      {
        args: { rule: "x1", guests: [110], nodes: ["pve1"], affinity: "positive" },
        code: "invalid",
        text: /give either nodes, and strict with them, or affinity/,
      },
      { args: { rule: "x1", guests: [110] }, code: "invalid", text: /give either nodes/ },
      {
        args: { ...RULE, guests: [110], nodes: ["pve1"] },
        code: "conflict",
        text: /there is a rule of that name, HA rule web2-home: vm:110 on pve2: use update_ha_rule/,
      },
      {
        args: { rule: "x1", guests: ["nobody"], nodes: ["pve1"] },
        code: "not_found",
        text: /no guest is named nobody/,
      },
      { args: { rule: "1", guests: [110], nodes: ["pve1"] }, code: "invalid", text: /rule: must/ },
      {
        args: { ...RULE, guests: [110], nodes: ["pve1"], comment: "100%41" },
        code: "invalid",
        text: /comment: must be without %XX: Proxmox keeps a letter in its place/,
      },
      {
        args: { ...RULE, guests: [110], nodes: ["pve1"], comment: "a\nb" },
        code: "invalid",
        text: /comment: must be one line/,
      },
    ],
    works: (value, site) => {
      const { state } = site.fake;
      assert.deepEqual([value.rule, value.type], ["apart", "resource-affinity"]);
      assert.equal(value.undo, "delete_ha_rule apart");
      assert.deepEqual(state.ha.rules.get("apart"), {
        rule: "apart",
        type: "resource-affinity",
        resources: "vm:101,vm:110",
        affinity: "negative",
        comment: "iki yarım, 5% €",
      });
    },
  },

  update_ha_rule: {
    args: { ...RULE, nodes: ["pve3", "pve1:2"], strict: true, enabled: false },
    request: ["PUT", /^\/cluster\/ha\/rules\/web2-home$/],
    refuses: [
      {
        args: { rule: "web-home", strict: true },
        code: "not_found",
        text: /there is no HA rule web-home, only web2-home \(did you mean web2-home\?\)/,
      },
      {
        args: { ...RULE, affinity: "positive" },
        code: "invalid",
        text: /has nodes and strict, not affinity: create another one/,
      },
      { args: { ...RULE, nodes: ["pve9"] }, code: "not_found", text: /no node pve9, only pve1/ },
      { args: { ...RULE, guests: [101] }, code: "conflict", text: /not care for vm:101/ },
    ],
    works: async (value, site) => {
      const { state } = site.fake;
      assert.deepEqual(value.changes, {
        strict: { from: false, to: true },
        nodes: { from: "pve2", to: "pve1:2,pve3" },
        enabled: { from: true, to: false },
      });
      assert.match(value.undo, /^update_ha_rule web2-home: .*nodes back to "pve2"/);
      assert.deepEqual(state.ha.rules.get("web2-home"), {
        rule: "web2-home",
        type: "node-affinity",
        resources: "vm:110",
        nodes: "pve1:2,pve3",
        strict: 1,
        disable: 1,
      });
      await calling("update_ha_rule", { ...RULE, enabled: true })(site);
      assert.equal("disable" in (state.ha.rules.get("web2-home") ?? {}), false);
    },
  },

  delete_ha_rule: {
    args: RULE,
    request: ["DELETE", /^\/cluster\/ha\/rules\/web2-home$/],
    refuses: [{
      args: { rule: "web2" },
      code: "not_found",
      text: /there is no HA rule web2, only web2-home \(did you mean web2-home\?\)/,
    }],
    works: (value, site) => {
      assert.equal(site.fake.state.ha.rules.size, 0);
      assert.equal(
        value.undo,
        'create_ha_rule {"rule":"web2-home","guests":[110],"nodes":["pve2"],"strict":false,' +
          '"comment":"","enabled":true}',
      );
    },
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
