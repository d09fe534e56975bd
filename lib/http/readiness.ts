import { WatchedPart } from "./watched_part.ts";

type Standing = "ok" | "unavailable";

/** Whether each part that the server depends on answers. */
export interface Readiness {
  /** False when nothing can be done: without the database, or while no cluster answers. */
  readonly ready: boolean;
  readonly database: Standing;
  /** `degraded` while some of several clusters do not answer. */
  readonly proxmox: Standing | "degraded";
  /** Whether each cluster answers, by its name. */
  readonly clusters: ReadonlyMap<string, boolean>;
  /** By name, where the config names any. One that is away makes nothing else wait, and is told only. */
  readonly backup_servers?: Readonly<Record<string, Standing>>;
}

type Probe = () => Promise<void>;
type NamedProbes = Iterable<readonly [string, Probe]>;

/** What is asked; each rejects when it is away, and ends in bounded time. */
export interface ProbedParts {
  readonly database: Probe;
  /** A probe of each cluster, with its name. */
  readonly proxmox: NamedProbes;
  readonly backupServers?: NamedProbes;
}

interface Options {
  /** Milliseconds that only ever rise. */
  readonly monotonic: () => number;
  /** Told when a cluster does not answer any more, or answers again. */
  readonly onChange: (cluster: string, answers: boolean) => void;
}

/**
 * A probe of the parts, asked at most once a second however often it is called: the route needs no
 * token, so it must not be a way to load Proxmox. One part that says nothing delays the answer by a second,
 * and the next ones not at all. Longer is waited for the database, and at first for one cluster.
 */
export function createReadiness(
  parts: ProbedParts,
  { monotonic, onChange }: Options,
): () => Promise<Readiness> {
  const watched = (probes: NamedProbes) =>
    [...probes].map(([name, probe]) => [name, new WatchedPart(probe, monotonic)] as const);
  const database = new WatchedPart(parts.database, monotonic);
  const clusters = watched(parts.proxmox);
  const backupServers = watched(parts.backupServers ?? []);
  const away = new Set<string>();
  const tell = (readiness: Readiness) => {
    for (const [cluster, answers] of readiness.clusters) {
      if (answers ? away.delete(cluster) : !away.has(cluster)) onChange(cluster, answers);
      if (!answers) away.add(cluster);
    }
    return readiness;
  };
  return async () => {
    const now = monotonic();
    const all = [...clusters, ...backupServers].map(([, part]) => part);
    for (const part of [database, ...all]) part.ask(now);
    await Promise.all([database.settled, ...all.map((part) => part.soon)]);
    await oneAnswering(clusters.map(([, part]) => part), now);
    return tell(standing({ database, clusters, backupServers }, now));
  };
}

/** Resolves when one answers, or something is known of each. */
async function oneAnswering(clusters: readonly WatchedPart[], now: number): Promise<void> {
  const unknown = () => clusters.filter((part) => part.answers(now) === undefined);
  while (unknown().length > 0 && !clusters.some((part) => part.answers(now))) {
    await Promise.race(unknown().map((part) => part.settled));
  }
}

type Named = readonly (readonly [string, WatchedPart])[];

function standing(
  { database, clusters, backupServers }: {
    database: WatchedPart;
    clusters: Named;
    backupServers: Named;
  },
  now: number,
): Readiness {
  const of = (part: WatchedPart) => part.answers(now) ? "ok" as const : "unavailable" as const;
  const answers = new Map(clusters.map(([name, part]) => [name, part.answers(now) ?? false]));
  const answered = [...answers.values()].filter((each) => each).length;
  const proxmox = answered === answers.size ? "ok" : answered > 0 ? "degraded" : "unavailable";
  const told = backupServers.map(([name, part]) => [name, of(part)] as const);
  return {
    ready: of(database) === "ok" && proxmox !== "unavailable",
    database: of(database),
    proxmox,
    clusters: answers,
    ...(told.length === 0 ? {} : { backup_servers: Object.fromEntries(told) }),
  };
}
