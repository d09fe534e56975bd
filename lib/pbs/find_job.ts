import { AppError } from "../errors.ts";
import { text } from "../proxmox/api/values.ts";
import { instead } from "../proxmox/known.ts";
import type { CallsBackupServers } from "./call.ts";
import { JOB_KINDS, type JobKind } from "./jobs.ts";
import type { PbsReader } from "./reader.ts";
import { listSyncs } from "./syncs.ts";

/** A job as its server tells it. */
export interface FoundJob {
  readonly server: string;
  readonly kind: JobKind;
  readonly row: Readonly<Record<string, unknown>>;
}

/**
 * The job with this id.
 *
 * @throws AppError `not_found`; `invalid` when several bear it; `unavailable` when a server does not answer
 * that may have it too
 */
export async function findJob(
  servers: CallsBackupServers,
  { id, kind, server }: { id: string; kind?: JobKind | undefined; server?: string | undefined },
): Promise<FoundJob> {
  const names = server === undefined ? servers.names : [servers.of(server).server];
  const kinds = kind === undefined ? JOB_KINDS : [kind];
  const { results, failures } = await servers.readEach(
    async (reader) => (await Promise.all(kinds.map((each) => jobsOf(reader, each)))).flat(),
    { names },
  );
  const all = results.flatMap(({ value }) => value);
  const found = all.filter(({ row }) => row.id === id);
  const [job, ...others] = found;
  const [failure] = failures;
  if (job === undefined) {
    if (failure !== undefined) throw failure.error;
    const known = [...new Set(all.flatMap(({ row }) => text(row.id) ?? []))].sort();
    const hint = "a sync job with a remote is shown to a token with Remote.Audit on /remote only";
    throw new AppError("not_found", `there is no job ${id}${instead(id, known)}; ${hint}`);
  }
  const shown = found.map(({ kind, server }) => `the ${kind} job on ${server}`).join(", ");
  if (others.length > 0) throw new AppError("invalid", `name kind or server: ${id} is ${shown}`);
  if (failure !== undefined) {
    const doubt = `whether it is the only one is not known: name the server, as ${job.server}`;
    throw new AppError("unavailable", `${failure.error.message}; ${id} is ${shown}, but ${doubt}`);
  }
  return job;
}

async function jobsOf(reader: PbsReader, kind: JobKind): Promise<FoundJob[]> {
  const rows = await listOf(reader, kind);
  return rows.map((row) => ({ server: reader.server, kind, row }));
}

function listOf(reader: PbsReader, kind: JobKind): Promise<Readonly<Record<string, unknown>>[]> {
  switch (kind) {
    case "verify":
      return reader.list("/admin/verify");
    case "prune":
      return reader.list("/admin/prune");
    case "sync":
      return listSyncs(reader);
  }
}
