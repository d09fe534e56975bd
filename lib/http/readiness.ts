/** Whether each part that the server depends on answers. */
export interface Readiness {
  readonly ready: boolean;
  readonly database: "ok" | "unavailable";
  readonly proxmox: "ok" | "unavailable";
}

const KEPT_MS = 1_000;

/**
 * A probe of the parts, asked at most once a second however often it is called: the route needs no
 * token, so it must not be a way to load Proxmox.
 */
export function createReadiness(
  parts: { database: () => Promise<void>; proxmox: () => Promise<void> },
  monotonic: () => number,
): () => Promise<Readiness> {
  let last: { at: number; result: Promise<Readiness> } | undefined;
  return () => {
    const at = monotonic();
    if (!last || at - last.at >= KEPT_MS) last = { at, result: probe(parts) };
    return last.result;
  };
}

async function probe(
  parts: { database: () => Promise<void>; proxmox: () => Promise<void> },
): Promise<Readiness> {
  const state = (part: () => Promise<void>) =>
    part().then(() => "ok" as const, () => "unavailable" as const);
  const [database, proxmox] = await Promise.all([state(parts.database), state(parts.proxmox)]);
  return { ready: database === "ok" && proxmox === "ok", database, proxmox };
}
