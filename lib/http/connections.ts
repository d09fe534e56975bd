import type { Patience, ServedConnection } from "./served_connection.ts";

/** An address holds at most this part of all connections. */
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
  readonly #open = new Set<ServedConnection>();
  readonly #byAddress = new Map<string, number>();
  #max: number;
  #shrunkAt = 0;
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
    const crowded = !this.#limits.shared(address) && (this.#byAddress.get(address) ?? 0) >= share;
    if (crowded && !this.#makeRoom((other) => other.remoteAddress === address)) return false;
    return this.size < this.#max || this.#makeRoom(() => true);
  }

  add(connection: ServedConnection): void {
    const { remoteAddress: address } = connection;
    this.#open.add(connection);
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
  }

  /** Closes those whose client has taken longer than it may. */
  sweep(): void {
    for (const connection of this.#open) {
      if (connection.isLate(this.#limits.patience)) connection.destroy();
    }
    if (this.#limits.now() - this.#shrunkAt >= RECOVERY_MS) this.#max = this.#limits.max;
  }

  /** The system gives no more: leaves some to the rest of the server, which needs them to answer. */
  shrink(): void {
    this.#max = Math.max(LEAST, Math.floor(this.size * 3 / 4));
    this.#shrunkAt = this.#limits.now();
    while (this.size > this.#max && this.#makeRoom(() => true));
  }

  /** Closes those that wait for a request; resolves when the others have ended too. */
  drain(): Promise<void> {
    for (const connection of this.#open) {
      if (connection.waitingSince === null) connection.shutdown();
      else connection.destroy();
    }
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  destroy(): void {
    for (const connection of this.#open) connection.destroy();
  }

  /** Closes the one that has waited longest; false when none waits. */
  #makeRoom(among: (connection: ServedConnection) => boolean): boolean {
    let longest: ServedConnection | null = null;
    for (const connection of this.#open) {
      const since = connection.waitingSince;
      if (since === null || !among(connection)) continue;
      if (longest === null || since < (longest.waitingSince ?? since)) longest = connection;
    }
    if (longest === null) return false;
    this.remove(longest);
    longest.destroy();
    return true;
  }

  remove(connection: ServedConnection): void {
    if (!this.#open.delete(connection)) return;
    const { remoteAddress: address } = connection;
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, left);
    if (this.size > 0) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting = [];
  }
}
