import { AppError } from "../../errors.ts";
import { newestGood } from "../storage/backups.ts";
import { readVolumes } from "../storage/volumes.ts";
import type { ToldOf } from "../storage/told.ts";
import type { Pve } from "../pve.ts";
import { text } from "../api/values.ts";
import { listed } from "../clip.ts";
import { readConfig } from "./config.ts";
import { type GivenGuest, type Guest, guestLabel, type GuestType } from "./directory.ts";
import { currentState } from "./power.ts";
import { disksOf } from "./properties.ts";
import { readSnapshots } from "./snapshots.ts";

/** A guest as a person is shown it who must decide about it. */
export interface GuestFacts {
  readonly guest: Guest;
  readonly lines: readonly string[];
  /** Of the whole configuration, snapshots included: a guest that was made anew has another one. */
  readonly version: string;
}

const BACKUPS_PATIENCE_MS = 2_000;

/** What backup servers know of a guest's backups, and what of them is not known. */
export type ReadTold = (
  vmid: number,
) => Promise<{ readonly told: ToldOf; readonly warnings: readonly string[] }>;

/**
 * Which guest it is, where, and how it stands.
 *
 * @param options.goes given for a guest that would be gone: what would be lost with it, and its newest
 * backup, are told too
 */
export async function guestFacts(
  pve: Pve,
  given: GivenGuest,
  { type, goes }: { type?: GuestType | undefined; goes?: ReadTold | undefined } = {},
): Promise<GuestFacts> {
  const guest = await pve.find(given, type === undefined ? {} : { type });
  const [config, { status }, losses] = await Promise.all([
    readConfig(pve, guest),
    currentState(pve, guest),
    goes ? Promise.all([readSnapshots(pve, guest), newestBackup(pve, { guest, goes })]) : undefined,
  ]);
  const name = text(guest.type === "qemu" ? config.name : config.hostname) ?? guest.name;
  const lines = [`${nameOf(guest, name)} on node ${guest.node}, ${status}`];
  if (losses) {
    const [{ snapshots }, backup] = losses;
    lines.push(
      `disks that go: ${listed(diskTexts(config)) || "none"}`,
      `snapshots that go: ${listed(snapshots.map((snapshot) => snapshot.name)) || "none"}`,
      `newest backup: ${backup}`,
    );
  }
  return { guest, lines, version: `${guestLabel(guest)} ${text(config.digest) ?? ""}` };
}

/** `VM 101 (web1)`. */
export function nameOf(guest: Guest, name = guest.name): string {
  return `${guestLabel(guest)}${name === undefined ? "" : ` (${name})`}`;
}

/** `clean of 2026-03-01T12:00:00Z`, or that there is none of that name. */
export async function snapshotText(pve: Pve, guest: Guest, name: string): Promise<string> {
  const { snapshots } = await readSnapshots(pve, guest);
  const found = snapshots.find((snapshot) => snapshot.name === name);
  if (!found) return `${name}, which is not there`;
  return found.time === undefined ? name : `${name} of ${found.time}`;
}

function diskTexts(config: Readonly<Record<string, unknown>>): string[] {
  const used = disksOf(config).map(({ key, volid, bytes }) =>
    `${key} ${volid}${bytes === undefined ? "" : ` (${Math.round(bytes / 1024 ** 2)} MiB)`}`
  );
  const unused = Object.entries(config).filter(([key]) => /^unused\d+$/.test(key))
    .map(([key, volid]) => `${key} ${volid}`);
  return [...used, ...unused];
}

/** Storages that answer slowly must not keep a person from being asked. */
async function newestBackup(
  pve: Pve,
  { goes, guest }: { guest: Guest; goes: ReadTold },
): Promise<string> {
  const readAll = async () => {
    const { told, warnings } = await goes(guest.vmid);
    const read = await readVolumes(pve, { content: "backup", vmid: guest.vmid }, { told });
    return { ...read, warnings: [...warnings, ...read.warnings] };
  };
  try {
    const read = await Promise.race([readAll(), pve.sleep(BACKUPS_PATIENCE_MS)]);
    if (!read) return "not known (the storages have not answered in time)";
    const newest = newestGood(read.volumes, [guest]).get(guest.vmid);
    if (!newest && read.hides(guest.vmid)) return `not known (${read.warnings.join("; ")})`;
    const missing = read.warnings.length > 0 ? `; not known of all: ${read.warnings[0]}` : "";
    return newest ? `${newest.time} (${newest.volid})${missing}` : `none${missing}`;
  } catch (error) {
    if (error instanceof AppError) return `not known (${error.message})`;
    throw error;
  }
}
