import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { MAKING } from "../lib/tool/conditions.ts";
import {
  guestName,
  guestSystem,
  guestTaskResult,
  newGuestInput,
  storageId,
  waiting,
} from "../lib/tool/fields.ts";
import { addressInput } from "../lib/tool/nic_fields.ts";
import { canonicalTags, compact } from "../lib/proxmox/api/values.ts";
import { cloudInit } from "../lib/proxmox/guest/cloud_init.ts";
import { requireBridge } from "../lib/proxmox/guest/nics.ts";
import { chooseNode, makeGuest } from "../lib/proxmox/guest/placement.ts";
import { firmwareDisks, presetOf, PRESETS, windowsIsos } from "../lib/proxmox/guest/presets.ts";
import { withProperties } from "../lib/proxmox/guest/properties.ts";
import {
  chooseUsualStorage,
  findImage,
  findVolume,
  newDisk,
  readImages,
} from "../lib/proxmox/storage/storage.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

const input = z.strictObject({
  ...newGuestInput,
  preset: z.enum(PRESETS).optional().describe(
    "windows-11: EFI, TPM, VirtIO; cloud-image: imports image. What is given beats it",
  ),
  image: z.string().min(1).max(500).optional()
    .describe("For cloud-image: file or volume of content import"),
  ci_user: z.string().min(1).max(64).optional().describe("For cloud-image"),
  ssh_public_keys: z.array(z.string().min(1).max(8192)).min(1).max(50).optional()
    .describe("For cloud-image"),
  ip: addressInput.ip.describe("For cloud-image: dhcp (default) or CIDR"),
  gateway: addressInput.gateway,
  storage: storageId.optional().describe(
    "Default: local-lvm, vm-storage, else the roomiest local one, else a shared one",
  ),
  name: guestName.max(63),
  cpus: z.int().min(1).max(512).optional().describe("Default 1; presets have their own"),
  memory: z.int().min(16).optional().describe("MiB; default 2048"),
  disk_size: z.int().min(1).max(65_536).optional()
    .describe("GiB; default 10; of cloud-image: its own"),
  ostype: guestSystem.optional().describe("Default l26"),
  iso_name: z.string().min(1).max(255).optional(),
  iso_storage: storageId.optional(),
  ...waiting,
});

type Input = z.output<typeof input>;

export default defineTool({
  name: "create_vm",
  title: "Create VM",
  description: "Creates a VM with one disk and one network card; chooses what is not given.",
  scope: "admin",
  toolsets: ["guests"],
  hints: CHANGES,
  subject: "guest",
  privileges: [
    ["/vms/{vmid}", "VM.Allocate"],
    ["/vms/{vmid}", "VM.Config.CPU"],
    ["/vms/{vmid}", "VM.Config.Disk"],
    ["/vms/{vmid}", "VM.Config.HWType"],
    ["/vms/{vmid}", "VM.Config.Memory"],
    ["/vms/{vmid}", "VM.Config.Network"],
    ["/vms/{vmid}", "VM.Config.Options"],
    ["/storage/{storage}", "Datastore.AllocateSpace"],
    ["/sdn/zones/{zone}", "SDN.Use"],
  ],
  conditionalPrivileges: [
    {
      privilege: ["/vms/{vmid}", "VM.Config.CDROM"],
      when: "with iso_name, windows-11 or cloud-image",
      if: ({ iso_name, preset }) =>
        iso_name !== undefined || preset === "windows-11" || preset === "cloud-image",
    },
    {
      privilege: ["/vms/{vmid}", "VM.Config.Cloudinit"],
      when: "with cloud-image",
      if: ({ preset }) => preset === "cloud-image",
    },
    ...MAKING,
  ],
  input,
  output: z.object({
    ...guestTaskResult,
    node: z.string().optional(),
    storage: z.string().optional(),
    disk: z.string().optional(),
    chosen: z.record(z.string(), z.union([z.string(), z.number()])).optional()
      .describe("By the preset"),
  }),
  action: ({ name }) => `create VM ${name}`,
  run: async (given, { pve }) => {
    assertFits(given);
    const { preset, start } = given;
    const { settings, diskParts, ...usual } = presetOf(preset);
    const size = { ...usual, ...sizeOf(given) };
    const node = given.node ?? await chooseNode(pve, size.memory);
    // A disk that is imported is grown afterwards, before the VM starts for the first time.
    const growTo = preset === "cloud-image" ? given.disk_size : undefined;
    const starts = start && growTo === undefined;
    const { notes, ...made } = await makeGuest(
      pve,
      { ...given, node, type: "qemu", start: starts },
      async (vmid) => {
        await requireBridge(pve, node, given.bridge);
        const { chosen, why } = await chooseUsualStorage(pve, node, {
          wanted: given.storage,
          content: "images",
          sizeGib: size.disk_size ?? 0,
        });
        const { storage } = chosen;
        const cds = await isosFor(pve, node, given);
        const image = preset === "cloud-image"
          ? await findImage(pve, node, given.image)
          : undefined;
        const volume = image === undefined
          ? newDisk(chosen, size.disk_size ?? 0)
          : withProperties(newDisk(chosen, 0), { "import-from": image });
        const disk = withProperties(volume, diskParts);
        const drives = { ...cds.drives, ...(image === undefined ? {} : cloudInit(given, storage)) };
        const order = ["scsi0", ...("ide2" in cds.drives ? ["ide2"] : []), "net0"];
        const extra = { ...settings, ...firmwareDisks(preset, storage) };
        const upid = await pve.post("/nodes/{node}/qemu", { node }, {
          vmid,
          name: given.name,
          cores: size.cpus,
          memory: size.memory,
          ostype: size.ostype,
          agent: "1",
          scsihw: "virtio-scsi-single",
          scsi0: disk,
          net0: `virtio,bridge=${given.bridge}`,
          ...extra,
          ...drives,
          boot: `order=${order.join(";")}`,
          pool: given.pool,
          tags: given.tags && canonicalTags(given.tags).join(";"),
          description: given.description,
          start: starts ? true : undefined,
        });
        const told = { ...usual, scsi0: disk, ...extra, ...cds.drives };
        for (const key of Object.keys(sizeOf(given))) delete told[key as keyof typeof told];
        return {
          upid,
          vmid,
          storage,
          disk,
          ...(preset === undefined ? {} : { chosen: told }),
          notes: [why ?? [], cds.notes].flat(),
        };
      },
    );
    const { notes: more = [], ...grown } = growTo === undefined
      ? {}
      : await grow(pve, made, { growTo, given });
    const all = [...notes, ...more];
    return { ...made, ...grown, ...(all.length > 0 ? { notes: all } : {}) };
  },
});

