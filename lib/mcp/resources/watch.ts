import { AppError } from "../../errors.ts";
import { type Resource, restingState } from "../../proxmox/api/values.ts";
import type { GuestDirectory } from "../../proxmox/guest/guest_directory.ts";
import { rowsWithin } from "../../proxmox/inventory.ts";
import type { Reach } from "../../proxmox/plan.ts";
import type { Siblings } from "../../siblings/siblings.ts";
import { Places } from "../places.ts";
import { resourceAt } from "./address.ts";

/** How often the cluster's list is read while anybody follows something. */
const EVERY_MS = 5_000;
const MOST_PER_STREAM = 10;

/** Somebody who wants to be told of changes. */
export interface Follower {
  readonly tokenId: number;
  readonly reach: Reach;
  /** The cluster as the follower may see it; the same one is read once for all. */
  readonly directory: Pick<GuestDirectory, "resources">;
  readonly addresses: readonly string[];
  /** Told the address of what has changed. */
  readonly changed: (address: string) => void;
}

export interface ResourceWatchOptions {
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onRevoked: (listener: (tokenId: number) => void) => () => void;
  /** How many streams a token may have open. */
  readonly streamsPerToken: number;
  /** The other workers of the server; null where there are none. */
  readonly siblings: Siblings | null;
}

/**
 * Tells of changes in resources. However many follow, the cluster's list is read once every five
 * seconds for each Proxmox token that they see it with, and not at all while nobody does.
 */
export class ResourceWatch {
  readonly #options: ResourceWatchOptions;
  readonly #most: number;
  readonly #places: Places;
  /** With what each has seen last of each address. */
  readonly #followers = new Map<Follower, { seen: Map<string, string>; leave: () => void }>();
  readonly #forget: () => void;
  #reading: AbortController | undefined;

  constructor(options: ResourceWatchOptions) {
    const { siblings, streamsPerToken } = options;
    this.#options = options;
    this.#most = MOST_PER_STREAM * streamsPerToken;
    this.#places = new Places({ kind: "follow", most: this.#most, siblings });
    this.#forget = options.onRevoked((tokenId) => this.#endAll(tokenId));
  }

  /**
   * Tells the follower of what changes from now on, until the returned function is called or its token
   * ends. Proxmox may be away.
   *
   * @throws AppError `unavailable` when the token follows too much
   */
  async follow(follower: Follower): Promise<() => void> {
    const leave = this.#places.take(follower.tokenId, follower.addresses.length);
    if (leave === undefined) {
      const most = this.#most;
      throw new AppError("unavailable", `Cannot follow more than ${most} resources with one token`);
    }
    this.#followers.set(follower, { seen: new Map(), leave });
    this.#start();
    const rows = await follower.directory.resources().catch(() => undefined);
    if (rows) this.#compare(follower, rows);
    return () => this.#end(follower);
  }

  close(): void {
    this.#forget();
    this.#endAll();
  }

  #endAll(tokenId?: number): void {
    for (const follower of [...this.#followers.keys()]) {
      if (tokenId === undefined || follower.tokenId === tokenId) this.#end(follower);
    }
  }

  #end(follower: Follower): void {
    this.#followers.get(follower)?.leave();
    this.#followers.delete(follower);
    if (this.#followers.size > 0) return;
    this.#reading?.abort();
    this.#reading = undefined;
  }

  #start(): void {
    if (this.#reading) return;
    this.#reading = new AbortController();
    void this.#read(this.#reading.signal);
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { sleep } = this.#options;
    while (!signal.aborted) {
      // Being woken by the end is no failure, and a Proxmox that is away is asked again.
      await sleep(EVERY_MS, signal).catch(() => {});
      if (signal.aborted) return;
      const seen = Map.groupBy(this.#followers.keys(), ({ directory }) => directory);
      await Promise.all([...seen].map(async ([directory, followers]) => {
        const rows = await directory.resources({ fresh: true }).catch(() => undefined);
        for (const follower of rows ? followers : []) this.#compare(follower, rows ?? []);
      }));
    }
  }

  #compare(follower: Follower, all: Resource[]): void {
    const seen = this.#followers.get(follower)?.seen;
    const rows = rowsWithin(all, follower.reach);
    for (const address of seen ? follower.addresses : []) {
      const { kind, values } = resourceAt(address) ?? {};
      const now = JSON.stringify(
        rows.filter((row) => kind?.concerns?.(row, values ?? {})).map(stateOf),
      );
      const before = seen?.get(address);
      seen?.set(address, now);
      if (before !== undefined && before !== now) follower.changed(address);
    }
  }
}

/** What a row says that rests, and how full a storage is. */
function stateOf(row: Resource): unknown {
  const { type, disk = 0, maxdisk } = row;
  const percent = type === "storage" ? Math.round(100 * disk / (maxdisk || 1)) : undefined;
  return { ...restingState(row), percent };
}
