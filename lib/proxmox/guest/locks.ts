import { aborted, Limit } from "../../abort.ts";
import { AppError } from "../../errors.ts";

const LOCK_WAIT_MS = 10_000;

/** One change at a time per guest: a second one waits up to ten seconds, then is refused. */
export class GuestLocks {
  readonly #held = new Map<number, { action: string; released: Promise<void> }>();

  /**
   * Waits for the guest and holds it until the returned function is called.
   *
   * @throws AppError `conflict` naming the change that holds it
   */
  async acquire(vmid: number, action: string, signal: AbortSignal): Promise<() => void> {
    const free = this.tryAcquire(vmid, action);
    if (free !== undefined) return free;
    using limit = new Limit(signal, LOCK_WAIT_MS);
    const timeout = limit.signal;
    for (let holder = this.#held.get(vmid); holder; holder = this.#held.get(vmid)) {
      await Promise.race([holder.released, aborted(timeout)]);
      if (timeout.aborted && this.#held.has(vmid)) {
        throw new AppError(
          "conflict",
          `another change is under way (${this.#held.get(vmid)?.action}); wait for it, then retry`,
        );
      }
    }
    return this.#hold(vmid, action);
  }

  /** Holds the guest like `acquire`; undefined when another change holds it now. */
  tryAcquire(vmid: number, action: string): (() => void) | undefined {
    return this.#held.has(vmid) ? undefined : this.#hold(vmid, action);
  }

  #hold(vmid: number, action: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(vmid, { action, released: promise });
    return () => {
      this.#held.delete(vmid);
      resolve();
    };
  }
}
