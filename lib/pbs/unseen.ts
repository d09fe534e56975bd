import { lackingWithin, mayAt, type PbsGrants } from "./grants.ts";

/** Where a token needs what to read all, and what stays unseen without it. */
const READING: readonly (readonly [path: string, privilege: string, unseen: string])[] = [
  ["/datastore", "Datastore.Audit", "datastores are missing from lists, or told with zero sizes"],
  ["/system/tasks", "Sys.Audit", "only the token's own tasks are listed"],
  ["/remote", "Remote.Audit", "no remote is listed, and no sync job that uses one"],
];

/** The privileges that it takes to read all. */
export const READING_PRIVILEGES: readonly string[] = READING.map(([, privilege]) => privilege);

/**
 * What a backup server leaves out of its answers without a word: a line for each right that is lacking.
 *
 * @param needed the privileges that matter
 */
export function unseenBy(
  grants: PbsGrants,
  needed: readonly string[] = READING_PRIVILEGES,
): string[] {
  return READING.filter(([, privilege]) => needed.includes(privilege)).flatMap((
    [path, privilege, unseen],
  ) =>
    lackingWithin(grants, path, privilege).map((at) => `without ${privilege} on ${at} ${unseen}`)
  );
}

/** Whether all backups in the root of a datastore, or in one of its namespaces, are listed. */
export function seesAllOf(
  grants: PbsGrants,
  { datastore, namespace = "" }: { datastore: string; namespace?: string },
): boolean {
  const path = ["/datastore", datastore, namespace].filter((part) => part !== "").join("/");
  return mayAt(grants, path, "Datastore.Audit");
}

/** Whether all remotes are listed, and all sync jobs that use one. */
export function seesRemotes(grants: PbsGrants): boolean {
  return lackingWithin(grants, "/remote", "Remote.Audit").length === 0 &&
    lackingWithin(grants, "/datastore", "Datastore.Audit").length === 0;
}
