import { AppError } from "../errors.ts";
import type { CallsBackupServers } from "../pbs/call.ts";
import { grantsOf } from "../pbs/grants.ts";
import { placeText } from "../pbs/places.ts";
import { type GroupFilter, type Place, readSnapshots, type Snapshot } from "../pbs/snapshots.ts";
import { seesAllOf } from "../pbs/unseen.ts";

/** The backups at one place; `complete` when the token is shown all. */
export interface Listed {
  readonly snapshots: readonly Snapshot[];
  readonly complete: boolean;
  /** Why it is not, or why there is nothing at all. */
  readonly why?: string;
}

/** What is at places of backup servers, each read once however often it is asked for. */
export class SnapshotLists {
  readonly #pbs: CallsBackupServers;
  readonly #limitMs: number | undefined;
  readonly #filter: GroupFilter;
  readonly #lists = new Map<string, Promise<Listed>>();
  readonly #grants = new Map<string, Promise<unknown>>();

  /** @param options.vmid the only guest that matters */
  constructor(
    pbs: CallsBackupServers,
    { limitMs, vmid }: { limitMs?: number; vmid?: number | undefined } = {},
  ) {
    this.#pbs = pbs;
    this.#limitMs = limitMs;
    this.#filter = vmid === undefined ? {} : { id: String(vmid) };
  }

  /** Never rejects for a server that does not answer: that is told. */
  at(place: Place): Promise<Listed> {
    const key = placeText(place);
    const known = this.#lists.get(key) ?? this.#read(place);
    this.#lists.set(key, known);
    return known;
  }

  async #read(place: Place): Promise<Listed> {
    const { server, datastore, namespace } = place;
    const limit = this.#limitMs === undefined ? {} : { limitMs: this.#limitMs };
    try {
      const [snapshots, grants] = await Promise.all([
        this.#pbs.read(server, (reader) => readSnapshots(reader, place, this.#filter), limit),
        this.#grantsOf(server, limit),
      ]);
      if (seesAllOf(grantsOf(grants), { datastore, namespace })) {
        return { snapshots, complete: true };
      }
      const path = `/datastore/${datastore}${namespace === "" ? "" : `/${namespace}`}`;
      const why = `${placeText(place)}: without Datastore.Audit on ${path} only the backups of ` +
        "the token itself are listed";
      return { snapshots, complete: false, why };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const why = `${placeText(place)} could not be read: ${error.message}`;
      return { snapshots: [], complete: false, why };
    }
  }

  #grantsOf(server: string, limit: { limitMs?: number }): Promise<unknown> {
    const known = this.#grants.get(server) ??
      this.#pbs.read(server, (reader) => reader.get("/access/permissions"), limit);
    this.#grants.set(server, known);
    return known;
  }
}
