import { AppError } from "../errors.ts";

/** An inclusive range of guest ids. */
export interface VmidRange {
  readonly from: number;
  readonly to: number;
}

/**
 * How far a token reaches. For every kind of reach `null` means "not limited in this way" and an
 * empty list means "nothing". A guest must satisfy each kind that is given (AND) by at least one of
 * its entries (OR). `toolsDeny` wins over `toolsAllow`. Names are compared exactly. `needsApproval`:
 * what changes something waits until somebody else releases it. `toolsets` narrows what is listed, and
 * forbids nothing. A cluster that `clusters` leaves out is as good as none; within the others a token that
 * is not limited otherwise reaches all.
 */
export interface TokenLimits {
  readonly pools: readonly string[] | null;
  readonly tags: readonly string[] | null;
  readonly vmids: readonly VmidRange[] | null;
  readonly nodes: readonly string[] | null;
  readonly toolsAllow: readonly string[] | null;
  readonly toolsDeny: readonly string[];
  readonly needsApproval: boolean;
  readonly toolsets: readonly string[] | null;
  readonly clusters: readonly string[] | null;
}

/** Limits that leave nothing out. */
export const NO_LIMITS: TokenLimits = {
  pools: null,
  tags: null,
  vmids: null,
  nodes: null,
  toolsAllow: null,
  toolsDeny: [],
  needsApproval: false,
  toolsets: null,
  clusters: null,
};

/** What is known of a guest; what is null or missing is unknown, and refused where it is asked. */
export interface GuestPlace {
  readonly vmid?: number | null | undefined;
  readonly node?: string | null | undefined;
  readonly pool?: string | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
}

/** The lowest and highest guest id that Proxmox VE accepts. */
const LOWEST_VMID = 100;
const HIGHEST_VMID = 999_999_999;

/**
 * Reads `100-199, 250`. Throws AppError `invalid`, naming the entry, unless every entry is an id from
 * 100 to 999999999 or a rising range of them, and there is at least one.
 */
export function parseVmidRanges(text: string): VmidRange[] {
  return text.split(",").map((entry) => {
    const match = /^(\d{3,9})(?:-(\d{3,9}))?$/.exec(entry.trim());
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    if (match === null || from < LOWEST_VMID || to > HIGHEST_VMID || to < from) {
      throw new AppError(
        "invalid",
        `Cannot read the vmid range ${JSON.stringify(entry.trim())}: expected 101 or 100-199, ` +
          `from ${LOWEST_VMID} to ${HIGHEST_VMID}`,
      );
    }
    return { from, to };
  });
}

/** The text form that `parseVmidRanges` reads. */
export function formatVmidRanges(ranges: readonly VmidRange[]): string {
  return ranges.map(({ from, to }) => from === to ? `${from}` : `${from}-${to}`).join(",");
}

const TOOL_NAME = /^\w+$/;

/**
 * True when the token may use the tool of this name. No limits allow every tool; a denied name that is
 * none (`*`, as others may write it into the table) denies every tool.
 */
export function mayUseTool(limits: TokenLimits | null, tool: string): boolean {
  if (limits === null) return true;
  if (limits.toolsDeny.some((name) => name === tool || !TOOL_NAME.test(name))) return false;
  return limits.toolsAllow === null || limits.toolsAllow.includes(tool);
}

/** True when the guest is within reach. What the guest leaves unknown is refused where it is limited. */
export function mayTouchGuest(limits: TokenLimits | null, guest: GuestPlace): boolean {
  if (limits === null) return true;
  return reaches(limits.pools, guest.pool) && reaches(limits.nodes, guest.node) &&
    hasTagOf(limits.tags, guest.tags) && isInRanges(limits.vmids, guest.vmid);
}

/** True when no guest, node or storage is out of reach; single tools may be. */
export function mayTouchAll(limits: TokenLimits | null): boolean {
  return limits === null || (reachesAllGuests(limits) && limits.nodes === null);
}

/**
 * True when what concerns the node as a whole (its power, network, storage, a task of many guests) is
 * within reach: the node is listed, or nodes are not limited, and no limit leaves out some of the
 * guests that it may concern.
 */
export function mayTouchNode(limits: TokenLimits | null, node: string | null): boolean {
  return limits === null || (reachesAllGuests(limits) && reaches(limits.nodes, node));
}

/** True when the node's state may be read: nodes are not limited, or this one is listed. */
export function maySeeNode(limits: TokenLimits | null, node: string | null): boolean {
  return limits === null || reaches(limits.nodes, node);
}

/** True when the cluster is within reach. */
export function mayReachCluster(limits: TokenLimits | null, name: string): boolean {
  return limits === null || reaches(limits.clusters, name);
}

function reachesAllGuests({ pools, tags, vmids }: TokenLimits): boolean {
  return pools === null && tags === null && vmids === null;
}

function reaches(allowed: readonly string[] | null, value: string | null | undefined): boolean {
  if (allowed === null) return true;
  return value !== null && value !== undefined && value !== "" && allowed.includes(value);
}

function hasTagOf(allowed: readonly string[] | null, tags: GuestPlace["tags"]): boolean {
  if (allowed === null) return true;
  // Proxmox stores tags in lower case, whatever was given to it or to the token.
  const lower = allowed.map((tag) => tag.toLowerCase());
  return (tags ?? []).some((tag) => reaches(lower, tag.toLowerCase()));
}

function isInRanges(ranges: readonly VmidRange[] | null, vmid: GuestPlace["vmid"]): boolean {
  if (ranges === null) return true;
  return typeof vmid === "number" && Number.isInteger(vmid) &&
    ranges.some(({ from, to }) => vmid >= from && vmid <= to);
}
