import { basename, dirname, resolve } from "node:path";
import { ownForm } from "../../command.ts";
import { type Config, sqlitePath } from "../../config/config.ts";
import { UNIT_NAME } from "../../sandbox/permissions.ts";
import { notesOfClosed, serviceUser } from "../unit/service_user.ts";
import { PRIVATE_NETWORKS, unitOf } from "../unit/unit.ts";
import { word } from "../unit/word.ts";
import { giveAway } from "../with_store.ts";
import type { Asking } from "./asking.ts";
import { readIfThere, writeWhole } from "./atomic.ts";
import type { InitArguments } from "./options.ts";
import type { Steps } from "./steps.ts";

/** Where systemd looks for it: an administrator's, and a package's. */
export const UNIT_FILE = `/etc/systemd/system/${UNIT_NAME}.service`;
const UNIT_FILES = [UNIT_FILE, `/usr/lib/systemd/system/${UNIT_NAME}.service`];
const SYSTEMD = "/run/systemd/system";
const READABLE = 0o644;

/** Writes the systemd unit where that is wished, or root on a systemd host agrees. */
export async function installUnit(
  config: Config,
  { options, asking, steps }: { options: InitArguments; asking: Asking; steps: Steps },
): Promise<void> {
  const { texts } = steps;
  const file = typeof options.unit === "string" ? options.unit : UNIT_FILE;
  const offered = options.unit === undefined && asking.possible && mayServeByUnit() &&
    await isSystemdHost();
  if (options.unit === undefined && !offered) return;
  const { text, notes } = await unitOf(config, { name: UNIT_NAME, clients: PRIVATE_NETWORKS });
  const before = await readIfThere(file);
  if (before === `${text}\n`) return steps.kept(texts.unit, file);
  if (offered && !await asking.agrees(texts.askUnit(file), texts.yes)) return;
  writeWhole(file, `${text}\n`, READABLE);
  steps.done(texts.unit, file);
  steps.lines(notes);
  await giveToService(config, steps);
}

/** The command that starts the unit of this config; null where there is no such unit. */
export async function startOfUnit(
  { file }: Pick<Config, "file">,
  { unit }: Pick<InitArguments, "unit">,
): Promise<string | null> {
  const own = typeof unit === "string" && !UNIT_FILES.includes(unit) ? [resolve(unit)] : [];
  for (const path of [...own, ...UNIT_FILES]) {
    const text = await readIfThere(path).catch(() => null);
    if (text === null) continue;
    const [, command = ""] = /^ExecStart=(.*)$/m.exec(text) ?? [];
    if (!command.split(" ").includes(word(file ?? ""))) return null;
    return `systemctl enable --now ${UNIT_FILES.includes(path) ? UNIT_NAME : path}`;
  }
  return null;
}

/**
 * The unit's user reads the config and owns the database, with the folders that are named after it; its
 * secrets are handed to it.
 */
async function giveToService(config: Config, steps: Steps): Promise<void> {
  const user = await serviceUser(UNIT_NAME);
  if (user === null) {
    const command =
      `useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin ${UNIT_NAME}`;
    return steps.open(steps.texts.unit, steps.texts.noServiceUser(UNIT_NAME, command));
  }
  const database = sqlitePath(config.database.url);
  const files = database === null ? [] : [database, `${database}-wal`, `${database}-shm`];
  for (const path of files) await giveAway(path, user);
  for (const path of [...ownFolder(database), config.file]) {
    // Only root can; whoever else installs a unit knows what they do.
    if (path !== null) await Deno.chown(path, user.uid, user.gid).catch(() => {});
  }
  for (const path of ownFolder(config.file)) {
    await Deno.chown(path, null, user.gid).catch(() => {});
  }
  steps.lines(await notesOfClosed(config, user));
}

/** The folder of a file, where it is there for this program alone. */
function ownFolder(file: string | null): string[] {
  const folder = file === null ? "" : dirname(file);
  return basename(folder) === UNIT_NAME ? [folder] : [];
}

/** A unit starts the installed executable, and only root may write one. */
function mayServeByUnit(): boolean {
  const uid = Deno.permissions.querySync({ name: "sys", kind: "uid" });
  return ownForm() === "installed" && uid.state === "granted" && Deno.uid() === 0;
}

async function isSystemdHost(): Promise<boolean> {
  return await Deno.stat(SYSTEMD).then(() => true, () => false);
}
