import * as z from "zod";
import { compact } from "../lib/proxmox/api/values.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import {
  bootFirst,
  BUSES,
  diskParts,
  freeKey,
  takenKeys,
  warnOfIothread,
} from "../lib/proxmox/guest/drives.ts";
import { addHardware } from "../lib/proxmox/guest/hardware.ts";
import { withProperties } from "../lib/proxmox/guest/properties.ts";
import { chooseUsualStorage, findImage, newDisk } from "../lib/proxmox/storage/storage.ts";
import { hardwareOutput, undoHardware } from "../lib/tool/config_change.ts";
import { diskInput, guestInput, guestTaskResult, storageId, waiting } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "import_disk",
  title: "Import disk",
  description: "Adds a disk to a VM that is a copy of an image (qcow2, raw, vmdk) in a storage.",
  scope: "admin",
  toolsets: ["guests"],
  hints: CHANGES,
  subject: "guest",
  privileges: [
    ["/vms/{vmid}", "VM.Config.Disk"],
    ["/storage/{storage}", "Datastore.AllocateSpace"],
  ],
  input: z.strictObject({
    ...guestInput,
    image: z.string().min(1).max(500)
      .describe("File or volume of content import, by download_image"),
    storage: storageId.optional().describe("Default: as create_vm"),
    bus: z.enum(BUSES).default("scsi"),
    boot_first: z.boolean().default(false),
    ...diskInput,
    ...waiting,
  }),
  output: z.object({
    ...guestTaskResult,
    ...hardwareOutput,
    image: z.string().optional(),
    storage: z.string().optional(),
  }),
  action: ({ vmid, image }) => `import ${image} as a disk of VM ${vmid}`,
  run: async (input, { pve }) => {
    const { boot_first, bus, format, wait, timeout_seconds } = input;
    const parts = diskParts(bus, input);
    const guest = await pve.claim(input, { type: "qemu" });
    await requireState(pve, guest);
    const image = await findImage(pve, guest.node, input.image);
    const { chosen, why } = await chooseUsualStorage(pve, guest.node, {
      wanted: input.storage,
      content: "images",
      sizeGib: 0,
    });
    const { storage } = chosen;
    const value = withProperties(newDisk(chosen, 0, format), { "import-from": image, ...parts });
    const taken = await takenKeys(pve, guest);
    const added = await addHardware(pve, guest, (config) => {
      warnOfIothread(pve, config, { bus, iothread: input.iothread });
      const key = freeKey(bus, { taken, config });
      const also = boot_first ? { boot: bootFirst(config, key) } : {};
      return { key, value, also, inTask: { wait, timeout_seconds } };
    });
    const notes = why === undefined ? undefined : [why];
    const undo = undoHardware(guest, { ...added, holdsData: true });
    return { ...added, image, storage, ...compact({ notes }), ...undo };
  },
});
