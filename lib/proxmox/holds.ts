import type { PveCall, PveShared } from "./pve_parts.ts";
import type { Touched } from "./touched.ts";

interface Parts {
  readonly shared: Pick<PveShared, "leases" | "locks">;
  readonly call: Pick<PveCall, "action" | "signal">;
  readonly touched: Touched;
}

/** What one call keeps others from having, until it is released. */
export class Holds {
  readonly #parts: Parts;
  /** What ends the hold of each vmid that is held. */
  readonly #held = new Map<number, () => void>();
  readonly #leases = new Map<string, () => Promise<void>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** True while any guest is held. */
  get any(): boolean {
    return this.#held.size > 0;
  }

  /** Waits until no other call holds the vmid. */
  async hold(vmid: number): Promise<void> {
    const { call, shared, touched } = this.#parts;
    touched.hold(vmid);
    this.#held.set(vmid, await shared.locks.acquire(vmid, call.action, call.signal));
  }

  /** False when another call holds the vmid now. */
  async tryHold(vmid: number): Promise<boolean> {
    const { call, shared, touched } = this.#parts;
    const release = await shared.locks.tryAcquire(vmid, call.action);
    if (release === undefined) return false;
    touched.hold(vmid);
    this.#held.set(vmid, release);
    return true;
  }

  letGo(vmid: number): void {
    this.#parts.touched.letGo(vmid);
    this.#held.get(vmid)?.();
    this.#held.delete(vmid);
  }

  /** False when another call, on whichever instance, has what the key stands for. */
  async lease(key: string, seconds: number): Promise<boolean> {
    const release = await this.#parts.shared.leases.take(key, seconds * 1000);
    if (release !== undefined) this.#leases.set(key, release);
    return release !== undefined;
  }

  /** Lets a lease run out by itself. */
  keepLease(key: string): void {
    this.#leases.delete(key);
  }

  release(): void {
    for (const vmid of [...this.#held.keys()]) this.letGo(vmid);
    // One that cannot be given back runs out.
    for (const release of this.#leases.values()) release().catch(() => {});
    this.#leases.clear();
  }
}
