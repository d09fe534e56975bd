import { networkOf } from "../auth/address.ts";
import type { Patience, ServedConnection } from "./served_connection.ts";

/** An address, of IPv6 a network, holds at most this part of all connections. */
const SHARE = 4;
/** So many are always allowed. */
const LEAST = 8;
/** After so long without a lack of descriptors the limit is the configured one again. */
const RECOVERY_MS = 60_000;

export interface ConnectionLimits {
  /** How many there may be in all. */
  readonly max: number;
  readonly patience: Patience;
  /** Whether many clients may come from this address, as from a proxy. */
  readonly shared: (address: string) => boolean;
  readonly now: () => number;
}

/**
 * The open connections, as many as there may be. Room is made by closing one that waits for a request,
 * never one that is being answered.
 */
export class Connections {
  readonly #limits: ConnectionLimits;
  /** By whom each is held. */
  readonly #open = new Map<ServedConnection, string>();
  readonly #byHolder = new Map<string, number>();
  #max: number;
  #shrunkAt: number | null = null;
  #waiting: (() => void)[] = [];

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
    this.#max = limits.max;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Whether one more from this address may be taken in, for which another may have to go. */
  hasRoomFor(address: string): boolean {
    const share = Math.max(LEAST, Math.ceil(this.#max / SHARE));
    const holder = this.#holderOf(address);
    const crowded = !this.#limits.shared(address) && (this.#byHolder.get(holder) ?? 0) >= share;
    if (crowded && !this.#makeRoom((other) => other === holder)) return false;
    return this.size < this.#max || this.#makeRoom(() => true);
  }

  add(connection: ServedConnection): void {
    const holder = this.#holderOf(connection.remoteAddress);
    this.#open.set(connection, holder);
    this.#byHolder.set(holder, (this.#byHolder.get(holder) ?? 0) + 1);
  }

  /** Closes those whose client has taken longer than it may. */
  sweep(): void {
    for (const connection of this.#open.keys()) {
      if (connection.isLate(this.#limits.patience)) connection.destroy();
    }
    if (this.#shrunkAt === null || this.#limits.now() - this.#shrunkAt < RECOVERY_MS) return;
    this.#shrunkAt = null;
    this.#max = this.#limits.max;
  }

  /**
   * The system gives no more: leaves some to the rest of the server, which needs them to answer. True
   * when this is news.
   */
  shrink(): boolean {
    const isNews = this.#shrunkAt === null;
    this.#max = Math.max(LEAST, Math.floor(this.size * 3 / 4));
    this.#shrunkAt = this.#limits.now();
    while (this.size > this.#max && this.#makeRoom(() => true));
    return isNews;
  }

  /** Closes those that wait for a request; resolves when the others have ended too. */
  drain(): Promise<void> {
    for (const connection of this.#open.keys()) {
      if (connection.waitingSince === null) connection.shutdown();
      else connection.destroy();
    }
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  destroy(): void {
    for (const connection of this.#open.keys()) connection.destroy();
  }

  /** Closes the one that has waited longest; false when none waits. */
  #makeRoom(among: (holder: string) => boolean): boolean {
    let longest: ServedConnection | null = null;
    for (const [connection, holder] of this.#open) {
      const since = connection.waitingSince;
      if (since === null || !among(holder)) continue;
      if (longest === null || since < (longest.waitingSince ?? since)) longest = connection;
    }
    if (longest === null) return false;
    this.remove(longest);
    longest.destroy();
    return true;
  }

  remove(connection: ServedConnection): void {
    const holder = this.#open.get(connection);
    if (holder === undefined) return;
    this.#open.delete(connection);
    const left = (this.#byHolder.get(holder) ?? 1) - 1;
    if (left === 0) this.#byHolder.delete(holder);
    else this.#byHolder.set(holder, left);
    if (this.size > 0) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting = [];
  }

  /** A proxy stands for itself, whoever its neighbours are. */
  #holderOf(address: string): string {
    return this.#limits.shared(address) ? address : networkOf(address);
  }
}
