import * as z from "zod";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import {
  settingPrivileges,
  type SettingRule,
  SNAPSHOT_FIRST,
  TAGGING,
} from "../lib/tool/conditions.ts";
import { changed, changedGuest, dryRun, guestInput, guestName, tags } from "../lib/tool/fields.ts";
import { canonicalTags } from "../lib/proxmox/api/values.ts";
import { configureGuest } from "../lib/proxmox/guest/configure.ts";
import { snapshotFirst } from "../lib/proxmox/guest/snapshots.ts";
import { configOutput, renamed, undoConfig } from "../lib/tool/config_change.ts";
import { revertField, unsetField } from "../lib/tool/unset.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

/** What is called otherwise here than by Proxmox. */
const NAMES = { cpus: "cores", cpu_limit: "cpulimit" };

const input = z.strictObject({
  ...guestInput,
  hostname: guestName.optional(),
  cpus: z.int().min(1).max(8192).optional(),
  cpu_limit: z.number().min(0).max(8192).optional().describe("In CPUs; 0: none"),
  memory: z.int().min(16).optional().describe("MiB"),
  swap: z.int().min(0).optional().describe("MiB"),
  nameserver: z.string().max(255).optional(),
  searchdomain: z.string().max(255).optional(),
  description: z.string().max(8192).optional(),
  tags: tags.optional().describe("Replaces all tags"),
  onboot: z.boolean().optional(),
  protection: z.boolean().optional(),
  unset: unsetField({ type: "lxc", names: NAMES }).optional()
    .describe("Settings to put back to their default"),
  revert: revertField,
  snapshot_first: z.boolean().default(false),
  ...dryRun,
});

/** As Proxmox asks for them, setting by setting (`PVE::LXC::check_ct_modify_config_perm`). */
const RULES = [
  { privilege: "VM.Config.Options", fields: ["description", "tags", "onboot", "protection"] },
  {
    privilege: "VM.Config.CPU",
    fields: ["cpus", "cpu_limit"],
    keys: /^(cores|cpulimit|cpuunits)$/,
  },
  { privilege: "VM.Config.Memory", fields: ["memory", "swap"], keys: /^(memory|swap)$/ },
  {
    privilege: "VM.Config.Network",
    fields: ["hostname", "nameserver", "searchdomain"],
    keys: /^(nameserver|searchdomain)$/,
  },
] as const satisfies readonly SettingRule<keyof z.output<typeof input>>[];

/** Of features only this one is not root's own. */
const NESTING = {
  privilege: "VM.Allocate",
  fields: [],
  keys: /^features$/,
} as const satisfies SettingRule<string>;

export default defineTool({
  name: "update_container",
  title: "Update container",
  description: "Changes a container's settings. Some take effect at its next start: see pending.",
  scope: "admin",
  toolsets: ["guests"],
  hints: { ...DESTROYS, idempotentHint: true },
  subject: "guest",
  privileges: [["/vms/{vmid}", ...RULES.map(({ privilege }) => privilege)]],
  conditionalPrivileges: [
    ...settingPrivileges([...RULES, NESTING]),
    TAGGING,
    SNAPSHOT_FIRST,
  ],
  input,
  output: z.object({ ...changedGuest, ...changed, ...configOutput }),
  action: ({ vmid }) => `update container ${vmid}`,
  about: aboutGuest({ type: "lxc" }),
  run: async (input, { pve }) => {
    const guest = await pve.claim(input, { type: "lxc" });
    const result = await configureGuest(pve, guest, {
      set: {
        hostname: input.hostname,
        cores: input.cpus,
        cpulimit: input.cpu_limit,
        memory: input.memory,
        swap: input.swap,
        nameserver: input.nameserver,
        searchdomain: input.searchdomain,
        description: input.description,
        tags: input.tags && canonicalTags(input.tags).join(";"),
        onboot: input.onboot,
        protection: input.protection,
      },
      ...(input.unset ? { unset: input.unset } : {}),
      revert: input.revert,
      snapshotFirst: input.snapshot_first ? () => snapshotFirst(pve, guest) : undefined,
    });
    return {
      ...result,
      ...renamed(result),
      ...undoConfig("update_container", guest, { ...result, names: NAMES }),
    };
  },
});
