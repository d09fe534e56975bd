import { NotOffered } from "../failure.ts";
import { type Guest, guestLabel } from "../guests.ts";
import { path } from "../path.ts";
import type { Pve } from "../pve.ts";
import { flag, number, text } from "../wire.ts";

type Row = Readonly<Record<string, unknown>>;

export interface MigrationWish {
  readonly target: string;
  readonly running: boolean;
  readonly withLocalDisks: boolean;
  readonly restart: boolean;
}

const GIB = 1024 ** 3;

/**
 * Asks Proxmox whether the guest can go to the target and requires that nothing stands in its way.
 * Every reason is told, not the first one only.
 *
 * @returns notes for the caller
 */
export async function requireMigratable(
  pve: Pve,
  guest: Guest,
  wish: MigrationWish,
): Promise<string[]> {
  const { target } = wish;
  const label = guestLabel(guest);
  const nodes = await pve.list<Row>(path`/nodes`);
  const node = nodes.find((row) => row.node === target);
  pve.check(
    `node ${target} is online`,
    node?.status === "online",
    node ? `node ${target} is ${node.status}` : `there is no node ${target}; see get_nodes`,
  );
  pve.check("is on another node", guest.node !== target, `${label} is on node ${target} already`);
  const conditions = await readConditions(pve, guest, target);
  const reasons = conditions === undefined ? [] : reasonsAgainst(conditions, wish);
  if (guest.type === "lxc" && wish.running && !wish.restart) {
    reasons.push("a running container cannot move; give restart to stop and start it, or stop it");
  }
  pve.check("nothing stands in its way", reasons.length === 0, reasons.join("; "));
  return conditions === undefined
    ? ["this Proxmox tells no preconditions for containers; the task itself checks them"]
    : dependents(conditions);
}

/** Undefined where Proxmox offers no such check: for containers before 9. */
async function readConditions(
  pve: Pve,
  { node, type, vmid }: Guest,
  target: string,
): Promise<Row | undefined> {
  try {
    return await pve.get<Row>(path`/nodes/${node}/${type}/${vmid}/migrate`, { target });
  } catch (error) {
    if (error instanceof NotOffered && type === "lxc") return undefined;
    throw error;
  }
}

function reasonsAgainst(conditions: Row, { target, running, withLocalDisks }: MigrationWish) {
  const reasons: string[] = [];
  const refused = conditions.not_allowed_nodes ?? conditions["not-allowed-nodes"];
  // Keyed by node, though the API's description shows the inner object only.
  const against = isRow(refused) ? refused[target] : undefined;
  // An allowed node has an empty object there (seen with 9.2.11).
  if (isRow(against) && Object.keys(against).length > 0) {
    const storages = list(against.unavailable_storages ?? against["unavailable-storages"]);
    if (storages.length > 0) reasons.push(`node ${target} has no storage ${storages.join(", ")}`);
    const mapped = list(against["unavailable-resources"]);
    if (mapped.length > 0) {
      reasons.push(`node ${target} has no mapped resource ${mapped.join(", ")}`);
    }
    const blocking = list<Row>(against["blocking-ha-resources"]);
    if (blocking.length > 0) {
      reasons.push(`HA rules forbid it (${blocking.map((ha) => `${ha.sid}: ${ha.cause}`)})`);
    }
    if (reasons.length === 0) reasons.push(`Proxmox does not allow node ${target}`);
  }
  const resources = [
    ...list<string>(conditions.local_resources),
    ...(running ? list<string>(conditions["mapped-resources"]) : []),
  ];
  if (resources.length > 0) reasons.push(`it uses devices of its node: ${resources.join(", ")}`);
  // A cloud-init drive moves with its VM, even a running one.
  const disks = list<Row>(conditions.local_disks).filter((disk) => !flag(disk.is_cloudinit));
  const inserted = disks.filter((disk) => flag(disk.cdrom));
  if (inserted.length > 0) {
    reasons.push(`a CD image is on its node's own storage: ${volumes(inserted)}; eject it first`);
  }
  const own = disks.filter((disk) => !flag(disk.cdrom));
  if (own.length > 0 && !withLocalDisks) {
    reasons.push(`it has disks on its node: ${volumes(own)}; give with_local_disks to copy them`);
  }
  return reasons;
}

function dependents(conditions: Row): string[] {
  const others = list<string>(conditions["dependent-ha-resources"]);
  return others.length === 0 ? [] : [`HA moves these with it: ${others.join(", ")}`];
}

function volumes(disks: readonly Row[]): string {
  return disks.map((disk) => {
    const size = number(disk.size);
    const gib = size === undefined ? "" : ` (${Math.round(size / GIB * 10) / 10} GiB)`;
    return `${text(disk.volid)}${gib}`;
  }).join(", ");
}

function list<T = unknown>(value: unknown): T[] {
  return Array.isArray(value) ? value : [];
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
