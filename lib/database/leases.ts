import { DEFAULT_CLUSTER } from "./cluster_name.ts";
import type { Database } from "./database.ts";

/** What only one may have at a time, on whichever instance. */
export interface Leases {
  /**
   * Takes the key for so many milliseconds; undefined while another has it. The function that it
   * returns gives it back earlier.
   */
  take(key: string, ms: number): Promise<(() => Promise<void>) | undefined>;
  /** The same, for who keeps it longer by saying so in time. */
  hold(key: string, ms: number): Promise<Lease | undefined>;
}

/** A key that was taken. */
export interface Lease {
  /** Lets the time begin anew; false when another has had it since. */
  renew(): Promise<boolean>;
  /** Whether its time has run out, so that another may have had it. */
  isOver(): boolean;
  giveBack(): Promise<void>;
}

/** The same of one cluster, whose keys are its own. */
export function leasesWithin(leases: Leases, cluster: string): Leases {
  // Instances of earlier versions know one cluster only.
  if (cluster === DEFAULT_CLUSTER) return leases;
  const within = (key: string) => `${cluster} ${key}`;
  return {
    take: (key, ms) => leases.take(within(key), ms),
    hold: (key, ms) => leases.hold(within(key), ms),
  };
}

/** In the database; of this process only where that refuses tables of the program's own. */
export function leasesOf(database: Database, { now }: { now: () => Date }): Leases {
  return database.ownTables ? new SharedLeases(database, now) : new OwnLeases(now);
}

/** A lease is a key that is used up until it expires, or is given back: it needs no table of its own. */
const TAKE = `INSERT INTO proxmox_mcp_spent (key, owner, expires) VALUES ($1, $2, $3)
  ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, expires = excluded.expires
  WHERE proxmox_mcp_spent.expires <= $4 OR proxmox_mcp_spent.owner = excluded.owner RETURNING key`;
const RENEW = `UPDATE proxmox_mcp_spent SET expires = $3 WHERE key = $1 AND owner = $2
  RETURNING key`;
const GIVE_BACK = "DELETE FROM proxmox_mcp_spent WHERE key = $1 AND owner = $2 AND expires = $3";
const giveBackTogether = (parameter: string) =>
  `DELETE FROM proxmox_mcp_spent
  USING json_populate_recordset(NULL::proxmox_mcp_spent, ${parameter}::text::json) AS given
  WHERE proxmox_mcp_spent.key = given.key AND proxmox_mcp_spent.owner = given.owner
    AND proxmox_mcp_spent.expires = given.expires
  RETURNING given.key`;
/** So long the row that tells how a call ended may be awaited, with which a lease is given back. */
const PATIENCE_MS = 20;
const AGAIN_MS = 1_000;

class SharedLeases implements Leases {
  readonly #database: Database;
  readonly #now: () => Date;
  /** Who of this process has it: what the database still says of this process tells nothing. */
  readonly #own: OwnLeases;
  /** Stands for this process, below the ids of the tokens whose keys are counted. */
  readonly #owner = -1 - Number(crypto.getRandomValues(new Uint32Array(1))[0]);

  constructor(database: Database, now: () => Date) {
    this.#database = database;
    this.#now = now;
    this.#own = new OwnLeases(now);
  }

  async take(key: string, ms: number): Promise<(() => Promise<void>) | undefined> {
    return (await this.hold(key, ms))?.giveBack;
  }

  async hold(key: string, ms: number): Promise<Lease | undefined> {
    const own = await this.#own.hold(key, ms);
    if (own === undefined) return undefined;
    const row = `lease:${key}`;
    const run = async (statement: string, ...params: number[]) =>
      (await this.#database.write(statement, [row, this.#owner, ...params])).length > 0;
    const now = this.#now().getTime();
    let expires = now + ms;
    let taken = false;
    try {
      taken = await run(TAKE, expires, now);
    } finally {
      if (!taken) await own.giveBack();
    }
    if (!taken) return undefined;
    return {
      isOver: () => expires <= this.#now().getTime(),
      // One that ran out may be another's by now.
      renew: async () => {
        const next = this.#now().getTime() + ms;
        if (!await own.renew() || !await run(RENEW, next)) return false;
        expires = next;
        return true;
      },
      giveBack: async () => {
        const params = { key: row, owner: this.#owner, expires };
        const along = { statement: giveBackTogether, row: params };
        const soon = { patienceMs: PATIENCE_MS, along };
        try {
          await this.#database.write(GIVE_BACK, Object.values(params), soon);
        } catch (error) {
          this.#giveBackLater(params);
          throw error;
        } finally {
          await own.giveBack();
        }
      },
    };
  }

  /** Has others wait no longer than the database is away: tries until it has run out by itself. */
  #giveBackLater(params: { key: string; owner: number; expires: number }): void {
    setTimeout(() => {
      if (params.expires <= this.#now().getTime()) return;
      this.#database.write(GIVE_BACK, Object.values(params))
        .catch(() => this.#giveBackLater(params));
    }, AGAIN_MS);
  }
}

class OwnLeases implements Leases {
  readonly #expires = new Map<string, number>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  async take(key: string, ms: number): Promise<(() => Promise<void>) | undefined> {
    return (await this.hold(key, ms))?.giveBack;
  }

  hold(key: string, ms: number): Promise<Lease | undefined> {
    const now = this.#now().getTime();
    if ((this.#expires.get(key) ?? 0) > now) return Promise.resolve(undefined);
    let expires = now + ms;
    const isMine = () => this.#expires.get(key) === expires;
    this.#expires.set(key, expires);
    return Promise.resolve({
      isOver: () => expires <= this.#now().getTime(),
      renew: () => {
        const kept = isMine();
        if (kept) this.#expires.set(key, expires = this.#now().getTime() + ms);
        return Promise.resolve(kept);
      },
      giveBack: () => {
        if (isMine()) this.#expires.delete(key);
        return Promise.resolve();
      },
    });
  }
}
