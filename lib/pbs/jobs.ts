import { clip } from "../proxmox/clip.ts";
import { compact, number, text, time } from "../proxmox/api/values.ts";

export const JOB_KINDS = ["verify", "prune", "sync"] as const;

export type JobKind = typeof JOB_KINDS[number];

/** A job of a backup server; times are RFC 3339. */
export type BackupServerJob = ReturnType<typeof serverJobOf>;

/** Reads a row of `/admin/verify`, `/admin/prune` or `/admin/sync`. */
export function serverJobOf(
  kind: JobKind,
  row: Readonly<Record<string, unknown>>,
) {
  const state = text(row["last-run-state"]);
  // While it runs only its task is told.
  const running = text(row["last-run-upid"]) === undefined ? "never" : "running";
  const keeps = Object.keys(row).some((key) => key.startsWith("keep-"));
  return compact({
    kind,
    id: text(row.id) ?? "",
    datastore: text(row.store) ?? "",
    /** Absent: the root. */
    namespace: text(row.ns),
    /** So many namespaces deep; absent: all. */
    max_depth: number(row["max-depth"]),
    /** `none` when it runs only when it is told to. */
    schedule: text(row.schedule) ?? "none",
    disabled: row.disable === true ? true as const : undefined,
    /** How its last run ended: `OK`, `WARNINGS: n`, an error, `running`, or `never`. */
    last_state: state === undefined ? running : clip(state, 200),
    last_at: time(row["last-run-endtime"]),
    next_run: time(row["next-run"]),
    /** `pull` copies to this datastore, `push` from it. */
    direction: kind !== "sync"
      ? undefined
      : text(row["sync-direction"]) === "push"
      ? "push" as const
      : "pull" as const,
    /** Who is to own what it brings here; it brings nothing into groups of others. */
    owner: kind === "sync" ? text(row.owner) : undefined,
    /** The other side of a sync job; without a remote it is this server. */
    remote: text(row.remote),
    other_datastore: text(row["remote-store"]),
    other_namespace: text(row["remote-ns"]),
    /** As it says nothing of what it keeps. */
    keeps_all: kind === "prune" && !keeps ? true as const : undefined,
  });
}

/** Whether what ended so has failed; what runs or never ran has not. */
export function hasFailed(state: string): boolean {
  return !/^(?:OK|WARNINGS: \d+|running|never)$/.test(state);
}
