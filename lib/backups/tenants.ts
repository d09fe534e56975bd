import { AppError } from "../errors.ts";
import type { CallsBackupServers } from "../pbs/call.ts";
import { guestsIn } from "../proxmox/guest/directory.ts";
import type { Pve } from "../proxmox/pve.ts";
import { findServed } from "./storages.ts";
import type { Tenant } from "./whose.ts";

/** What a cluster is asked with: as the server itself sees it, whoever calls. */
export interface TenantReader {
  readonly cluster: string;
  readonly pve: Pve;
  readonly pbs: CallsBackupServers;
}

interface Options {
  readonly names: readonly string[];
  readonly open: (cluster: string, signal: AbortSignal) => TenantReader;
  /** Whether what was read of a cluster then may still be told. */
  readonly isFresh: (cluster: string, askedAt: number) => boolean;
  /** Milliseconds that only ever rise. */
  readonly monotonic: () => number;
}

/** Longer nobody waits for a cluster, and who was late is not asked again for a while. */
const PATIENCE_MS = 3_000;
const PAUSE_MS = 10_000;

interface Known {
  readonly tenant: Tenant;
  readonly askedAt: number;
}

/**
 * What tells of every cluster which backups are its own. Of one that does not answer it is told what it said
 * last; what is read is shared with who asks meanwhile, and shortly after.
 */
export class Tenants {
  readonly #options: Options;
  readonly #known = new Map<string, Known>();
  readonly #coming = new Map<string, Promise<Tenant>>();
  readonly #late = new Map<string, { since: number; why: string }>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** All clusters, in the order of the config. */
  all(): Promise<Tenant[]> {
    return Promise.all(this.#options.names.map((cluster) => this.#of(cluster)));
  }

  #of(cluster: string): Promise<Tenant> {
    const coming = this.#coming.get(cluster) ??
      this.#read(cluster).finally(() => this.#coming.delete(cluster));
    this.#coming.set(cluster, coming);
    return coming;
  }

  async #read(cluster: string): Promise<Tenant> {
    const { isFresh, monotonic, open } = this.#options;
    const askedAt = monotonic();
    const late = this.#late.get(cluster);
    if (late !== undefined && askedAt - late.since < PAUSE_MS) return this.#last(cluster, late.why);
    const known = this.#known.get(cluster);
    if (known !== undefined && isFresh(cluster, known.askedAt)) return known.tenant;
    const reader = open(cluster, AbortSignal.timeout(PATIENCE_MS));
    try {
      const tenant = await tenantOf(reader);
      this.#known.set(cluster, { tenant, askedAt });
      this.#late.delete(cluster);
      return tenant;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#late.set(cluster, { since: monotonic(), why: error.message });
      return this.#last(cluster, error.message);
    } finally {
      reader.pve.release();
    }
  }

  #last(cluster: string, why: string): Tenant {
    const known = this.#known.get(cluster);
    if (known !== undefined) return { ...known.tenant, isLate: true };
    return { cluster, storages: [], guests: new Map(), unread: why };
  }
}

async function tenantOf({ cluster, pbs, pve }: TenantReader): Promise<Tenant> {
  const [{ storages, unread }, resources] = await Promise.all([
    findServed(pve, pbs),
    pve.resources({ fresh: false }),
  ]);
  if (unread !== undefined) throw unread;
  const guests = new Map(guestsIn(resources).map(({ type, vmid }) => [vmid, type]));
  return { cluster, storages, guests };
}
