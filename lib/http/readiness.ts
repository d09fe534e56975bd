/** Whether each part that the server depends on answers. */
export interface Readiness {
  /** False when nothing can be done: without the database, or while no cluster answers. */
  readonly ready: boolean;
  readonly database: "ok" | "unavailable";
  /** `degraded` while some of several clusters do not answer. */
  readonly proxmox: "ok" | "degraded" | "unavailable";
  /** Whether each cluster answers, by its name. */
  readonly clusters: ReadonlyMap<string, boolean>;
  /** By name, where the config names any. One that is away makes nothing else wait, and is told only. */
  readonly backup_servers?: Readonly<Record<string, "ok" | "unavailable">>;
}

/** What is asked; each rejects when it is away. */
export interface ProbedParts {
  readonly database: () => Promise<void>;
  /** A probe of each cluster, with its name. */
  readonly proxmox: Iterable<readonly [string, () => Promise<void>]>;
  /** Never rejects. */
  readonly backupServers?: () => Promise<Readonly<Record<string, "ok" | "unavailable">>>;
}

interface Options {
  /** Milliseconds that only ever rise. */
  readonly monotonic: () => number;
  /** Told when a cluster does not answer any more, or answers again. */
  readonly onChange: (cluster: string, answers: boolean) => void;
}

const KEPT_MS = 1_000;
/** When one cluster has answered the others have so long to. */
const LATER_MS = 1_000;

/**
 * A probe of the parts, asked at most once a second however often it is called: the route needs no
 * token, so it must not be a way to load Proxmox.
 */
export function createReadiness(
  parts: ProbedParts,
  { monotonic, onChange }: Options,
): () => Promise<Readiness> {
  let last: { at: number; result: Promise<Readiness> } | undefined;
  const away = new Set<string>();
  const tell = (readiness: Readiness) => {
    for (const [cluster, answers] of readiness.clusters) {
      if (answers ? away.delete(cluster) : !away.has(cluster)) onChange(cluster, answers);
      if (!answers) away.add(cluster);
    }
    return readiness;
  };
  return () => {
    const at = monotonic();
    if (!last || at - last.at >= KEPT_MS) last = { at, result: probe(parts).then(tell) };
    return last.result;
  };
}

async function probe(parts: ProbedParts): Promise<Readiness> {
  const [database, clusters, told] = await Promise.all([
    parts.database().then(() => "ok" as const, () => "unavailable" as const),
    answering(parts.proxmox),
    parts.backupServers?.() ?? {},
  ]);
  const backups = Object.keys(told).length === 0 ? {} : { backup_servers: told };
  const answered = [...clusters.values()].filter((answers) => answers).length;
  const proxmox = answered === clusters.size ? "ok" : answered > 0 ? "degraded" : "unavailable";
  const ready = database === "ok" && proxmox !== "unavailable";
  return { ready, database, proxmox, clusters, ...backups };
}

/** One that says nothing keeps nobody waiting who has heard of another. */
async function answering(probes: ProbedParts["proxmox"]): Promise<ReadonlyMap<string, boolean>> {
  const answers = new Map<string, boolean>();
  const all = [...probes].map(async ([name, probe]) => {
    answers.set(name, false);
    await probe();
    answers.set(name, true);
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = Promise.any(all).then(() =>
    new Promise((resolve) => timer = setTimeout(resolve, LATER_MS))
  );
  await Promise.race([Promise.allSettled(all), later.catch(() => new Promise(() => {}))]);
  clearTimeout(timer);
  return new Map(answers);
}
