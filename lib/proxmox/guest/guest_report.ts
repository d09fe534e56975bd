import * as z from "zod";
import { flatAddresses, readInterfaces } from "./addresses.ts";
import { AppError } from "../../errors.ts";
import { isKind } from "../api/errors.ts";
import { ageSeconds, newestGood } from "../storage/backups.ts";
import { gather } from "../fan_out.ts";
import { describeConfig, readPending } from "./guest_config.ts";
import type { Guest } from "./directory.ts";
import { currentState } from "./power.ts";
import { agentEnabled } from "./properties.ts";
import type { Pve } from "../pve.ts";
import { readSnapshots } from "./snapshots.ts";
import { readVolumes } from "../storage/volumes.ts";
import { compact, flag, type GuestConfig, number, text } from "../api/values.ts";
import { readConfig } from "./config.ts";

/** One change of a configuration that is not in effect yet. */
export const pendingRow = z.object({
  key: z.string(),
  value: z.string(),
  pending: z.string().describe("Absent: will be removed"),
}).partial();

/** Everything about one guest; what could not be read is absent and named in the warnings. */
export const guestReport = z.object({
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
  pending: z.array(z.looseObject({})),
  snapshots: z.array(z.looseObject({})),
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

type Report = z.output<typeof guestReport>;
type Part = readonly [name: string, read: () => Promise<Report>];

/** Puts together what several requests tell of a guest. */
export async function reportGuest(pve: Pve, guest: Guest): Promise<Report> {
  const { vmid, type, name, node, status, lock, template, pool, tags } = guest;
  const parts: Part[] = [
    ["status", () => statusPart(pve, guest)],
    ["configuration and agent", () => configPart(pve, guest)],
    ["pending changes", async () => ({ pending: await readPending(pve, guest) })],
    ["snapshots", async () => ({ snapshots: (await readSnapshots(pve, guest)).snapshots })],
    ["backups", () => backupPart(pve, guest)],
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
    status,
    lock,
    template: template || undefined,
    pool,
    tags: tags.length > 0 ? [...tags] : undefined,
  });
  const report: Report = Object.assign(base, ...results);
  return { ...report, ...(all.length > 0 ? { warnings: all } : { warnings: undefined }) };
}

async function statusPart(pve: Pve, guest: Guest): Promise<Report> {
  const { status, row } = await currentState(pve, guest);
  return compact({
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
}

async function configPart(pve: Pve, guest: Guest): Promise<Report> {
  const config = await readConfig(pve, guest);
  return { config: describeConfig(config), ...await addressPart(pve, guest, config) };
}

async function addressPart(pve: Pve, guest: Guest, config: GuestConfig): Promise<Report> {
  if (guest.type === "qemu" && !agentEnabled(config.agent)) return { agent: "disabled" };
  // Whether it runs is left to the guest's own node: the resource list lags behind it.
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

async function backupPart(pve: Pve, { vmid }: Guest): Promise<Report> {
  const { volumes, warnings } = await readVolumes(pve, { content: "backup", vmid });
  const newest = newestGood(volumes).get(vmid);
  const { volid, time } = newest ?? {};
  return {
    backups: volumes.length,
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
