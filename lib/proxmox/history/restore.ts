import { REDACTED } from "../../log/redact.ts";
import { isNodeDevice } from "../guest/parts.ts";
import { DISK_KEY, properties } from "../guest/properties.ts";
import type { Content } from "./content.ts";
import { differencesOf } from "./differences.ts";

/** What brings a guest's configuration back to what it was. */
export interface Restore {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
  /** What stays as it is and why, a line each, by key. */
  readonly left: ReadonlyMap<string, string>;
}

const NET = /^net\d+$/;
const MAC = /(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}/;
const KEEPS_SIZE = "a volume keeps its size";
/** What Proxmox keeps for itself, and where the guest is. */
const OWN = /^(?:node|type|parent|meta|unused\d+|running\S*|snaptime|vmstate)$/;
/** What a guest is known by, which its own system and licences rely on. */
const IDENTITY = /^(?:smbios1|vmgenid|template|arch|unprivileged)$/;
/** No API token may change these: of a VM's, what Proxmox knows no privilege for (`check_vm_modify_config_perm`). */
const ROOTS =
  /^(?:args|hookscript|lxc|affinity|amd-sev|hugepages|intel-tdx|ivshmem|keephugepages|spice_enhancements)$/;

/**
 * Works out what to write so that the settings are as they were. Volumes stay where they are: a disk
 * that was removed or added since is named, and so is what cannot be written.
 */
export function restoreOf(was: Content, is: Content): Restore {
  const set: Record<string, string> = {};
  const unset: string[] = [];
  const left = new Map<string, string>();
  for (const key of new Set(differencesOf(was, is).map(({ key }) => key))) {
    if (OWN.test(key)) continue;
    const [before, now] = [textOf(was[key]), textOf(is[key])];
    const why = obstacle(key, { before, now, type: textOf(is.type) });
    if (why !== undefined) {
      left.set(key, why);
    } else if (before === undefined) {
      unset.push(key);
    } else {
      const wanted = keeping(key, { before, now });
      if (wanted === now) left.set(key, NET.test(key) ? "a card keeps its address" : KEEPS_SIZE);
      else set[key] = wanted;
    }
  }
  withoutMissingBoot({ set, left }, { is, unset });
  return { set, unset, left };
}

/** The settings as the API takes them: some are shown otherwise than they are written. */
export function asWritten(set: Restore["set"]): Restore["set"] {
  const { sshkeys, env, ...others } = set;
  return {
    ...others,
    ...(sshkeys === undefined ? {} : { sshkeys: encodeURIComponent(sshkeys) }),
    ...(env === undefined ? {} : { env: env.replaceAll("\n", "\0") }),
  };
}

function obstacle(
  key: string,
  { before, now, type }: {
    before: string | undefined;
    now: string | undefined;
    type: string | undefined;
  },
): string | undefined {
  if (IDENTITY.test(key) || (key === "ostype" && type === "lxc")) {
    return "it is what the guest is known by";
  }
  const isRoots = ROOTS.test(key) || (type === "lxc" && changesFeatures(key, { before, now })) ||
    [before, now].some((value) => value !== undefined && isNodeDevice(key, value));
  if (isRoots) return "only root@pam may change it, and no API token";
  if (before?.includes(REDACTED)) return "it held a secret, which is not kept";
  if (!DISK_KEY.test(key)) return undefined;
  const [had, has] = [volumeIn(before), volumeIn(now)];
  if (had === has) return undefined;
  if (had === undefined) return `its volume ${has} was added since and stays`;
  return `its volume ${had} is not attached there any more`;
}

/** True for a change of a container's features of which only root@pam may make any but to nesting. */
function changesFeatures(
  key: string,
  { before, now }: { before: string | undefined; now: string | undefined },
): boolean {
  if (key !== "features") return false;
  const others = (value: string | undefined) => {
    const { nesting: _, ...rest } = properties(value);
    return JSON.stringify(Object.entries(rest).toSorted());
  };
  return others(before) !== others(now);
}

/** The volume that would be gained or lost; a medium in a drive is none. */
function volumeIn(value: string | undefined): string | undefined {
  const { "": bare, file, volume, media } = properties(value);
  const id = bare ?? file ?? volume;
  return media === "cdrom" && !id?.includes("cloudinit") ? undefined : id;
}

/** What a value was, with what must stay as it is: a card's address, a volume's size. */
function keeping(
  key: string,
  { before, now = "" }: { before: string; now: string | undefined },
): string {
  if (NET.test(key)) {
    const address = MAC.exec(now)?.[0];
    return address === undefined ? before : before.replace(MAC, address);
  }
  const { size } = properties(now);
  return DISK_KEY.test(key) && size !== undefined && volumeIn(before) !== undefined
    ? before.replace(/,size=[^,]*/, `,size=${size}`)
    : before;
}

/** Proxmox refuses an order that names what is not there. */
function withoutMissingBoot(
  { set, left }: { set: Record<string, string>; left: Map<string, string> },
  { is, unset }: { is: Content; unset: readonly string[] },
): void {
  const { order = "" } = properties(set.boot);
  const isThere = (device: string) => device in set || (device in is && !unset.includes(device));
  const missing = order.split(";").filter((device) => device !== "" && !isThere(device));
  if (missing.length === 0) return;
  delete set.boot;
  left.set("boot", `it names ${missing.join(", ")}, which is not there`);
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
