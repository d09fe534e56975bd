import {
  type IRateLimiterOptions,
  RateLimiterRes,
  RateLimiterStoreAbstract,
} from "rate-limiter-flexible";
import type { Board, Tally } from "../siblings/board.ts";

/** A rate that all workers of one server count together, for a database that nobody else uses. */
export class SharedTally extends RateLimiterStoreAbstract {
  readonly #board: Board;

  constructor(options: IRateLimiterOptions, board: Board) {
    super({ ...options, storeClient: board });
    this.#board = board;
  }

  // The library calls what follows by these names.

  _getRateLimiterRes(_key: string, changed: number, { points, expires }: Tally): RateLimiterRes {
    const left = Math.max(0, this.points - points);
    return new RateLimiterRes(left, Math.max(0, expires - Date.now()), points, points === changed);
  }

  _upsert(key: string, points: number, ms: number, anew = false): Promise<Tally> {
    const now = Date.now();
    return Promise.resolve(
      anew
        ? this.#board.set(key, { points, expires: now + ms }, now)
        : this.#board.add(key, points, { ms, now }),
    );
  }

  _get(key: string): Promise<Tally | null> {
    return Promise.resolve(this.#board.get(key, Date.now()) ?? null);
  }
}
