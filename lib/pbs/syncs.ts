import { isPbsKind } from "./api/errors.ts";
import { number, text } from "../proxmox/api/values.ts";
import type { RowOf } from "./api/types.ts";
import { grantsOf } from "./grants.ts";
import { type BackupServerJob, serverJobOf } from "./jobs.ts";
import type { PbsReader } from "./reader.ts";
import { seesRemotes } from "./unseen.ts";

/** Another backup server as one knows it. */
export type Remote = ReturnType<typeof remoteOf>;

/** What one server copies, and where from and to. */
export interface Syncs {
  readonly server: string;
  readonly jobs: readonly BackupServerJob[];
  readonly remotes: readonly Remote[];
  /** False when there may be jobs that the token does not see. */
  readonly complete: boolean;
}

export const DEFAULT_PORT = 8007;

/**
 * Sync jobs of both directions: by itself the list has those that pull only (jobs.txt). Before 3.3 there were no
 * others, and the parameter is refused.
 */
export async function listSyncs(reader: PbsReader): Promise<RowOf<"/admin/sync">[]> {
  try {
    return await reader.list("/admin/sync", {}, { "sync-direction": "all" });
  } catch (error) {
    if (!isPbsKind(error, "invalid_parameters")) throw error;
    return await reader.list("/admin/sync");
  }
}

export async function readSyncJobs(reader: PbsReader): Promise<BackupServerJob[]> {
  return (await listSyncs(reader)).map((row) => serverJobOf("sync", row));
}

export async function readSyncs(reader: PbsReader): Promise<Syncs> {
  const [jobs, remotes, grants] = await Promise.all([
    readSyncJobs(reader),
    reader.list("/config/remote"),
    reader.get("/access/permissions"),
  ]);
  const complete = seesRemotes(grantsOf(grants));
  return { server: reader.server, jobs, remotes: remotes.map(remoteOf), complete };
}

export function remoteOf(row: RowOf<"/config/remote">) {
  return {
    name: text(row.name) ?? "",
    host: text(row.host) ?? "",
    port: number(row.port) ?? DEFAULT_PORT,
    fingerprint: text(row.fingerprint),
    /** As whom it is asked: what is pushed there is owned by it. */
    user: text(row["auth-id"]),
  };
}

/** A fingerprint in the one writing in which two can be compared. */
export function plainFingerprint(fingerprint: string | null | undefined): string | undefined {
  const plain = fingerprint?.replaceAll(":", "").toLowerCase();
  return plain === "" ? undefined : plain;
}
