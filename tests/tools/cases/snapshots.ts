import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { guest, isRunning, set } from "../guests.ts";
import { lastChange } from "../requests.ts";
import type { Site } from "../../site.ts";
import type { ToolCase } from "../tool_case.ts";

/** A snapshot that was begun and broken off. */
function breakOff(site: Site): void {
  guest(site, 100).snapshots[0]!.snapstate = "prepare";
}

export const SNAPSHOTS = {
  create_snapshot: {
    args: { vmid: 100, name: "before1", description: "test", vmstate: true },
    request: ["POST", /pve1\/qemu\/100\/snapshot$/],
    works: (value, site) => {
      assert.equal(value.exit_status, "OK");
      const taken = guest(site, 100).snapshots.at(-1);
      assert.deepEqual([taken?.name, taken?.vmstate], ["before1", true]);
      assert.match(String(taken?.description), /^test \(by ada, proxmox-mcp [0-9a-f-]{36}\)$/);
    },
    refuses: [
      { args: { vmid: 100, name: "../config" }, code: "invalid", text: /name/ },
      {
        args: { vmid: 201, name: "vzdump" },
        code: "invalid",
        text: /name: vzdump is what Proxmox calls the snapshot that it backs containers up from$/,
      },
    ],
    variants: [{ args: { vmid: 201, name: "before1" } }],
  },

  delete_snapshot: {
    args: { vmid: 100, name: "clean" },
    request: ["DELETE", /qemu\/100\/snapshot\/clean$/],
    works: (value, site) => {
      assert.match(value.undo, /^none: the state of \d{4}-\d\d-\d\dT.* is gone/);
      assert.deepEqual(guest(site, 100).snapshots, []);
    },
    refuses: [
      {
        args: { vmid: 100, name: "nosuch" },
        code: "not_found",
        text: /VM 100 has no snapshot nosuch; it has: clean/,
      },
      { args: { vmid: 100, name: "../config" }, code: "invalid", text: /name/ },
      {
        args: { vmid: 100, name: "clean" },
        code: "conflict",
        text: /VM 100 is locked \(snapshot\)/,
        prepare: set(100, { lock: "snapshot" }),
      },
    ],
    variants: [{
      args: { vmid: 100, name: "clean", force: true },
      prepare: breakOff,
    }],
  },

  get_snapshots: {
    args: { vmid: 100 },
    request: ["GET", /snapshot$/],
    works: (value) => {
      assert.equal(value.total, 1);
      assert.equal(value.snapshots[0].name, "clean");
      assert.equal(value.snapshots[0].description, "After installation");
      assert.match(value.snapshots[0].time, /^\d{4}-\d\d-\d\dT/);
      assert.equal(value.current_parent, "clean");
    },
  },

  rollback_snapshot: {
    args: { vmid: 100, name: "clean" },
    prepare: set(100, { cores: 7 }),
    request: ["POST", /qemu\/100\/snapshot\/clean\/rollback$/],
    works: (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.equal(guest(site, 100).config.cores, 2);
      assert.equal(isRunning(site, 100), true, "it ran before");
      assert.deepEqual(lastChange(site).body, { start: true });
    },
    refuses: [{ args: { vmid: 100, name: "../config" }, code: "invalid", text: /name/ }, {
      args: { vmid: 100, name: "nosuch" },
      code: "not_found",
      text: /VM 100 has no snapshot nosuch; it has: clean/,
    }, {
      args: { vmid: 100, name: "clean" },
      code: "conflict",
      text: /VM 100 is locked \(backup\): wait for what holds it/,
      prepare: set(100, { lock: "backup" }),
    }, {
      args: { vmid: 100, name: "clean" },
      code: "conflict",
      text: /snapshot clean is incomplete \(prepare\): it can only be deleted/,
      prepare: breakOff,
    }],
    variants: [
      { args: { vmid: 100, name: "clean", start: true } },
      { args: { vmid: 100, name: "clean", start_after: false } },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
