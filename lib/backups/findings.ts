import { AppError, onFailure } from "../errors.ts";
import type { CallsBackupServers } from "../pbs/call.ts";
import type { Datastore } from "../pbs/datastores.ts";
import { readHealth, type ServerHealth } from "../pbs/health.ts";
import { type BackupServerJob, hasFailed } from "../pbs/jobs.ts";
import { DAY_SECONDS, type Finding, type Probe } from "../proxmox/attention/finding.ts";
import type { Pve } from "../proxmox/pve.ts";
import type { Concerned } from "./concerned.ts";
import { routesOf } from "./copies.ts";

/** What a slow backup server may take before the rest is told without it. */
export const PATIENCE_MS = 15_000;

const FULL = 0.85;
const NEARLY_FULL = 0.95;
const SOON_DAYS = 30;
const VERY_SOON_DAYS = 7;

/**
 * Looks at each backup server by itself, and at what they copy from one another.
 *
 * @param options.concerned the only ones that matter; all where there is one cluster
 */
export function serverProbes(
  pve: Pve,
  { pbs, concerned }: {
    pbs: CallsBackupServers;
    concerned: Promise<Concerned> | undefined;
  },
): Probe[] {
  const now = pve.now();
  const since = new Date(now.getTime() - DAY_SECONDS * 1000);
  const read = (name: string) =>
    pbs.read(name, (reader) => readHealth(reader, { now, since }), { limitMs: PATIENCE_MS });
  const healths = new Map<string, Promise<ServerHealth>>();
  const healthOf = (name: string) => {
    const known = healths.get(name) ?? read(name);
    healths.set(name, known);
    return known;
  };
  const part = "backup servers";
  const each = pbs.names.map((name): Probe => ({
    part,
    of: name,
    read: async (unread) => {
      const { sees, servers } = await concerned ?? {};
      if (servers?.has(name) === false) return [];
      const health = await healthOf(name).catch(onFailure((error) => error));
      if (health instanceof AppError) {
        unread(health.message);
        return [{
          kind: "backup_server",
          severity: "warning",
          what: `does not answer: ${health.message}`,
          where: `backup server ${name}`,
        }];
      }
      for (const reason of [...health.unread, ...health.unseen]) unread(reason);
      return findingsOf(sees === undefined ? health : partOf(health, sees), now);
    },
  }));
  const copies: Probe = {
    part: "sync jobs",
    of: part,
    read: async () => {
      if ((await concerned)?.all === false) return [];
      const settled = await Promise.allSettled(pbs.names.map(healthOf));
      const known = settled.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
      // Of one that is away or hides some, that there are none cannot be said; it is told elsewhere.
      return known.length === settled.length ? uncopied(known, pbs) : [];
    },
  };
  return [...each, copies];
}

function partOf(health: ServerHealth, sees: Concerned["sees"]): ServerHealth {
  const isSeen = ({ datastore }: { datastore: string }) => sees({ ...health, datastore });
  const { datastores, jobs } = health;
  return { ...health, datastores: datastores.filter(isSeen), jobs: jobs.filter(isSeen) };
}

function findingsOf({ datastores, jobs, server }: ServerHealth, now: Date): Finding[] {
  return [
    ...datastores.flatMap((row) => {
      const where = `${server}:${row.datastore}`;
      return [
        ...maintenanceOf(row, where),
        ...spaceOf(row, { now, where }),
        ...garbageOf(row, where),
      ];
    }),
    ...jobs.filter(({ last_state }) => hasFailed(last_state)).map((job) => failedJob(server, job)),
  ];
}

/** Of one that cannot be read either, that is told in its stead. */
function maintenanceOf({ error, maintenance }: Datastore, where: string): Finding[] {
  if (maintenance === undefined || error !== undefined) return [];
  const what = `is in maintenance, so that backups to it fail: ${maintenance}`;
  return [{ kind: "datastore", severity: "warning", what, where }];
}

function spaceOf(row: Datastore, { now, where }: { now: Date; where: string }): Finding[] {
  if (row.mounted === false) {
    const what = "is removable and not mounted: of its backups nothing is known";
    return [{ kind: "datastore", severity: "info", what, where }];
  }
  if (row.error !== undefined) {
    const what = `cannot be used: ${row.error}`;
    return [{ kind: "datastore", severity: "critical", what, where }];
  }
  const used = (row.used_bytes ?? 0) / (row.total_bytes ?? Infinity);
  const days = row.full_at === undefined
    ? Infinity
    : (Date.parse(row.full_at) - now.getTime()) / 1000 / DAY_SECONDS;
  if (used <= FULL && days > SOON_DAYS) return [];
  const share = `${Math.round(used * 1000) / 10} % full`;
  const soon = days > SOON_DAYS ? "" : `, at this pace wholly in ${Math.ceil(days)} days`;
  const isCritical = used >= NEARLY_FULL || days <= VERY_SOON_DAYS;
  return [{
    kind: "datastore",
    severity: isCritical ? "critical" : "warning",
    what: share + soon,
    where,
  }];
}

/** Nothing that is pruned frees space until garbage is collected. */
function garbageOf({ gc_last_at, gc_schedule, gc_state }: Datastore, where: string): Finding[] {
  if (gc_state === undefined) return [];
  const finding = { kind: "garbage", severity: "warning", where, since: gc_last_at } as const;
  if (hasFailed(gc_state)) return [{ ...finding, what: `garbage collection failed: ${gc_state}` }];
  const never = gc_state === "never" ? "garbage collection never ran" : undefined;
  if (gc_schedule === "none") {
    const what = `${never ?? "garbage collection runs only by hand"}, as it has no schedule`;
    return [{ ...finding, severity: never === undefined ? "info" : "warning", what }];
  }
  return never === undefined ? [] : [{ ...finding, severity: "info", what: never }];
}

function failedJob(server: string, job: BackupServerJob): Finding {
  const { datastore, id, kind, last_at, last_state } = job;
  return {
    kind: "server_job",
    severity: "warning",
    what: last_state === "unknown"
      ? "how its last run ended is not known"
      : `its last run failed: ${last_state}`,
    where: `${kind} job ${id} of ${server}:${datastore}`,
    since: last_at,
  };
}

/** Datastores that no sync job copies from, and none copies to. */
function uncopied(
  healths: readonly ServerHealth[],
  pbs: Pick<CallsBackupServers, "places">,
): Finding[] {
  if (healths.some(({ syncs }) => !syncs.complete)) return [];
  const routes = routesOf(healths.map(({ syncs }) => syncs), pbs);
  const ends = new Set(
    routes.flatMap(({ from, to }) => [from, to].map((end) => `${end.server}:${end.datastore}`)),
  );
  return healths.flatMap(({ datastores, server }) =>
    datastores.map(({ datastore }) => `${server}:${datastore}`)
      .filter((where) => !ends.has(where))
      .map((where): Finding => ({
        kind: "sync",
        severity: "info",
        what: "no sync job that can be seen copies it elsewhere",
        where,
      }))
  );
}
