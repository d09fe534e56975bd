import type { Pve } from "../pve.ts";
import { flag, type GuestConfig, isRecord, number, text } from "../api/values.ts";
import { requireState } from "../guest/checks.ts";
import { readConfig } from "../guest/config.ts";
import { type Guest, guestLabel } from "../guest/directory.ts";
import { cdDrives, cloudInitDrive } from "../guest/drives.ts";
import { bridgeOf } from "../guest/nics.ts";
import { disksOf, properties, sizeInBytes } from "../guest/properties.ts";
import { readSnapshots } from "../guest/snapshots.ts";
import { NEEDS_RESTART } from "./conditions.ts";

/** How the caller wants a guest to leave. */
export interface Leave {
  /** Whether a running VM may move as it runs. */
  readonly online: boolean;
  /** Whether a running container may be stopped and started. */
  readonly restart: boolean;
}

/** A guest that may leave its cluster, and what it brings with it. */
export interface Departure {
  readonly runs: boolean;
  /** What it may use of memory; 0 where it does not run. */
  readonly memoryBytes: number;
  readonly volumes: readonly { readonly storage: string; readonly bytes: number }[];
  readonly bridges: readonly string[];
  /** Those of them of which it uses VLANs. */
  readonly tagged: readonly string[];
  readonly tags: readonly string[];
  /** True for what Proxmox lets in only with Sys.Modify. */
  readonly modifies: boolean;
}

const DEVICE = /^(?:hostpci|usb|serial|parallel|dev)\d+$/;

/** Requires that nothing keeps the guest from leaving its cluster: what Proxmox would refuse, and when. */
export async function requireDeparture(
  pve: Pve,
  guest: Guest,
  { online, restart }: Leave,
): Promise<Departure> {
  const [state, config, { snapshots }, jobs] = await Promise.all([
    requireState(pve, guest),
    readConfig(pve, guest, { current: true }),
    readSnapshots(pve, guest),
    pve.list("/cluster/replication"),
  ]);
  const label = guestLabel(guest);
  const { ha } = state.row;
  const runs = state.status !== "stopped";
  const isManaged = isRecord(ha) && flag(ha.managed);
  const replicated = jobs.filter((job) => number(job.guest) === guest.vmid);
  const demand = (check: string, against: string | undefined) =>
    pve.check(check, against === undefined, against ?? "");
  demand(
    "is no template",
    state.template ? `${label} is a template; clone it instead` : undefined,
  );
  demand(
    "HA does not manage it",
    isManaged ? `HA manages ${label}: take it out of HA first` : undefined,
  );
  demand(
    "is not replicated",
    replicated.length === 0
      ? undefined
      : `${label} is replicated (${
        replicated.map(({ id }) => id).join(", ")
      }): delete the job first`,
  );
  demand(
    "has no snapshots",
    snapshots.length === 0
      ? undefined
      : `${label} has snapshots, which cannot go to another cluster: ${
        snapshots.map(({ name }) => name).join(", ")
      }`,
  );
  demand(
    "has no devices of its node",
    against(devicesIn(config), `${label} uses devices of its node`),
  );
  demand(
    "has no CD in a drive",
    against(insertedIn(config), `${label} has a CD image in a drive, eject it first`),
  );
  demand(
    "has no folders of its node",
    against(boundIn(config), `${label} has folders of its node`),
  );
  demand("can move as it is", runs ? againstRunning(guest, { online, restart }) : undefined);
  const nics = nicsIn(config);
  return {
    runs,
    memoryBytes: runs ? number(state.row.maxmem) ?? 0 : 0,
    volumes: volumesIn(config),
    bridges: bridgesOf(nics),
    tagged: bridgesOf(nics.filter(usesVlans)),
    tags: guest.tags,
    modifies: modifies(guest, config),
  };
}

function againstRunning({ type }: Guest, { online, restart }: Leave): string | undefined {
  if (type === "qemu") {
    return online ? undefined : "a running VM moves with online only; give online, or stop it";
  }
  if (restart) return undefined;
  return NEEDS_RESTART;
}

function against(things: readonly string[], state: string): string | undefined {
  return things.length === 0 ? undefined : `${state}: ${things.join(", ")}`;
}

/** Mapped devices too: a mapping is of one cluster. */
function devicesIn(config: GuestConfig): string[] {
  return Object.entries(config).filter(([key, value]) =>
    DEVICE.test(key) && value !== "socket" && !/^(?:host=)?spice\b/.test(String(value))
  ).map(([key]) => key);
}

function insertedIn(config: GuestConfig): string[] {
  return cdDrives(config).flatMap(({ key, volid }) => volid === undefined ? [] : `${key} ${volid}`);
}

function boundIn(config: GuestConfig): string[] {
  return disksOf(config).filter(({ volid }) => volid.startsWith("/")).map(({ key, volid }) =>
    `${key} ${volid}`
  );
}

/** A container whose root is the node's, and the order in which a node starts VMs, are more than a guest. */
function modifies({ type }: Guest, config: GuestConfig): boolean {
  return type === "qemu" ? config.startup !== undefined : !flag(config.unprivileged);
}

function nicsIn(config: GuestConfig): unknown[] {
  return Object.entries(config).filter(([key]) => /^net\d+$/.test(key)).map(([, value]) => value);
}

function bridgesOf(nics: readonly unknown[]): string[] {
  return [...new Set(nics.flatMap((nic) => bridgeOf(nic) ?? []))];
}

function usesVlans(nic: unknown): boolean {
  const { tag, trunks } = properties(nic);
  return tag !== undefined || trunks !== undefined;
}

function volumesIn(config: GuestConfig): Departure["volumes"] {
  const generated = cloudInitDrive(config);
  const unused = Object.entries(config).filter(([key]) => /^unused\d+$/.test(key));
  const others = [...unused.map(([, value]) => value), generated ? config[generated] : undefined]
    .flatMap((value) => {
      const { "": bare, file = bare, size } = properties(value);
      return file === undefined ? [] : { volid: file, bytes: sizeInBytes(size) };
    });
  return [...disksOf(config), ...others]
    .filter(({ volid }) => (text(volid) ?? "").includes(":"))
    .map(({ volid, bytes = 0 }) => ({ storage: volid.slice(0, volid.indexOf(":")), bytes }));
}
