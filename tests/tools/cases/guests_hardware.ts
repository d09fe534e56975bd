import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import type { Site } from "../../site.ts";
import { guest, set } from "../guests.ts";
import { lastChange } from "../requests.ts";
import type { ToolCase } from "../tool_case.ts";

export const IMAGE = "local:import/debian-13-genericcloud-amd64.qcow2";

/** Lets the nodes' directory hold disk images, and puts one there. */
export function withImage({ fake: { state } }: Site): void {
  state.storages.get("local")?.content.push("import");
  for (const node of state.nodes.keys()) {
    state.volumes.push({
      volid: IMAGE,
      storage: "local",
      node,
      content: "import",
      format: "qcow2",
      size: 3 * 2 ** 30,
      ctime: 0,
    });
  }
}

const withIso = set(150, { ide2: "local:iso/debian-13.iso,media=cdrom,size=720M" });
const ISO = "local:iso/virtio-win.iso";
const INTO_CONTAINER = { vmid: 202, size_gib: 5, mount_point: "/srv/data" };
const ONE_MOUNTED = set(202, { mp0: "local:202/vm-202-disk-9.raw,mp=/srv,size=5G" });

export const GUESTS_HARDWARE = {
  add_disk: {
    args: { vmid: 101, size_gib: 50, ssd: true, discard: true },
    request: ["POST", /pve1\/qemu\/101\/config$/],
    works: (value, site) => {
      assert.deepEqual([value.device, value.storage], ["scsi1", "local-lvm"]);
      assert.match(value.notes[0], /storage local-lvm was chosen/);
      assert.match(value.undo, /remove_hardware of 101: scsi1; destroy_data: true also destroys/);
      assert.equal(value.changes.scsi1.to, "local-lvm:50,ssd=1,discard=on");
      assert.equal(
        guest(site, 101).config.scsi1,
        "local-lvm:vm-101-disk-1,discard=on,size=50G,ssd=1",
      );
      assert.match(lastChange(site).body.digest, /^[0-9a-f]{40}$/);
    },
    refuses: [
      { args: { vmid: 101 }, code: "invalid", text: /give size_gib, or unused/ },
      {
        args: { vmid: 101, size_gib: 1, unused: "unused0" },
        code: "invalid",
        text: /give size_gib, or unused/,
      },
      {
        args: { vmid: 101, unused: "unused0" },
        code: "not_found",
        text: /VM 101 has no disk unused0; it has: none/,
      },
      {
        args: { vmid: 101, size_gib: 1, storage: "local-lmv" },
        code: "not_found",
        text: /no active storage local-lmv for images; it has: local, local-lvm, nfs1/,
      },
      {
        args: { vmid: 101, size_gib: 60_000 },
        code: "conflict",
        text: /no storage of node pve1 has 60000 GiB free for images/,
      },
      {
        args: { vmid: 101, size_gib: 1, bus: "sata", iothread: true },
        code: "invalid",
        text: /iothread: only scsi and virtio/,
      },
      {
        args: { vmid: 101, size_gib: 1, bus: "virtio", ssd: true },
        code: "invalid",
        text: /ssd: a virtio disk cannot have it/,
      },
      {
        args: { vmid: 101, size_gib: 1, mount_point: "/srv" },
        code: "invalid",
        text: /mount_point: a VM's disk is mounted from inside/,
      },
      { args: { vmid: 202, size_gib: 1 }, code: "invalid", text: /a container's disk needs one/ },
      {
        args: { ...INTO_CONTAINER, bus: "scsi" },
        code: "invalid",
        text: /bus, format, iothread and ssd are for disks of VMs/,
      },
      {
        args: { vmid: 202, size_gib: 1, mount_point: "/srv,ro=1" },
        code: "invalid",
        text: /must be like \/srv\/data/,
      },
      {
        args: { vmid: 202, size_gib: 9, mount_point: "/srv" },
        code: "conflict",
        text: /mp0 \(local:202\/vm-202-disk-9\.raw\) is mounted at \/srv already/,
        prepare: ONE_MOUNTED,
      },
    ],
    variants: [
      { args: INTO_CONTAINER },
      { args: { vmid: 101, size_gib: 1, bus: "virtio", iothread: true, backup: false } },
      { args: { vmid: 102, size_gib: 1, storage: "local", format: "raw" } },
      {
        args: { vmid: 101, unused: "unused0" },
        prepare: (site) => site.call("remove_hardware", { vmid: 101, device: "scsi0" }),
      },
    ],
  },

  import_disk: {
    args: { vmid: 101, image: "debian-13-genericcloud-amd64.qcow2", boot_first: true },
    prepare: withImage,
    request: ["POST", /pve1\/qemu\/101\/config$/],
    works: (value, site) => {
      assert.deepEqual(
        [value.device, value.storage, value.image],
        ["scsi1", "local-lvm", IMAGE],
      );
      const { config } = guest(site, 101);
      assert.equal(config.scsi1, "local-lvm:vm-101-disk-1,size=3G");
      assert.equal(config.boot, "order=scsi1;scsi0;net0");
      assert.match(value.undo, /remove_hardware of 101: scsi1/);
    },
    refuses: [
      {
        args: { vmid: 101, image: "nosuch.qcow2" },
        code: "not_found",
        text:
          /no import image nosuch\.qcow2 on node pve1; it has: none; use download_image with content: import/,
      },
      {
        args: { vmid: 101, image: "debian-13-genericcloud-amd46.qcow2" },
        code: "not_found",
        text: /did you mean debian-13-genericcloud-amd64\.qcow2\?/,
        prepare: withImage,
      },
      {
        args: { vmid: 101, image: "local-lvm:vm-100-disk-0" },
        code: "not_found",
        text: /no import image local-lvm:vm-100-disk-0/,
      },
      { args: { vmid: 202, image: IMAGE }, code: "conflict", text: /202 is a container, not a VM/ },
    ],
    variants: [
      {
        args: { vmid: 102, image: IMAGE, storage: "local", format: "qcow2", bus: "sata" },
        prepare: withImage,
      },
    ],
  },

  attach_iso: {
    args: { vmid: 101, iso: "debian-13.iso", boot_first: true },
    request: ["PUT", /pve1\/qemu\/101\/config$/],
    works: async (value, site) => {
      assert.deepEqual([value.device, value.iso], ["ide2", "local:iso/debian-13.iso"]);
      assert.match(value.undo, /eject_iso of 101: drive ide2; update_vm of 101: boot order=scsi0/);
      const { config } = guest(site, 101);
      assert.equal(config.ide2, "local:iso/debian-13.iso,media=cdrom,size=720M");
      assert.equal(config.boot, "order=ide2;scsi0;net0");
      assert.equal(value.notes, undefined);
      config.boot = "order=scsi0;net0";
      const again = await site.call("attach_iso", { vmid: 101, iso: "debian-13.iso" });
      assert.equal(again.value.unchanged, true, again.text);
      assert.match(
        again.value.notes[0],
        /VM 101 boots from scsi0 first; boot_first has it boot/,
      );
      const other = await site.call("attach_iso", { vmid: 101, iso: ISO });
      assert.equal(guest(site, 101).config.ide2, `${ISO},media=cdrom,size=600M`, other.text);
      assert.match(
        other.value.undo,
        /attach_iso of 101: iso local:iso\/debian-13\.iso, drive ide2/,
      );
    },
    refuses: [
      {
        args: { vmid: 101, iso: "debian-31.iso" },
        code: "not_found",
        text:
          /no ISO image debian-31\.iso .* local:iso\/debian-13\.iso.*did you mean debian-13\.iso\?/,
      },
      {
        args: { vmid: 101, iso: "debian" },
        code: "not_found",
        text: /more than one ISO image on node pve1 begins with debian; it has: .*debian-12\.iso/,
        prepare: ({ fake: { state: { volumes } } }) => {
          const [first] = volumes.filter(({ node }) => node === "pve1");
          assert.ok(first);
          volumes.push({ ...first, volid: "local:iso/debian-12.iso" });
        },
      },
      {
        args: { vmid: 101, iso: ISO, drive: "scsi0" },
        code: "conflict",
        text: /scsi0 is no drive for CDs; the VM has none/,
      },
      { args: { vmid: 101, iso: ISO, drive: "net0" }, code: "invalid", text: /must be like ide2/ },
      { args: { vmid: 200, iso: ISO }, code: "conflict", text: /200 is a container, not a VM/ },
      {
        args: { vmid: 150, iso: "local:iso/other.iso" },
        code: "not_found",
        text: /no ISO image other\.iso/,
      },
      {
        args: { vmid: 150, iso: "third.iso" },
        code: "conflict",
        text: /all drives are full; give drive: the VM has ide0 \(.*\), ide2 \(/,
        prepare: (site) => {
          set(150, {
            ide0: "local:iso/debian-13.iso,media=cdrom",
            ide2: `${ISO},media=cdrom`,
          })(site);
          const [first] = site.fake.state.volumes.filter(({ node }) => node === "pve3");
          assert.ok(first);
          site.fake.state.volumes.push({ ...first, volid: "local:iso/third.iso" });
        },
      },
    ],
    variants: [
      { args: { vmid: 101, iso: "VirtIO" } },
      { args: { vmid: 101, iso: ISO } },
      { args: { vmid: 150, iso: ISO }, prepare: withIso },
    ],
  },

  eject_iso: {
    args: { vmid: 150 },
    prepare: withIso,
    request: ["PUT", /pve3\/qemu\/150\/config$/],
    works: async (value, site) => {
      assert.deepEqual([value.device, value.iso], ["ide2", "local:iso/debian-13.iso"]);
      assert.equal(value.undo, "attach_iso to 150: iso local:iso/debian-13.iso, drive ide2");
      assert.equal(guest(site, 150).config.ide2, "none,media=cdrom");
      const back = await site.call("attach_iso", { vmid: 150, iso: "debian-13.iso" });
      assert.equal(back.value.device, "ide2", back.text);
      assert.match(String(guest(site, 150).config.ide2), /^local:iso\/debian-13\.iso,media=cdrom/);
    },
    unchanged: [{ vmid: 101 }],
    refuses: [
      {
        args: { vmid: 150, drive: "ide0" },
        code: "not_found",
        text: /the VM has no drive ide0 for CDs; it has: ide2/,
        prepare: withIso,
      },
      {
        args: { vmid: 150 },
        code: "conflict",
        text: /several drives are full: .*ide0 \(.*give drive/,
        prepare: (site) => {
          withIso(site);
          set(150, { ide0: `${ISO},media=cdrom` })(site);
        },
      },
    ],
  },

  add_nic: {
    args: { vmid: 101, vlan: 20, firewall: true, rate_mb_per_s: 12.5 },
    request: ["PUT", /pve1\/qemu\/101\/config$/],
    works: async (value, site) => {
      assert.equal(value.device, "net1");
      assert.deepEqual(value.notes, ["bridge vmbr0 was chosen"]);
      assert.match(
        String(guest(site, 101).config.net1),
        /^virtio=BC:24:11:.*,bridge=vmbr0,firewall=1,rate=12\.5,tag=20$/,
      );
      assert.match(value.undo, /^remove_hardware of 101: net1$/);
      const mac = "BC:24:11:00:00:99";
      const own = await site.call("add_nic", { vmid: 101, model: "e1000", mac });
      assert.equal(guest(site, 101).config.net2, `e1000=${mac},bridge=vmbr0`, own.text);
      const inside = await site.call("add_nic", { vmid: 202, ip: "dhcp" });
      assert.equal(inside.isError, false, inside.text);
      assert.match(
        String(guest(site, 202).config.net1),
        /^name=eth1,bridge=vmbr0,hwaddr=BC:24:11:.*,ip=dhcp,type=veth$/,
      );
    },
    refuses: [
      {
        args: { vmid: 101, bridge: "vmbr9" },
        code: "not_found",
        text: /node pve1 has no bridge vmbr9, only vmbr0 \(did you mean vmbr0\?\)/,
      },
      { args: { vmid: 101, vlan: 4095 }, code: "invalid", text: /vlan/ },
      { args: { vmid: 101, mac: "nonsense" }, code: "invalid", text: /must be a MAC address/ },
      { args: { vmid: 101, ip: "dhcp" }, code: "invalid", text: /a VM has its addresses from/ },
      {
        args: { vmid: 202, model: "virtio" },
        code: "invalid",
        text: /a container's network card has none/,
      },
    ],
    variants: [{ args: { vmid: 202, bridge: "vmbr0", ip: "10.0.2.9/24", gateway: "10.0.2.1" } }],
  },

  update_nic: {
    args: { vmid: 100, vlan: 20 },
    request: ["PUT", /pve1\/qemu\/100\/config$/],
    works: async (value, site) => {
      const mac = "BC:24:11:00:00:64";
      assert.equal(value.device, "net0");
      assert.equal(guest(site, 100).config.net0, `virtio=${mac},bridge=vmbr0,tag=20`);
      assert.match(value.undo, /update_nic of 100: net0 back to "virtio=/);
      assert.match(lastChange(site).body.digest, /^[0-9a-f]{40}$/);
      const again = await site.call("update_nic", { vmid: 100, vlan: 20 });
      assert.equal(again.value.unchanged, true, again.text);
      await site.call("update_nic", { vmid: 100, vlan: 0, model: "e1000", link_down: true });
      assert.equal(guest(site, 100).config.net0, `e1000=${mac},bridge=vmbr0,link_down=1`);
    },
    unchanged: [{ vmid: 100 }, { vmid: 100, bridge: "vmbr0", vlan: 0, link_down: false }],
    refuses: [
      {
        args: { vmid: 100, nic: "net1", vlan: 20 },
        code: "not_found",
        text: /VM 100 has no network card net1, only net0 \(did you mean net0\?\)/,
      },
      {
        args: { vmid: 100, bridge: "vmbr1" },
        code: "not_found",
        text: /node pve1 has no bridge vmbr1, only vmbr0/,
      },
      { args: { vmid: 100, nic: "scsi0" }, code: "invalid", text: /must be like net0/ },
      { args: { vmid: 200, model: "e1000" }, code: "invalid", text: /network card has none/ },
    ],
    variants: [
      { args: { vmid: 200, vlan: 20, ip: "dhcp" } },
      { args: { vmid: 101, bridge: "vmbr0", firewall: true } },
    ],
  },

  remove_hardware: {
    args: { vmid: 101, device: "scsi0" },
    request: ["POST", /pve1\/qemu\/101\/config$/],
    works: async (value, site) => {
      assert.deepEqual([value.device, value.kept_as], ["scsi0", "unused0"]);
      assert.match(value.undo, /add_disk of 101: unused unused0; it was scsi0: local-lvm:vm-101/);
      assert.match(value.undo, /; update_vm of 101: boot order=scsi0;net0, with its new key/);
      const { config } = guest(site, 101);
      assert.deepEqual([config.scsi0, config.unused0], [undefined, "local-lvm:vm-101-disk-0"]);
      assert.equal(config.boot, "order=net0");
      const back = await site.call("add_disk", { vmid: 101, unused: "unused0" });
      assert.equal(back.value.device, "scsi0", back.text);
      assert.deepEqual(
        [config.scsi0, config.unused0],
        ["local-lvm:vm-101-disk-0,size=64G", undefined],
      );
    },
    refuses: [
      {
        args: { vmid: 101, device: "scsi1" },
        code: "not_found",
        text: /VM 101 has no scsi1 to remove; it has: net0, scsi0 \(did you mean scsi0\?\)/,
      },
      {
        args: { vmid: 202, device: "rootfs" },
        code: "conflict",
        text: /container 202 cannot be without rootfs/,
      },
      { args: { vmid: 101, device: "name" }, code: "not_found", text: /has no name to remove/ },
      {
        args: { vmid: 100, device: "scsi0" },
        code: "conflict",
        text: /VM 100 runs and boots from scsi0; shut it down first/,
      },
      {
        args: { vmid: 103, device: "scsi0" },
        code: "conflict",
        text: /VM 103 is protected/,
      },
      {
        args: { vmid: 101, device: "net0", destroy_data: true },
        code: "conflict",
        text: /net0 holds no data; leave destroy_data out/,
      },
      {
        args: { vmid: 101, device: "unused0" },
        code: "conflict",
        text: /unused0 is only there to keep local-lvm:vm-101-disk-7: .* give destroy_data/,
        prepare: set(101, { unused0: "local-lvm:vm-101-disk-7" }),
      },
      {
        args: { vmid: 100, device: "scsi0", destroy_data: true },
        code: "conflict",
        text: /snapshots hold scsi0 \(local-lvm:vm-100-disk-0\): clean/,
        prepare: (site) => {
          guest(site, 100).status = "stopped";
        },
      },
      {
        args: { vmid: 201, device: "mp0", destroy_data: true },
        code: "conflict",
        text: /container 201 runs, so that mp0 goes at its next stop only/,
        prepare: set(201, { mp0: "local:201/vm-201-disk-9.raw,mp=/srv,size=5G" }),
      },
    ],
    variants: [
      { args: { vmid: 101, device: "scsi0", destroy_data: true } },
      { args: { vmid: 101, device: "net0" } },
      { args: { vmid: 150, device: "ide2" }, prepare: withIso },
      {
        args: { vmid: 202, device: "mp0", destroy_data: true },
        prepare: (site) => site.call("add_disk", INTO_CONTAINER),
      },
      { args: { vmid: 101, device: "usb0" }, prepare: set(101, { usb0: "spice" }) },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
