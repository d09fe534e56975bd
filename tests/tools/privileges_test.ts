import assert from "node:assert/strict";
import { type ToolName, TOOLS } from "../../lib/mcp/tools.ts";
import type { AnyTool, Privilege } from "../../lib/tool/tool.ts";
import type { FakeVolume } from "../fake_pve/state.ts";
import type { Site } from "../site.ts";
import { IMAGE, withImage } from "./cases/guests_hardware.ts";
import { declaredFor, READING, restrict, startProbed } from "./probe.ts";
import type { Arguments } from "./tool_case.ts";

/** One call, and the privileges without which the simulated Proxmox refuses it. */
interface Row {
  readonly tool: ToolName;
  readonly args: Arguments;
  readonly needs?: readonly string[];
  readonly prepare?: (site: Site) => unknown;
}

const TEMPLATE = "debian-13-standard_13.1-2_amd64.tar.zst";
const BACKUP = "nfs1:backup/vzdump-qemu-100-test.vma.zst";

const NEW_VM = { name: "new1", node: "pve1", storage: "local-lvm", disk_size: 1, memory: 64 };
const NEW_CONTAINER = {
  hostname: "new1",
  template: TEMPLATE,
  node: "pve1",
  storage: "local-lvm",
  disk_size: 1,
};

