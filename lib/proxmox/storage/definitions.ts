import { AppError } from "../../errors.ts";
import { isRecord, record, text } from "../api/values.ts";
import type { ParamsOf } from "../api/types.ts";
import { gather } from "../fan_out.ts";
import { readConfig } from "../guest/config.ts";
import { guestLabel, guestsIn } from "../guest/directory.ts";
import { nameOf } from "../guest/about.ts";
import { assertKnown, nodesIn } from "../known.ts";
import { redactedParams } from "../plan.ts";
import type { Pve } from "../pve.ts";
import { unseenGuests } from "../unseen.ts";
import { retentionOf } from "./backups.ts";

export type StorageParams = Omit<ParamsOf<"/storage", "POST">, "storage" | "type">;

/** A storage as the cluster's configuration has it: Proxmox's own keys, secrets left out. */
export type Definition = Readonly<Record<string, unknown>> & {
  readonly storage: string;
  readonly digest?: string;
};

interface Kind {
  /** Settings that it cannot be without, and others. */
  readonly needs: readonly (keyof StorageParams)[];
  readonly takes: readonly (keyof StorageParams)[];
  /** What it can hold; Proxmox drops anything else without a word. */
  readonly content: readonly string[];
}

const FILES = ["images", "rootdir", "vztmpl", "iso", "backup", "snippets", "import"];
const DISKS = ["images", "rootdir"];

/** As the plugins of libpve-storage describe themselves. */
export const KINDS = {
  dir: { needs: ["path"], takes: ["shared", "is_mountpoint", "prune-backups"], content: FILES },
  btrfs: { needs: ["path"], takes: ["shared", "is_mountpoint", "prune-backups"], content: FILES },
  nfs: { needs: ["server", "export"], takes: ["options", "prune-backups"], content: FILES },
  cifs: {
    needs: ["server", "share"],
    takes: ["username", "password", "domain", "subdir", "options", "prune-backups"],
    content: FILES,
  },
  pbs: {
    needs: ["server", "datastore"],
    takes: ["username", "password", "fingerprint", "namespace", "port", "prune-backups"],
    content: ["backup"],
  },
  zfspool: { needs: ["pool"], takes: ["sparse"], content: DISKS },
  lvm: { needs: ["vgname"], takes: ["shared"], content: DISKS },
  lvmthin: { needs: ["vgname", "thinpool"], takes: [], content: DISKS },
} as const satisfies Readonly<Record<string, Kind>>;

export type StorageType = keyof typeof KINDS;

/** Settings of every storage. */
const ALWAYS = ["content", "disable", "nodes"];

/**
 * Refuses settings that a storage of this type has not, or cannot be without.
 *
 * @throws AppError `invalid`
 */
export function assertSettings(
  type: StorageType,
  params: StorageParams,
  { isNew }: { isNew: boolean },
): void {
  const { needs, takes, content }: Kind = KINDS[type];
  const given = Object.keys(params);
  const lacking = isNew ? needs.filter((key) => !given.includes(key)) : [];
  if (lacking.length > 0) {
    throw new AppError("invalid", `a storage of type ${type} needs ${lacking.join(" and ")}`);
  }
  const foreign = given.filter((key) => ![...needs, ...takes, ...ALWAYS].includes(key));
  if (foreign.length > 0) {
    throw new AppError("invalid", `a storage of type ${type} has no ${foreign.join(" and no ")}`);
  }
  const unfit = (params.content ?? "").split(",").filter((each) =>
    each !== "" && !content.includes(each)
  );
  if (unfit.length > 0) {
    const text = `a storage of type ${type} cannot hold ${unfit.join(", ")}`;
    throw new AppError("invalid", `${text}, only ${content.join(", ")}`);
  }
}

export function assertNodes(nodes: readonly string[], known: readonly string[]): void {
  for (const node of nodes) assertKnown(node, { what: "node", known });
}

/** The names of the cluster's nodes. */
export async function nodeNames(pve: Pve): Promise<string[]> {
  return nodesIn((await pve.resources()).filter(({ type }) => type === "node"));
}

export async function readDefinitions(pve: Pve): Promise<Definition[]> {
  return (await pve.list("/storage")).map((row) => ({
    ...redactedParams(record(row)),
    storage: String(row.storage),
  }));
}

/** @throws AppError `not_found` that lists the storages */
export async function requireDefinition(pve: Pve, storage: string): Promise<Definition> {
  const all = await readDefinitions(pve);
  const found = all.find((each) => each.storage === storage);
  if (found) return found;
  assertKnown(storage, { what: "storage", known: all.map((each) => each.storage) });
  throw new AppError("not_found", `there is no storage ${storage}`);
}

/** A setting as text, in an order that is always the same. */
export function settingText(value: unknown): string | undefined {
  if (isRecord(value)) return retentionOf(value)?.split(",").sort().join(",");
  const parts = text(typeof value === "boolean" ? Number(value) : value)?.split(",");
  return parts?.sort().join(",");
}

/** `storage nas, type nfs, server 10.0.0.5, …`, without digest. */
export function definitionText({ digest: _, ...settings }: Definition): string {
  return Object.entries(settings).map(([key, value]) => `${key} ${settingText(value) ?? ""}`)
    .sort().join(", ");
}

/**
 * What uses a storage: disks, images and the like of guests (`scsi0 of VM 100 (web1)`), and backup jobs.
 *
 * @throws AppError `unavailable` when some guest cannot be read or seen
 */
export async function usersOf(pve: Pve, storage: string): Promise<string[]> {
  const names = new RegExp(`(?:^|[,=])${RegExp.escape(storage)}(?::|$)`);
  const guests = guestsIn(await pve.resources());
  const [{ results, warnings }, hidden, jobs] = await Promise.all([
    gather(guests, {
      name: guestLabel,
      read: async (guest) =>
        Object.entries(await readConfig(pve, guest))
          .filter(([key, value]) => isPlace(key) && names.test(text(value) ?? ""))
          .map(([key]) => `${key} of ${nameOf(guest)}`),
    }),
    unseenGuests(pve),
    pve.list("/cluster/backup"),
  ]);
  const unknown = [...warnings, ...hidden];
  if (unknown.length > 0) {
    throw new AppError("unavailable", `whether it is in use is unknown: ${unknown.join("; ")}`);
  }
  return [
    ...results.flat(),
    ...jobs.filter((job) => job.storage === storage).map(({ id }) => `backup job ${id}`),
  ];
}

/** The keys of a guest's configuration that name storages. */
function isPlace(key: string): boolean {
  return /^(?:(?:ide|sata|scsi|virtio|efidisk|tpmstate|unused|mp)\d+|rootfs|vmstate|vmstatestorage|cicustom|hookscript)$/
    .test(key);
}
