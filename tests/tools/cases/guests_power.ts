import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { calling, guest, isRunning, set } from "../guests.ts";
import { lastChange } from "../requests.ts";
import type { ToolCase } from "../tool_case.ts";

export const GUESTS_POWER = {
  start_vm: {
    args: { vmid: 101 },
    request: ["POST", /pve1\/qemu\/101\/status\/start$/],
    works: async (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.match(value.upid, /^UPID:pve1:.*:qmstart:101:mcp@pve!probe:$/);
      assert.deepEqual(Object.entries(value).slice(0, 3), [
        ["vmid", 101],
        ["name", "db1"],
        ["guest_status", "running"],
      ]);
      assert.deepEqual(value.task, {
        upid: value.upid,
        status: "stopped",
        exit_status: "OK",
        log_tail: ["TASK OK"],
      });
      assert.equal(value.status, undefined, "the task's state would be taken for the guest's");
      assert.equal((await site.call("get_vm_usage", { vmid: 101 })).value.status, "running");
      const [row] = await site.trail.list({ tool: "start_vm" });
      assert.equal(row?.upid, value.upid);
      assert.equal(row?.vmid, 101);
    },
    unchanged: [{ vmid: 100 }],
    refuses: [{ args: { vmid: 900 }, code: "conflict", text: /template/ }],
  },

  shutdown_vm: {
    args: { vmid: 100 },
    request: ["POST", /qemu\/100\/status\/shutdown$/],
    works: (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.equal(isRunning(site, 100), false);
    },
    unchanged: [{ vmid: 101 }],
  },

  stop_vm: {
    args: { vmid: 110 },
    request: ["POST", /qemu\/110\/status\/stop$/],
    works: (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.equal(isRunning(site, 110), false);
      assert.equal(value.guest_status, "stopped");
    },
    unchanged: [{ vmid: 101 }],
  },

  reset_vm: {
    args: { vmid: 100 },
    request: ["POST", /qemu\/100\/status\/reset$/],
    works: (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.ok(isRunning(site, 100));
      assert.ok(Number(guest(site, 100).startedAt) > Date.now() - 86_400_000, "not reset");
    },
    refuses: [{ args: { vmid: 101 }, code: "conflict", text: /VM 101 is stopped; start it$/ }],
  },

  reboot_vm: {
    args: { vmid: 100, timeout_seconds: 30 },
    request: ["POST", /qemu\/100\/status\/reboot$/],
    works: (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.deepEqual(lastChange(site).body, { timeout: 30 });
      assert.ok(isRunning(site, 100));
    },
    refuses: [
      { args: { vmid: 101 }, code: "conflict", text: /VM 101 is stopped; start it$/ },
      {
        args: { vmid: 200 },
        code: "conflict",
        text: /200 is a container, not a VM: use reboot_container$/,
      },
      {
        args: { vmid: 100 },
        code: "conflict",
        text: /locked \(backup\)/,
        prepare: set(100, { lock: "backup" }),
      },
      { args: { vmid: "101;x" }, code: "invalid", text: /vmid/ },
    ],
  },

  suspend_vm: {
    args: { vmid: 100 },
    request: ["POST", /qemu\/100\/status\/suspend$/],
    works: async (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.equal(guest(site, 100).paused, true);
      const twice = await site.call("suspend_vm", { vmid: 100 });
      assert.deepEqual([twice.value.guest_status, twice.value.unchanged], ["paused", true]);
    },
    refuses: [{ args: { vmid: 101 }, code: "conflict", text: /VM 101 is stopped; start it$/ }],
    variants: [{ args: { vmid: 100, to_disk: true } }],
  },

  resume_vm: {
    args: { vmid: 100 },
    prepare: calling("suspend_vm", { vmid: 100 }),
    request: ["POST", /qemu\/100\/status\/resume$/],
    works: (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.equal(guest(site, 100).paused, false);
    },
    unchanged: [{ vmid: 110 }],
    refuses: [{ args: { vmid: 101 }, code: "conflict", text: /VM 101 is stopped; start it$/ }],
  },

  start_container: {
    args: { vmid: 202 },
    request: ["POST", /pve2\/lxc\/202\/status\/start$/],
    works: (_value, site) => assert.ok(isRunning(site, 202)),
    unchanged: [{ vmid: 200 }],
    refuses: [
      {
        args: { vmid: 101 },
        code: "conflict",
        text: /101 is a VM, not a container: use start_vm$/,
      },
    ],
  },

  shutdown_container: {
    args: { vmid: 201, timeout_seconds: 20 },
    request: ["POST", /pve2\/lxc\/201\/status\/shutdown$/],
    works: (_value, site) => {
      assert.deepEqual(lastChange(site).body, { timeout: 20 });
      assert.equal(isRunning(site, 201), false);
    },
    unchanged: [{ vmid: 202 }],
  },

  reboot_container: {
    args: { vmid: "ct2" },
    request: ["POST", /pve2\/lxc\/201\/status\/reboot$/],
    works: (_value, site) => assert.ok(isRunning(site, 201)),
    refuses: [{ args: { vmid: 202 }, code: "conflict", text: /container 202 is stopped/ }],
  },

  stop_container: {
    args: { vmid: 201 },
    request: ["POST", /pve2\/lxc\/201\/status\/stop$/],
    works: (_value, site) => assert.equal(isRunning(site, 201), false),
    unchanged: [{ vmid: 202 }],
  },

  bulk_power: {
    args: { action: "shutdown", vmids: [100, 101, 200] },
    request: ["POST", /status\/shutdown$/],
    partial: true,
    works: (value, site) => {
      assert.deepEqual(
        value.guests.map((row: { vmid: number; result: string }) => [row.vmid, row.result]),
        [[100, "done"], [101, "skipped"], [200, "done"]],
      );
      assert.equal(value.failed, 0);
      assert.equal(isRunning(site, 100), false);
      assert.equal(isRunning(site, 200), false);
      assert.ok(isRunning(site, 110));
    },
    refuses: [
      { args: { action: "stop", dry_run: false }, code: "invalid", text: /give either vmids/ },
      {
        args: { action: "stop", vmids: [998, 999], dry_run: false },
        code: "not_found",
        text: /failed for all 2 guests \(998: no guest has the vmid 998/,
      },
      {
        args: { action: "stop", vmids: [100], tag: "prod", dry_run: false },
        code: "invalid",
        text: /give either vmids/,
      },
      {
        args: { action: "stop", tag: "nosuch", dry_run: false },
        code: "not_found",
        text: /there is no tag nosuch, only /,
      },
      {
        args: { action: "stop", vmids: [100], node: "pve1", dry_run: false },
        code: "invalid",
        text: /give either vmids, or one or more of tag, pool and node/,
      },
      {
        args: { action: "stop", node: "pve22", dry_run: false },
        code: "not_found",
        text: /there is no node pve22, only pve1, pve2, pve3 \(did you mean pve2\?\)/,
      },
      {
        args: { action: "start", vmids: [900, 999], dry_run: false },
        code: "conflict",
        text: /failed for all 2 guests \(900: VM 900 is a template; 999: no guest has the vmid 999/,
      },
    ],
    variants: [
      { args: { action: "start", pool: "dev" } },
      { args: { action: "stop", tag: "prod" } },
      { args: { action: "shutdown", node: "pve2" } },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
