import { AppError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { forEachBounded } from "../proxmox/fan_out.ts";
import type { PlannedElsewhere } from "../proxmox/plan.ts";
import { Limit } from "../abort.ts";
import { Pbs } from "./pbs.ts";
import { PbsReader } from "./reader.ts";
import { type BackupServer, BackupServers } from "./servers.ts";

/** The call that something is asked for, with its deadline, its permit and its row in the audit. */
export interface PbsCall {
  /** In whose name: callers take turns. */
  readonly caller: string;
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  /** Milliseconds until the caller should have an answer. */
  readonly patienceMs: number;
  now(): Date;
  sleep(ms: number): Promise<void>;
  progress(message: string): void;
  warn(warning: string): void;
  /**
   * Sends a change that is permitted, and written down as intended, before it is sent; in a dry run it is
   * only put into the plan.
   */
  elsewhere(request: PlannedElsewhere, send: () => Promise<unknown>): Promise<unknown>;
}

/** What came of asking each backup server; those that failed cost the others nothing. */
export interface OfEach<T> {
  readonly results: readonly { readonly server: string; readonly value: T }[];
  readonly failures: readonly { readonly server: string; readonly error: AppError }[];
}

/** How long what is read of one backup server may take in all, before the others are told without it. */
const READING_MS = 40_000;

/** The backup servers as one tool call sees them. */
export class CallsBackupServers {
  readonly #servers: BackupServers;
  readonly #call: PbsCall;
  readonly #isPart: boolean;

  /** @param options.isPart true when the caller may not know of the others */
  constructor(servers: BackupServers, call: PbsCall, { isPart = false } = {}) {
    this.#servers = servers;
    this.#call = call;
    this.#isPart = isPart;
  }

  /** These alone: any other is as good as none. */
  within(names: readonly string[]): CallsBackupServers {
    const servers = [...this.#servers].filter(({ name }) => names.includes(name));
    return new CallsBackupServers(new BackupServers(servers), this.#call, { isPart: true });
  }

  /** In the order of the config; none where it names none. */
  get names(): string[] {
    return this.#servers.names;
  }

  /** Where they are, in the order of the config. */
  get places(): Pick<BackupServer, "fingerprint" | "host" | "name" | "port">[] {
    return [...this.#servers];
  }

  /** @throws AppError `not_found` for a name that the config does not give */
  of(name: string): Pbs {
    const { client, reads } = this.#find(name);
    return new Pbs(client, this.#call, { onChange: () => reads.drop() });
  }

  /**
   * Reads of one, for no longer than `limitMs`.
   *
   * @throws AppError `not_found`; `timeout` when it takes longer
   */
  async read<T>(
    name: string,
    read: (reader: PbsReader) => Promise<T>,
    { limitMs = READING_MS }: { limitMs?: number } = {},
  ): Promise<T> {
    const { caller, signal } = this.#call;
    using limit = new Limit(signal, limitMs);
    const { client, reads } = this.#find(name);
    const reader = new PbsReader(client, { caller, reads, signal: limit.signal });
    try {
      return await read(reader);
    } catch (error) {
      if (!limit.signal.aborted || signal.aborted) throw error;
      const message = `${reader.label} has not told it within ${limitMs / 1000} s`;
      throw new AppError("timeout", message, { cause: error });
    }
  }

  /** Reads of all at once, or of those that are named, of each no longer than `limitMs`. */
  async readEach<T>(
    read: (reader: PbsReader) => Promise<T>,
    { limitMs, names = this.names }: { limitMs?: number; names?: readonly string[] } = {},
  ): Promise<OfEach<T>> {
    const options = limitMs === undefined ? {} : { limitMs };
    const results: OfEach<T>["results"][number][] = [];
    const failures: OfEach<T>["failures"][number][] = [];
    await forEachBounded(names, async (server) => {
      try {
        results.push({ server, value: await this.read(server, read, options) });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        failures.push({ server, error });
      }
    }, { atOnce: names.length });
    const inOrder = (a: { server: string }, b: { server: string }) =>
      names.indexOf(a.server) - names.indexOf(b.server);
    return { results: results.sort(inOrder), failures: failures.sort(inOrder) };
  }

  #find(name: string): BackupServer {
    const server = this.#servers.get(name);
    if (server !== undefined) return server;
    const { names } = this;
    const near = nearest(name, names);
    const known = names.length === 0
      ? this.#isPart
        ? "none is within the token's limits"
        : "the config names none (backup_servers)"
      : near !== null
      ? `did you mean ${near}?`
      : `there are ${names.join(", ")}`;
    throw new AppError("not_found", `no backup server ${JSON.stringify(name)}: ${known}`);
  }
}
