import { dirname } from "node:path";
import { type Config, filesOf } from "../../config/config.ts";

/** Whom a unit runs the server as. */
export interface ServiceUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: ReadonlySet<number>;
}

const READ = 0o4;
const PASS = 0o1;

/** The user of this name; null when this system has none. */
export async function serviceUser(name: string): Promise<ServiceUser | null> {
  const [, , uid, gid] = (await linesOf("/etc/passwd")).find(([each]) => each === name) ?? [];
  if (uid === undefined || gid === undefined) return null;
  const groups = (await linesOf("/etc/group"))
    .filter(([, , , members = ""]) => members.split(",").includes(name))
    .map(([, , group]) => Number(group));
  return { name, uid: Number(uid), gid: Number(gid), groups: new Set([Number(gid), ...groups]) };
}

/** A line for each file of the config that this user may not read; secrets are handed over. */
export async function notesOfClosed(config: Config, user: ServiceUser): Promise<string[]> {
  const files = [...filesOf(config, "file"), { key: "the config", path: config.file }];
  const notes = await Promise.all(files.map(async ({ key, path }) => {
    const closed = path === null ? null : await whatIsClosed(path, user);
    if (closed === null) return [];
    const place = closed === path ? "it" : closed;
    return [`note: the user ${user.name} may not read ${key} ${path}: ${place} is closed to it`];
  }));
  return notes.flat();
}

/** The file itself or the folder on the way to it that is closed to somebody; null when none is. */
async function whatIsClosed(path: string, user: ServiceUser): Promise<string | null> {
  try {
    const file = await Deno.realPath(path);
    const way = wayTo(dirname(file));
    for (const folder of way) if (!await may(PASS, { path: folder, user })) return folder;
    return await may(READ, { path: file, user }) ? null : path;
  } catch {
    // What is not there is told by who reads it.
    return null;
  }
}

function wayTo(folder: string): string[] {
  return folder === dirname(folder) ? [folder] : [...wayTo(dirname(folder)), folder];
}

async function may(
  bit: number,
  { path, user: { uid, groups } }: { path: string; user: ServiceUser },
): Promise<boolean> {
  const { mode, uid: owner, gid } = await Deno.stat(path);
  if (uid === 0 || mode === null) return true;
  if (owner === uid) return (mode >> 6 & bit) !== 0;
  return ((gid !== null && groups.has(gid) ? mode >> 3 : mode) & bit) !== 0;
}

async function linesOf(file: string): Promise<string[][]> {
  const text = await Deno.readTextFile(file).catch(() => "");
  return text.split("\n").map((line) => line.split(":"));
}
