/** Whether each part that the server depends on answers. */
export interface Readiness {
  readonly ready: boolean;
  readonly database: "ok" | "unavailable";
  readonly proxmox: "ok" | "unavailable";
  /** By name, where the config names any. One that is away makes nothing else wait, and is told only. */
  readonly backup_servers?: Readonly<Record<string, "ok" | "unavailable">>;
}

/** What is asked; each rejects when it is away. */
export interface ProbedParts {
  readonly database: () => Promise<void>;
  readonly proxmox: () => Promise<void>;
  /** Never rejects. */
  readonly backupServers?: () => Promise<Readonly<Record<string, "ok" | "unavailable">>>;
}

const KEPT_MS = 1_000;

/**
 * A probe of the parts, asked at most once a second however often it is called: the route needs no
 * token, so it must not be a way to load Proxmox.
 */
export function createReadiness(
  parts: ProbedParts,
  monotonic: () => number,
): () => Promise<Readiness> {
  let last: { at: number; result: Promise<Readiness> } | undefined;
  return () => {
    const at = monotonic();
    if (!last || at - last.at >= KEPT_MS) last = { at, result: probe(parts) };
    return last.result;
  };
}

async function probe(parts: ProbedParts): Promise<Readiness> {
  const state = (part: () => Promise<void>) =>
    part().then(() => "ok" as const, () => "unavailable" as const);
  const [database, proxmox, told] = await Promise.all([
    state(parts.database),
    state(parts.proxmox),
    parts.backupServers?.() ?? {},
  ]);
  const backups = Object.keys(told).length === 0 ? {} : { backup_servers: told };
  return { ready: database === "ok" && proxmox === "ok", database, proxmox, ...backups };
}
