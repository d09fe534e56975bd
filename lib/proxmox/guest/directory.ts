import { AppError } from "../../errors.ts";
import { oncePer } from "../../once_per.ts";
import type { Advice } from "../advice.ts";
import { garbled } from "../api/failures.ts";
import { checkedRows, leftOutText } from "../api/rows.ts";
import { flag, number, type Resource, resourceOf, tagList, text } from "../api/values.ts";

export type GuestType = "qemu" | "lxc";

/** A VM or a container, as the cluster's resource list knows it. */
export interface Guest<T extends GuestType = GuestType> {
  readonly vmid: number;
  readonly type: T;
  readonly node: string;
  /** Absent for a guest made in the last seconds and for guests of an offline node. */
  readonly name: string | undefined;
  /** `running`, `stopped`, `paused`, or `unknown` when its node is offline or the guest is new. */
  readonly status: string;
  readonly template: boolean;
  readonly tags: readonly string[];
  readonly pool: string | undefined;
  readonly lock: string | undefined;
}

/** `VM 101` or `container 200`, as messages name a guest. */
export function guestLabel(guest: Pick<Guest, "type" | "vmid">): string {
  return `${kind(guest.type)} ${guest.vmid}`;
}

export function isContainer(guest: Guest): guest is Guest<"lxc"> {
  return guest.type === "lxc";
}

export function isVm(guest: Guest): guest is Guest<"qemu"> {
  return guest.type === "qemu";
}

/** Reads a row of `/cluster/resources`; undefined when it is not a guest. */
export function guestOf(row: Resource): Guest | undefined {
  const vmid = number(row.vmid);
  if ((row.type !== "qemu" && row.type !== "lxc") || vmid === undefined || !row.node) return;
  return {
    vmid,
    type: row.type,
    node: row.node,
    name: text(row.name),
    status: text(row.status) ?? "unknown",
    template: flag(row.template),
    tags: tagList(row.tags),
    pool: text(row.pool),
    lock: text(row.lock),
  };
}

/**
 * Refuses a guest of another type or on another node than the caller meant.
 *
 * @throws AppError `conflict` naming the type that it has, `not_found` naming the node
 */
export function assertMeant(
  guest: Guest,
  given: { vmid: number | string; node?: string | undefined; type?: GuestType },
): void {
  if (given.type && guest.type !== given.type) {
    throw new AppError(
      "conflict",
      `${given.vmid} is a ${kind(guest.type)}, not a ${kind(given.type)}`,
    );
  }
  if (given.node !== undefined && given.node !== guest.node) {
    throw new AppError(
      "not_found",
      `${guestLabel(guest)} is on node ${guest.node}, not on ${given.node}; leave node out`,
    );
  }
}

function kind(type: GuestType): string {
  return type === "qemu" ? "VM" : "container";
}

const CACHE_MS = 2_000;

/**
 * The cluster's resource list, shared by all calls: one request at a time, kept for at most two
 * seconds for who looks a guest up, and dropped after any change made here that may move or rename one.
 */
export class GuestDirectory {
  readonly #load: () => Promise<unknown>;
  readonly #monotonic: () => number;
  readonly #advice: Advice;
  readonly #guestsBy = oncePer(byReference);
  #warning: string | undefined;
  #cached: { rows: Resource[]; at: number } | undefined;
  #loading: Promise<Resource[]> | undefined;

  /**
   * @param options.load gives what Proxmox answers to `/cluster/resources`
   * @param options.monotonic milliseconds that only ever rise
   */
  constructor(
    { advice, load, monotonic }: {
      load: () => Promise<unknown>;
      monotonic: () => number;
      advice: Advice;
    },
  ) {
    this.#load = load;
    this.#monotonic = monotonic;
    this.#advice = advice;
  }

  /** What is missing in the list as it was read last. */
  get warning(): string | undefined {
    return this.#warning;
  }

  /** Forgets what is known, so that the next reader asks Proxmox. */
  drop(): void {
    this.#cached = undefined;
    this.dropStates();
  }

  /**
   * The same after a change that leaves every guest its name and place: where it is stays known, how it
   * stands is asked anew.
   */
  dropStates(): void {
    this.#loading = undefined;
  }

  /** All resources; `fresh` asks Proxmox even when the cache is young. */
  resources({ fresh = false } = {}): Promise<Resource[]> {
    const age = this.#cached ? this.#monotonic() - this.#cached.at : Infinity;
    if (!fresh && this.#cached && age < CACHE_MS) return Promise.resolve(this.#cached.rows);
    return this.#loading ?? this.#start();
  }

  /**
   * Finds the guest with this id, or the only one with this name.
   *
   * @param within leaves out guests as if they did not exist
   * @throws AppError `not_found`, or `conflict` when several guests bear the name
   */
  async find(reference: number | string, within?: (guest: Guest) => boolean): Promise<Guest> {
    const cached = this.#cached;
    const matching = async (options?: { fresh: boolean }) =>
      (this.#guestsBy(await this.resources(options)).get(reference) ?? [])
        .filter((guest) => within === undefined || within(guest));
    let matches = await matching();
    if (matches.length === 0 && cached) matches = await matching({ fresh: true });
    const [guest, ...others] = matches;
    if (guest === undefined) {
      const whose = within === undefined ? "" : " within the token's limits";
      throw missing(reference, whose, this.#advice);
    }
    if (others.length === 0) return guest;
    const names = matches.map((match) => `${guestLabel(match)} on ${match.node}`).join(" and ");
    throw new AppError("conflict", `the name ${reference} fits ${names}; give the vmid instead`);
  }

  #start(): Promise<Resource[]> {
    const loading = this.#load().then((data) => {
      const rows = this.#checked(data);
      // A change made meanwhile has dropped this load: its answer may be older than the change.
      if (this.#loading === loading) this.#cached = { rows, at: this.#monotonic() };
      return rows;
    }).finally(() => {
      if (this.#loading === loading) this.#loading = undefined;
    });
    this.#loading = loading;
    return loading;
  }

  #checked(data: unknown): Resource[] {
    const checked = checkedRows("/cluster/resources", data);
    if (!checked) throw garbled("Proxmox's list of resources is not a list that can be read");
    const { leftOut } = checked;
    const rows = checked.rows.map(resourceOf);
    if (rows.length > 0 && !rows.some(isWhole)) {
      throw garbled("Proxmox's list of resources has no row that can be read");
    }
    this.#warning = leftOut === 0 ? undefined : leftOutText("/cluster/resources", leftOut);
    return rows;
  }
}

/** A row that says what it is, and a guest which one and where. */
function isWhole({ node, type, vmid }: Resource): boolean {
  if (type !== "qemu" && type !== "lxc") return type !== "";
  return vmid !== undefined && node !== undefined;
}

/** The guests among resources. */
export const guestsIn: (rows: readonly Resource[]) => readonly Guest[] = oncePer(
  (rows: readonly Resource[]) => rows.map(guestOf).filter((guest) => guest !== undefined),
);

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

function missing(reference: number | string, whose: string, { guests }: Advice): AppError {
  return new AppError(
    "not_found",
    typeof reference === "number"
      ? `no guest${whose} has the vmid ${reference}; ${guests}`
      : `no guest${whose} is named ${reference}; ${guests} (a new guest's name shows after some seconds)`,
  );
}
