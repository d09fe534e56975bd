import * as z from "zod";

/** The name that the config gives a backup server. */
export const backupServerName = z.string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, "must be the name of a backup server");

/** Why a list of backup servers is empty where the config names none. */
export const NO_SERVERS = "the config names no backup server (backup_servers)";

export const datastoreName = z.string()
  .regex(/^\w[\w.-]{2,31}$/, "must be a datastore's name, of at least 3 characters");

/** A namespace with those above it: `tenant-a/prod`; the root is empty. */
export const namespacePath = z.string().max(256)
  .regex(/^(?:\w[\w.-]*(?:\/\w[\w.-]*){0,6})?$/, "must be a namespace, like a/b");