/** Refuses what only a cloud image takes. */
function assertFits({ preset, image, ci_user, ssh_public_keys, ip, gateway }: Input): void {
  if (preset === "cloud-image") return;
  const given = Object.entries({ image, ci_user, ssh_public_keys, ip, gateway })
    .filter(([, value]) => value !== undefined).map(([key]) => key);
  if (given.length === 0) return;
  throw new AppError("invalid", `${given.join(", ")}: only with preset cloud-image`);
}

/** What of these was given. */
function sizeOf({ cpus, memory, disk_size, ostype }: Input) {
  return compact({ cpus, memory, disk_size, ostype });
}

interface Cds {
  readonly drives: { readonly ide0?: string; readonly ide2?: string };
  readonly notes: readonly string[];
}

/** The ISO that was asked for; for Windows also the one with its drivers, where there is one. */
async function isosFor(pve: Pve, node: string, given: Input): Promise<Cds> {
  const { iso_name: name, iso_storage: storage, preset } = given;
  const cd = (volid: string) => `${volid},media=cdrom`;
  const named = name === undefined
    ? undefined
    : await findVolume(pve, node, { name, storage, content: "iso" });
  if (preset !== "windows-11") {
    const slot = preset === "cloud-image" ? "ide0" : "ide2";
    return { drives: named === undefined ? {} : { [slot]: cd(named) }, notes: [] };
  }
  const { virtio, windows: found } = windowsIsos(
    await readImages(pve, node, { content: "iso" }),
  );
  const [windows, ...others] = named ? [named] : found;
  const isClear = windows !== undefined && others.length === 0;
  const choice = windows === undefined ? "none" : [windows, ...others].join(", ");
  return {
    drives: {
      ...(isClear ? { ide2: cd(windows) } : {}),
      ...(virtio === undefined ? {} : { ide0: cd(virtio) }),
    },
    notes: [
      isClear
        ? []
        : `no installation ISO is attached; of Windows 11 there is: ${choice}; use attach_iso`,
      virtio !== undefined
        ? []
        : "the installer does not see the disk without VirtIO's drivers: download_image " +
          "virtio-win.iso, then attach_iso with drive ide0",
    ].flat(),
  };
}

/** Grows the disk of a VM that is made; what hinders that is told, the VM is there. */
async function grow(
  pve: Pve,
  { node, status, vmid }: { node: string; status: string; vmid: number },
  { growTo, given }: { growTo: number; given: Input },
): Promise<{ notes?: string[] }> {
  if (status === "running" && !pve.dryRun) {
    const rest = given.start ? ", then start_vm" : "";
    return { notes: [`once the VM is made: resize_disk scsi0 to ${growTo}G${rest}`] };
  }
  const notes: string[] = [];
  try {
    const upid = await pve.step(() =>
      pve.put("/nodes/{node}/qemu/{vmid}/resize", { node, vmid }, {
        disk: "scsi0",
        size: `${growTo}G`,
      })
    );
    if (upid) await pve.finished(upid);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    notes.push(`the VM is made, but its disk is only as large as the image: ${error.message}`);
  }
  if (!given.start) return { notes };
  const upid = await pve.step(() =>
    pve.post("/nodes/{node}/qemu/{vmid}/status/start", { node, vmid })
  );
  return { ...await pve.task(upid, given), notes };
}
