import type { BackupServerConfig } from "../../config/config.ts";

/** What the token of one backup server should be granted. */
export interface BackupAdvice {
  readonly server: string;
  readonly for: readonly ("reading" | "changing")[];
  readonly commands: readonly string[];
}

/**
 * Roles are the server's own: nobody can make another. A role on a deeper path replaces those above it there,
 * so each has what it takes to read.
 */
const ROLES: Readonly<
  Record<BackupAdvice["for"][number], readonly (readonly [path: string, role: string])[]>
> = {
  reading: [["/", "Audit"], ["/remote", "RemoteAudit"]],
  changing: [["/datastore", "DatastoreAdmin"]],
};

const WHAT = {
  reading: "to read all",
  changing: "for Datastore.Verify, Datastore.Modify and Datastore.Prune, which changes need",
} as const;

/** What a person reads above the commands. */
export function adviceHead({ server, for: wants }: BackupAdvice): string {
  return `On backup server ${server}, as root, ${wants.map((want) => WHAT[want]).join(", and ")}:`;
}

/**
 * `proxmox-backup-manager` commands for a user and a token with the least that there is a role for. A token
 * has only what both it and its user were granted, so both are.
 *
 * @param options.isThere true when user and token need not be made
 */
export function commandsFor(
  server: string,
  { user, token_name }: Pick<BackupServerConfig, "user" | "token_name">,
  { lacks, isThere }: { lacks: BackupAdvice["for"]; isThere: boolean },
): BackupAdvice {
  const isRoot = user === "root@pam";
  const owners = [...(isRoot ? [] : [user]), `'${user}!${token_name}'`];
  const grants = lacks.flatMap((want) => ROLES[want]).flatMap(([path, role]) =>
    owners.map((owner) => `proxmox-backup-manager acl update ${path} ${role} --auth-id ${owner}`)
  );
  const making = [
    ...(isRoot ? [] : [`proxmox-backup-manager user create ${user}`]),
    `proxmox-backup-manager user generate-token ${user} ${token_name}`,
  ];
  return { server, for: lacks, commands: [...(isThere ? [] : making), ...grants] };
}