const ROWS: readonly Row[] = [
  {
    tool: "create_vm",
    args: NEW_VM,
    needs: [
      "Datastore.AllocateSpace",
      "SDN.Use",
      "VM.Allocate",
      "VM.Config.CPU",
      "VM.Config.Disk",
      "VM.Config.HWType",
      "VM.Config.Memory",
      "VM.Config.Network",
      "VM.Config.Options",
    ],
  },
  {
    tool: "create_vm",
    args: { ...NEW_VM, iso_name: "debian-13.iso" },
    needs: ["VM.Config.CDROM"],
  },
  { tool: "create_vm", args: { ...NEW_VM, start: true, pool: "dev" }, needs: ["VM.PowerMgmt"] },
  ...([
    ["create_vm", { ...NEW_VM, tags: ["kept"] }],
    ["create_container", { ...NEW_CONTAINER, tags: ["kept"] }],
    ["update_vm", { vmid: 101, tags: ["kept"] }],
    ["update_container", { vmid: 202, tags: ["kept"] }],
    ["set_guest_tags", { vmid: 101, add: ["kept"] }],
  ] as const).map(([tool, args]): Row => ({
    tool,
    args,
    needs: ["Sys.Modify", "VM.Config.Options"],
    prepare: (site) => site.fake.state.registeredTags.push("kept"),
  })),
  {
    tool: "create_container",
    args: NEW_CONTAINER,
    needs: [
      "Datastore.AllocateSpace",
      "SDN.Use",
      "VM.Allocate",
      "VM.Config.CPU",
      "VM.Config.Disk",
      "VM.Config.Memory",
      "VM.Config.Network",
    ],
  },
  {
    tool: "create_container",
    args: { ...NEW_CONTAINER, description: "x" },
    needs: ["VM.Config.Options"],
  },
  { tool: "create_container", args: { ...NEW_CONTAINER, unprivileged: false } },
  { tool: "create_container", args: { ...NEW_CONTAINER, start: true } },
  {
    tool: "create_container",
    args: { ...NEW_CONTAINER, template: "debian-12-standard", pull: true },
    needs: ["Datastore.AllocateTemplate"],
  },
  {
    tool: "create_container",
    args: { ...NEW_CONTAINER, template: "docker.io/library/debian:13", pull: true },
    needs: ["Datastore.AllocateTemplate", "Sys.AccessNetwork"],
  },
  { tool: "create_vm", args: { ...NEW_VM, preset: "windows-11" }, needs: ["VM.Config.CDROM"] },
  {
    tool: "create_vm",
    args: { ...NEW_VM, preset: "cloud-image", image: IMAGE, disk_size: 9, start: true },
    needs: ["VM.Config.CDROM", "VM.Config.Cloudinit", "VM.Config.HWType"],
    prepare: withImage,
  },
  {
    tool: "add_disk",
    args: { vmid: 101, size_gib: 1 },
    needs: ["VM.Config.Disk", "Datastore.AllocateSpace"],
  },
  {
    tool: "add_disk",
    args: { vmid: 202, size_gib: 1, mount_point: "/srv" },
    needs: ["VM.Config.Disk", "Datastore.AllocateSpace"],
  },
  {
    tool: "add_disk",
    args: { vmid: 101, unused: "unused0" },
    needs: ["VM.Config.Disk"],
    prepare: detachDisk,
  },
  {
    tool: "import_disk",
    args: { vmid: 101, image: IMAGE },
    needs: ["VM.Config.Disk", "Datastore.AllocateSpace"],
    prepare: withImage,
  },
  { tool: "attach_iso", args: { vmid: 101, iso: "debian-13.iso" }, needs: ["VM.Config.CDROM"] },
  {
    tool: "attach_iso",
    args: { vmid: 101, iso: "debian-13.iso", boot_first: true },
    needs: ["VM.Config.CDROM", "VM.Config.Disk"],
  },
  { tool: "eject_iso", args: { vmid: 101 }, needs: ["VM.Config.CDROM"], prepare: insertIso },
  { tool: "add_nic", args: { vmid: 101, vlan: 20 }, needs: ["VM.Config.Network", "SDN.Use"] },
  { tool: "update_nic", args: { vmid: 101, vlan: 20 }, needs: ["VM.Config.Network", "SDN.Use"] },
  { tool: "update_nic", args: { vmid: 202, vlan: 20 }, needs: ["VM.Config.Network", "SDN.Use"] },
  { tool: "remove_hardware", args: { vmid: 101, device: "scsi0" }, needs: ["VM.Config.Disk"] },
  {
    tool: "remove_hardware",
    args: { vmid: 101, device: "scsi0", destroy_data: true },
    needs: ["VM.Config.Disk", "Datastore.AllocateSpace"],
  },
  {
    tool: "remove_hardware",
    args: { vmid: 202, device: "mp0", destroy_data: true },
    needs: ["VM.Config.Disk"],
    prepare: (site) => holdVolume(site, "mp0"),
  },
  {
    tool: "remove_hardware",
    args: { vmid: 202, device: "unused0", destroy_data: true },
    needs: ["VM.Config.Options"],
    prepare: (site) => holdVolume(site, "unused0"),
  },
  {
    tool: "remove_hardware",
    args: { vmid: 101, device: "net0" },
    needs: ["VM.Config.Network", "SDN.Use"],
  },
  {
    tool: "remove_hardware",
    args: { vmid: 101, device: "ide2" },
    needs: ["VM.Config.CDROM"],
    prepare: insertIso,
  },
  {
    tool: "remove_hardware",
    args: { vmid: 101, device: "serial0" },
    needs: ["VM.Config.HWType"],
    prepare: (site) =>
      Object.assign(site.fake.state.guests.get(101)?.config ?? {}, { serial0: "socket" }),
  },
  { tool: "clone_guest", args: { vmid: 150 }, needs: ["VM.Clone", "VM.Allocate"] },
  {
    tool: "clone_guest",
    args: { vmid: 150, storage: "local-lvm", full: true },
    needs: ["Datastore.AllocateSpace"],
  },
  { tool: "delete_vm", args: { vmid: 150 }, needs: ["VM.Allocate"] },
  { tool: "delete_vm", args: { vmid: 110, force: true }, needs: ["VM.PowerMgmt"] },
  { tool: "delete_container", args: { vmid: 202 }, needs: ["VM.Allocate"] },
  { tool: "delete_container", args: { vmid: 201, force: true }, needs: ["VM.PowerMgmt"] },
  {
    tool: "update_vm",
    args: { vmid: 101, name: "db2", description: "x", tags: ["a"], onboot: true, agent: false },
    needs: ["VM.Config.Options"],
  },
  {
    tool: "update_vm",
    args: { vmid: 101, cpus: 3, sockets: 2, cpu_type: "host" },
    needs: ["VM.Config.CPU"],
  },
  {
    tool: "update_vm",
    args: { vmid: 101, memory: 768, balloon: 512 },
    needs: ["VM.Config.Memory"],
  },
  { tool: "update_vm", args: { vmid: 101, boot: "order=net0" }, needs: ["VM.Config.Disk"] },
  { tool: "update_vm", args: { vmid: 101, cpu_type: "custom-fast" }, needs: ["Mapping.Use"] },
  {
    tool: "update_vm",
    args: { vmid: 100, description: "x", snapshot_first: true },
    needs: ["VM.Snapshot"],
  },
  ...([
    ["bootdisk", "VM.Config.Disk"],
    ["ipconfig0", "VM.Config.Cloudinit"],
    ["scsihw", "VM.Config.HWType"],
    ["cores", "VM.Config.CPU"],
    ["memory", "VM.Config.Memory"],
    ["tags", "VM.Config.Options"],
    ["startup", "Sys.Modify"],
    ["freeze", "VM.PowerMgmt"],
  ] as const).map(([key, privilege]): Row => ({
    tool: "update_vm",
    args: { vmid: 101, unset: [key] },
    needs: [privilege],
    prepare: (site) => {
      const guest = site.fake.state.guests.get(101);
      if (guest) guest.config[key] ??= key === "freeze" ? 1 : "1";
    },
  })),
  {
    tool: "update_container",
    args: { vmid: 202, description: "x", tags: ["a"], onboot: true },
    needs: ["VM.Config.Options"],
  },
  {
    tool: "update_container",
    args: { vmid: 202, cpus: 3, cpu_limit: 2 },
    needs: ["VM.Config.CPU"],
  },
  {
    tool: "update_container",
    args: { vmid: 202, memory: 64, swap: 64 },
    needs: ["VM.Config.Memory"],
  },
  {
    tool: "update_container",
    args: { vmid: 202, hostname: "x", nameserver: "10.0.0.53", searchdomain: "example.org" },
    needs: ["VM.Config.Network"],
  },
  {
    tool: "update_container",
    args: { vmid: 202, unset: ["features"] },
    needs: ["VM.Allocate"],
    prepare: (site) =>
      Object.assign(site.fake.state.guests.get(202)?.config ?? {}, { features: "nesting=1" }),
  },
  {
    tool: "update_container",
    args: { vmid: 200, description: "x", snapshot_first: true },
    needs: ["VM.Snapshot"],
  },
  {
    tool: "set_cloud_init",
    args: { vmid: 150, user: "ada", ip: "dhcp", drive_storage: "local-lvm" },
    needs: ["VM.Config.Cloudinit", "VM.Config.CDROM"],
  },
  {
    tool: "set_cloud_init",
    args: { vmid: 150, nameserver: "10.0.0.53", drive_storage: "local-lvm" },
    needs: ["VM.Config.Cloudinit"],
  },
  {
    tool: "set_cloud_init",
    args: { vmid: 150, user: "ada", start: true },
    needs: ["VM.PowerMgmt"],
    prepare: (site) => {
      const { guests, volumes } = site.fake.state;
      const volid = "local-lvm:vm-150-cloudinit";
      const disk = volumes.find(({ vmid }) => vmid === 150);
      assert.ok(disk);
      volumes.push({ ...disk, volid });
      Object.assign(guests.get(150)?.config ?? {}, {
        ciuser: "ada",
        ide2: `${volid},media=cdrom`,
      });
    },
  },
  {
    tool: "set_cloud_init",
    args: { vmid: 150, user: "ada" },
    needs: ["VM.Config.Cloudinit"],
    prepare: (site) => {
      const guest = site.fake.state.guests.get(150);
      if (guest) guest.config.ide2 = "local-lvm:vm-150-cloudinit,media=cdrom";
    },
  },
  { tool: "migrate_guest", args: { vmid: 150, target: "pve1", with_local_disks: true } },
  {
    tool: "migrate_guest",
    args: { vmid: 150, target: "pve1", with_local_disks: true, target_storage: "local-lvm" },
    needs: ["VM.Migrate", "VM.Config.Disk", "Datastore.AllocateSpace"],
  },
  { tool: "suspend_vm", args: { vmid: 100 }, needs: ["VM.PowerMgmt"] },
  { tool: "suspend_vm", args: { vmid: 100, to_disk: true }, needs: ["VM.PowerMgmt"] },
  { tool: "rollback_snapshot", args: { vmid: 100, name: "clean" } },
  {
    tool: "rollback_snapshot",
    args: { vmid: 100, name: "clean", start: true },
    needs: ["VM.PowerMgmt"],
  },
  { tool: "rollback_snapshot", args: { vmid: 100, name: "clean", start_after: false } },
  {
    tool: "restore_backup",
    args: { volid: BACKUP, vmid: 500 },
    needs: ["Datastore.AllocateSpace", "VM.Allocate", "VM.Backup"],
    prepare: nameBackup,
  },
  {
    tool: "restore_backup",
    args: { volid: BACKUP, vmid: 500, start: true },
    prepare: nameBackup,
  },
  {
    tool: "delete_backup",
    args: { volid: BACKUP },
    needs: ["VM.Backup", "Datastore.AllocateSpace"],
    prepare: nameBackup,
  },
  {
    tool: "delete_backup",
    args: { volid: "nfs1:backup/old.tar.zst" },
    needs: ["Datastore.Allocate"],
    prepare: (site) => {
      const { vmid: _, ...backup } = nameBackup(site);
      site.fake.state.volumes.push({ ...backup, volid: "nfs1:backup/old.tar.zst" });
    },
  },
  { tool: "get_backups", args: {} },
  { tool: "get_backup_coverage", args: {} },
  { tool: "get_guest", args: { vmid: 100 } },
  { tool: "get_storage_content", args: {} },
];

