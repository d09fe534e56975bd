import { AppError } from "../errors.ts";
import { oncePer } from "../once_per.ts";
import type { Open } from "./circuits.ts";
import { type Entry, type LaneLimits, Slots } from "./slots.ts";

export interface LanesOptions {
  /** Gives a signal that aborts after this many milliseconds. */
  readonly after: (ms: number) => AbortSignal;
  /** Among how many the places are divided, so that all of them keep to one measure; 1 when not given. */
  readonly share?: number;
}

const PATIENCE_MS = 20_000;

/** Lanes in which nobody waits for ever. */
export class Lanes {
  readonly #slots = new Slots();
  readonly #after: LanesOptions["after"];
  readonly #limitsOf: (limits: LaneLimits) => LaneLimits;

  constructor({ after, share = 1 }: LanesOptions) {
    this.#after = after;
    this.#limitsOf = oncePer((limits: LaneLimits) => shareOf(limits, share));
  }

  /**
   * Takes a place, when one is free; the function that it gives leaves it again.
   *
   * @param options.label what the lane leads to, for messages
   * @throws AppError `unavailable` when too many wait already, or none came free for long
   */
  async enter(
    { limits, ...wanted }: Entry,
    { label, signal }: { label: string; signal: AbortSignal },
  ): Promise<() => void> {
    const entry = { ...wanted, limits: this.#limitsOf(limits) };
    const entered = this.#slots.tryEnter(entry);
    if (entered !== undefined) return entered;
    if (this.#slots.isFull(entry)) throw crowded(label, "too many requests wait for it already");
    const patience = this.#after(PATIENCE_MS);
    try {
      return await this.#slots.enter(entry, AbortSignal.any([signal, patience]));
    } catch (error) {
      if (signal.aborted || !patience.aborted) throw error;
      throw crowded(label, `no request could go there for ${PATIENCE_MS / 1000} s`);
    }
  }
}

function shareOf({ places, perCaller, waiting }: LaneLimits, share: number): LaneLimits {
  const part = (of: number) => Math.max(1, Math.floor(of / share));
  return { places: part(places), perCaller: part(perCaller), waiting };
}

function crowded(label: string, why: string): AppError {
  return new AppError(
    "unavailable",
    `${label} is busy: ${why}; retry, and ask for less of it at once`,
  );
}

/** What is told of one that has not answered for a while. */
export function silentText(label: string, { failures, waitMs }: Open): string {
  const next = waitMs > 0
    ? `next try in ${Math.ceil(waitMs / 1000)} s`
    : "a try is under way, retry in some seconds";
  return `${label} does not answer (${failures} failures in a row); ${next}`;
}
