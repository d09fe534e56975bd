import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import type { Site } from "../../site.ts";
import { lastChange } from "../requests.ts";
import type { ToolCase } from "../tool_case.ts";

/** A storage that nothing uses. */
export function addSpare({ fake }: Site): void {
  fake.state.storages.set("spare", {
    storage: "spare",
    type: "dir",
    content: ["iso"],
    shared: false,
    inactive: [],
    total: 1,
    baseUsed: 0,
    options: { path: "/srv/spare" },
  });
}

export const STORAGE_DEFINITIONS = {
  add_storage: {
    args: {
      storage: "nas",
      type: "nfs",
      server: "10.0.0.6",
      export: "/srv/nas",
      content: ["backup", "iso"],
      nodes: ["pve1", "pve2"],
      keep: "keep-last=3",
    },
    request: ["POST", /^\/storage$/],
    works: (value, site) => {
      assert.deepEqual(value.definition, {
        storage: "nas",
        type: "nfs",
        enabled: true,
        shared: true,
        content: ["backup", "iso"],
        nodes: ["pve1", "pve2"],
        keep: "keep-last=3",
        path: "/mnt/pve/nas",
        server: "10.0.0.6",
        export: "/srv/nas",
      });
      assert.deepEqual(lastChange(site).body.nodes, "pve1,pve2");
      assert.equal(value.undo, 'remove_storage {"storage":"nas"}');
    },
    refuses: [
      {
        args: { storage: "nas", type: "nfs", server: "10.0.0.6" },
        code: "invalid",
        text: /a storage of type nfs needs export/,
      },
      {
        args: { storage: "nas", type: "dir", path: "/srv", server: "10.0.0.6" },
        code: "invalid",
        text: /a storage of type dir has no server/,
      },
      {
        args: { storage: "nas", type: "zfspool", pool: "tank", content: ["iso"] },
        code: "invalid",
        text: /a storage of type zfspool cannot hold iso, only images, rootdir/,
      },
      {
        args: { storage: "nas", type: "dir", path: "/srv", nodes: ["pve9"] },
        code: "not_found",
        text: /there is no node pve9, only pve1, pve2, pve3/,
      },
      {
        args: { storage: "nfs1", type: "dir", path: "/srv" },
        code: "conflict",
        text: /there is a storage nfs1 already \(.*type nfs\); use update_storage/,
      },
      { args: { storage: "nas", type: "nsf" }, code: "invalid", text: /type/ },
      { args: { storage: "../x", type: "dir", path: "/srv" }, code: "invalid", text: /storage/ },
      {
        args: { storage: "nas", type: "dir", path: "srv" },
        code: "invalid",
        text: /absolute path/,
      },
    ],
    variants: [
      { args: { storage: "files", type: "dir", path: "/srv/files", enabled: false } },
    ],
  },

  remove_storage: {
    args: { storage: "spare" },
    prepare: (site) => {
      addSpare(site);
      Object.assign(site.fake.state.storages.get("spare")!, {
        disabled: true,
        options: { path: "/srv/spare", "prune-backups": "keep-last=3", mkdir: 0 },
      });
    },
    request: ["DELETE", /^\/storage\/spare$/],
    works: (value, site) => {
      assert.equal(site.fake.state.storages.has("spare"), false);
      assert.equal(
        value.undo,
        'add_storage {"storage":"spare","type":"dir","enabled":false,"content":["iso"],' +
          '"keep":"keep-last=3","path":"/srv/spare"}; not with it: its password where it has one, mkdir',
      );
    },
    refuses: [
      {
        args: { storage: "local-lvm" },
        code: "conflict",
        text: /storage local-lvm is in use: .*scsi0 of VM 100 \(web1\).*; take it out there first/,
      },
      {
        args: { storage: "nfs1" },
        code: "conflict",
        text: /in use: .*backup job backup-nightly/,
      },
      {
        args: { storage: "nfs2" },
        code: "not_found",
        text: /there is no storage nfs2, only local, local-lvm, nfs1 \(did you mean nfs1\?\)/,
      },
      {
        args: { storage: "spare" },
        prepare: (site) => {
          addSpare(site);
          site.fake.offline("pve3");
        },
        code: "unavailable",
        text: /whether it is in use is unknown: .*595/,
      },
    ],
  },

  update_storage: {
    args: { storage: "nfs1", enabled: false, content: ["backup", "iso"] },
    request: ["PUT", /^\/storage\/nfs1$/],
    works: (value, site) => {
      const { content, disabled } = site.fake.state.storages.get("nfs1") ?? {};
      assert.deepEqual([content, disabled], [["backup", "iso"], true]);
      assert.equal(value.definition.enabled, false);
      assert.match(lastChange(site).body.digest, /^[0-9a-f]{40}$/);
      assert.match(value.notes[0], /^in use: .*backup job backup-nightly$/);
      assert.equal(
        value.undo,
        'update_storage {"storage":"nfs1","enabled":true,"content":["images","iso","backup","rootdir"]}',
      );
    },
    refuses: [
      {
        args: { storage: "nfs2", enabled: false },
        code: "not_found",
        text: /there is no storage nfs2/,
      },
      {
        args: { storage: "local-lvm", content: ["iso"] },
        code: "invalid",
        text: /type lvmthin cannot hold iso/,
      },
      {
        args: { storage: "local-lvm", password: "x" },
        code: "invalid",
        text: /type lvmthin has no password/,
      },
      {
        args: { storage: "nfs1", nodes: ["pve4"] },
        code: "not_found",
        text: /there is no node pve4/,
      },
    ],
    variants: [
      { args: { storage: "local", nodes: ["pve1", "pve2"] } },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
