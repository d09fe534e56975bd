import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  type RateLimiterRes,
} from "rate-limiter-flexible";
import type { SharedCounters } from "../database/shared_counters.ts";
import type { Board } from "../siblings/board.ts";
import { SharedTally } from "./shared_tally.ts";

/** In seconds. */
export const MINUTE = 60;

/** Seconds until the caller may try again, or undefined when it may go on. */
export type Wait = number | undefined;

/** Where counts are kept. */
export interface Places {
  /** Where all instances count together; null where only this process counts. */
  readonly shared: SharedCounters | null;
  /** Where the workers of one server do; null for a server that has no other worker. */
  readonly board: Board | null;
}

interface Rate {
  readonly keyPrefix: string;
  readonly points: number;
  /** In seconds. */
  readonly duration: number;
}

/** Counts in this process, and those that serve beside it. */
export function createOwnCounter(options: Rate, board: Board | null): RateLimiterAbstract {
  return board === null ? new RateLimiterMemory(options) : new SharedTally(options, board);
}

/** Counts in the shared place, in this process while that is away. */
export function createCounter(options: Rate, { shared, board }: Places): RateLimiterAbstract {
  const own = createOwnCounter(options, board);
  if (shared === null) return own;
  return new RateLimiterPostgres({
    ...options,
    storeClient: shared.client,
    storeType: "client",
    tableName: shared.table,
    tableCreated: true,
    clearExpiredByTimeout: false,
    insuranceLimiter: own,
  });
}

export function waitOf(state: RateLimiterRes): number {
  return secondsOf(state.msBeforeNext);
}

/** Whole seconds, one at least. */
export function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
