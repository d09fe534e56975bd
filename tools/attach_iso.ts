import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import type { GuestConfig } from "../lib/proxmox/api/values.ts";
import {
  type ConfigEdit,
  type ConfigResult,
  configureGuest,
} from "../lib/proxmox/guest/configure.ts";
import type { Guest } from "../lib/proxmox/guest/directory.ts";
import {
  bootFirst,
  bootOrder,
  type CdDrive,
  cdDrives,
  freeCdSlot,
  takenKeys,
} from "../lib/proxmox/guest/drives.ts";
import { withProperties } from "../lib/proxmox/guest/properties.ts";
import { findVolume } from "../lib/proxmox/storage/storage.ts";
import { hardwareOutput } from "../lib/tool/config_change.ts";
import {
  cdDrive,
  changed,
  changedGuest,
  dryRun,
  guestInput,
  storageId,
} from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "attach_iso",
  title: "Attach ISO",
  description:
    "Puts an ISO image into a VM's CD drive; makes a drive, which waits for a restart, if there is none.",
  scope: "write",
  toolsets: ["guests"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Config.CDROM"]],
  conditionalPrivileges: [{
    privilege: ["/vms/{vmid}", "VM.Config.Disk"],
    when: "with boot_first",
    if: ({ boot_first }) => boot_first,
  }],
  input: z.strictObject({
    ...guestInput,
    iso: z.string().min(1).max(500).describe("File name or its beginning, or volume id"),
    storage: storageId.optional().describe("Where the ISO is"),
    drive: cdDrive.optional().describe("Default: an empty, the only, or a new one"),
    boot_first: z.boolean().default(false).describe("From the next start on"),
    ...dryRun,
  }),
  output: z.object({ ...changedGuest, ...changed, ...hardwareOutput, iso: z.string().optional() }),
  action: ({ vmid, iso }) => `attach ${iso} to VM ${vmid}`,
  run: async (input, { pve }) => {
    const guest = await pve.claim(input, { type: "qemu" });
    const content = "iso";
    const iso = await findVolume(pve, guest.node, {
      name: input.iso,
      storage: input.storage,
      content,
    });
    const taken = await takenKeys(pve, guest);
    let drive: CdDrive = { key: "" };
    const result = await configureGuest(pve, guest, (before) => {
      drive = chooseDrive(before, { iso, wanted: input.drive, taken });
      const device = drive.key;
      const [first] = bootOrder(before) ?? [];
      if (!input.boot_first && first !== undefined && first !== device) {
        pve.warn(
          `VM ${guest.vmid} boots from ${first} first; boot_first has it boot from ${device}`,
        );
      }
      const set: Record<string, string | undefined> = {
        [device]: drive.volid === iso ? undefined : withProperties(before[device], {
          "": iso,
          file: null,
          media: "cdrom",
          size: null,
        }),
        boot: input.boot_first ? bootFirst(before, device) : undefined,
      };
      // The key is that of a drive.
      return { set: set as ConfigEdit<"qemu">["set"] };
    });
    const undo = result.unchanged ? {} : { undo: undoAttach(guest, { drive, iso, result }) };
    return { ...result, device: drive.key, iso, ...undo };
  },
});

/** What was in the drive before is put back, and what was booted from first. */
function undoAttach(
  { vmid }: Guest,
  { drive: { key, volid }, iso, result }: { drive: CdDrive; iso: string; result: ConfigResult },
): string {
  const back = volid === undefined
    ? `eject_iso of ${vmid}: drive ${key}`
    : `attach_iso of ${vmid}: iso ${volid}, drive ${key}`;
  const { boot } = result.changes;
  return [
    ...(volid === iso ? [] : [back]),
    ...(boot?.from === undefined ? [] : [`update_vm of ${vmid}: boot ${boot.from}`]),
  ].join("; ");
}

/**
 * Which drive is to hold the ISO: one that holds it already, an empty one, the only one, or a new one.
 *
 * @throws AppError `conflict` when it is not clear which one, or what was given is no drive for CDs
 */
function chooseDrive(
  config: GuestConfig,
  { iso, wanted, taken }: {
    iso: string;
    wanted: string | undefined;
    taken: ReadonlySet<string>;
  },
): CdDrive {
  const drives = cdDrives(config);
  if (wanted !== undefined) {
    const found = drives.find(({ key }) => key === wanted);
    if (found) return found;
    if (config[wanted] === undefined) return { key: wanted };
    throw new AppError("conflict", `${wanted} is no drive for CDs; ${listed(drives)}`);
  }
  const [only, ...others] = drives;
  const fitting = drives.find(({ volid }) => volid === iso) ??
    drives.find(({ volid }) => volid === undefined);
  if (fitting) return fitting;
  if (only === undefined) return { key: freeCdSlot(taken) };
  if (others.length === 0) return only;
  throw new AppError("conflict", `all drives are full; give drive: ${listed(drives)}`);
}

function listed(drives: readonly CdDrive[]): string {
  const texts = drives.map(({ key, volid }) => `${key} (${volid ?? "empty"})`);
  return `the VM has ${texts.join(", ") || "none"}`;
}
