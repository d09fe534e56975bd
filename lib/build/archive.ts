import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { packTar, unpackTar } from "modern-tar";
import type { PackageFile } from "./release.ts";

export interface ArchiveOptions {
  /** Time stamp of every entry. */
  readonly date: Date;
  /** 0 not at all, 9 most. */
  readonly level: number;
}

/** An entry of a tar archive: a file, a link, or a folder, whose path ends with a slash. */
export interface ArchiveEntry {
  readonly path: string;
  readonly mode: number;
  readonly content?: string | Uint8Array;
  /** Where a link leads. */
  readonly link?: string;
  /** User and group, by number; default root's. */
  readonly owner?: number;
}

/** A tar archive, its entries sorted by path. */
export async function tar(
  entries: readonly ArchiveEntry[],
  { date }: Pick<ArchiveOptions, "date">,
): Promise<Uint8Array<ArrayBuffer>> {
  const sorted = [...entries].sort((a, b) => a.path < b.path ? -1 : 1);
  const packed = sorted.map(({ path, mode, content = "", link, owner = 0 }) => {
    const body = bytesOf(content);
    const header = { name: path, mode, size: body.length, mtime: date, uid: owner, gid: owner };
    if (link !== undefined) {
      return { header: { ...header, type: "symlink", linkname: link } as const };
    }
    if (path.endsWith("/")) return { header: { ...header, type: "directory" } as const };
    return { header, body };
  });
  return new Uint8Array(await packTar(packed));
}

/** The same, compressed with gzip. */
export async function tarGz(
  entries: readonly ArchiveEntry[],
  { date, level }: ArchiveOptions,
): Promise<Uint8Array> {
  return gzip(await tar(entries, { date }), level);
}

export function gzip(bytes: Uint8Array, level: number): Uint8Array {
  return new Uint8Array(gzipSync(bytes, { level }));
}

/** The files and links of a tar archive, without the leading `./`. */
export async function untar(bytes: Uint8Array): Promise<ArchiveEntry[]> {
  const entries = await unpackTar(new Uint8Array(bytes));
  return entries.filter(({ header }) => header.type !== "directory").map(({ header, data }) => ({
    path: header.name.replace(/^\.\//, ""),
    mode: header.mode ?? 0o644,
    content: data ?? new Uint8Array(),
    ...(header.type === "symlink" ? { link: header.linkname ?? "" } : {}),
  }));
}

/** A zip archive that keeps modes. Its times are in no zone: the date is written as in UTC. */
export function zip(
  files: readonly PackageFile[],
  { date, level }: ArchiveOptions,
): Uint8Array {
  const UNIX = 3;
  const local = new Date(date.getTime() + date.getTimezoneOffset() * 60_000);
  const entries = [...files].sort((a, b) => a.path < b.path ? -1 : 1).map(
    ({ path, mode, content }) =>
      [path, [bytesOf(content), { os: UNIX, attrs: mode << 16, mtime: local }]] as const,
  );
  // deno-lint-ignore no-explicit-any -- a number from 0 to 9, which its type lists one by one
  return zipSync(Object.fromEntries(entries) as any, { level: level as any });
}

export function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
