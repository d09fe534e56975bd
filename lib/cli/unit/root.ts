import { dirname } from "node:path";
import { type Config, filesOf } from "../../config/config.ts";
import { requiredPermissions } from "../../sandbox/permissions.ts";
import { word } from "./word.ts";

/** What every program needs of a system: its loader and libraries, names, certificates, the time. */
const SYSTEM = [
  ...["/lib", "/lib64", "/usr/lib", "/usr/lib64"],
  ...["/etc/ld.so.cache", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf"],
  ...["/etc/resolv.conf", "/run/systemd/resolve"],
  ...["/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/usr/share/ca-certificates"],
  ...["/etc/localtime", "/usr/share/zoneinfo"],
];

/** What the unit runs to reload. */
export const RELOADER = "/bin/kill";

export interface RootOptions {
  readonly binary: string;
  /** Folders that the server writes. */
  readonly writable: readonly string[];
  /** Where a path leads when links are followed. */
  readonly realPath: (path: string) => string;
}

/**
 * A root that holds what the server needs and nothing else. The read list of the runtime does not hold
 * `import()` of local files in an executable; here there are none.
 */
export function rootOnly(config: Config, { binary, writable, realPath }: RootOptions): string[] {
  const secrets = new Set(filesOf(config, "secret_file").map(({ path }) => path));
  const within = (path: string) => writable.some((folder) => path.startsWith(`${folder}/`));
  const read = requiredPermissions(config).read.filter((path) =>
    !secrets.has(path) && !path.startsWith("/run/credentials/") && !within(path)
  );
  const places = new Set(read.flatMap((path) => [placeOf(path), placeOf(realPath(path))]));
  return [
    "# The runtime's read list does not hold imports of local files in an executable; this does.",
    "TemporaryFileSystem=/:ro",
    "MountAPIVFS=yes",
    `BindReadOnlyPaths=${[...SYSTEM, RELOADER].map((path) => `-${path}`).join(" ")}`,
    `BindReadOnlyPaths=${word(binary)}`,
    ...[...places].map((path) => `BindReadOnlyPaths=${word(`-${path}`)}`),
    ...writable.map((path) => `BindPaths=${word(path)}`),
  ];
}

/** Files are replaced under their names, which only their folder shows; one of the first level shows too much. */
function placeOf(path: string): string {
  const folder = dirname(path);
  return folder.split("/").length > 2 ? folder : path;
}
