import * as z from "zod";
import { sortField } from "./sort.ts";

/** Shared input fields and output shapes, so that tools say the same thing in the same words. */

const MIN_VMID = 100;
const MAX_VMID = 999_999_999;
const DNS_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9-]+)*$/;

/**
 * A guest by vmid (number or decimal string) or by unique name. A string that any parser would read
 * as a number must be a plain decimal vmid: `"0x65"`, `"1e3"` and `"101;x"` are errors, not 101.
 */
export const guestReference = z.union([z.int(), z.string()]).transform((given, context) => {
  const numeric = typeof given === "number" || !Number.isNaN(Number(given));
  if (numeric && /^\d+$/.test(String(given))) {
    const vmid = Number(given);
    if (vmid >= MIN_VMID && vmid <= MAX_VMID) return vmid;
  }
  if (!numeric && DNS_NAME.test(String(given))) return String(given);
  context.addIssue({
    code: "custom",
    message: `must be a vmid from ${MIN_VMID} to ${MAX_VMID} or a guest's name`,
  });
  return z.NEVER;
}).describe("vmid or unique name");

/** A vmid only, for guests that do not exist yet. */
export const newVmid = z.union([z.int(), z.string()]).transform((given, context) => {
  const vmid = Number(given);
  if (/^\d+$/.test(String(given)) && vmid >= MIN_VMID && vmid <= MAX_VMID) return vmid;
  context.addIssue({ code: "custom", message: `must be from ${MIN_VMID} to ${MAX_VMID}` });
  return z.NEVER;
});

export const nodeName = z.string()
  .regex(/^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/, "must be a node's name");

export const storageId = z.string()
  .regex(/^[a-zA-Z][a-zA-Z0-9._-]*[a-zA-Z0-9]$/, "must be a storage's id");

