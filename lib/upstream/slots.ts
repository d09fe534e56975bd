import { unlessAborted } from "./abort.ts";

/** How many may be in a lane at once. */
export interface LaneLimits {
  readonly places: number;
  /** Of them for one caller; less than `places`, so that nobody fills a lane alone. */
  readonly perCaller: number;
  /** How many of one caller may wait for a place. */
  readonly waiting: number;
}

/** Who wants into which lane. */
export interface Entry {
  readonly lane: string;
  readonly caller: string;
  readonly limits: LaneLimits;
}

interface Lane {
  running: number;
  readonly byCaller: Map<string, number>;
  /** Who waits, by caller; the caller that was served last stands last. */
  readonly waiting: Map<string, (() => void)[]>;
}

/**
 * Places in lanes that do not know of one another. A place that becomes free goes to the callers in
 * turn, and within a caller to whoever has waited longest.
 */
export class Slots {
  readonly #lanes = new Map<string, Lane>();

  /** True when one more could neither enter now nor wait. */
  isFull({ lane: name, caller, limits }: Entry): boolean {
    return (this.#lanes.get(name)?.waiting.get(caller)?.length ?? 0) >= limits.waiting;
  }

  /** Takes a place that is free; the function that it gives leaves it again. */
  tryEnter(entry: Entry): (() => void) | undefined {
    const lane = this.#laneOf(entry.lane);
    if (!mayRun(lane, entry)) return undefined;
    run(lane, entry.caller);
    return () => this.#leave(lane, entry);
  }

  /**
   * Waits for a place, as `tryEnter` takes it.
   *
   * @throws AppError when the signal aborts first
   */
  async enter(entry: Entry, signal: AbortSignal): Promise<() => void> {
    const entered = this.tryEnter(entry);
    if (entered !== undefined) return entered;
    const lane = this.#laneOf(entry.lane);
    await this.#wait(lane, entry, signal);
    return () => this.#leave(lane, entry);
  }

  async #wait(lane: Lane, entry: Entry, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const line = lane.waiting.get(entry.caller) ?? [];
    line.push(resolve);
    lane.waiting.set(entry.caller, line);
    try {
      await unlessAborted(promise, signal);
    } catch (error) {
      const at = line.indexOf(resolve);
      // Not in line any more: it was let in just as it gave up.
      if (at < 0) this.#leave(lane, entry);
      else line.splice(at, 1);
      if (line.length === 0 && lane.waiting.get(entry.caller) === line) {
        lane.waiting.delete(entry.caller);
      }
      throw error;
    }
  }

  #leave(lane: Lane, entry: Entry): void {
    lane.running--;
    const left = (lane.byCaller.get(entry.caller) ?? 1) - 1;
    if (left === 0) lane.byCaller.delete(entry.caller);
    else lane.byCaller.set(entry.caller, left);
    for (const [caller, line] of lane.waiting) {
      if (!mayRun(lane, { ...entry, caller })) continue;
      const next = line.shift();
      lane.waiting.delete(caller);
      if (line.length > 0) lane.waiting.set(caller, line);
      run(lane, caller);
      next?.();
      break;
    }
    if (lane.running === 0) this.#lanes.delete(entry.lane);
  }

  #laneOf(name: string): Lane {
    const lane = this.#lanes.get(name) ?? { running: 0, byCaller: new Map(), waiting: new Map() };
    this.#lanes.set(name, lane);
    return lane;
  }
}

function mayRun(lane: Lane, { caller, limits }: Entry): boolean {
  return lane.running < limits.places && (lane.byCaller.get(caller) ?? 0) < limits.perCaller;
}

function run(lane: Lane, caller: string): void {
  lane.running++;
  lane.byCaller.set(caller, (lane.byCaller.get(caller) ?? 0) + 1);
}
