import { AppError } from "../../errors.ts";
import { didYouMean } from "../../nearest.ts";
import { oncePer } from "../../once_per.ts";
import type { Advice } from "../advice.ts";
import { flag, record, type Resource, tagList, text } from "../api/values.ts";
import type { ShareTime } from "../share_time.ts";
import { type Guest, guestLabel, guestsIn } from "./directory.ts";
import { resourceListOf } from "./resource_list.ts";

/** How long it stays known where a guest is. */
const CACHE_MS = 2_000;

/** In whose name something is read for one caller alone. */
export interface Asker {
  readonly caller: string;
  readonly signal: AbortSignal;
}

export interface DirectoryOptions {
  readonly advice: Advice;
  /** How long the list is told to others too. */
  readonly share: ShareTime;
  /** Gives what Proxmox answers to `/cluster/resources`; without an asker in the server's own name. */
  readonly load: (asker?: Asker) => Promise<unknown>;
  /** Gives how one guest stands, as its own node tells. */
  readonly loadGuest: (guest: Guest, asker: Asker) => Promise<unknown>;
}

interface Known {
  readonly rows: Resource[];
  readonly askedAt: number;
  /** False once a change was made that may have changed how a guest stands. */
  hasStates: boolean;
  /** Guests that were changed since, with what was read of them after. */
  readonly changed: Map<number, Guest | undefined>;
}

/**
 * The cluster's resource list, shared by all calls: one request at a time, kept for at most two seconds for
 * who looks a guest up, and as long as it is shared for who only reads. After a change made here states are
 * asked anew, of one that may rename or move a guest that guest, and after any other all.
 */
export class GuestDirectory {
  readonly #options: DirectoryOptions;
  readonly #guestsBy = oncePer(byReference);
  #warning: string | undefined;
  #known: Known | undefined;
  /** What is under way and who comes now may wait for. */
  #loading: Promise<Resource[]> | undefined;
  /** What all that is under way will be known as, as long as only guests by their vmids are changed. */
  readonly #coming = new Map<Known, Promise<unknown>>();
  /** Changes so far. */
  #changes = 0;

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  /** What is missing in the list as it was read last. */
  get warning(): string | undefined {
    return this.#warning;
  }

  /** Forgets what is known, so that the next reader asks Proxmox. */
  drop(): void {
    this.dropStates();
    this.#known = undefined;
    this.#coming.clear();
  }

