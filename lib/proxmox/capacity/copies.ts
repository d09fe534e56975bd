import { onFailure } from "../../errors.ts";
import { isKind } from "../api/errors.ts";
import { flag, number, type Resource, type Row, text } from "../api/values.ts";
import { type ReplicationJob, replicationJobs } from "../cluster/replication.ts";
import type { Guest } from "../guest/directory.ts";
import { sharedStorages } from "../inventory.ts";
import type { Pve } from "../pve.ts";
import { newestGood } from "../storage/backups.ts";
import type { Backup, ToldOf } from "../storage/told.ts";
import { readVolumes } from "../storage/volumes.ts";
import type { Surroundings } from "./loss.ts";

type Copies = Pick<Surroundings, "replicas" | "backups" | "tied"> & {
  readonly warnings: readonly string[];
};

/**
 * What would be left of guests whose node is gone, and what holds them to their nodes. What cannot be
 * read is told.
 */
export async function readCopies(
  pve: Pve,
  { resources, guests, readTold }: {
    resources: readonly Resource[];
    guests: readonly Guest[];
    /** Reads what backup servers know of the backups, and what of them is not known. */
    readTold: () => Promise<{ told: ToldOf; warnings: readonly string[] }>;
  },
): Promise<Copies> {
  const warnings: string[] = [];
  const read = <T>(what: string, reading: Promise<readonly T[]>): Promise<readonly T[]> =>
    reading.catch(onFailure((error) => {
      warnings.push(
        isKind(error, "not_offered")
          ? `${what} are not looked at: this version has none`
          : `${what} could not be read: ${error.message}`,
      );
      return [];
    }));
  const readBackups = async () => {
    const { told, warnings: untold } = await readTold();
    const list = await readVolumes(pve, { content: "backup" }, { told });
    warnings.push(...untold, ...list.warnings);
    return list.volumes;
  };
  const readJobs = async () => {
    const { jobs, warnings: untold } = await replicationJobs(pve);
    warnings.push(...untold);
    return jobs;
  };
  const [backups, jobs, rules] = await Promise.all([
    read("the backups", readBackups()),
    read("the replication jobs", readJobs()),
    read("the HA rules", pve.list("/cluster/ha/rules")),
  ]);
  return {
    backups: newestGood(surviving(backups, { resources, guests }), guests),
    replicas: targetsOf(jobs),
    tied: tiesOf(rules),
    warnings,
  };
}

/** Backups that are not on the same node as their guest alone. */
function surviving(
  backups: readonly Backup[],
  { resources, guests }: { resources: readonly Resource[]; guests: readonly Guest[] },
): Backup[] {
  const nodeOf = new Map(guests.map(({ vmid, node }) => [vmid, node]));
  const shared = sharedStorages(resources);
  return backups.filter(({ vmid = 0, node, volid }) =>
    shared.has(volid.slice(0, volid.indexOf(":"))) || nodeOf.get(vmid) !== node
  );
}

/** Where there are copies of guests: a job that never came to its end has made none. */
function targetsOf(jobs: readonly ReplicationJob[]): Map<number, string[]> {
  const copied = jobs.filter(({ enabled, failures, last_sync }) =>
    enabled && (last_sync !== undefined || failures === undefined)
  );
  const byGuest = Map.groupBy(copied, ({ vmid }) => vmid ?? 0);
  return new Map(
    [...byGuest].map(([vmid, of]) => [vmid, of.flatMap(({ target }) => target ?? [])]),
  );
}

/** Strict rules that name a single node, by vmid. */
function tiesOf(rules: readonly Row[]): Map<number, string> {
  const ties = rules.filter((rule) =>
    rule.type === "node-affinity" && flag(rule.strict) && !flag(rule.disable) &&
    text(rule.nodes)?.includes(",") === false
  );
  return new Map(ties.flatMap((rule) =>
    (text(rule.resources) ?? "").split(",").flatMap((sid) => {
      const vmid = number(sid.split(":")[1]);
      return vmid === undefined ? [] : [[vmid, String(rule.rule)] as const];
    })
  ));
}
