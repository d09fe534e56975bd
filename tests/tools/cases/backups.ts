import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { backupOf, CONTAINER_BACKUP, LISTED_BACKUPS, nameBackups, VM_BACKUP } from "../backups.ts";
import { calling, guest, set } from "../guests.ts";
import { lastChange } from "../requests.ts";
import type { ToolCase } from "../tool_case.ts";

export const BACKUPS = {
  create_backup: {
    args: { vmid: 102, storage: "nfs1", notes: "before\\the upgrade\nby ada", protected: true },
    request: ["POST", /pve2\/vzdump$/],
    works: async (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.equal(value.storage, "nfs1");
      const { body } = lastChange(site);
      assert.equal(body.remove, false, "older backups must stay");
      assert.match(
        String(body["notes-template"]),
        /^before\\\\the upgrade\\nby ada \(by ada, proxmox-mcp [0-9a-f-]{36}\)$/,
      );
      assert.equal(backupOf(site, 102).protected, true);
      const chosen = await site.call("create_backup", { vmid: "ct1" }, { role: "write" });
      assert.equal(chosen.value?.exit_status, "OK", chosen.text);
      assert.equal(chosen.value.storage, "nfs1");
    },
    refuses: [
      {
        args: { vmid: 102, storage: "local-lvm" },
        code: "not_found",
        text: /no active storage local-lvm for backup; it has: /,
      },
      {
        args: { vmid: 102 },
        code: "conflict",
        text: /VM 102 is locked \(backup\)/,
        prepare: set(102, { lock: "backup" }),
      },
      { args: { vmid: 102, mode: "fast" }, code: "invalid", text: /mode/ },
    ],
    variants: [
      { args: { vmid: 102, storage: "local", mode: "stop", compress: "gzip" } },
    ],
  },

  delete_backup: {
    args: { volid: VM_BACKUP },
    prepare: nameBackups,
    request: ["DELETE", /storage\/nfs1\/content\/nfs1%3Abackup%2Fvzdump-qemu-100-test\.vma\.zst$/],
    works: (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.ok(!site.fake.state.volumes.some((volume) => /100-test/.test(volume.volid)));
    },
    refuses: [
      {
        args: { volid: "nfs1:backup/vzdump-qemu-100-nosuch.vma.zst" },
        code: "not_found",
        text: /there is no volume nfs1:backup/,
      },
      {
        args: { volid: "local:iso/debian-13.iso", node: "pve1" },
        code: "conflict",
        text: /but iso/,
      },
      { args: { volid: "nfs1:../../x" }, code: "not_found", text: /there is no volume/ },
      { args: { volid: "nosuch:backup/x" }, code: "not_found", text: /no storage nosuch/ },
      { args: { volid: "x" }, code: "invalid", text: /volid/ },
      {
        args: { volid: "nfs1:backup/kept" },
        code: "conflict",
        text: /is protected; remove the protection first/,
        prepare: (site) => {
          Object.assign(backupOf(site, 100), { volid: "nfs1:backup/kept", protected: true });
        },
      },
    ],
    variants: [
      { args: { volid: CONTAINER_BACKUP }, prepare: nameBackups },
    ],
  },

  get_backup_coverage: {
    args: {},
    request: ["GET", /storage\/local\/content$/],
    partial: true,
    undeclared: LISTED_BACKUPS,
    works: async (value, site) => {
      const row = (vmid: number) =>
        value.guests.find((guest: { vmid: number }) => guest.vmid === vmid);
      assert.equal(row(100).state, "backed up");
      assert.ok(row(100).age_seconds >= 86_400);
      assert.match(row(100).volid, /^nfs1:backup\/vzdump-qemu-100-/);
      assert.deepEqual(row(100).jobs, ["backup-nightly"]);
      assert.deepEqual(row(150).jobs, []);
      assert.equal(row(102).state, "not backed up");
      assert.equal(value.total, site.fake.state.guests.size);
      assert.equal(value.not_backed_up, value.total - 5);
      const old = await site.call("get_backup_coverage", { older_than_hours: 48 });
      const vmids = old.value.guests.map((guest: { vmid: number }) => guest.vmid);
      assert.ok(vmids.includes(101) && vmids.includes(102) && !vmids.includes(100));
    },
  },

  get_backup_jobs: {
    args: {},
    request: ["GET", /cluster\/backup$/],
    works: async (value, site) => {
      assert.equal(value.total, 1);
      const [job] = value.jobs;
      assert.equal(job.id, "backup-nightly");
      assert.equal(job.enabled, true);
      assert.equal(job.guests, "100,101,200");
      assert.match(job.next_run, /^\d{4}-\d\d-\d\dT/);
      site.fake.state.backupJobs.set("all", {
        id: "all",
        type: "vzdump",
        enabled: 0,
        all: 1,
        exclude: "900",
        schedule: "sun 03:00",
      });
      const again = await site.call("get_backup_jobs");
      assert.deepEqual(again.value.jobs[0], {
        id: "all",
        enabled: false,
        schedule: "sun 03:00",
        guests: "all but 900",
      });
    },
  },

  get_backups: {
    args: {},
    request: ["GET", /storage\/nfs1\/content$/],
    partial: true,
    undeclared: LISTED_BACKUPS,
    goneGuests: "backups outlive their guest",
    works: async (value, site) => {
      assert.equal(value.total, 5);
      assert.equal(value.warnings, undefined);
      const times = value.backups.map((row: { time: string }) => row.time);
      assert.deepEqual(times, times.toSorted().toReversed());
      assert.deepEqual(
        value.backups.map((row: { vmid: number }) => row.vmid).toSorted(),
        [100, 101, 150, 200, 202],
      );
      assert.equal(typeof value.backups[0].size_bytes, "number");
      const one = await site.call("get_backups", { vmid: "web1" });
      assert.deepEqual(one.value.backups.map((row: { vmid: number }) => row.vmid), [100]);
      const local = await site.call("get_backups", { storage: "local" });
      assert.deepEqual(local.value.backups.map((row: { vmid: number }) => row.vmid), [101]);
    },
    refuses: [
      { args: { storage: "nosuch" }, code: "not_found", text: /no storage nosuch for backup/ },
      {
        args: { storage: "local-lvm" },
        code: "not_found",
        text: /no storage local-lvm for backup/,
      },
      { args: { storage: "../../../access/users#" }, code: "invalid", text: /storage/ },
    ],
  },

  restore_backup: {
    args: { volid: VM_BACKUP, vmid: 400, unique: true, start: true, storage: "local-lvm" },
    goneGuests: "it makes the guest",
    prepare: nameBackups,
    request: ["POST", /\/qemu$/],
    works: (value, site) => {
      assert.deepEqual([value.vmid, value.type], [400, "qemu"]);
      assert.equal(guest(site, 400).config.name, "web1");
      assert.notEqual(guest(site, 400).config.net0, guest(site, 100).config.net0);
      const { body } = lastChange(site);
      assert.equal(body.archive, VM_BACKUP);
      assert.ok(!("restore" in body) && !("force" in body) && !("ostemplate" in body));
    },
    refuses: [
      {
        args: { volid: VM_BACKUP },
        code: "conflict",
        text: /VM 100 exists; give another vmid, or overwrite to replace it/,
        prepare: nameBackups,
      },
      {
        args: { volid: VM_BACKUP, overwrite: true },
        code: "conflict",
        text: /VM 100 is running; it must be stopped/,
        prepare: nameBackups,
      },
      {
        args: { volid: VM_BACKUP, vmid: 103, overwrite: true },
        code: "conflict",
        text: /VM 103 is protected/,
        prepare: nameBackups,
      },
      {
        args: { volid: CONTAINER_BACKUP, vmid: 101, overwrite: true },
        code: "conflict",
        text: /VM 101 is not of the backup's type/,
        prepare: nameBackups,
      },
      {
        args: { volid: VM_BACKUP, vmid: 101, node: "pve3", overwrite: true },
        code: "conflict",
        text: /VM 101 is on node pve1 and can be replaced only there/,
        prepare: nameBackups,
      },
      {
        args: { volid: VM_BACKUP, vmid: 400, storage: "nosuch" },
        code: "not_found",
        text: /no active storage nosuch for images/,
        prepare: nameBackups,
      },
      {
        args: { volid: "local:iso/debian-13.iso", vmid: 400 },
        code: "conflict",
        text: /is on pve1 and pve2 and pve3|is no backup but iso/,
      },
      {
        args: { volid: VM_BACKUP, vmid: 400 },
        code: "conflict",
        text: /the verification of .* has failed/,
        prepare: (site) => {
          nameBackups(site);
          backupOf(site, 100).verification = { state: "failed", upid: "UPID:x" };
        },
      },
      { args: { volid: VM_BACKUP, vmid: 400 }, code: "not_found", text: /there is no volume/ },
      { args: { volid: VM_BACKUP, vmid: "101;x" }, code: "invalid", text: /vmid/ },
    ],
    variants: [
      { args: { volid: CONTAINER_BACKUP, vmid: 401 }, prepare: nameBackups },
      {
        args: { volid: VM_BACKUP, overwrite: true },
        prepare: async (site) => {
          nameBackups(site);
          await calling("shutdown_vm", { vmid: 100 })(site);
        },
      },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
