import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { type ConfigEdit, configureGuest } from "../lib/proxmox/guest/configure.ts";
import { type CdDrive, cdDrives } from "../lib/proxmox/guest/drives.ts";
import { withProperties } from "../lib/proxmox/guest/properties.ts";
import { hardwareOutput } from "../lib/tool/config_change.ts";
import { cdDrive, changed, changedGuest, dryRun, guestInput } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "eject_iso",
  title: "Eject ISO",
  description: "Empties a VM's CD drive; the drive stays.",
  scope: "write",
  toolsets: ["guests"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Config.CDROM"]],
  input: z.strictObject({
    ...guestInput,
    drive: cdDrive.optional().describe("Needed where several are full"),
    ...dryRun,
  }),
  output: z.object({ ...changedGuest, ...changed, ...hardwareOutput, iso: z.string().optional() }),
  action: ({ vmid }) => `eject the ISO of VM ${vmid}`,
  run: async (input, { pve }) => {
    const guest = await pve.claim(input, { type: "qemu" });
    let ejected: CdDrive | undefined;
    const result = await configureGuest(pve, guest, (before) => {
      ejected = fullDrive(cdDrives(before), input.drive);
      if (ejected === undefined) return { set: {} };
      const { key } = ejected;
      const empty = withProperties(before[key], {
        "": "none",
        file: null,
        media: "cdrom",
        size: null,
      });
      // The key is that of a drive.
      return { set: { [key]: empty } as ConfigEdit<"qemu">["set"] };
    });
    if (ejected?.volid === undefined) return result;
    const { key: device, volid: iso } = ejected;
    const undo = `attach_iso to ${guest.vmid}: iso ${iso}, drive ${device}`;
    return { ...result, device, iso, undo };
  },
});

/**
 * The drive that is to be emptied; undefined when it is empty already.
 *
 * @throws AppError `not_found` when what was given is no drive for CDs, `conflict` when several are full
 */
function fullDrive(drives: readonly CdDrive[], wanted: string | undefined): CdDrive | undefined {
  if (wanted !== undefined && !drives.some(({ key }) => key === wanted)) {
    const keys = drives.map(({ key }) => key).join(", ") || "none";
    throw new AppError("not_found", `the VM has no drive ${wanted} for CDs; it has: ${keys}`);
  }
  const full = drives.filter(({ key, volid }) =>
    volid !== undefined && (wanted === undefined || key === wanted)
  );
  if (full.length <= 1) return full[0];
  const texts = full.map(({ key, volid }) => `${key} (${volid})`).join(", ");
  throw new AppError("conflict", `several drives are full: ${texts}; give drive`);
}
