import { mayAt, type PbsGrants } from "./grants.ts";

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
  return READING.filter(([path, privilege]) =>
    needed.includes(privilege) && !mayAt(grants, path, privilege)
  ).map(([path, privilege, unseen]) => `without ${privilege} on ${path} ${unseen}`);
}

/** Whether all backups of a datastore, or of one of its namespaces, are listed. */
export function seesAllOf(
  grants: PbsGrants,
  { datastore, namespace = "" }: { datastore: string; namespace?: string },
): boolean {
  const path = ["/datastore", datastore, namespace].filter((part) => part !== "").join("/");
  return mayAt(grants, path, "Datastore.Audit");
}

/** Whether all remotes are listed, and all sync jobs that use one. */
export function seesRemotes(grants: PbsGrants): boolean {
  return mayAt(grants, "/remote", "Remote.Audit") &&
    mayAt(grants, "/datastore", "Datastore.Audit");
}
