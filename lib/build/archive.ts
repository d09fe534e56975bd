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

/** A link or a folder of a tar archive, which files alone do not make. */
export interface TarExtra {
  readonly path: string;
  /** Where a link leads; a folder without it. */
  readonly link?: string;
  readonly mode?: number;
  /** User and group. */
  readonly owner?: number;
}

/** A tar archive, entries sorted by path, all but `extras` root's. */
export async function tar(
  files: readonly PackageFile[],
  { date, extras = [] }: { readonly date: Date; readonly extras?: readonly TarExtra[] },
): Promise<Uint8Array<ArrayBuffer>> {
  const plain = { mtime: date, uid: 0, gid: 0 };
  const entries = [
    ...files.map(({ path, mode, content }) => {
      const body = bytesOf(content);
      return { header: { ...plain, name: path, mode, size: body.length }, body };
    }),
    ...extras.map(({ path, link, mode, owner = 0 }) => ({
      header: {
        ...plain,
        ...{ name: link === undefined ? `${path}/` : path, size: 0, uid: owner, gid: owner },
        ...(link === undefined
          ? { type: "directory" as const, mode: mode ?? 0o755 }
          : { type: "symlink" as const, linkname: link, mode: 0o777 }),
      },
    })),
  ];
  entries.sort((a, b) => a.header.name < b.header.name ? -1 : 1);
  return new Uint8Array(await packTar(entries));
}

/** The same, compressed with gzip. */
export async function tarGz(
  files: readonly PackageFile[],
  { date, level }: ArchiveOptions,
): Promise<Uint8Array> {
  return gzip(await tar(files, { date }), level);
}

export function gzip(bytes: Uint8Array, level: number): Uint8Array {
  return new Uint8Array(gzipSync(bytes, { level }));
}

/** The files and links of a tar archive, without the leading `./`. */
export async function untar(bytes: Uint8Array): Promise<(PackageFile & { link?: string })[]> {
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
