import { asFile, type Config, CONFIG_KEYS } from "../../config/config.ts";
import { messageOf } from "../../errors.ts";
import type { Log } from "../../log/log.ts";
import { isRecord } from "../../record.ts";
import type { Running } from "./ways.ts";

/** What takes effect without a restart, or is no key of the file. */
const RELOADED = [
  "debug",
  "file",
  ...CONFIG_KEYS.filter(({ facts }) => facts.reloads).map(({ path }) => path),
];

/**
 * Takes over what can change while the server runs (log level and file, tools, tokens' limits,
 * certificate) and logs what must wait for a restart. A config that cannot be used changes nothing.
 * Resolves with the config that is now in force.
 */
export async function reload(
  current: Config,
  { load, log, server }: { load: () => Promise<Config>; log: Log; server: Running },
): Promise<Config> {
  let next: Config;
  try {
    next = await load();
  } catch (error) {
    log.error(`Cannot reload: ${messageOf(error)}${remedyOf(error)}`);
    return current;
  }
  log.reopen();
  log.setLevel(next.logging.level);
  const problems = await server.reload(next);
  for (const problem of problems) log.error(`Cannot reload all: ${problem}`);
  const waiting = changedKeys({ ...asFile(current), sources: {} }, { ...asFile(next), sources: {} })
    .filter((key) => !RELOADED.some((each) => key === each || key.startsWith(`${each}.`)));
  if (waiting.length > 0) {
    log.warning(`Reloaded; takes effect after a restart only: ${waiting.join(", ")}`);
  } else if (problems.length === 0) {
    log.info("Reloaded");
  }
  return next;
}

/** A file that the process was not started for is read by one that is started anew. */
function remedyOf(error: unknown): string {
  const isHeld = error instanceof Error && error.cause instanceof Deno.errors.NotCapable;
  return isHeld
    ? "; this takes a restart, before which a unit or a locked executable is made again"
    : "";
}

/** The keys whose values differ. */
function changedKeys(before: unknown, after: unknown, path = ""): string[] {
  if (Object.is(before, after)) return [];
  if (!isRecord(before) || !isRecord(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [path];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) =>
    changedKeys(before[key], after[key], path === "" ? key : `${path}.${key}`)
  );
}
