import * as z from "zod";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import {
  settingPrivileges,
  type SettingRule,
  SNAPSHOT_FIRST,
  TAGGING,
} from "../lib/tool/conditions.ts";
import { changed, changedGuest, dryRun, guestInput, guestName, tags } from "../lib/tool/fields.ts";
import { AppError } from "../lib/errors.ts";
import { canonicalTags, type GuestConfig } from "../lib/proxmox/api/values.ts";
import { configureGuest } from "../lib/proxmox/guest/configure.ts";
import { agentEnabled, properties } from "../lib/proxmox/guest/properties.ts";
import { snapshotFirst } from "../lib/proxmox/guest/snapshots.ts";
import { configOutput, renamed, undoConfig } from "../lib/tool/config_change.ts";
import { revertField, unsetField } from "../lib/tool/unset.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

/** What is called otherwise here than by Proxmox. */
const NAMES = { cpus: "cores", cpu_type: "cpu" };

const input = z.strictObject({
  ...guestInput,
  name: guestName.max(63).optional(),
  cpus: z.int().min(1).max(512).optional().describe("Cores per socket"),
  sockets: z.int().min(1).max(8).optional(),
  cpu_type: z.string().max(200).optional().describe("host, x86-64-v2-AES, ..."),
  memory: z.int().min(16).optional().describe("MiB"),
  balloon: z.int().min(0).optional().describe("Least memory in MiB; 0 switches ballooning off"),
  description: z.string().max(8192).optional(),
  tags: tags.optional().describe("Replaces all tags"),
  onboot: z.boolean().optional(),
  protection: z.boolean().optional(),
  agent: z.boolean().optional(),
  boot: z.string().max(500).optional().describe("order=scsi0;net0"),
  unset: unsetField({ type: "qemu", names: NAMES }).optional()
    .describe("Settings to put back to their default"),
  revert: revertField,
  snapshot_first: z.boolean().default(false),
  ...dryRun,
});

type Memory = Pick<z.output<typeof input>, "balloon" | "memory">;

/** MiB of a VM that says nothing of it. */
const DEFAULT_MEMORY = 512;

/** As Proxmox asks for them, setting by setting (`PVE::API2::Qemu`). */
const RULES = [
  {
    privilege: "VM.Config.Options",
    fields: ["name", "description", "tags", "onboot", "protection", "agent"],
  },
  {
    privilege: "VM.Config.CPU",
    fields: ["cpus", "sockets", "cpu_type"],
    keys: /^(cores|sockets|cpu|cpulimit|cpuunits|vcpus|smp|numa\d*|affinity)$/,
  },
  {
    privilege: "VM.Config.Memory",
    fields: ["memory", "balloon"],
    keys: /^(memory|balloon|shares|hugepages|allow-ksm)$/,
  },
  {
    privilege: "VM.Config.Disk",
    fields: ["boot"],
    keys: /^(boot|bootdisk|vmstatestorage)$/,
  },
  {
    privilege: "VM.Config.Cloudinit",
    fields: [],
    keys: /^(ci\w+|ipconfig\d+|sshkeys|nameserver|searchdomain)$/,
  },
  {
    privilege: "VM.Config.HWType",
    fields: [],
    keys: /^(acpi|hotplug|kvm|machine|scsihw|tablet|vga|watchdog)$/,
  },
] as const satisfies readonly SettingRule<keyof z.output<typeof input>>[];

const FREEZING = {
  privilege: "VM.PowerMgmt",
  fields: [],
  keys: /^freeze$/,
} as const satisfies SettingRule<string>;

export default defineTool({
  name: "update_vm",
  title: "Update VM",
  description: "Changes a VM's settings. Some take effect at its next start: see pending.",
  scope: "admin",
  toolsets: ["guests", "core"],
  hints: { ...DESTROYS, idempotentHint: true },
  subject: "guest",
  privileges: [["/vms/{vmid}", ...RULES.map(({ privilege }) => privilege)]],
  conditionalPrivileges: [
    ...settingPrivileges([...RULES, FREEZING]),
    {
      privilege: ["/", "Sys.Modify"],
      when: "with unset of startup",
      if: ({ unset }) => unset?.includes("startup") ?? false,
    },
    {
      privilege: ["/mapping/cpu/{name}", "Mapping.Use"],
      when: "with cpu_type of the cluster's own",
      if: ({ cpu_type = "" }) => /^(?:cputype=)?custom-/.test(cpu_type),
    },
    TAGGING,
    SNAPSHOT_FIRST,
  ],
  input,
  output: z.object({ ...changedGuest, ...changed, ...configOutput }),
  action: ({ vmid }) => `update VM ${vmid}`,
  about: aboutGuest({ type: "qemu" }),
  run: async (input, { pve }) => {
    const guest = await pve.claim(input, { type: "qemu" });
    const result = await configureGuest(pve, guest, (before) => {
      requireBalloonFits(input, before);
      return {
        set: {
          name: input.name,
          cores: input.cpus,
          sockets: input.sockets,
          cpu: input.cpu_type,
          memory: input.memory,
          balloon: input.balloon,
          description: input.description,
          tags: input.tags && canonicalTags(input.tags).join(";"),
          onboot: input.onboot,
          protection: input.protection,
          agent: agentOption(before.agent, input.agent),
          boot: input.boot,
        },
        ...(input.unset ? { unset: input.unset } : {}),
        revert: input.revert,
        snapshotFirst: input.snapshot_first ? () => snapshotFirst(pve, guest) : undefined,
      };
    });
    return {
      ...result,
      ...renamed(result),
      ...undoConfig("update_vm", guest, { ...result, names: NAMES }),
    };
  },
});

/** Proxmox asks for it when one of the two is set (`PVE::API2::Qemu`). */
function requireBalloonFits(given: Memory, before: GuestConfig): void {
  if (given.memory === undefined && given.balloon === undefined) return;
  const { "": plain, current = plain } = properties(String(before.memory ?? DEFAULT_MEMORY));
  const { balloon = Number(before.balloon ?? 0), memory = Number(current) } = given;
  if (balloon <= memory) return;
  throw new AppError(
    "invalid",
    `balloon: the least memory, ${balloon} MiB, is more than the VM's memory of ${memory} MiB; ` +
      "set both",
  );
}

/** The option `agent` switched on or off, its other settings kept; undefined when it is so already. */
function agentOption(before: unknown, wanted: boolean | undefined): string | undefined {
  if (wanted === undefined || agentEnabled(before) === wanted) return undefined;
  const { "": _, enabled: _enabled, ...others } = properties(before);
  const kept = Object.entries(others).map(([key, value]) => `,${key}=${value}`);
  return `${wanted ? 1 : 0}${kept.join("")}`;
}
