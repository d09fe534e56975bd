import { AppError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { forEachBounded } from "../proxmox/fan_out.ts";
import type { PlannedElsewhere } from "../proxmox/plan.ts";
import { Pbs } from "./pbs.ts";
import type { BackupServers } from "./servers.ts";

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

/** The backup servers as one tool call sees them. */
export class CallsBackupServers {
  readonly #servers: BackupServers;
  readonly #call: PbsCall;

  constructor(servers: BackupServers, call: PbsCall) {
    this.#servers = servers;
    this.#call = call;
  }

  /** In the order of the config; none where it names none. */
  get names(): string[] {
    return this.#servers.names;
  }

  /** @throws AppError `not_found` for a name that the config does not give */
  of(name: string): Pbs {
    const server = this.#servers.get(name);
    if (server !== undefined) return new Pbs(server.client, this.#call);
    const { names } = this;
    const near = nearest(name, names);
    const known = names.length === 0
      ? "the config names none (backup_servers)"
      : near !== null
      ? `did you mean ${near}?`
      : `there are ${names.join(", ")}`;
    throw new AppError("not_found", `no backup server ${JSON.stringify(name)}: ${known}`);
  }

  /** Asks all at once. */
  async each<T>(ask: (pbs: Pbs) => Promise<T>): Promise<OfEach<T>> {
    const { names } = this;
    const results: OfEach<T>["results"][number][] = [];
    const failures: OfEach<T>["failures"][number][] = [];
    await forEachBounded(names, async (server) => {
      try {
        results.push({ server, value: await ask(this.of(server)) });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        failures.push({ server, error });
      }
    }, { atOnce: names.length });
    const inOrder = (a: { server: string }, b: { server: string }) =>
      names.indexOf(a.server) - names.indexOf(b.server);
    return { results: results.sort(inOrder), failures: failures.sort(inOrder) };
  }
}
