import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { guest, set } from "../guests.ts";
import { lastChange } from "../requests.ts";
import type { ToolCase } from "../tool_case.ts";
import { IMAGE, withImage } from "./guests_hardware.ts";

export const TEMPLATE = "debian-13-standard_13.1-2_amd64.tar.zst";

export const GUESTS_LIFECYCLE = {
  create_container: {
    args: {
      vmid: 300,
      hostname: "new1",
      template: TEMPLATE,
      node: "pve1",
      storage: "local-lvm",
      disk_size: 4,
      ip: "10.0.2.9/24",
      gateway: "10.0.2.1",
      ssh_public_keys: ["ssh-ed25519 AAAA ada@example"],
      tags: ["a", "b"],
      start: true,
    },
    request: ["POST", /pve1\/lxc$/],
    works: (value, site) => {
      assert.deepEqual([value.vmid, value.node, value.storage], [300, "pve1", "local-lvm"]);
      const { config, status } = guest(site, 300);
      assert.equal(status, "running");
      assert.match(String(config.rootfs), /^local-lvm:.*size=4G/);
      assert.match(String(config.net0), /ip=10\.0\.2\.9\/24/);
      assert.equal(config.features, "nesting=1");
      assert.equal(lastChange(site).body.ostemplate, `local:vztmpl/${TEMPLATE}`);
      assert.ok(!("password" in lastChange(site).body));
    },
    refuses: [
      {
        args: { hostname: "x", template: "nosuch.tar.zst", node: "pve1" },
        code: "not_found",
        text: /no vztmpl image nosuch\.tar\.zst on node pve1; it has: local:vztmpl\//,
      },
      {
        args: { hostname: "x", node: "pve1" },
        code: "invalid",
        text:
          /none is given for node pve1; it has: local:vztmpl\/.*with pull: true Proxmox fetches: alpine-3\.22.*ubuntu-24\.04/,
      },
      {
        args: { hostname: "x", node: "pve1", template: "debian-12-stanard_12.12-1_amd64.tar.zst" },
        code: "not_found",
        text:
          /Proxmox fetches: debian-12.*\(did you mean debian-12-standard_12\.12-1_amd64\.tar\.zst\?\)/,
      },
      {
        args: { hostname: "x", template: TEMPLATE, node: "pve1", bridge: "vmbr9" },
        code: "not_found",
        text: /node pve1 has no bridge vmbr9, only vmbr0/,
      },
      {
        args: { hostname: "x", template: TEMPLATE, node: "pve1", storage: "nosuch" },
        code: "not_found",
        text: /no active storage nosuch for rootdir/,
      },
      { args: { hostname: "a b", template: TEMPLATE }, code: "invalid", text: /DNS name/ },
      { args: { hostname: "a..b", template: TEMPLATE }, code: "invalid", text: /DNS name/ },
      {
        args: { hostname: "x", template: TEMPLATE, node: "pve1", gateway: "10.0.2.1" },
        code: "invalid",
        text: /gateway: goes with a fixed address only, this one is dhcp/,
      },
      {
        args: { hostname: "x", template: TEMPLATE, ip: "dhcp,hwaddr=x" },
        code: "invalid",
        text: /ip: must be dhcp/,
      },
    ],
    variants: [
      { args: { hostname: "new2", template: TEMPLATE, pool: "dev" } },
      { args: { hostname: "new2", template: TEMPLATE, unprivileged: false } },
      { args: { hostname: "new2", template: "debian-12-standard", pull: true } },
      { args: { hostname: "new2", template: "docker.io/library/debian:13", pull: true } },
    ],
  },

  create_vm: {
    args: {
      vmid: 310,
      name: "new1",
      cpus: 2,
      memory: 512,
      disk_size: 4,
      storage: "local-lvm",
      node: "pve1",
      tags: ["a", "b"],
      description: "made here",
      start: true,
    },
    request: ["POST", /pve1\/qemu$/],
    works: (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.deepEqual(
        [value.vmid, value.node, value.storage, value.disk],
        [310, "pve1", "local-lvm", "local-lvm:4"],
      );
      const { config, status } = guest(site, 310);
      assert.equal(status, "running");
      assert.deepEqual(
        [config.name, config.cores, Number(config.memory), config.tags, config.description],
        ["new1", 2, 512, "a;b", "made here"],
      );
      assert.match(String(config.scsi0), /^local-lvm:vm-310-disk-0,size=4G/);
      assert.match(String(config.net0), /bridge=vmbr0/);
    },
    refuses: [
      {
        args: { name: "x1", storage: "nosuch", node: "pve1" },
        code: "not_found",
        text: /no active storage nosuch for images; it has: /,
      },
      {
        args: { name: "x1", iso_name: "nosuch.iso", node: "pve1" },
        code: "not_found",
        text: /no ISO image nosuch.iso/,
      },
      {
        args: { name: "x1", node: "pve1", bridge: "vmbr9" },
        code: "not_found",
        text: /node pve1 has no bridge vmbr9, only vmbr0/,
      },
      {
        args: { name: "x1", ci_user: "ada" },
        code: "invalid",
        text: /ci_user: only with preset cloud-image/,
      },
      {
        args: { name: "x1", node: "pve1", preset: "cloud-image" },
        code: "invalid",
        text: /image: none is given; node pve1 has: none; use download_image with content: import/,
      },
      {
        args: { name: "x1", node: "pve1", preset: "linux", image: "x.qcow2" },
        code: "invalid",
        text: /image: only with preset cloud-image/,
      },
      { args: { name: "x1", preset: "windows" }, code: "invalid", text: /preset/ },
      {
        args: { name: "x1", disk_size: 60_000, node: "pve1" },
        code: "conflict",
        text: /no storage of node pve1 has 60000 GiB free/,
      },
      { args: { name: "bad name" }, code: "invalid", text: /name/ },
      { args: { name: "x1", vmid: 99 }, code: "invalid", text: /vmid/ },
      { args: { name: "x1", memory: "lots" }, code: "invalid", text: /memory/ },
      { args: { cpus: 1 }, code: "invalid", text: /name/ },
    ],
    variants: [
      { args: { name: "new2" } },
      { args: { name: "new3", pool: "dev" } },
      { args: { name: "new4", iso_name: "debian-13.iso", node: "pve1" } },
      { args: { name: "new5", preset: "linux" } },
      { args: { name: "new6", preset: "windows-11" } },
      {
        args: { name: "new7", preset: "cloud-image", image: IMAGE, ci_user: "ada" },
        prepare: withImage,
      },
      {
        args: { name: "new8", preset: "cloud-image", image: IMAGE, disk_size: 20, start: true },
        prepare: withImage,
      },
    ],
  },

  delete_container: {
    args: { vmid: 202 },
    request: ["DELETE", /pve2\/lxc\/202$/],
    works: (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.equal(site.fake.state.guests.has(202), false);
      assert.deepEqual(lastChange(site).query, { purge: "1" });
    },
    refuses: [
      { args: { vmid: 200 }, code: "conflict", text: /200 is running; stop it or give force/ },
      {
        args: { vmid: 101 },
        code: "conflict",
        text: /101 is a VM, not a container: use delete_vm$/,
      },
      {
        args: { vmid: 202, force: true },
        code: "conflict",
        text: /container 202 is protected .* remove that with update_container/,
        prepare: set(202, { protection: 1 }),
      },
      {
        args: { vmid: 202 },
        code: "conflict",
        text: /container 202 is locked \(backup\)/,
        prepare: set(202, { lock: "backup" }),
      },
    ],
    variants: [
      { args: { vmid: 202, purge: false } },
      { args: { vmid: 201, force: true } },
    ],
  },

  delete_vm: {
    args: { vmid: 150 },
    request: ["DELETE", /pve3\/qemu\/150$/],
    works: async (value, site) => {
      assert.equal(value.exit_status, "OK");
      assert.equal(site.fake.state.guests.has(150), false);
      assert.equal((await site.call("get_vm_usage", { vmid: 150 })).code, "not_found");
      assert.deepEqual(lastChange(site).query, { purge: "1" });
      assert.equal(value.notes, undefined);
      const { volumes } = site.fake.state;
      const disk = volumes.find(({ vmid, content }) => vmid === 102 && content === "images");
      assert.ok(disk);
      volumes.push({ ...disk, volid: `${disk.volid}9` });
      const gone = await site.call("delete_vm", { vmid: 102, force: true });
      assert.equal(gone.value?.guest_status, "deleted", gone.text);
      assert.match(gone.value.notes[0], new RegExp(`^there still, .*: ${disk.volid}9; see get_`));
    },
    refuses: [
      { args: { vmid: 110 }, code: "conflict", text: /VM 110 is running; stop it or give force/ },
      { args: { vmid: 103, force: true }, code: "conflict", text: /protection: 1/ },
      {
        args: { vmid: 202 },
        code: "conflict",
        text: /202 is a container, not a VM: use delete_container$/,
      },
    ],
    variants: [
      { args: { vmid: 150, purge: false } },
      { args: { vmid: 102, force: true } },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
