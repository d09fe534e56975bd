import { digestOf } from "../../audit/digest.ts";
import { AppError } from "../../errors.ts";
import { forEachBounded } from "../../proxmox/fan_out.ts";
import { readConfig } from "../../proxmox/guest/config.ts";
import { type Guest, guestLabel, guestsIn } from "../../proxmox/guest/directory.ts";
import { offlineNodes } from "../../proxmox/inventory.ts";
import type { Plan as DryRun, PlannedRequest } from "../../proxmox/plan.ts";
import type { Pve } from "../../proxmox/pve.ts";
import { flag, type Resource } from "../../proxmox/api/values.ts";

/** A guest as it was when a plan was made. */
export interface GuestBasis {
  readonly vmid: number;
  readonly label: string;
  readonly name?: string;
  readonly node: string;
  readonly status: string;
  /** Proxmox's digest of its configuration; empty where too many guests are concerned, or its node is offline. */
  readonly config: string;
}

/** What a plan rests on: it is good only while this is the same. */
export interface Basis {
  /** Which of several clusters they are in. */
  readonly cluster?: string;
  /** The other clusters in which something is changed too. */
  readonly also?: readonly string[];
  readonly guests: readonly GuestBasis[];
  /** Of the requests, checks and differences of the dry run, and of what a person is told about it. */
  readonly work: string;
}

/** What a dry run of a call has shown. */
export interface Shown {
  readonly basis: Basis;
  readonly vmids: readonly number[];
  readonly dryRun: DryRun;
  readonly lines: readonly string[];
}

/** More guests than these are told apart by their state alone. */
const MOST_READ = 100;

/** A storage may be that of all nodes. */
const PRUNE = /^\/nodes\/[^/]+\/storage\/[^/]+\/prunebackups$/;

/** Requests about a node that concern every guest on it. */
const ALL_ON_NODE = /^\/nodes\/([^/]+)\/(status|startall|stopall|suspendall|migrateall|vzdump)$/;

/** Requests by which the disks of whichever guests on a node may be lost. */
const DISKS_ON_NODE =
  /^(?:PUT \/nodes\/([^/]+)\/disks\/wipedisk|DELETE \/nodes\/([^/]+)\/disks\/[^/]+\/[^/]+)$/;

/** A backup job, which may be about all guests or those of a pool. */
const A_JOB = /^(?:POST|PUT) \/cluster\/backup(?:\/|$)/;

/** Requests about whichever guests there are. */
const ALL = [
  /^POST \/cluster\/bulk-action\/guest\//,
  /^DELETE \/nodes\/[^/]+\/ceph\/(?:fs|osd|pool)\/[^/]+$/,
];

/** The names of settings' snapshots hold the time. */
const STAMP = /\d{8}T\d{6}/g;

/** The guests that a dry run turned out to be about and that are there, also where a request names none. */
export function guestsOf(pve: Pve, resources: readonly Resource[]): Guest[] {
  const vmids = new Set(pve.vmids);
  const { concernsAny, plan: { requests } } = pve;
  return guestsIn(resources)
    .filter(({ vmid, node }) =>
      concernsAny || vmids.has(vmid) || requests.some((request) => concernsAllOn(request, node))
    )
    .toSorted((a, b) => a.vmid - b.vmid);
}

/** A request to a guest that is there; a new one has no path before it is made. */
const OF_GUEST = /^\/nodes\/[^/]+\/(?:qemu|lxc)\/(\d+)(?:\/|$)/;

/**
 * Refuses a change of a guest that nobody sees: what tags it bears is not known.
 *
 * @throws AppError `forbidden`
 */