function detachDisk(site: Site): void {
  const config = site.fake.state.guests.get(101)?.config;
  assert.ok(config);
  config.unused0 = String(config.scsi0).split(",")[0] ?? "";
  delete config.scsi0;
}

function holdVolume({ fake: { state } }: Site, key: "mp0" | "unused0"): void {
  const config = state.guests.get(202)?.config;
  const volume = state.volumes.find(({ vmid }) => vmid === 202);
  assert.ok(config && volume);
  const volid = "local:202/vm-202-disk-7.raw";
  state.volumes.push({ ...volume, volid });
  config[key] = key === "mp0" ? `${volid},mp=/srv,size=8G` : volid;
}

function insertIso(site: Site): void {
  const config = site.fake.state.guests.get(101)?.config;
  assert.ok(config);
  config.ide2 = "local:iso/debian-13.iso,media=cdrom";
}

function nameBackup(site: Site): FakeVolume {
  const backup = site.fake.state.volumes.find((volume) =>
    volume.content === "backup" && volume.vmid === 100
  );
  assert.ok(backup);
  backup.volid = BACKUP;
  return backup;
}

function toolOf(name: ToolName): AnyTool {
  const tool = TOOLS.find((each) => each.name === name);
  assert.ok(tool);
  return tool;
}

function needed(name: ToolName, args: Arguments): readonly Privilege[] {
  return declaredFor(toolOf(name), args);
}

