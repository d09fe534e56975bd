import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { calling } from "../guests.ts";
import { onZfs } from "../replicas.ts";
import type { ToolCase } from "../tool_case.ts";

const JOB = { job: "101-0" };
const UNKNOWN = {
  args: { job: "101-1" },
  code: "not_found",
  text: /there is no replication job 101-1, only 101-0 \(did you mean 101-0\?\)/,
};

export const REPLICATION = {
  create_replication_job: {
    args: { vmid: 100, target: "pve2", schedule: "hourly", rate: 20 },
    prepare: onZfs,
    request: ["POST", /^\/cluster\/replication$/],
    unchanged: [{ vmid: 101, target: "pve2" }, { vmid: 101, target: "pve2", schedule: "*/15" }],
    refuses: [
      {
        args: { vmid: 101, target: "pve2", rate: 5 },
        code: "conflict",
        text: /job 101-0 replicates it to pve2 already: use update_replication_job/,
      },
      {
        args: { vmid: 100, target: "pve1" },
        code: "conflict",
        text: /VM 100 is on node pve1 itself/,
      },
      {
        args: { vmid: 100, target: "pve22" },
        code: "not_found",
        text: /there is no node pve22, only pve1, pve2, pve3 \(did you mean pve2\?\)/,
      },
      {
        args: { vmid: 101, target: "pve3" },
        code: "conflict",
        text: /scsi0 is on local-lvm \(lvmthin\), and only a ZFS pool can be replicated/,
      },
      {
        args: { vmid: 100, target: "pve3" },
        prepare: onZfs,
        code: "conflict",
        text: /scsi0 is on tank, which node pve3 does not have/,
      },
      {
        args: { vmid: 100, target: "pve2" },
        prepare: ({ fake }) => fake.offline("pve2"),
        code: "conflict",
        text: /node pve2 is offline/,
      },
    ],
    works: (value, site) => {
      assert.deepEqual([value.job, value.target, value.undo], [
        "100-0",
        "pve2",
        "delete_replication_job 100-0",
      ]);
      const job = site.fake.state.replication.get("100-0");
      assert.deepEqual([job?.schedule, job?.rate, job?.source], ["hourly", 20, "pve1"]);
    },
  },

  update_replication_job: {
    args: { ...JOB, schedule: "22:30", rate: 10, enabled: false },
    request: ["PUT", /^\/cluster\/replication\/101-0$/],
    unchanged: [{ ...JOB, schedule: "*/15", rate: 0, enabled: true }],
    refuses: [
      { ...UNKNOWN, args: { job: "101-1", rate: 1 } },
      { args: { ...JOB, rate: 0.5 }, code: "invalid", text: /rate: must be 0, or 1 or more/ },
    ],
    works: async (value, site) => {
      assert.deepEqual(value.changes, {
        schedule: { from: "*/15", to: "22:30" },
        rate: { from: 0, to: 10 },
        enabled: { from: true, to: false },
      });
      assert.match(value.undo, /^update_replication_job 101-0: schedule back to "\*\/15"/);
      const job = () => site.fake.state.replication.get("101-0");
      assert.deepEqual([job()?.rate, job()?.disable], [10, true]);
      await calling("update_replication_job", { ...JOB, rate: 0, enabled: true })(site);
      assert.deepEqual([job()?.rate, job()?.disable], [undefined, undefined]);
    },
  },

  delete_replication_job: {
    args: { ...JOB, keep: true },
    request: ["DELETE", /^\/cluster\/replication\/101-0$/],
    refuses: [UNKNOWN],
    works: async (value, site) => {
      const { replication } = site.fake.state;
      assert.equal(replication.get("101-0")?.removeJob, "local");
      assert.match(value.notes[0], /^stay on node pve2: copies of local-lvm:vm-101-disk-0/);
      assert.match(value.undo, /^create_replication_job {"vmid":101,"target":"pve2","schedule"/);
      const again = await site.call("delete_replication_job", JOB);
      assert.equal(again.value.unchanged, true);
      const forced = await site.call("delete_replication_job", { ...JOB, force: true });
      assert.equal(forced.isError, false, forced.text);
      assert.equal(replication.size, 0);
    },
  },

  run_replication_now: {
    args: JOB,
    request: ["POST", /^\/nodes\/pve1\/replication\/101-0\/schedule_now$/],
    refuses: [
      UNKNOWN,
      {
        args: JOB,
        prepare: calling("update_replication_job", { ...JOB, enabled: false }),
        code: "conflict",
        text: /job 101-0 is off: use update_replication_job/,
      },
      {
        args: JOB,
        prepare: calling("delete_replication_job", JOB),
        code: "conflict",
        text: /job 101-0 is being deleted/,
      },
    ],
    works: (value, site) => {
      assert.equal(site.fake.state.replication.get("101-0")?.due, true);
      assert.deepEqual([value.vmid, value.job, value.target], [101, "101-0", "pve2"]);
      assert.match(value.notes[0], /begins within a minute/);
    },
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