export function requireSeen({ plan: { requests } }: Pick<Pve, "plan">, rows: readonly Resource[]) {
  const here = requests.filter(({ cluster }) => cluster === undefined);
  const made = here.flatMap(({ body }) => [body?.vmid, body?.newid]).map(Number);
  const known = new Set([...guestsIn(rows).map(({ vmid }) => vmid), ...made]);
  const unseen = here.map(({ path }) => Number(OF_GUEST.exec(path)?.[1] ?? NaN))
    .find((vmid) => !Number.isNaN(vmid) && !known.has(vmid));
  if (unseen === undefined) return undefined;
  throw new AppError(
    "forbidden",
    `no guest ${unseen} is seen, so whether somebody else must approve it is not known; if there is one, ` +
      "the Proxmox API token lacks VM.Audit for it",
  );
}

function concernsAllOn({ method, path, body }: PlannedRequest, node: string): boolean {
  const request = `${method} ${path}`;
  if (ALL.some((about) => about.test(request))) return true;
  const { all, pool } = body ?? {};
  if (A_JOB.test(request) && (flag(all) || pool !== undefined)) return true;
  const [, wiped, removed] = DISKS_ON_NODE.exec(request) ?? [];
  if (wiped === node || removed === node) return true;

  const [, at, what] = ALL_ON_NODE.exec(path) ?? [];
  const isPrune = PRUNE.test(path);
  // A list of none is as good as no list, and so is a zero.
  if ((isPrune || what === "vzdump") && /[1-9]\d{2}/.test(String(body?.vmid ?? ""))) return false;
  if (isPrune) return true;
  // Proxmox takes this name for whichever node it asks.
  return at === node || at === "localhost";
}

interface SeenGuests {
  readonly guests: readonly Guest[];
  /** Of the whole cluster. */
  readonly rows: readonly Resource[];
}

/** @param options.version of what a person is told about the call */
export async function basisOf(
  pve: Pve,
  { cluster, version, ...seen }: SeenGuests & {
    readonly cluster: string | undefined;
    readonly version: string;
  },
): Promise<Basis> {
  const { requests, checks, changes } = pve.plan;
  const held = checks.map(({ check, ok }) => [check, ok]);
  const work = JSON.stringify([requests, held, changes, version]).replaceAll(STAMP, "");
  const also = new Set(requests.flatMap((request) => request.cluster ?? []));
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(also.size === 0 ? {} : { also: [...also] }),
    guests: await guestBasisOf(pve, seen),
    work: digestOf(work),
  };
}

/** The guests as they are now. */
export function guestBasisOf(pve: Pve, { guests, rows }: SeenGuests): Promise<GuestBasis[]> {
  const offline = offlineNodes(rows);
  const isRead = ({ node }: Guest) => guests.length <= MOST_READ && !offline.has(node);
  return forEachBounded(guests, async (guest) => ({
    vmid: guest.vmid,
    label: guestLabel(guest),
    ...(guest.name === undefined ? {} : { name: guest.name }),
    node: guest.node,
    status: guest.status,
    config: isRead(guest) ? (await readConfig(pve, guest)).digest ?? "" : "",
  }));
}

/** What has changed since, in words; empty when the plan is as good as it was. */
export function differences(before: Basis, after: Basis): string[] {
  const is = new Map(after.guests.map((guest) => [guest.vmid, guest]));
  const was = new Set(before.guests.map(({ vmid }) => vmid));
  const guests = [
    ...before.guests.flatMap((guest) => guestDifferences(guest, is.get(guest.vmid))),
    ...after.guests.filter(({ vmid }) => !was.has(vmid)).map(({ label }) => `${label} came up`),
  ];
  if (guests.length > 0 || before.work === after.work) return guests;
  return ["what would be sent, or what speaks for it, became another"];
}

function guestDifferences(was: GuestBasis, is: GuestBasis | undefined): string[] {
  if (is === undefined) return [`${was.label} is not there any more`];
  const parts = [
    was.node === is.node ? null : `moved from ${was.node} to ${is.node}`,
    was.status === is.status ? null : `went from ${was.status} to ${is.status}`,
    was.config === is.config ? null : "got another configuration",
  ].filter((part) => part !== null);
  return parts.length === 0 ? [] : [`${was.label} ${parts.join(" and ")}`];
}
