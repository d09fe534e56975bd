import type { ClientSocket, Patience } from "./client_socket.ts";

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
  readonly #open = new Set<ClientSocket>();
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

  /** Takes a new connection in; false when there is no room for it. */
  admit(socket: ClientSocket): boolean {
    const { remoteAddress: address } = socket;
    const share = Math.max(LEAST, Math.ceil(this.#max / SHARE));
    const crowded = !this.#limits.shared(address) && (this.#byAddress.get(address) ?? 0) >= share;
    if (crowded && !this.#makeRoom((other) => other.remoteAddress === address)) return false;
    if (this.size >= this.#max && !this.#makeRoom(() => true)) return false;
    this.#open.add(socket);
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    socket.once("close", () => this.#remove(socket));
    return true;
  }

  /** Closes those whose client has taken longer than it may. */
  sweep(): void {
    for (const socket of this.#open) {
      if (socket.isLate(this.#limits.patience)) socket.destroy();
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
    for (const socket of this.#open) if (socket.waitingSince !== null) socket.destroy();
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** Closes the one that has waited longest; false when none waits. */
  #makeRoom(among: (socket: ClientSocket) => boolean): boolean {
    let longest: ClientSocket | null = null;
    for (const socket of this.#open) {
      const since = socket.waitingSince;
      if (since === null || !among(socket)) continue;
      if (longest === null || since < (longest.waitingSince ?? since)) longest = socket;
    }
    if (longest === null) return false;
    this.#remove(longest);
    longest.destroy();
    return true;
  }

  #remove(socket: ClientSocket): void {
    if (!this.#open.delete(socket)) return;
    const { remoteAddress: address } = socket;
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, left);
    if (this.size > 0) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting = [];
  }
}
