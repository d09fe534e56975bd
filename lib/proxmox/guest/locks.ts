import { aborted, Limit } from "../../abort.ts";
import type { Lease, Leases } from "../../database/leases.ts";
import { AppError } from "../../errors.ts";

const LOCK_WAIT_MS = 10_000;
/** For so long a guest stays held whose server has ended without letting it go. */
const LEASE_MS = 30_000;
const RENEW_MS = 10_000;
const ASK_AGAIN_MS = 50;

/** What a change has of a guest. */
export interface Hold {
  letGo(): void;
  /** False when another change may have had the guest since. */
  isSure(): Promise<boolean>;
}

/** One change at a time per guest: a second one waits up to ten seconds, then is refused. */
export class GuestLocks {
  readonly #held = new Map<number, { action: string; released: Promise<void> }>();
  readonly #leases: Pick<Leases, "hold"> | null;

  /** @param leases what holds a guest against changes of other processes; null where there are none */
  constructor(leases: Pick<Leases, "hold"> | null = null) {
    this.#leases = leases;
  }

  /**
   * Waits for the guest and holds it until it is let go.
   *
   * @throws AppError `conflict` naming the change that holds it, where that is one of this process
   */
  async acquire(vmid: number, action: string, signal: AbortSignal): Promise<Hold> {
    using limit = new Limit(signal, LOCK_WAIT_MS);
    const timeout = limit.signal;
    for (let holder = this.#held.get(vmid); holder; holder = this.#held.get(vmid)) {
      await Promise.race([holder.released, aborted(timeout)]);
      if (timeout.aborted && this.#held.has(vmid)) {
        throw underWay(` (${this.#held.get(vmid)?.action})`);
      }
    }
    const free = this.#hold(vmid, action);
    try {
      for (;;) {
        const hold = await this.#lease(vmid, free);
        if (hold !== undefined) return hold;
        if (timeout.aborted) throw underWay("");
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
    } catch (error) {
      free();
      throw error;
    }
  }

  /** Holds the guest like `acquire`; undefined when another change holds it now. */
  async tryAcquire(vmid: number, action: string): Promise<Hold | undefined> {
    if (this.#held.has(vmid)) return undefined;
    const free = this.#hold(vmid, action);
    let hold: Hold | undefined;
    try {
      return hold = await this.#lease(vmid, free);
    } finally {
      if (hold === undefined) free();
    }
  }

  #hold(vmid: number, action: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(vmid, { action, released: promise });
    return () => {
      this.#held.delete(vmid);
      resolve();
    };
  }

  /** Holds it against other processes too; undefined while one of them does. */
  async #lease(vmid: number, free: () => void): Promise<Hold | undefined> {
    if (this.#leases === null) return { letGo: free, isSure: () => Promise.resolve(true) };
    const lease = await this.#leases.hold(`guest ${vmid}`, LEASE_MS);
    return lease && kept(lease, free);
  }
}

/** Keeps the lease until it is let go; who waits here goes on when it has been given back. */
function kept(lease: Lease, free: () => void): Hold {
  let isLost = false;
  const renew = async () => {
    isLost = !await lease.renew() || isLost;
  };
  // While the database is away it may run out, and be another's when that is back.
  const renewing = setInterval(() => void renew().catch(() => {}), RENEW_MS);
  return {
    isSure: async () => {
      if (lease.isOver()) await renew();
      return !isLost;
    },
    letGo: () => {
      clearInterval(renewing);
      // One that cannot be given back runs out.
      lease.giveBack().catch(() => {}).finally(free);
    },
  };
}

function underWay(which: string): AppError {
  return new AppError(
    "conflict",
    `another change is under way${which}; wait for it, then retry`,
  );
}
