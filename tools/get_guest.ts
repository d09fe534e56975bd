import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { isKind } from "../lib/proxmox/api/errors.ts";
import { compact, flag, number, text } from "../lib/proxmox/api/values.ts";
import { gather } from "../lib/proxmox/fan_out.ts";
import { type Interface, readInterfaces } from "../lib/proxmox/guest/addresses.ts";
import { readConfig } from "../lib/proxmox/guest/config.ts";
import type { Guest } from "../lib/proxmox/guest/directory.ts";
import { describeConfig, readPending } from "../lib/proxmox/guest/guest_config.ts";
import { type CurrentState, currentState } from "../lib/proxmox/guest/power.ts";
import { readSnapshots } from "../lib/proxmox/guest/snapshots.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { ageSeconds, newestGood, newestOf } from "../lib/proxmox/storage/backups.ts";
import { readVolumes } from "../lib/proxmox/storage/volumes.ts";
import { READING_BACKUPS } from "../lib/tool/conditions.ts";
import { guestInput } from "../lib/tool/fields.ts";
import { pendingRow, snapshotRow } from "../lib/tool/guest_rows.ts";
import { readToldOf } from "../lib/tool/own_backups.ts";
import { defineTool, READS, type ToolContext } from "../lib/tool/tool.ts";

/** Everything about one guest; what could not be read is absent and named in the warnings. */
const report = z.object({
  vmid: z.number(),
  type: z.enum(["qemu", "lxc"]),
  name: z.string(),
  node: z.string(),
  status: z.string(),
  lock: z.string(),
  template: z.boolean(),
  pool: z.string(),
  tags: z.array(z.string()),
  uptime_seconds: z.number(),
  cpus: z.number(),
  cpu_fraction: z.number(),
  memory_bytes: z.number(),
  memory_used_bytes: z.number(),
  ha: z.record(z.string(), z.unknown()),
  config: z.record(z.string(), z.unknown()),
  pending: z.array(pendingRow),
  snapshots: z.array(snapshotRow),
  agent: z.string().describe("running, not running or disabled"),
  addresses: z.array(z.string()),
  /** The newest good one. */
  backup: z.object({
    volid: z.string(),
    time: z.string(),
    age_seconds: z.number(),
  }).partial(),
  backups: z.number(),
  warnings: z.array(z.string()),
}).partial();

type Report = z.output<typeof report>;
type Part = readonly [name: string, read: () => Promise<Report>];

export default defineTool({
  name: "get_guest",
  title: "Guest",
  description:
    "Tells all about one VM or container, its snapshots, addresses and newest backup too.",
  scope: "user",
  toolsets: ["guests", "core"],
  hints: READS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Audit"]],
  conditionalPrivileges: [
    {
      privilege: [
        "/vms/{vmid}",
        "VM.GuestAgent.Audit",
        "VM.GuestAgent.Unrestricted",
        "VM.Monitor",
      ],
      when: "for a VM's addresses",
      if: () => true,
    },
    ...READING_BACKUPS,
  ],
  backupPrivileges: [["/datastore/{store}", "Datastore.Audit"]],
  input: z.strictObject(guestInput),
  output: report,
  action: ({ vmid }) => `read guest ${vmid}`,
  run: async (input, context) => reportGuest(context, await context.pve.find(input)),
});

/** Puts together what several requests tell of a guest. */
async function reportGuest(context: ToolContext, guest: Guest): Promise<Report> {
  const { pve } = context;
  const { vmid, type, name, node, lock, template, pool, tags } = guest;
  const parts: Part[] = [
    ["status", () => statusPart(pve, guest)],
    ["configuration", async () => ({ config: describeConfig(await readConfig(pve, guest)) })],
    ["pending changes", async () => ({ pending: await readPending(pve, guest) })],
    ["snapshots", async () => ({ snapshots: (await readSnapshots(pve, guest)).snapshots })],
    ["backups", () => backupPart(context, guest)],
  ];
  const { results, warnings } = await gather(parts, {
    name: ([part]) => `the ${part} could not be read`,
    read: ([, read]) => read(),
  });
  const all = [...results.flatMap((part) => part.warnings ?? []), ...warnings];
  const base = compact({
    vmid,
    type,
    name,
    node,
    // Of a node that is down Proxmox's list keeps for minutes what it saw last.
    status: "unknown",
    lock,
    template: template || undefined,
    pool,
    tags: tags.length > 0 ? [...tags] : undefined,
  });
  const { warnings: _, ...known }: Report = Object.assign(base, ...results);
  return { ...known, ...(all.length > 0 ? { warnings: all } : {}) };
}

async function statusPart(pve: Pve, guest: Guest): Promise<Report> {
  const state = await currentState(pve, guest);
  const { status, row } = state;
  const told = compact({
    status,
    lock: text(row.lock),
    name: text(row.name),
    uptime_seconds: number(row.uptime),
    cpus: number(row.cpus),
    cpu_fraction: number(row.cpu),
    memory_bytes: number(row.maxmem),
    memory_used_bytes: number(row.mem),
    ha: describeHa(row.ha),
  });
  return { ...told, ...await addressPart(pve, guest, state) };
}

/** The configuration may tell already how the agent is at the next start. */
async function addressPart(
  pve: Pve,
  guest: Guest,
  { row, status }: CurrentState,
): Promise<Report> {
  if (guest.type === "qemu" && !flag(row.agent)) return { agent: "disabled" };
  if (status !== "running") return {};
  try {
    const addresses = flatAddresses(await readInterfaces(pve, guest));
    return { addresses, ...(guest.type === "qemu" ? { agent: "running" } : {}) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (isKind(error, "agent_away")) return { agent: "not running" };
    if (isKind(error, "not_running")) return {};
    return { warnings: [`the addresses could not be read: ${error.message}`] };
  }
}

async function backupPart(context: ToolContext, guest: Guest): Promise<Report> {
  const { pve } = context;
  const { vmid } = guest;
  const { told, warnings: untold } = await readToldOf(context, { vmid });
  const filter = { content: "backup", vmid };
  const { volumes: all, warnings: unread, hides } = await readVolumes(pve, filter, { told });
  const volumes = all.filter((one) => one.may_be_of === undefined);
  const warnings = [...untold, ...unread];
  const newest = newestGood(volumes, [guest]).get(vmid);
  const last = newestOf(volumes, [guest]).get(vmid);
  // That an older one is good is no comfort.
  if (last?.verified === "failed") {
    warnings.push(`its newest backup failed verification: ${last.volid}`);
  }
  const { volid, time } = newest ?? {};
  return {
    ...(hides(vmid) && volumes.length === 0 ? {} : { backups: volumes.length }),
    ...(time === undefined
      ? {}
      : { backup: compact({ volid, time, age_seconds: ageSeconds(pve.now(), time) }) }),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** What HA knows of the guest; absent when HA does not manage it. */
function describeHa(ha: unknown): Record<string, unknown> | undefined {
  const row = typeof ha === "object" && ha !== null ? ha as Record<string, unknown> : {};
  if (!flag(row.managed)) return undefined;
  const { managed: _, ...rest } = row;
  return rest;
}

/** All addresses of a guest, link-local ones last. */
function flatAddresses(interfaces: readonly Interface[]): string[] {
  const linkLocal = (address: string) => /^(fe80:|169\.254\.)/i.test(address) ? 1 : 0;
  return interfaces.flatMap((row) => row.addresses ?? [])
    .toSorted((a, b) => linkLocal(a) - linkLocal(b));
}
