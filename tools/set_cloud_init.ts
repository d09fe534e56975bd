import * as z from "zod";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import { AppError } from "../lib/errors.ts";
import { type ConfigEdit, configureGuest } from "../lib/proxmox/guest/configure.ts";
import type { Guest } from "../lib/proxmox/guest/directory.ts";
import { currentState } from "../lib/proxmox/guest/power.ts";
import { encodeSshKeys, withAddresses } from "../lib/proxmox/guest/cloud_init.ts";
import { cloudInitDrive, freeCdSlot } from "../lib/proxmox/guest/drives.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import type { TaskState } from "../lib/proxmox/tasks.ts";
import { STARTING } from "../lib/tool/conditions.ts";
import { configOutput, undoConfig } from "../lib/tool/config_change.ts";
import { addressInput } from "../lib/tool/nic_fields.ts";
import { dryRun, guestInput, guestTaskResult, storageId } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

/** The tool's own names of settings, with Proxmox's keys for them. */
const NAMES = {
  user: "ciuser",
  password: "cipassword",
  ssh_public_keys: "sshkeys",
  upgrade: "ciupgrade",
};

export default defineTool({
  name: "set_cloud_init",
  title: "Set cloud-init",
  description:
    "Sets a VM's cloud-init user, keys and network, and writes the cloud-init drive anew.",
  scope: "admin",
  toolsets: ["guests"],
  hints: { ...DESTROYS, idempotentHint: true },
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Config.Cloudinit"]],
  conditionalPrivileges: [
    {
      privilege: ["/vms/{vmid}", "VM.Config.CDROM"],
      when: "with drive_storage",
      if: ({ drive_storage }) => drive_storage !== undefined,
    },
    STARTING,
  ],
  input: z.strictObject({
    ...guestInput,
    user: z.string().min(1).max(64).optional(),
    password: z.string().min(1).max(256).optional().describe("Never shown again"),
    ssh_public_keys: z.array(z.string().min(1).max(8192)).min(1).max(50).optional(),
    interface: z.int().min(0).max(31).default(0).describe("Number of the network card"),
    ...addressInput,
    nameserver: z.string().max(255).optional(),
    searchdomain: z.string().max(255).optional(),
    upgrade: z.boolean().optional().describe("Upgrade packages at the first start"),
    drive_storage: storageId.optional().describe("Add a cloud-init drive here if there is none"),
    start: z.boolean().default(false).describe("Then start it, if it is stopped"),
    ...dryRun,
  }),
  output: z.object({ ...guestTaskResult, ...configOutput }),
  action: ({ vmid }) => `set the cloud-init of VM ${vmid}`,
  about: aboutGuest({ type: "qemu" }),
  run: async (input, { pve }) => {
    const guest = await pve.claim(input, { type: "qemu" });
    const { vmid } = guest;
    const network = `ipconfig${input.interface}` as const;
    let asked = false;
    const result = await configureGuest(pve, guest, (before) => {
      const drive = cloudInitDrive(before);
      pve.check(
        "has a cloud-init drive",
        drive !== undefined || input.drive_storage !== undefined,
        `VM ${vmid} has no cloud-init drive; give drive_storage to add one`,
      );
      const storage = drive === undefined ? input.drive_storage : undefined;
      const set: ConfigEdit<"qemu">["set"] = {
        ciuser: input.user,
        cipassword: input.password,
        sshkeys: input.ssh_public_keys && encodeSshKeys(input.ssh_public_keys),
        nameserver: input.nameserver,
        searchdomain: input.searchdomain,
        ciupgrade: input.upgrade,
      };
      set[network] = withAddresses(before[network], input);
      const card = `net${input.interface}`;
      if (set[network] !== undefined && before[card] === undefined) {
        pve.warn(`VM ${vmid} has no ${card}: ${network} counts once add_nic has added it`);
      }
      if (storage !== undefined) {
        set[freeCdSlot(new Set(Object.keys(before)))] = `${storage}:cloudinit,media=cdrom`;
      }
      asked = Object.values(set).some((value) => value !== undefined);
      return { set };
    });
    const isThere = result.unchanged && asked;
    const { unchanged: _, ...written } = result;
    const drive = isThere ? [] : await regenerateDrive(pve, guest);
    const { notes, ...started } = input.start
      ? await startStopped(pve, guest, { isWritten: !isThere })
      : {};
    if (isThere && started.upid === undefined) return { ...result };
    const all = [...drive, ...notes ?? []];
    return {
      ...written,
      ...started,
      ...(all.length > 0 ? { notes: all } : {}),
      ...undoConfig("set_cloud_init", guest, { ...result, names: NAMES }),
    };
  },
});

/** Starts a VM that does not run, and follows that. Once the settings are written, a failure is told as a note. */
async function startStopped(
  pve: Pve,
  guest: Guest,
  { isWritten }: { isWritten: boolean },
): Promise<Partial<TaskState> & { notes?: string[] }> {
  const { node, vmid } = guest;
  try {
    if ((await currentState(pve, guest)).status !== "stopped") return {};
    const upid = await pve.step(() =>
      pve.post("/nodes/{node}/qemu/{vmid}/status/start", { node, vmid })
    );
    return await pve.task(upid);
  } catch (error) {
    if (!(error instanceof AppError) || !isWritten) throw error;
    return {
      notes: [`the settings are written, but VM ${vmid} was not started: ${error.message}`],
    };
  }
}

/**
 * Writes the cloud-init drive anew. The settings are kept even where that fails, and Proxmox writes
 * it again at the VM's next start, so a failure is told as a note.
 */
async function regenerateDrive(
  pve: Pve,
  { node, vmid }: Guest,
): Promise<string[]> {
  try {
    await pve.put("/nodes/{node}/qemu/{vmid}/cloudinit", { node, vmid });
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [
      `the settings are written, but not the drive: ${error.message}; the next start writes it`,
    ];
  }
}
