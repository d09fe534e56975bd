import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { guest } from "../guests.ts";
import { HOUR_MS, remember } from "../history.ts";
import { lastChange } from "../requests.ts";
import type { ToolCase } from "../tool_case.ts";

type Row = Record<string, unknown>;

const DAY_MS = 24 * HOUR_MS;

export const HISTORY = {
  compare_config: {
    args: { vmid: 101, at: "2h" },
    prepare: (site) =>
      remember(site, 101, { ago: DAY_MS, memory: "2048", description: "new", cores: undefined }),
    request: ["GET", /\/config$/],
    works: async (value, site) => {
      assert.deepEqual(value.differences, [
        { key: "cores", to: "4" },
        { key: "description", from: "new" },
        { key: "memory", from: "2048", to: "4096" },
      ]);
      assert.equal(value.warnings, undefined);
      assert.ok(Math.abs(Date.parse(value.from.seen_from) - Date.now() + DAY_MS) < 60_000);
      const two = await site.call("compare_config", { vmid: "web1", other_vmid: 110 });
      const net = two.value.differences.filter((row: Row) => row.key === "net0");
      assert.deepEqual(net.map((row: Row) => row.part), ["virtio"]);
      assert.deepEqual([two.value.from.vmid, two.value.to.vmid], [100, 110]);
    },
    refuses: [
      { args: { vmid: 101 }, code: "invalid", text: /give at, or other_vmid/ },
      { args: { vmid: 101, at: "soon" }, code: "invalid", text: /at must be a date, a time/ },
      {
        args: { vmid: 103, at: "2h" },
        code: "not_found",
        text: /how guest 103 was at \S+ is not known; nothing of it is kept yet/,
      },
    ],
  },

  get_changes: {
    args: { vmid: 101, since: "1h" },
    prepare: async (site) => {
      await site.call("get_guest", { vmid: 101 });
      await site.call("start_vm", { vmid: 101 });
      await site.call("start_vm", { vmid: 103 });
    },
    request: ["GET", /\/tasks$/],
    works: ({ changes, warnings }) => {
      const [call, ...others] = changes;
      assert.deepEqual(others, []);
      assert.deepEqual(
        [call.kind, call.what, call.user, call.task, call.status, call.vmid],
        ["call", "start_vm", "ada", "qmstart", "OK", 101],
      );
      assert.match(call.upid, /:qmstart:101:mcp@pve!probe:$/);
      assert.match(warnings.join("; "), /no look is complete yet/);
    },
    refuses: [
      { args: { since: "1h", until: "2h" }, code: "invalid", text: /since must be before until/ },
      { args: { since: "yesterday" }, code: "invalid", text: /since must be a date, a time/ },
    ],
    goneGuests: "what happened to it is still kept",
  },

  restore_config: {
    args: { vmid: 101, at: "2h" },
    prepare: async (site) => {
      await remember(site, 101, { ago: DAY_MS, memory: "2048", scsi1: "local-lvm:vm-101-disk-9" });
      Object.assign(guest(site, 101).config, { description: "new" });
    },
    request: ["PUT", /pve1\/qemu\/101\/config$/],
    works: async (value, site) => {
      assert.deepEqual(value.changes, {
        description: { from: "new" },
        memory: { from: "4096", to: "2048" },
      });
      assert.match(
        value.notes.join("; "),
        /scsi1 stays as it is: its volume local-lvm:vm-101-disk-9 is not attached/,
      );
      const { body } = lastChange(site);
      assert.deepEqual(body, { memory: "2048", delete: "description", digest: body.digest });
      assert.match(body.digest, /^[0-9a-f]{40}$/);
      assert.equal(guest(site, 101).config.description, undefined);
      const again = await site.call("restore_config", { vmid: 101, at: "2h", dry_run: false });
      assert.equal(again.value.unchanged, true, again.text);
      const at = /^restore_config of 101 at (\S+)$/.exec(value.undo)?.[1];
      const undone = await site.call("restore_config", { vmid: 101, at, dry_run: false });
      assert.equal(undone.isError, false, undone.text);
      assert.equal(String(guest(site, 101).config.memory), "4096");
      assert.equal(guest(site, 101).config.description, "new");
    },
    refuses: [
      {
        args: { vmid: 101, at: "2h", dry_run: false },
        code: "not_found",
        text: /how guest 101 was at \S+ is not known; nothing of it is kept yet/,
      },
      {
        args: { vmid: 101, at: "2h", keys: ["memry"], dry_run: false },
        prepare: (site) => remember(site, 101, { ago: DAY_MS, memory: "2048" }),
        code: "invalid",
        text: /memry is no setting that differs, only memory \(did you mean memory\?\)/,
      },
    ],
    variants: [
      {
        args: { vmid: 101, at: "2h", keys: ["onboot"] },
        prepare: (site) => remember(site, 101, { ago: DAY_MS, onboot: 1 }),
      },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
