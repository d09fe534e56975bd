import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import type { Site } from "../../site.ts";
import { changes, lastChange } from "../requests.ts";
import type { ToolCase } from "../tool_case.ts";

function job(site: Site, id: string) {
  const found = site.fake.state.backupJobs.get(id);
  assert.ok(found, `there is no job ${id}`);
  return found;
}

export const BACKUP_JOBS = {
  create_backup_job: {
    args: {
      id: "weekend",
      schedule: "sat,sun 03:30",
      vmids: ["web1", 200],
      keep: "keep-daily=7,keep-weekly=4",
      notes_template: "{{guestname}}\nweekend",
    },
    request: ["POST", /^\/cluster\/backup$/],
    works: (value, site) => {
      assert.equal(value.id, "weekend");
      assert.deepEqual(job(site, "weekend"), {
        id: "weekend",
        type: "vzdump",
        enabled: 1,
        schedule: "sat,sun 03:30",
        vmid: "100,200",
        storage: "nfs1",
        mode: "snapshot",
        compress: "zstd",
        "prune-backups": "keep-daily=7,keep-weekly=4",
        "notes-template": "{{guestname}}\\nweekend",
      });
      assert.equal(value.job.guests, "100,200");
      assert.equal(value.job.keep, "keep-daily=7,keep-weekly=4");
      assert.equal(value.next_runs.length, 3);
      assert.equal(value.next_runs[0], value.job.next_run);
      assert.match(value.next_runs[0], /T03:30:00/);
      assert.deepEqual(value.notes, [
        "storage nfs1 was chosen: the shared one with the most free space",
      ]);
      assert.equal(value.undo, 'delete_backup_job {"id":"weekend"}');
    },
    refuses: [
      {
        args: { schedule: "nonsense", all: true },
        code: "invalid",
        text: /invalid calendar event 'nonsense'.*; schedules are like "02:00", "mon\.\.fri 21:00"/,
      },
      {
        args: { schedule: "02:00" },
        code: "invalid",
        text: /say which guests: all, vmids or pool/,
      },
      { args: { all: true }, code: "invalid", text: /schedule/ },
      {
        args: { schedule: "02:00", all: true, pool: "dev" },
        code: "invalid",
        text: /give one of all, vmids and pool/,
      },
      {
        args: { schedule: "02:00", pool: "dev", exclude: [100] },
        code: "invalid",
        text: /exclude goes with all/,
      },
      {
        args: { schedule: "02:00", pool: "prodd" },
        code: "not_found",
        text: /there is no pool prodd, only dev, prod \(did you mean prod\?\)/,
      },
      {
        args: { schedule: "02:00", all: true, storage: "nfs2" },
        code: "not_found",
        text: /no storage nfs2 for backup within reach, only local, nfs1 \(did you mean nfs1\?\)/,
      },
      {
        args: { schedule: "02:00", all: true, node: "pve9" },
        code: "not_found",
        text: /there is no node pve9, only pve1, pve2, pve3/,
      },
      {
        args: { schedule: "02:00", all: true, keep: "7 days" },
        code: "invalid",
        text: /must be like keep-daily=7/,
      },
      {
        args: { schedule: "02:00", all: true, id: "backup-nightly" },
        code: "conflict",
        text: /there is a backup job backup-nightly already, which does something else/,
      },
    ],
    variants: [
      { args: { schedule: "02:00", pool: "dev" } },
      {
        args: { schedule: "mon..fri 21:00", all: true, exclude: [900], storage: "local", id: "x1" },
      },
    ],
  },

  delete_backup_job: {
    args: { id: "backup-nightly" },
    request: ["DELETE", /^\/cluster\/backup\/backup-nightly$/],
    works: (value, site) => {
      assert.equal(site.fake.state.backupJobs.size, 0);
      assert.match(value.undo, /^create_backup_job \{"id":"backup-nightly","schedule":"02:00",/);
      assert.match(value.undo, /"vmids":\[100,101,200\]/);
    },
    refuses: [
      {
        args: { id: "nightly" },
        code: "not_found",
        text: /there is no backup job nightly, only backup-nightly/,
      },
      { args: { id: "../x" }, code: "invalid", text: /must be a backup job's id/ },
    ],
  },

  run_backup_job: {
    args: { id: "backup-nightly" },
    request: ["POST", /^\/nodes\/pve1\/vzdump$/],
    works: (value, site) => {
      assert.equal(value.failed, 0);
      assert.deepEqual(value.nodes.map(({ upid: _, ...row }: Record<string, unknown>) => row), [
        { node: "pve1", vmids: [100, 101, 200], result: "done" },
      ]);
      const { "notes-template": notes, ...body } = lastChange(site).body;
      assert.match(String(notes), /^by ada, proxmox-mcp [0-9a-f-]{36}$/);
      assert.deepEqual(body, {
        storage: "nfs1",
        mode: "snapshot",
        compress: "zstd",
        vmid: "100,101,200",
        remove: false,
      });
      assert.equal(changes(site).length, 1);
    },
    refuses: [
      { args: { id: "nightly" }, code: "not_found", text: /no backup job nightly/ },
      {
        args: { id: "backup-nightly" },
        prepare: (site) => job(site, "backup-nightly").vmid = "998",
        code: "conflict",
        text: /covers no guest that could be backed up now/,
      },
      {
        args: { id: "backup-nightly" },
        prepare: (site) => job(site, "backup-nightly").script = "/root/hook.sh",
        code: "conflict",
        text: /the job sets script, which only root@pam without a token may/,
      },
      {
        args: { id: "backup-nightly" },
        prepare: (site) => {
          site.fake.offline("pve2");
          site.fake.offline("pve3");
        },
        code: "unavailable",
        text: /no quorum/,
      },
    ],
    variants: [
      {
        args: { id: "backup-nightly" },
        prepare: (site) => {
          const { vmid: _, ...rest } = job(site, "backup-nightly");
          const nightly = { ...rest, all: 1, exclude: "900", bwlimit: 1000 };
          site.fake.state.backupJobs.set("backup-nightly", nightly);
        },
      },
    ],
  },

  update_backup_job: {
    args: { id: "backup-nightly", schedule: "mon..fri 01:00", vmids: [100, "ct1"], enabled: false },
    request: ["PUT", /^\/cluster\/backup\/backup-nightly$/],
    works: (value, site) => {
      assert.deepEqual(value.changes, {
        enabled: { from: true, to: false },
        schedule: { from: "02:00", to: "mon..fri 01:00" },
        guests: { from: "100,101,200", to: "100,200" },
      });
      assert.deepEqual(lastChange(site).body, {
        schedule: "mon..fri 01:00",
        vmid: "100,200",
        enabled: false,
      });
      assert.equal(value.job.enabled, false);
      assert.equal(
        value.undo,
        'update_backup_job {"id":"backup-nightly","schedule":"02:00","vmids":[100,101,200],"enabled":true}',
      );
    },
    refuses: [
      { args: { id: "nightly", enabled: false }, code: "not_found", text: /only backup-nightly/ },
      {
        args: { id: "backup-nightly", exclude: [100] },
        code: "invalid",
        text: /exclude goes with all, and this job names its guests/,
      },
      {
        args: { id: "backup-nightly", comment: "x", unset: ["comment"] },
        code: "invalid",
        text: /comment is both given and in unset/,
      },
      { args: { id: "backup-nightly", schedule: "often" }, code: "invalid", text: /schedules are/ },
    ],
    variants: [
      { args: { id: "backup-nightly", pool: "dev", unset: ["comment"] } },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
