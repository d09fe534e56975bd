import { AppError, oneLine } from "../../errors.ts";
import { clip } from "../clip.ts";
import type { Place } from "./places.ts";
import type { Volume } from "./volumes.ts";

/** A backup, with what only the server that keeps it tells. */
export interface Backup extends Volume {
  /** RFC 3339. */
  readonly verified_at?: string;
  /** It is being made, or broke off. */
  readonly unfinished?: true;
  /** The backup server, datastore and namespace where it is. */
  readonly kept_in?: string;
  /** The clusters whose guest it may be of, where nothing tells which. */
  readonly may_be_of?: readonly string[];
}

/** What the server behind a storage tells of the backups there. */
export interface Told {
  readonly backups: readonly Omit<Backup, "node">[];
  /** True when that is all of them. */
  readonly complete: boolean;
  /** Ids of backups that Proxmox VE lists too and that are of other clusters' guests. */
  readonly others: ReadonlySet<string>;
  /** What to make of a backup that Proxmox VE alone lists; undefined when it is another cluster's. */
  readonly judge: (backup: Volume) => Backup | undefined;
  /** Whether a guest may have backups there which nothing tells from another cluster's. */
  readonly unsure: (vmid: number) => boolean;
}

/** By the storage's id. */
export type ToldOf = ReadonlyMap<string, Told>;

/**
 * Lists a storage by both: what Proxmox VE lists, and what the server behind it tells more or knows better.
 * Of guests that the caller does not see, nothing is added.
 *
 * @param options.list what Proxmox VE lists; where it fails, and the server has told all, that is enough
 * @param options.failed told why Proxmox VE could not list it all the same
 */
export async function listedWith(
  told: Told,
  { storage, node }: Place,
  { list, sees, failed }: {
    list: () => Promise<Volume[]>;
    sees: (vmid: number) => boolean;
    failed: (reason: string) => void;
  },
): Promise<Backup[]> {
  const all = await list().catch((error) => {
    if (!told.complete || !(error instanceof AppError)) throw error;
    failed(`storage ${storage} on node ${node} could not be read: ${clip(oneLine(error.message))}`);
    return [];
  });
  const listed = all.filter(({ volid }) => !told.others.has(volid));
  const better = new Map(told.backups.map((backup) => [backup.volid, backup]));
  const both = listed.flatMap((volume) => {
    const known = better.get(volume.volid);
    return (known ? { ...volume, ...known } : told.judge(volume)) ?? [];
  });
  const known = new Set(listed.map(({ volid }) => volid));
  const more = told.backups.filter(({ volid, vmid }) =>
    !known.has(volid) && vmid !== undefined && sees(vmid)
  );
  return [...both, ...more.map((backup) => ({ ...backup, node }))];
}
