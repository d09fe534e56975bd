import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import type { Site } from "../../site.ts";
import type { ToolCase } from "../tool_case.ts";

function guestsOn(site: Site, node: string): number[] {
  return [...site.fake.state.guests.values()].filter((guest) => guest.node === node)
    .map(({ vmid }) => vmid);
}

const POWER_REFUSES: ToolCase["refuses"] = [
  {
    args: { node: "pve1" },
    code: "conflict",
    text:
      /: 2 guests run on node pve1: VM 100 \(web1\), container 200 \(ct1\); drain_node moves them, force: true/,
  },
  {
    args: { node: "pve9" },
    code: "not_found",
    text: /there is no node pve9, only pve1, pve2, pve3/,
  },
  {
    args: { node: "pve3" },
    code: "conflict",
    text: /: 1 of 3 votes are left, which is no quorum: .*; accept_quorum_loss: true does it/,
    prepare: (site) => site.fake.offline("pve2"),
  },
];

export const NODES_WORK = {
  drain_node: {
    args: { node: "pve3", with_local_disks: true },
    request: ["POST", /qemu\/150\/migrate$/],
    partial: true,
    works: (value, site) => {
      assert.deepEqual([value.empty, value.moved, value.left], [true, 3, 0]);
      assert.deepEqual(value.guests.map(({ result }: { result: string }) => result), [
        ...["moved", "moved", "moved"],
      ]);
      assert.equal(value.undo, "migrate_guest each that moved to pve3");
      assert.deepEqual(value.notes, ["next: reboot_node or shutdown_node"]);
      assert.deepEqual(guestsOn(site, "pve3"), []);
    },
    variants: [{ args: { node: "pve3", with_local_disks: true, target_storage: "nfs1" } }],
    refuses: [
      { args: { node: "pve9" }, code: "not_found", text: /there is no node pve9, only pve1/ },
      {
        args: { node: "pve3", targets: ["pve11"] },
        code: "not_found",
        text: /there is no node pve11, only pve1, pve2, pve3 \(did you mean pve1\?\)/,
      },
      {
        args: { node: "pve3", targets: ["pve3"] },
        code: "invalid",
        text: /node pve3 is to be empty/,
      },
      {
        args: { node: "pve3" },
        code: "conflict",
        text: /node pve3 is offline: nothing on it can be moved/,
        prepare: (site) => site.fake.offline("pve3"),
      },
      {
        args: { node: "pve3", targets: ["pve2"] },
        code: "conflict",
        text: /none of pve2 is online/,
        prepare: (site) => site.fake.offline("pve2"),
      },
    ],
  },

  reboot_node: {
    args: { node: "pve3" },
    request: ["POST", /^\/nodes\/pve3\/status$/],
    works: (value, site) => {
      assert.deepEqual([value.node, value.sent, value.stopped_guests], ["pve3", "reboot", 0]);
      assert.deepEqual(value.notes, [
        "it is back when get_nodes shows it online with a short uptime_seconds",
      ]);
      const sent = site.fake.requests.findLast(({ method }) => method === "POST");
      assert.deepEqual(sent?.body, { command: "reboot" });
    },
    refuses: POWER_REFUSES,
  },

  shutdown_node: {
    args: { node: "pve3" },
    request: ["POST", /^\/nodes\/pve3\/status$/],
    works: (value, site) => {
      assert.deepEqual([value.node, value.sent], ["pve3", "shutdown"]);
      assert.equal(site.fake.state.nodes.get("pve3")?.online, false);
    },
    refuses: POWER_REFUSES,
  },

  get_services: {
    args: { node: "pve1" },
    request: ["GET", /^\/nodes\/pve1\/services$/],
    works: async (value, site) => {
      assert.equal(value.total, 12);
      assert.deepEqual(
        value.services.find(({ service }: { service: string }) => service === "postfix"),
        {
          service: "postfix",
          node: "pve1",
          description: "Postfix Mail Transport Agent",
          state: "dead",
          active: "inactive",
          enabled: "disabled",
        },
      );
      const cron = site.fake.state.nodes.get("pve2")?.services[2];
      assert.ok(cron);
      cron.state = "failed";
      const { value: failed } = await site.call("get_services", { failed: true });
      assert.deepEqual(
        failed.services.map(({ node, service }: Record<string, string>) => [
          ...[node, service],
        ]),
        [["pve2", "cron"]],
      );
    },
    refuses: [
      { args: { node: "pve9" }, code: "not_found", text: /there is no node pve9|pve9/ },
    ],
  },

  restart_service: {
    args: { node: "pve1", service: "cron" },
    request: ["POST", /^\/nodes\/pve1\/services\/cron\/restart$/],
    works: (value) => {
      assert.deepEqual([value.node, value.service, value.state], ["pve1", "cron", "running"]);
      assert.equal(value.exit_status, "OK");
    },
    refuses: [
      {
        args: { node: "pve1", service: "pveprox" },
        code: "not_found",
        text: /there is no service pveprox, only .*\(did you mean pveproxy\?\)/,
      },
      {
        args: { node: "pve1", service: "corosync" },
        code: "conflict",
        text: /without corosync the node is out of the cluster .*; force: true does it/,
      },
    ],
  },

  get_journal: {
    args: { node: "pve1", service: "pveproxy", since: "2020-01-01T00:00:00Z" },
    request: ["GET", /^\/nodes\/pve1\/syslog$/],
    works: (value) => {
      assert.equal(value.lines.length, 1);
      assert.match(value.lines[0], /pve1 pveproxy\[900\]: starting server$/);
    },
    variants: [{ args: { node: "pve1" } }],
    refuses: [{ args: { node: "pve1", service: "../x" }, code: "invalid", text: /systemd unit/ }],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
