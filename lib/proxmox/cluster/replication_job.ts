import { AppError } from "../../errors.ts";
import { flag, number, text } from "../api/values.ts";
import { readConfig } from "../guest/config.ts";
import { type Guest, guestLabel, guestOf } from "../guest/directory.ts";
import { disksOf, properties } from "../guest/properties.ts";
import { sharedStorages } from "../inventory.ts";
import { assertKnown } from "../known.ts";
import type { Pve } from "../pve.ts";
import { requireNode } from "./nodes.ts";

/** What can be changed of a job, Proxmox's defaults filled in. */
export type ReplicationSettings = {
  readonly schedule: string;
  /** MB a second; 0 for no limit. */
  readonly rate: number;
  readonly comment: string;
  readonly disable: boolean;
};

export interface KnownJob {
  /** `101-0`. */
  readonly id: string;
  readonly vmid: number;
  readonly target: string;
  /** Proxmox deletes it as soon as its cleaning is done. */
  readonly goes: boolean;
  readonly digest: string | undefined;
  readonly settings: ReplicationSettings;
}

/** What is told of a guest whose jobs are changed; absent when there is no such guest any more. */
export interface JobOfGuest {
  readonly job: KnownJob;
  readonly guest: Guest | undefined;
}

/** The jobs of the guests that the token's limits include. */
export async function readJobs(pve: Pve): Promise<KnownJob[]> {
  const [rows, includes] = await Promise.all([pve.list("/cluster/replication"), pve.includes()]);
  return rows.filter((row) => includes(Number(row.guest), text(row.source) ?? "")).map((row) => ({
    id: String(row.id),
    vmid: Number(row.guest),
    target: text(row.target) ?? "",
    goes: text(row.remove_job) !== undefined,
    digest: "digest" in row ? text(row.digest) : undefined,
    settings: {
      schedule: text(row.schedule) ?? "*/15",
      rate: number(row.rate) ?? 0,
      comment: text(row.comment) ?? "",
      disable: flag(row.disable),
    },
  }));
}

/**
 * A job, and its guest.
 *
 * @throws AppError `not_found` naming the jobs that there are
 */
export async function findJob(pve: Pve, id: string): Promise<JobOfGuest> {
  const jobs = await readJobs(pve);
  assertKnown(id, { what: "replication job", known: jobs.map((job) => job.id) });
  const job = jobs.find((each) => each.id === id);
  if (job === undefined) throw new AppError("not_found", `there is no replication job ${id}`);
  const guests = (await pve.resources()).map(guestOf);
  return { job, guest: guests.find((guest) => guest?.vmid === job.vmid) };
}

/** Like `findJob`, and holds the guest against other changes until the call is over. */
export async function claimJob(pve: Pve, id: string): Promise<JobOfGuest> {
  const found = await findJob(pve, id);
  if (found.guest !== undefined) {
    return { job: found.job, guest: await pve.claim({ vmid: found.job.vmid }) };
  }
  if (!pve.dryRun) await pve.hold(found.job.vmid);
  return found;
}

/** @throws AppError `conflict` for the job of a guest that is gone */
export function requireGuest({ job, guest }: JobOfGuest): Guest {
  if (guest !== undefined) return guest;
  throw new AppError("conflict", `guest ${job.vmid} of job ${job.id} is gone: delete the job`);
}

/** The smallest number that no job of the guest has. */
export function freeNumber(jobs: readonly KnownJob[]): number {
  const taken = new Set(jobs.map(({ id }) => Number(id.slice(id.indexOf("-") + 1))));
  let number = 0;
  while (taken.has(number)) number++;
  return number;
}

/**
 * Requires that the guest's disks can be copied to the target: on ZFS, by the same name on both nodes.
 * Every reason against it is told, not the first one only.
 */
export async function requireReplicable(pve: Pve, guest: Guest, target: string): Promise<void> {
  const { status } = await requireNode(pve, target);
  pve.check(
    "the target is another node",
    target !== guest.node,
    `${guestLabel(guest)} is on node ${target} itself`,
  );
  // One that is `unknown` mostly answers, and is asked below.
  const isOnline = status !== "offline";
  pve.check(`node ${target} is online`, isOnline, `node ${target} is ${text(status)}`);
  if (!isOnline) return;
  const [volumes, here, there] = await Promise.all([
    replicated(pve, guest),
    storagesOf(pve, guest.node),
    storagesOf(pve, target),
  ]);
  const reasons = volumes.flatMap(({ key, storage }) => {
    const type = here.get(storage);
    if (type !== "zfspool") {
      return `${key} is on ${storage} (${
        type ?? "unknown"
      }), and only a ZFS pool can be replicated`;
    }
    return there.get(storage) === type
      ? []
      : `${key} is on ${storage}, which node ${target} does not have`;
  });
  if (volumes.length === 0) reasons.push("it has no disk that could be replicated");
  pve.check("its disks can be replicated", reasons.length === 0, reasons.join("; "));
}

/** The volumes that a job copies: all on its node's own storage that are not left out, used or not. */
export async function replicated(
  pve: Pve,
  guest: Guest,
): Promise<{ key: string; volid: string; storage: string }[]> {
  const [config, resources] = await Promise.all([readConfig(pve, guest), pve.resources()]);
  const shared = sharedStorages(resources);
  const unused = Object.entries(config).filter(([key]) => /^unused\d+$/.test(key))
    .map(([key, value]) => ({ key, volid: String(value) }));
  const used = disksOf(config).filter(({ key }) => flag(properties(config[key]).replicate ?? 1));
  return [...used, ...unused].filter(({ volid }) => volid.includes(":")).map(({ key, volid }) => ({
    key,
    volid,
    storage: volid.slice(0, volid.indexOf(":")),
  })).filter(({ storage }) => !shared.has(storage));
}

/** The types of a node's active storages. */
async function storagesOf(pve: Pve, node: string): Promise<Map<string, string | undefined>> {
  const rows = await pve.list("/nodes/{node}/storage", { node }, { enabled: true });
  return new Map(
    rows.filter((row) => flag(row.active)).map((row) => [String(row.storage), text(row.type)]),
  );
}
