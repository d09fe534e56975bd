import type { BackupType } from "./snapshots.ts";

/** A group of backups within a namespace. */
export interface Group {
  readonly type: BackupType;
  readonly id: string;
}

/** `vm/101`; undefined for what is no group's name. */
export function parseGroup(text: string): Group | undefined {
  const [, type, id] = /^(vm|ct|host)\/(\w[\w.-]*)$/.exec(text) ?? [];
  return type === undefined || id === undefined ? undefined : { type: type as BackupType, id };
}

export function groupName({ type, id }: Group): string {
  return `${type}/${id}`;
}

/** As backup servers write it: `vm/101/2026-11-26T14:05:41Z`. */
export function snapshotName({ seconds, ...group }: Group & { readonly seconds: number }): string {
  return `${groupName(group)}/${new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z")}`;
}

/** The guest whose backups a group holds; a host's are no guest's. */
export function guestOf({ type, id }: Group): number | undefined {
  return type !== "host" && /^[1-9]\d{2,8}$/.test(id) ? Number(id) : undefined;
}

/** The parameters that name it. */
export function groupParams({ type, id }: Group) {
  return { "backup-type": type, "backup-id": id };
}

/** The parameter that names a namespace; the root has none. */
export function nsParams(namespace: string): { ns?: string } {
  return namespace === "" ? {} : { ns: namespace };
}
