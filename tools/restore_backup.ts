import * as z from "zod";
import { shellWord } from "../lib/command.ts";
import { guestFacts } from "../lib/proxmox/guest/about.ts";
import { volumeText } from "../lib/proxmox/storage/about.ts";
import { AppError, onFailure } from "../lib/errors.ts";
import { flag, type GuestConfig } from "../lib/proxmox/api/values.ts";
import { withStart } from "../lib/proxmox/guest/afterwards.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { readConfig } from "../lib/proxmox/guest/config.ts";
import { type Guest, guestLabel, type GuestType } from "../lib/proxmox/guest/directory.ts";
import { diskList, isVolume, leftOutOfBackups } from "../lib/proxmox/guest/left_out.ts";
import { partsOf } from "../lib/proxmox/guest/parts.ts";
import { allocationLack } from "../lib/proxmox/guest/placement.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import {
  readBackedUp,
  requireRestorable,
  storageOfRoot,
} from "../lib/proxmox/storage/backed_up.ts";
import { backupType, requireBackup } from "../lib/proxmox/storage/backups.ts";
import { chooseStorage } from "../lib/proxmox/storage/storage.ts";
import {
  RESTORING_PRIVILEGED,
  STARTING,
  USING_BRIDGES,
  USING_MAPPINGS,
} from "../lib/tool/conditions.ts";
import {
  guestReference,
  guestTaskResult,
  nodeName,
  storageId,
  volumeId,
  waiting,
} from "../lib/tool/fields.ts";
import { readToldOf } from "../lib/tool/own_backups.ts";
import { type About, defineTool, DESTROYS, type ToolContext } from "../lib/tool/tool.ts";

export default defineTool({
  name: "restore_backup",
  title: "Restore backup",
  description: "Makes a guest of a backup; a guest that exists is replaced only with overwrite.",
  scope: "admin",
  toolsets: ["backups"],
  hints: DESTROYS,
  subject: "guest",
  privileges: [
    ["/vms/{vmid}", "VM.Allocate"],
    ["/vms/{vmid}", "VM.Backup"],
    ["/storage/{storage}", "Datastore.AllocateSpace"],
  ],
  conditionalPrivileges: [USING_BRIDGES, USING_MAPPINGS, RESTORING_PRIVILEGED, STARTING],
  input: z.strictObject({
    volid: volumeId.describe("From get_backups"),
    vmid: guestReference.optional().describe("Default: the one it was made of"),
    node: nodeName.optional().describe("Default: where the guest or the backup is"),
    storage: storageId.optional()
      .describe("Default: as in the backup; of a container that of its root"),
    overwrite: z.boolean().default(false),
    unique: z.boolean().default(false).describe(
      "New MAC addresses, as for a copy beside the original",
    ),
    start: z.boolean().default(false),
    ...waiting,
  }),
  output: z.object({
    ...guestTaskResult,
    type: z.string().optional(),
    node: z.string().optional(),
    notes: z.array(z.string()).optional(),
  }),
  action: ({ volid }) => `restore backup ${volid}`,
  about: describeRestore,
  run: async (input, { pve }) => {
    const { type, vmid, node, storage, replaces, notes } = await prepareRestore(pve, input);
    pve.about({ vmid, node, type });
    for (const note of notes) pve.foresee(note);
    const upid = await pve.post("/nodes/{node}/{type}", { node, type }, {
      vmid,
      // A container's backup is given as its template.
      ...(type === "qemu" ? { archive: input.volid } : { ostemplate: input.volid, restore: true }),
      storage,
      force: replaces ? true : undefined,
      unique: input.unique ? true : undefined,
      start: input.start ? true : undefined,
    }).catch(async (error) => {
      throw await allocationLack(pve, error, { vmid });
    });
    return {
      ...input.start
        ? await withStart(pve, { guest: { node, type, vmid }, upid, patience: input })
        : await pve.task(upid, input),
      type,
      node,
      ...(notes.length > 0 ? { notes } : {}),
    };
  },
});

/** The backup, and the guest that it would replace with all that this one has. */
async function describeRestore(input: RestoreInput, context: ToolContext): Promise<About> {
  const { pve } = context;
  const backup = await requireBackup(pve, input);
  const vmid = await pve.vmidOf(input.vmid) ?? backup.vmid;
  const made = volumeText(backup);
  const present = vmid === undefined ? undefined : await findIfAny(pve, vmid);
  if (!present) return { lines: [`backup: ${made}`], version: made };
  const { lines, version } = await guestFacts(pve, { vmid: present.vmid }, {
    goes: (vmid) => readToldOf(context, { vmid }),
  });
  return { lines: [`backup: ${made}`, ...lines], version: `${made} ${version}` };
}

