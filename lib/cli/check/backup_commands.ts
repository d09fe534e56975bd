import type { BackupServerConfig } from "../../config/config.ts";
import { ALL_NEEDS, type BackupNeeds } from "./backup_needs.ts";

/** What the token of one backup server should be granted. */
export interface BackupAdvice {
  readonly server: string;
  readonly for: readonly ("reading" | "changing")[];
  readonly privileges: readonly string[];
  readonly commands: readonly string[];
}

type Grant = readonly [path: string, role: string];

/** Roles are the server's own: nobody can make another. These are the least that hold one of these privileges. */
const READING: Readonly<Record<string, readonly Grant[]>> = {
  "Datastore.Audit": [["/datastore", "DatastoreAudit"]],
  "Sys.Audit": [["/system/tasks", "Audit"]],
  "Remote.Audit": [["/remote", "RemoteAudit"]],
};

/** A role on a deeper path replaces those above it there, so each has what it takes to read. */
const READING_ALL: readonly Grant[] = [["/", "Audit"], ["/remote", "RemoteAudit"]];

/** What a person reads above the commands. */
export function adviceHead({ server, privileges }: BackupAdvice): string {
  const reading = privileges.filter((each) => ALL_NEEDS.reading.includes(each));
  const changing = privileges.filter((each) => ALL_NEEDS.changing.includes(each));
  const all = reading.length === ALL_NEEDS.reading.length;
  const what = [
    ...(reading.length === 0 ? [] : [all ? "to read all" : needed(reading, "reading needs")]),
    ...(changing.length === 0
      ? []
      : [`${reading.length === 0 ? "" : "and "}${needed(changing, "changes need")}`]),
  ];
  return `On backup server ${server}, as root${what.map((each) => `, ${each}`).join("")}:`;
}

function needed(privileges: readonly string[], by: string): string {
  return `for ${listed(privileges)}, which ${by}`;
}

/**
 * `proxmox-backup-manager` commands for a user and a token with the least that there is a role for. A token
 * has only what both it and its user were granted, so both are.
 *
 * @param options.needs what is to be granted
 * @param options.isThere true when user and token need not be made
 */
export function commandsFor(
  server: string,
  { user, token_name }: Pick<BackupServerConfig, "user" | "token_name">,
  { needs, isThere }: { needs: BackupNeeds; isThere: boolean },
): BackupAdvice {
  const isRoot = user === "root@pam";
  const owners = [...(isRoot ? [] : [user]), `'${user}!${token_name}'`];
  const { reading, changing } = needs;
  const grants = [...grantsToRead(reading), ...grantsToChange(changing)].flatMap(([path, role]) =>
    owners.map((owner) => `proxmox-backup-manager acl update ${path} ${role} --auth-id ${owner}`)
  );
  const making = [
    ...(isRoot ? [] : [`proxmox-backup-manager user create ${user}`]),
    `proxmox-backup-manager user generate-token ${user} ${token_name}`,
  ];
  return {
    server,
    for: [
      ...(reading.length > 0 ? ["reading" as const] : []),
      ...(changing.length > 0 ? ["changing" as const] : []),
    ],
    privileges: [...reading, ...changing],
    commands: [...(isThere ? [] : making), ...grants],
  };
}

function grantsToRead(privileges: readonly string[]): readonly Grant[] {
  if (privileges.length === ALL_NEEDS.reading.length) return READING_ALL;
  return privileges.flatMap((privilege) => READING[privilege] ?? []);
}

function grantsToChange(privileges: readonly string[]): readonly Grant[] {
  if (privileges.length === 0) return [];
  const verifies = privileges.every((privilege) => privilege === "Datastore.Verify");
  return [["/datastore", verifies ? "DatastoreReader" : "DatastoreAdmin"]];
}

/** `A`, `A and B`, `A, B and C`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
