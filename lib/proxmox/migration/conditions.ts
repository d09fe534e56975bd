import { isKind } from "../api/errors.ts";
import { flag, isRecord, number, record, text } from "../api/values.ts";
import type { Guest } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";
import { shortGib } from "../sizes.ts";

/** What Proxmox tells of where a guest could go. */
export type Conditions = Readonly<Record<string, unknown>>;

type Row = Conditions;

/** How a guest is to move. */
export interface MigrationWish {
  readonly running: boolean;
  readonly withLocalDisks: boolean;
  /** The storage that copied disks go to, which need not find their own at the target then. */
  readonly targetStorage?: string | undefined;
  /** Whether a running container may be stopped and started. */
  readonly restart: boolean;
  /** True when HA moves it, which is told the target and nothing else (`ha-manager migrate`). */
  readonly byHa: boolean;
}

export const NEEDS_RESTART =
  "a running container cannot move; give restart to stop and start it, or stop it";

/** Undefined where Proxmox offers no such check: for containers before 9. */
export async function readConditions(
  pve: Pve,
  guest: Guest,
  target?: string,
): Promise<Conditions | undefined> {
  try {
    return await pve.get("/nodes/{node}/{type}/{vmid}/migrate", guest, { target });
  } catch (error) {
    if (isKind(error, "not_offered") && guest.type === "lxc") return undefined;
    throw error;
  }
}

/** The HA resources that HA moves with the guest. */
export function dependentsIn(conditions: Conditions | undefined): string[] {
  return list<string>(conditions?.["dependent-ha-resources"]);
}

/**
 * Everything that keeps a guest from a node.
 *
 * @param conditions undefined where Proxmox tells none
 * @param options.knows whether the caller may know of the guest of an HA resource
 */
export function reasonsAgainst(
  conditions: Conditions | undefined,
  { guest: { type }, knows, target, wish }: {
    guest: Pick<Guest, "type">;
    knows: (sid: string) => boolean;
    target: string;
    wish: MigrationWish;
  },
): string[] {
  const { byHa, restart, running, targetStorage, withLocalDisks } = wish;
  const reasons: string[] = [];
  if (byHa && targetStorage !== undefined) {
    reasons.push("HA moves it, to storages of the same names: leave target_storage out");
  }
  if (conditions !== undefined) {
    // A cloud-init drive moves with its VM, even a running one.
    const disks = list<Row>(conditions.local_disks).filter((disk) => !flag(disk.is_cloudinit));
    const own = disks.filter((disk) => !flag(disk.cdrom));
    reasons.push(
      ...refusalsOf(conditions, { knows, own, target, wish }),
      ...devicesAgainst(conditions, running),
    );
    const inserted = disks.filter((disk) => flag(disk.cdrom));
    if (inserted.length > 0) {
      reasons.push(`a CD image is on its node's own storage: ${volumes(inserted)}; eject it first`);
    }
    if (own.length > 0 && !withLocalDisks) {
      reasons.push(`it has disks on its node: ${volumes(own)}; give with_local_disks to copy them`);
    }
  }
  if (type === "lxc" && running && !restart) {
    reasons.push(NEEDS_RESTART);
  }
  return reasons;
}

/** What Proxmox itself says against the node. */
function refusalsOf(
  conditions: Conditions,
  { knows, own, target, wish }: {
    knows: (sid: string) => boolean;
    own: readonly Row[];
    target: string;
    wish: MigrationWish;
  },
): string[] {
  const refused = conditions.not_allowed_nodes ?? conditions["not-allowed-nodes"];
  // Keyed by node, though the API's description shows the inner object only.
  const against = isRecord(refused) ? refused[target] : undefined;
  // An allowed node has an empty object there (seen with 9.2.11).
  if (!isRecord(against) || Object.keys(against).length === 0) return [];
  const reasons: string[] = [];
  const away = list<string>(against.unavailable_storages ?? against["unavailable-storages"]);
  const copied = new Set(wish.targetStorage === undefined ? [] : own.map(storageOf));
  const storages = away.filter((storage) => !copied.has(storage));
  if (storages.length > 0) reasons.push(`node ${target} has no storage ${storages.join(", ")}`);
  const mapped = list(against["unavailable-resources"]);
  if (mapped.length > 0) {
    reasons.push(`node ${target} has no mapped resource ${mapped.join(", ")}`);
  }
  const blocking = list<Row>(against["blocking-ha-resources"]);
  if (blocking.length > 0) {
    reasons.push(
      `HA rules forbid it (${
        blocking.map(({ cause, sid }) => `${knows(String(sid)) ? sid : "another guest"}: ${cause}`)
      })`,
    );
  }
  if (reasons.length === 0 && away.length === 0) {
    reasons.push(`Proxmox does not allow node ${target}`);
  }
  return reasons;
}

/** Proxmox lists mapped devices among the node's own too; some of them can even move live. */
function devicesAgainst(conditions: Row, running: boolean): string[] {
  const mapped = list<string>(conditions["mapped-resources"]);
  const info = record(conditions["mapped-resource-info"]);
  const fixed = list<string>(conditions.local_resources).filter((key) => !mapped.includes(key));
  const still = mapped.filter((key) => running && !flag(record(info[key])["live-migration"]));
  return [
    ...(fixed.length > 0 ? [`it uses devices of its node: ${fixed.join(", ")}`] : []),
    ...(still.length > 0
      ? [`it runs with devices that cannot move live: ${still.join(", ")}`]
      : []),
  ];
}

function storageOf({ volid }: Row): string {
  const name = String(volid);
  return name.slice(0, name.indexOf(":"));
}

function volumes(disks: readonly Row[]): string {
  return disks.map((disk) => {
    const size = number(disk.size);
    const gib = size === undefined ? "" : ` (${shortGib(size)})`;
    return `${text(disk.volid)}${gib}`;
  }).join(", ");
}

function list<T = unknown>(value: unknown): T[] {
  return Array.isArray(value) ? value : [];
}
