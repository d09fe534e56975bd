import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { backupOf, CONTAINER_BACKUP, nameBackups, VM_BACKUP } from "../backups.ts";
import { calling } from "../guests.ts";
import { changes } from "../requests.ts";
import type { ToolCase } from "../tool_case.ts";

export const REHEARSALS = {
  get_rehearsals: {
    args: { vmid: 100 },
    prepare: calling("rehearse_restore", { vmid: 100 }),
    request: null,
    goneGuests: "what was tried outlives its guest",
    works: (value) => {
      assert.equal(value.rehearsals.length, 1);
      assert.deepEqual([value.rehearsals[0].vmid, value.rehearsals[0].result], [100, "proved"]);
    },
  },

  rehearse_restore: {
    args: { vmid: 100 },
    request: ["POST", /^\/nodes\/pve1\/qemu$/],
    works: (value, site) => {
      assert.deepEqual([value.result, value.state, value.copy_vmid], ["proved", "ended", 104]);
      assert.equal(value.answered.os, "Debian GNU/Linux 13 (trixie)");
      assert.equal(value.answered.hostname, "web1");
      assert.equal(value.answered.filesystems[0].mountpoint, "/");
      assert.ok(!site.fake.state.guests.has(104), "the copy is still there");
      const [restore, cut, start] = changes(site);
      assert.deepEqual(restore?.body, {
        vmid: 104,
        archive: backupOf(site, 100).volid,
        storage: "nfs1",
        unique: true,
        name: "rehearsal-100",
        tags: "rehearsal",
        description: (restore?.body as { description: string }).description,
        onboot: false,
        protection: false,
      });
      assert.match(JSON.stringify(cut?.body), /^\{"net0":"virtio=BC[^"]*,link_down=1"\}$/);
      assert.match(String(start?.path), /104\/status\/start$/);
    },
    refuses: [
      { args: { vmid: 102 }, code: "not_found", text: /VM 102 has no good backup/ },
      {
        args: { vmid: 100, volid: "nfs1:backup/vzdump-qemu-100-nosuch.vma.zst" },
        code: "not_found",
        text: /there is no volume/,
      },
      {
        args: { vmid: 100, storage: "nosuch" },
        code: "not_found",
        text: /no active storage nosuch for images; it has: local/,
      },
      { args: { vmid: 100, node: "pve9" }, code: "not_found", text: /pve9/ },
      { args: { vmid: 100, timeout_minutes: 0 }, code: "invalid", text: /timeout_minutes/ },
      { args: { vmid: 100, stroage: "nfs1" }, code: "invalid", text: /did you mean storage/ },
      {
        args: { vmid: 100, volid: CONTAINER_BACKUP },
        code: "conflict",
        text: /is a backup of guest 200/,
        prepare: nameBackups,
      },
      {
        args: { vmid: 100 },
        code: "conflict",
        text: /storage nfs1 has no room for the copy: 36\.0 GiB are needed/,
        prepare: (site) => {
          for (const storage of site.fake.state.storages.values()) storage.baseUsed = storage.total;
          const nfs = site.fake.state.storages.get("nfs1");
          assert.ok(nfs);
          nfs.baseUsed = nfs.total - 40 * 2 ** 30;
        },
      },
      {
        args: { vmid: 100 },
        code: "conflict",
        text: /node pve1 has 1\.0 GiB of memory free, it may use 2\.0 GiB/,
        prepare: (site) => {
          const node = site.fake.state.nodes.get("pve1");
          assert.ok(node);
          node.memoryUsed = node.memory - 2 ** 30;
        },
      },
      ...[
        ["hookscript", "local:snippets/hook.pl", "runs a script on the node"],
        ["hostpci0", "0000:01:00.0", "takes a device of the node"],
        ["usb0", "host=1-2", "takes a device of the node"],
        ["args", "-netdev user,id=x", "may connect it past its network cards"],
      ].map(([key = "", value = "", harm]) => ({
        args: { vmid: 100 },
        code: "conflict",
        text: new RegExp(`a copy is not safe to start: ${key} ${harm}`),
        prepare: (site: Parameters<typeof backupOf>[0]) => {
          Object.assign(backupOf(site, 100).backup?.config ?? {}, { [key]: value });
        },
      })),
      {
        args: { vmid: 100 },
        code: "conflict",
        text: /nfs1:\S+ is a backup of a template, of which no copy starts/,
        prepare: (site) => {
          Object.assign(backupOf(site, 100).backup?.config ?? {}, { template: 1 });
        },
      },
      {
        args: { vmid: 200 },
        code: "conflict",
        text: /mp0 writes to a folder or disk of the node/,
        prepare: (site) => {
          Object.assign(backupOf(site, 200).backup?.config ?? {}, { mp0: "/srv,mp=/srv" });
        },
      },
      {
        args: { vmid: 100 },
        code: "not_found",
        text: /VM 100 has no good backup/,
        prepare: (site) => {
          backupOf(site, 100).verification = { state: "failed", upid: "UPID:x" };
        },
      },
    ],
    variants: [
      { args: { vmid: 200 } },
      { args: { vmid: 100, volid: VM_BACKUP, storage: "local-lvm" }, prepare: nameBackups },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
