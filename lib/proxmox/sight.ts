import { AppError } from "../errors.ts";
import { unlessAborted } from "../upstream/abort.ts";
import { explain } from "./advice.ts";
import type { Resource } from "./api/values.ts";
import {
  assertMeant,
  type GivenGuest,
  type Guest,
  guestsIn,
  type GuestType,
} from "./guest/directory.ts";
import { rowsWithin } from "./inventory.ts";
import type { PveCall, PveShared } from "./pve_parts.ts";
import type { Touched } from "./touched.ts";

/** Where a guest is, or shall be. */
export type GuestPlace = Pick<Guest, "vmid" | "node" | "pool" | "tags">;

interface Parts {
  readonly shared: Pick<PveShared, "advice" | "directory" | "share">;
  readonly call: Pick<
    PveCall,
    "begunGuests" | "caller" | "forOtherType" | "onlyReads" | "reach" | "signal"
  >;
  readonly touched: Touched;
  readonly warn: (warning: string) => void;
}

/** What one call sees of the cluster: what its token may touch, and no more. */
export class Sight {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @throws AppError `not_found`, `conflict` for a name that fits several guests or the wrong type */
  async find<T extends GuestType>(
    given: GivenGuest,
    options: { type?: T },
  ): Promise<Guest<T>> {
    const { shared, call, touched } = this.#parts;
    const { reach, signal } = call;
    const within = reach.everything ? undefined : reach.guest;
    const found = shared.directory.find(given.vmid, { within, asker: call });
    const guest = await unlessAborted(found, signal);
    touched.note(guest.vmid);
    const { vms, containers } = shared.advice;
    const otherwise = call.forOtherType ?? (guest.type === "qemu" ? vms : containers);
    assertMeant(guest, { ...given, ...options }, otherwise);
    return guest as Guest<T>;
  }

  /** True where guests may be concerned that nobody tells of. */
  get isAny(): boolean {
    return this.#parts.touched.isAny;
  }

  /** Notes the guests that a thing names which is changed; null: nobody tells which they are. */
  concerns(thing: Readonly<Record<string, unknown>> | null): void {
    const { touched } = this.#parts;
    if (thing === null) touched.noteAny();
    else touched.noteNamed(thing);
  }

  /** Everything that the token may see. */
  async resources({ fresh }: { fresh: boolean }): Promise<Resource[]> {
    const { shared, call, warn } = this.#parts;
    const rows = await this.#rows({ fresh });
    const { warning } = shared.directory;
    if (warning !== undefined) warn(warning);
    return rowsWithin(rows, call.reach);
  }

  /** Says of a failure what only the cluster as a whole can tell. */
  explained(error: unknown): Promise<unknown> {
    return explain(error, {
      advice: this.#parts.shared.advice,
      guests: async () => guestsIn(await this.resources({ fresh: true })),
      nodes: () => this.nodes(),
    });
  }

  /** The names of the nodes that the token may know of, sorted. */
  async nodes(): Promise<string[]> {
    const { reach } = this.#parts.call;
    const rows = await this.#rows();
    return rows.filter((row) => row.type === "node").map((row) => row.node ?? "")
      .filter((name) => reach.everything || reach.sees(name)).sort();
  }

  /** Tells of vmids whether they are in reach, also when the guest is gone. */
  async includes(): Promise<(vmid: number, node: string) => boolean> {
    const { begunGuests = [], reach } = this.#parts.call;
    const guests = new Map(guestsIn(await this.#rows()).map((guest) => [guest.vmid, guest]));
    return (vmid, node) => {
      const guest = guests.get(vmid);
      // Of a new guest the list tells neither state nor tags for some seconds.
      const known = guest !== undefined && guest.status !== "unknown";
      return !known && begunGuests.includes(vmid) ||
        reach.guest(guest ?? { vmid, node, pool: undefined, tags: [] });
    };
  }

  /** @throws AppError `forbidden` */
  assertGuest(guest: GuestPlace): void {
    if (this.#parts.call.reach.guest(guest)) return;
    throw new AppError("forbidden", `the token's limits do not include guest ${guest.vmid} there`);
  }

  /** @throws AppError `forbidden`, `conflict` for the vmid of a guest out of reach */
  async assertNew(guest: GuestPlace): Promise<void> {
    this.assertGuest(guest);
    const { reach } = this.#parts.call;
    if (reach.everything) return;
    const holder = guestsIn(await this.#rows()).find(({ vmid }) => vmid === guest.vmid);
    if (holder === undefined || reach.guest(holder)) return;
    throw new AppError("conflict", `the vmid ${guest.vmid} is taken; give another one`);
  }

  /** @throws AppError `forbidden` */
  assertNode(name: string): void {
    if (this.#parts.call.reach.sees(name)) return;
    throw new AppError("forbidden", `the token's limits do not include node ${name}`);
  }

  /** @throws AppError `forbidden` */
  assertWholeNode(name: string): void {
    this.assertNode(name);
    if (this.#parts.call.reach.node(name)) return;
    throw new AppError("forbidden", `the token's limits do not include all guests of node ${name}`);
  }

  /** @throws AppError `forbidden` */
  assertUnlimited(): void {
    if (this.#parts.call.reach.everything) return;
    throw new AppError("forbidden", "the token's limits do not include the whole cluster");
  }

  #rows({ fresh = false } = {}): Promise<Resource[]> {
    const { shared: { directory, share }, call } = this.#parts;
    if (fresh && share.isOff) return directory.readFor(call);
    const shared = fresh && call.onlyReads === true;
    return unlessAborted(directory.resources({ fresh, shared }), call.signal);
  }
}