  /**
   * The same after a change that leaves every guest its name and place: where it is stays known, how it
   * stands is asked anew.
   */
  dropStates(): void {
    this.#changes++;
    this.#loading = undefined;
    for (const list of this.#lists()) list.hasStates = false;
  }

  /** The same after a change that may have given one guest another name, tags or place. */
  dropGuest(vmid: number): void {
    this.dropStates();
    for (const list of this.#lists()) list.changed.set(vmid, undefined);
  }

  /**
   * All resources, as they were at most two seconds ago.
   *
   * @param options.fresh asks Proxmox
   * @param options.shared takes what was asked for as long ago as lists are shared
   */
  resources({ fresh = false, shared = false } = {}): Promise<Resource[]> {
    const known = this.#known;
    const isGood = known?.changed.size === 0 &&
      (shared
        ? known.hasStates && this.#options.share.isFresh(known.askedAt)
        : !fresh && this.#isYoung(known));
    return isGood ? Promise.resolve(known.rows) : this.#loading ?? this.#start();
  }

  /** All resources, asked for by one caller alone. */
  async readFor(asker: Asker): Promise<Resource[]> {
    const { rows, warning } = resourceListOf(await this.#options.load(asker));
    this.#warning = warning;
    return rows;
  }

  /**
   * Finds the guest with this id, or the only one with this name.
   *
   * @param options.within leaves out guests as if they did not exist
   * @param options.asker reads again a guest that was changed; without one all are
   * @throws AppError `not_found`, or `conflict` when several guests bear the name
   */
  async find(
    reference: number | string,
    { within, asker }: { within?: ((guest: Guest) => boolean) | undefined; asker?: Asker } = {},
  ): Promise<Guest> {
    const { advice } = this.#options;
    const known = this.#known;
    const listed = async (options?: { fresh: boolean }) =>
      this.#guestsBy(await this.resources(options)).get(reference) ?? [];
    const visible = (guests: readonly Guest[]) =>
      guests.filter((guest) => within === undefined || within(guest));
    let matches = visible(await this.#byId(reference, asker) ?? await listed());
    if (matches.length === 0 && known) matches = visible(await listed({ fresh: true }));
    const [guest, ...others] = matches;
    if (guest === undefined) {
      const whose = within === undefined ? "" : " within the token's limits";
      const names = visible(guestsIn(await this.resources())).map(({ name }) => name ?? "");
      throw noGuest(reference, { whose, names, advice });
    }
    if (others.length === 0) return guest;
    const names = matches.map((match) => `${guestLabel(match)} on ${match.node}`).join(" and ");
    throw new AppError("conflict", `the name ${reference} fits ${names}; give the vmid instead`);
  }

  #lists(): readonly Known[] {
    return [...this.#known ? [this.#known] : [], ...this.#coming.keys()];
  }

  #isYoung({ askedAt }: Known): boolean {
    return this.#options.share.now() - askedAt < CACHE_MS;
  }

  /** What is known of a vmid though other guests were changed, or is read again where it was changed itself. */
  async #byId(
    reference: number | string,
    asker: Asker | undefined,
  ): Promise<readonly Guest[] | undefined> {
    if (typeof reference !== "number") return undefined;
    // Whatever changes meanwhile is noted in the list that comes. One that fails is told to who asks for it.
    if (!this.#known || !this.#isYoung(this.#known)) {
      await [...this.#coming.values()].at(-1)?.catch(() => {});
    }
    const known = this.#known;
    if (!known || !this.#isYoung(known)) return undefined;
    const listed = this.#guestsBy(known.rows).get(reference) ?? [];
    if (!known.changed.has(reference)) return listed;
    const [was] = listed;
    if (was === undefined || asker === undefined) return undefined;
    const guest = known.changed.get(reference) ?? await this.#readAgain(was, { known, asker });
    return guest && [guest];
  }

  /** Undefined for a guest that its node does not tell of: only the list knows where it is, if at all. */
  async #readAgain(
    was: Guest,
    { known, asker }: { known: Known; asker: Asker },
  ): Promise<Guest | undefined> {
    const changes = this.#changes;
    const row = record(await this.#options.loadGuest(was, asker).catch(() => undefined));
    if (row.status === undefined) return undefined;
    const guest = {
      ...was,
      name: text(row.name),
      status: text(row.status) ?? "unknown",
      template: flag(row.template),
      tags: tagList(row.tags),
      lock: text(row.lock),
    };
    if (this.#changes === changes) known.changed.set(was.vmid, guest);
    return guest;
  }

  #start(): Promise<Resource[]> {
    const askedAt = this.#options.share.now();
    const coming: Known = { rows: [], askedAt, hasStates: true, changed: new Map() };
    const loading = this.#options.load().then((data) => {
      const { rows, warning } = resourceListOf(data);
      this.#warning = warning;
      // It may be older than changes made meanwhile, which are noted in it.
      const isNewest = this.#known === undefined || this.#known.askedAt <= askedAt;
      if (this.#coming.has(coming) && isNewest) this.#known = { ...coming, rows };
      return rows;
    }).finally(() => {
      this.#coming.delete(coming);
      if (this.#loading === loading) this.#loading = undefined;
    });
    this.#coming.set(coming, loading);
    this.#loading = loading;
    return loading;
  }
}

/** The guests among resources by their vmids, and by their names. */
function byReference(rows: readonly Resource[]): ReadonlyMap<unknown, readonly Guest[]> {
  const guests = new Map<unknown, Guest[]>();
  for (const guest of guestsIn(rows)) {
    for (const reference of [guest.vmid, guest.name]) {
      const known = guests.get(reference);
      if (known === undefined) guests.set(reference, [guest]);
      else known.push(guest);
    }
  }
  return guests;
}

/**
 * @param options.whose ` within the token's limits`, or empty
 * @param options.names those that the guest may have been meant by
 */
export function noGuest(
  reference: number | string,
  { whose, names, advice }: { whose: string; names: readonly string[]; advice: Advice },
): AppError {
  if (typeof reference === "number") {
    return new AppError(
      "not_found",
      `no guest${whose} has the vmid ${reference}; ${advice.guests}`,
    );
  }
  const next = `; ${advice.guests} (a new guest's name shows after some seconds)`;
  const meant = didYouMean(reference, names, next);
  return new AppError("not_found", `no guest${whose} is named ${reference}${meant}`);
}
