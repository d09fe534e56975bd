import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import type { Site } from "../../site.ts";
import type { ToolCase } from "../tool_case.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const MONTH_MS = 30 * 86_400_000;

type Row = Record<string, unknown>;

/** Lets nodes and guests have been up for a month, so that a month was measured. */
export function measuredForAMonth({ fake }: Site): void {
  for (const node of fake.state.nodes.values()) node.bootedAt -= 2 * MONTH_MS;
  for (const guest of fake.state.guests.values()) guest.startedAt -= 2 * MONTH_MS;
}

export const CAPACITY = {
  get_boot_order: {
    args: { starts_at_boot: false, node: "pve1" },
    prepare: ({ fake }) => {
      const db = fake.state.guests.get(101);
      assert.ok(db);
      Object.assign(db.config, { onboot: 1, startup: "order=2,up=30" });
    },
    request: ["GET", /\/config$/],
    works: async ({ guests, total }, site) => {
      assert.deepEqual(guests.map((row: Row) => row.vmid), [200]);
      assert.equal(total, 1);
      const { value } = await site.call("get_boot_order", { starts_at_boot: true });
      assert.deepEqual(value.guests, [
        { vmid: 100, name: "web1", node: "pve1", status: "running", starts_at_boot: true },
        {
          vmid: 101,
          name: "db1",
          node: "pve1",
          status: "stopped",
          starts_at_boot: true,
          order: 2,
          up_seconds: 30,
        },
      ]);
    },
    refuses: [{ args: { node: "pve9" }, code: "not_found", text: /no node pve9, only pve1/ }],
  },

  get_capacity: {
    args: { node: "pve2" },
    prepare: measuredForAMonth,
    request: ["GET", /^\/cluster\/resources$/],
    works: async (value, site) => {
      assert.deepEqual(
        value.guests.map((row: Row) => [row.vmid, row.fate, row.newest_backup_at !== undefined]),
        [
          [102, "lost", false],
          [103, "lost", false],
          [201, "lost", false],
          [202, "lost", true],
          [110, "restarted by HA", false],
        ],
      );
      const [loss] = value.if_lost;
      assert.deepEqual([loss.guests, loss.lost, loss.lost_without_backup], [5, 4, 3]);
      assert.equal(loss.rest_fits, true);
      const nfs = value.storages.find((row: Row) => row.storage === "nfs1");
      assert.equal(nfs.node, undefined, "a shared storage is told once");
      assert.equal(nfs.promised_bytes, 32 * GIB);
      const all = await site.call("get_capacity");
      assert.equal(all.value.guests, undefined);
      assert.deepEqual(all.value.nodes.map((row: Row) => row.node), ["pve1", "pve2", "pve3"]);
    },
    refuses: [{ args: { node: "pve9" }, code: "not_found", text: /no node pve9, only pve1/ }],
  },

  get_right_size: {
    args: { vmid: 100 },
    prepare: (site) => {
      measuredForAMonth(site);
      const web = site.fake.state.guests.get(100);
      assert.ok(web);
      Object.assign(web.load, { cpu: 0.1, mem: 0.2 });
    },
    request: ["GET", /rrddata$/],
    works: async ({ guests: [row] }, site) => {
      assert.equal(row.memory_mib, 2048);
      assert.equal(row.memory_peak_mib, Math.round(2 * GIB * 0.2 / MIB));
      assert.equal(row.memory_proposed_mib, 768);
      assert.match(row.reasons.join(), /used at most 410 of 2048 MiB/);
      const { value } = await site.call("get_right_size");
      const stopped = value.guests.find((each: Row) => each.vmid === 101);
      assert.equal(stopped.memory_proposed_mib, undefined);
      assert.match(
        stopped.reasons.join(),
        /^nothing was measured in the last month and it is stopped now$/,
      );
    },
    refuses: [{ args: { limit: 101 }, code: "invalid", text: /limit/ }],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
