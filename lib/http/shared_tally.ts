import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { Board, Tally } from "../siblings/board.ts";

type Options = ConstructorParameters<typeof RateLimiterMemory>[0];

/** A rate that all workers of one server count together, for a database that nobody else uses. */
export class SharedTally extends RateLimiterMemory {
  readonly #board: Board;

  constructor(options: Options, board: Board) {
    super(options);
    this.#board = board;
  }

  override async consume(key: string | number, points = 1): Promise<RateLimiterRes> {
    const state = await this.penalty(key, points);
    if (state.consumedPoints > this.points) throw state;
    return state;
  }

  override penalty(key: string | number, points = 1): Promise<RateLimiterRes> {
    const tally = this.#board.add(this.getKey(key), points, this.duration * 1000);
    return Promise.resolve(this.#state(tally));
  }

  override get(key: string | number): Promise<RateLimiterRes | null> {
    const tally = this.#board.get(this.getKey(key));
    return Promise.resolve(tally === undefined ? null : this.#state(tally));
  }

  override block(key: string | number, seconds: number): Promise<RateLimiterRes> {
    const tally = this.#board.set(this.getKey(key), this.points + 1, seconds * 1000);
    return Promise.resolve(this.#state(tally));
  }

  #state({ points, leftMs }: Tally): RateLimiterRes {
    return new RateLimiterRes(Math.max(0, this.points - points), leftMs, points);
  }
}
