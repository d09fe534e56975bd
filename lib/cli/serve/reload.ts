import { dirname } from "node:path";
import {
  ANY_NAME,
  asFile,
  type ClusterConfig,
  type Config,
  CONFIG_KEYS,
  filesOf,
  tokenValuesOf,
} from "../../config/config.ts";
import { messageOf } from "../../errors.ts";
import type { Log } from "../../log/log.ts";
import { isRecord } from "../../record.ts";
import type { Running } from "./ways.ts";

/** What takes effect without a restart, or is no key of the file. */
const RELOADED = [
  "debug",
  "file",
  ...CONFIG_KEYS.filter(({ facts }) => facts.reloads).map(({ path }) => path),
].map((path) => path.split("."));

/** By these the cluster or backup server that a section names is another one. */
const WHERE =
  /^(?:proxmox|clusters\.[^.]+\.proxmox|backup_servers\.[^.]+)\.(?:hosts?|port)(?:\.|$)/;

interface Parts {
  readonly load: () => Promise<Config>;
  readonly log: Log;
  readonly server: Running;
  /** The folder in which systemd has handed secrets over; null when it has not. */
  readonly handedOver: string | null;
  /** Tells which clusters and backup servers cannot be reached. */
  readonly look: (config: Config) => Promise<void>;
}

/**
 * Takes over what can change while the server runs (log level and file, tools, tokens' limits, certificates,
 * API tokens) and logs what must wait for a restart. A config that cannot be used changes nothing.
 *
 * @param started what the server was started with
 */
export async function reload(
  started: Config,
  { handedOver, load, log, look, server }: Parts,
): Promise<void> {
  let next: Config;
  try {
    next = await load();
  } catch (error) {
    return log.error(`Cannot reload: ${messageOf(error)}${remedyOf(error)}`);
  }
  log.hide(tokenValuesOf(next));
  log.reopen();
  log.setLevel(next.logging.level);
  const problems = await server.reload(next);
  for (const problem of problems) log.error(`Cannot reload all: ${problem}`);
  const waiting = waitingKeys(started, next);
  if (waiting.length > 0) {
    log.warning(`Reloaded; takes effect after a restart only: ${waiting.join(", ")}`);
  } else if (problems.length === 0) {
    log.info("Reloaded");
  }
  const kept = filesOf(next, "secret_file").filter(({ path }) => dirname(path) === handedOver);
  if (kept.length > 0) {
    const keys = kept.map(({ key }) => key).join(", ");
    log.info(`Secrets that systemd handed over stay until a restart: ${keys}`);
  }
  void look(inForce(started, next));
}

/** The keys whose changes wait for a restart: for a server that is another one, all of its section. */
function waitingKeys(started: Config, next: Config): string[] {
  const changed = changedKeys(
    { ...asFile(started), sources: {} },
    { ...asFile(next), sources: {} },
  );
  const moved = changed.filter((key) => WHERE.test(key)).map(serverOf);
  return changed.filter((key) => {
    const parts = key.split(".");
    const reloads = RELOADED.some((path) =>
      path.every((part, at) => part === ANY_NAME || part === parts[at])
    );
    return !reloads || moved.includes(serverOf(key));
  });
}

/** What is asked from now on: a server that is another one, new or gone waits for a restart. */
function inForce(started: Config, next: Config): Config {
  const asked = (before: ClusterConfig) => {
    const after = next.clusters.find(({ name }) => name === before.name);
    return after && placeOf(after) === placeOf(before) ? after : before;
  };
  const [first, ...others] = started.clusters;
  const servers = Object.entries(started.backup_servers).map(([name, before]) => {
    const after = next.backup_servers[name];
    return [name, after?.host === before.host && after.port === before.port ? after : before];
  });
  return {
    ...next,
    clusters: [asked(first), ...others.map(asked)],
    backup_servers: Object.fromEntries(servers),
  };
}

function placeOf({ proxmox: { hosts, port } }: ClusterConfig): string {
  return `${hosts}:${port}`;
}

/** Which cluster, or backup server, a key is about; of anything else its section. */
function serverOf(key: string): string {
  const [section = "", name = ""] = key.split(".");
  if (section === "auth") return "proxmox";
  return section === "clusters" || section === "backup_servers" ? `${section}.${name}` : section;
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