export const volumeId = z.string().max(500)
  // Files that were not uploaded by Proxmox may have spaces in their names.
  .regex(/^[a-zA-Z][a-zA-Z0-9._-]*:(?:[^\s%?#\\]| )+$/, "must be a volume's id (storage:name)");

/** What a storage may hold. */
export const contentType = z.enum(
  ["images", "rootdir", "vztmpl", "iso", "backup", "snippets", "import"],
);

export const snapshotName = z.string()
  .regex(
    /^[a-zA-Z][a-zA-Z0-9_-]{1,39}$/,
    "must be 2 to 40 letters, digits, _ or -, beginning with a letter",
  )
  .refine(
    (name) => name !== "current" && name.toLowerCase() !== "pending",
    "current and pending are names of Proxmox's own",
  );

export const tags = z.array(z.string().regex(/^[a-zA-Z0-9_][a-zA-Z0-9_+.-]*$/, "must be a tag"));

/** A guest that exists: by id or name, its node optional. */
export const guestInput = {
  vmid: guestReference,
  node: nodeName.optional(),
};

const LABEL = "[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?";

/** A guest's name, as Proxmox takes it (`pve_verify_dns_name`). */
export const guestName = z.string().max(255).regex(
  new RegExp(`^(${LABEL}\\.)*${LABEL}$`),
  "must be a DNS name: letters, digits, - and .",
);

export const bridgeName = z.string().regex(/^[a-zA-Z][a-zA-Z0-9_.-]{0,14}$/, "must be a bridge");

/** A guest to be made: what is not given is chosen. */
export const newGuestInput = {
  vmid: newVmid.optional().describe("Default: the next free one"),
  node: nodeName.optional().describe("Default: the one with most free memory"),
  storage: storageId.optional().describe("Default: the one with most free space"),
  bridge: bridgeName.default("vmbr0"),
  pool: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_./-]*$/, "must be a pool").optional(),
  tags: tags.optional(),
  description: z.string().max(8192).optional(),
  start: z.boolean().default(false),
};

/**
 * Values under names that no schema knows: an object, or its JSON as a text, which is all that models of
 * some clients can write (OpenAI's strict mode knows no object of any keys).
 */
export const freeForm = z.union([z.record(z.string(), z.unknown()), z.string()]).transform(
  (given, context) => {
    if (typeof given !== "string") return given;
    try {
      const parsed = z.record(z.string(), z.unknown()).safeParse(JSON.parse(given));
      if (parsed.success) return parsed.data;
    } catch {
      // Told below, as any other text that holds no object.
    }
    context.addIssue({ code: "custom", message: "must be an object, or JSON of one" });
    return z.NEVER;
  },
);

/** What a VM's system is, as Proxmox knows them. */
export const guestSystem = z.enum([
  "l26",
  "l24",
  "win11",
  "win10",
  "win8",
  "win7",
  "wvista",
  "w2k8",
  "w2k3",
  "w2k",
  "wxp",
  "solaris",
  "other",
]);

/** A VM's drive for CDs. */
export const cdDrive = z.string()
  .regex(/^(?:ide[0-3]|sata[0-5]|scsi\d{1,2})$/, "must be like ide2");

/** A disk of a guest, by its key in the configuration. */
export const diskKey = z.string().regex(/^[a-z]{2,9}\d{0,3}$/, "must be like scsi0 or rootfs");

/** How a disk is used. */
export const diskInput = {
  format: z.enum(["raw", "qcow2", "vmdk"]).optional()
    .describe("VMs only; default qcow2 on storages of files"),
  ssd: z.boolean().optional().describe("VMs only"),
  discard: z.boolean().optional(),
  iothread: z.boolean().optional().describe("VMs only"),
  backup: z.boolean().default(true),
};

/** What Proxmox keeps in one line of a file, without the spaces at its ends. */
export const oneLine = z.string().trim().regex(/^[^\r\n]*$/, "must be one line");

/** For every tool that changes something. */
export const dryRun = {
  dry_run: z.boolean().default(false),
};

/** For tools whose change is a Proxmox task. */
export const waiting = {
  ...dryRun,
  wait: z.boolean().default(true),
  timeout_seconds: z.int().min(1).max(86_400).default(300),
};

/** The input of a list whose rows have no columns of their own. */
export const paging = {
  limit: z.int().min(1).max(500).default(50),
  cursor: z.string().max(1000).optional(),
};

/** The parts of every list's input. */
export function listing(row: z.ZodObject) {
  return { ...paging, sort: sortField(row).optional() };
}

/** The parts of every list's output. */
export const paged = {
  total: z.int(),
  next_cursor: z.string().optional(),
  warnings: z.array(z.string()).optional(),
};

/** A plan: requests, checks and changes, as `Plan` in `lib/proxmox/plan.ts` has them. */
const planned = z.looseObject({});

/** Marks a field that is told only where there are several clusters. */
export const SEVERAL = "several_clusters";

/** The cluster that a row is about. */
export const clusterColumn = z.string().meta({ [SEVERAL]: true });

/** The clusters whose guest a backup may be of, where nothing tells which. */
export const mayBeOfColumn = z.array(z.string()).meta({ [SEVERAL]: true });

/** What every change answers: a dry run's plan, or what was done. */
export const changed = {
  dry_run: planned.optional(),
  notes: z.array(z.string()).optional(),
};

/** The guest that a change is about, first in its answer. */
export const changedGuest = {
  vmid: z.int().optional(),
  name: z.string().optional(),
  unchanged: z.boolean().optional(),
};

/** What a change answers that is a Proxmox task. */
export const taskResult = {
  joined: z.boolean().optional(),
  task: z.looseObject({}).optional(),
  ...changed,
  upid: z.string().optional(),
  exit_status: z.string().optional(),
  warnings: z.int().optional(),
};

/** The same for a change of a guest: what became of that comes first. */
export const guestTaskResult = {
  vmid: changedGuest.vmid,
  name: changedGuest.name,
  guest_status: z.string().optional(),
  unchanged: changedGuest.unchanged,
  ...taskResult,
};

/** How a command in a guest ended. */
export const commandResult = {
  exit_code: z.int().optional(),
  signal: z.int().optional(),
  stdout: z.string().optional(),
  stderr: z.string().optional(),
  stdout_truncated: z.boolean().optional(),
  stderr_truncated: z.boolean().optional(),
};

/** What a preview says that nobody asked for by name, so that it is not taken for the change. */
export const ONLY_PREVIEW = "nothing was sent: the same call with dry_run: false does it";

/** How a task stands, where that is what is asked for. */
export const taskState = {
  upid: taskResult.upid,
  status: z.enum(["running", "stopped"]).optional(),
  exit_status: taskResult.exit_status,
  warnings: taskResult.warnings,
  log_tail: z.array(z.string()).optional(),
};
