import { AppError } from "../errors.ts";
import type { Hold } from "./guest/locks.ts";
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
  readonly #held = new Map<number, Hold>();
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
    const hold = await shared.locks.tryAcquire(vmid, call.action);
    if (hold === undefined) return false;
    touched.hold(vmid);
    this.#held.set(vmid, hold);
    return true;
  }

  letGo(vmid: number): void {
    this.#parts.touched.letGo(vmid);
    this.#held.get(vmid)?.letGo();
    this.#held.delete(vmid);
  }

  /** Throws AppError `conflict` when another change may have had a guest that this call believes to hold. */
  async assure(): Promise<void> {
    for (const [vmid, hold] of this.#held) {
      if (await hold.isSure()) continue;
      const state = `guest ${vmid} could not be held while the database was away, and others may ` +
        "have changed it since: look before trying again";
      throw new AppError("conflict", state);
    }
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