/** The fewest privileges that hold one of each line. */
function leastOf(lines: readonly Privilege[]): string[] {
  const least = new Set<string>();
  for (const [, ...anyOf] of lines.toSorted((a, b) => a.length - b.length)) {
    if (!anyOf.some((privilege) => least.has(privilege))) least.add(anyOf[0] ?? "");
  }
  return [...least];
}

/** What the lines ask for, where this privilege is none that could be had. */
function without(privilege: string, lines: readonly Privilege[]): Privilege[] {
  return lines.map(([path, ...anyOf]): Privilege => [
    path,
    ...anyOf.filter((each) => each !== privilege),
  ]).filter(([, ...anyOf]) => anyOf.length > 0);
}

/** Lets the token read, and do what these privileges let it, everywhere. */
function allow(site: Site, privileges: readonly string[]): void {
  restrict(site, [...READING, ...privileges]);
}

for (const { tool, args, needs = [], prepare } of ROWS) {
  Deno.test(`${tool} ${JSON.stringify(args)} needs what it declares, no less and no more`, async () => {
    await using site = await startProbed();
    await prepare?.(site);
    const lines = needed(tool, args);
    for (const privilege of needs) {
      allow(site, leastOf(without(privilege, lines)));
      const refused = await site.call(tool, args);
      // A backup that may not be read is not listed either.
      const codes = tool.endsWith("_backup") ? ["forbidden", "not_found"] : ["forbidden"];
      assert.ok(codes.includes(refused.code ?? ""), `without ${privilege}: ${refused.text}`);
    }
    allow(site, leastOf(lines));
    const answer = await site.call(tool, args);
    assert.equal(answer.isError, false, answer.text);
    assert.doesNotMatch(answer.text, /lacks the privilege/);
  });
}

Deno.test("each privilege that depends on the input is asked for by some of these calls, and not by all", () => {
  for (const name of new Set(ROWS.map((row) => row.tool))) {
    const inputs = ROWS.filter((row) => row.tool === name)
      .map(({ args }) => toolOf(name).input.parse(args));
    for (const { when, if: asks } of toolOf(name).conditionalPrivileges ?? []) {
      assert.ok(inputs.some(asks), `${name}: ${when}`);
      if (when.startsWith("with ")) assert.ok(!inputs.every(asks), `${name}: ${when}`);
    }
  }
});

Deno.test("lists of backups and disks are whole with what they declare, and not without it", async () => {
  await using site = await startProbed();
  const lists: [ToolName, string, Arguments, string][] = [
    ["get_backups", "backups", {}, "VM.Backup"],
    ["get_storage_content", "volumes", { content: "backup" }, "VM.Backup"],
    ["get_storage_content", "volumes", { content: "images" }, "VM.Config.Disk"],
  ];
  for (const [tool, key, args, privilege] of lists) {
    const least = leastOf(needed(tool, args));
    allow(site, least);
    assert.ok((await site.call(tool, args)).value[key].length > 0, `${tool}: nothing is listed`);
    allow(site, least.filter((each) => each !== privilege));
    assert.deepEqual((await site.call(tool, args)).value[key], [], `${tool} without ${privilege}`);
  }
  allow(site, leastOf(needed("get_backup_coverage", {})));
  const { guests, warnings } = (await site.call("get_backup_coverage")).value;
  assert.equal(warnings, undefined);
  assert.ok(guests.some((guest: { state: string }) => guest.state === "backed up"));
  allow(site, leastOf(needed("get_guest", { vmid: 100 })));
  const guest = (await site.call("get_guest", { vmid: 100 })).value;
  assert.equal(guest.warnings, undefined);
  assert.ok(guest.addresses.length > 0 && guest.backups > 0);
});