interface RestoreInput {
  readonly volid: string;
  readonly vmid?: number | string | undefined;
  readonly node?: string | undefined;
  readonly storage?: string | undefined;
  readonly overwrite: boolean;
  readonly unique: boolean;
}

/** The guest that a backup makes, and where. */
interface Restoration {
  readonly type: GuestType;
  readonly vmid: number;
  readonly node: string;
  /** Undefined where each disk goes to the storage that it was on. */
  readonly storage: string | undefined;
  /** True when the guest is there and will be replaced. */
  readonly replaces: boolean;
  /** What to mind of what comes of it. */
  readonly notes: string[];
}

/** Requires that the backup can become that guest, and holds the guest's id until the call is over. */
async function prepareRestore(pve: Pve, input: RestoreInput): Promise<Restoration> {
  const backup = await requireBackup(pve, { volid: input.volid, node: input.node });
  const type = backupType(input.volid);
  if (type === undefined) {
    throw new AppError("conflict", `the name of ${input.volid} tells no type of guest`);
  }
  pve.check(
    "the backup is verified or unverified",
    backup.verified !== "failed",
    `the verification of ${input.volid} has failed; take another one, ${pve.advice.backups}`,
  );
  const vmid = await pve.vmidOf(input.vmid) ?? backup.vmid;
  if (vmid === undefined) {
    throw new AppError("conflict", `${input.volid} tells no vmid; give one`);
  }
  const place = async () => {
    const present = await findIfAny(pve, vmid);
    const node = present?.node ?? input.node ?? backup.node;
    if (!present) await pve.assertNew({ vmid, node, pool: undefined, tags: [] });
    return { present, node };
  };
  // Whoever may not have the vmid is not told, either, what others do with it.
  await place();
  await pve.hold(vmid);
  const { present, node } = await place();
  if (node !== backup.node) await requireBackup(pve, { volid: input.volid, node });
  const lost = present && await requireReplaceable(pve, present, { ...input, type });
  const config = await readBackedUp(pve, backup);
  const archive = shellWord(input.volid);
  const command = type === "qemu"
    ? `qmrestore ${archive} ${vmid}`
    : `pct restore ${vmid} ${archive}`;
  await requireRestorable(pve, config, { type, byHand: `${command} in a shell of node ${node}` });
  const { storage, moved } = type === "lxc" && input.storage === undefined
    ? storageOfRoot(config)
    : { storage: input.storage, moved: [] };
  if (storage !== undefined) {
    const content = type === "qemu" ? "images" : "rootdir";
    await chooseStorage(pve, node, { wanted: storage, content, sizeGib: 0 });
  }
  const twin = input.unique || backup.vmid === undefined || backup.vmid === vmid
    ? undefined
    : await findIfAny(pve, backup.vmid);
  const notes = [lost ?? [], moved, twin ? besides(twin) : []].flat();
  return { type, vmid, node, storage, replaces: present !== undefined, notes };
}

function besides(guest: Guest): string {
  return `${guestLabel(guest)}, which it was made of, is there too: they have the same name, MAC ` +
    "addresses and settings, so do not let both run as they are; unique: true gives new MAC addresses";
}

async function requireReplaceable(
  pve: Pve,
  guest: Guest,
  { overwrite, node, type }: RestoreInput & { type: GuestType },
): Promise<string | undefined> {
  const label = guestLabel(guest);
  pve.check(
    "the vmid is free or may be overwritten",
    overwrite,
    `${label} exists; give another vmid, or overwrite to replace it and lose what it holds`,
  );
  pve.check("is of the backup's type", guest.type === type, `${label} is not of the backup's type`);
  pve.check(
    "stays on its node",
    node === undefined || node === guest.node,
    `${label} is on node ${guest.node} and can be replaced only there`,
  );
  await requireState(pve, guest, { from: ["stopped"] });
  const config = await readConfig(pve, guest);
  pve.check("is not protected", !flag(config.protection), `${label} is protected (protection: 1)`);
  return lostWith(config, guest.type);
}

/** A container's volumes are all destroyed; of a VM's, what the backup does not hold becomes unused disks. */
function lostWith(config: GuestConfig, type: GuestType): string | undefined {
  if (type === "qemu") return undefined;
  const unused = partsOf(config).filter(({ key }) => key.startsWith("unused"))
    .map(({ key, volid = "" }) => ({ key, volid }));
  const lost = [...leftOutOfBackups(config, type), ...unused].filter(({ volid }) =>
    isVolume(volid)
  );
  if (lost.length === 0) return undefined;
  return `destroyed with what is replaced, and in no backup of it: ${diskList(lost)}`;
}

function findIfAny(pve: Pve, vmid: number): Promise<Guest | undefined> {
  return pve.find({ vmid }).catch(onFailure(() => undefined, "not_found"));
}
