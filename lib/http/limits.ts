import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
} from "rate-limiter-flexible";
import type { SharedCounters } from "../database/shared_counters.ts";
import type { Board } from "../siblings/board.ts";
import { SharedTally } from "./shared_tally.ts";
import { WrongTokens } from "./wrong_tokens.ts";

const MAX_IN_FLIGHT_PER_TOKEN = 20;
const MAX_IN_FLIGHT = 200;
const MINUTE = 60;
const LONGEST_LOCKOUT = 60 * MINUTE;
const LOCKOUTS_REMEMBERED = 24 * 60 * MINUTE;

/** Seconds until the caller may try again, or undefined when it may go on. */
export type Wait = number | undefined;

/** Limits on use. Rates of 0 are off. */
export interface UseLimits {
  /** Counts requests of a token, one unless told otherwise. */
  request(tokenId: number, count?: number): Promise<Wait>;
  /** Whether this address must wait because it tried too many wrong tokens. */
  loginAllowed(address: string): Promise<Wait>;
  /**
   * Counts a wrong token that the address has not tried before. One that tries too many waits, twice as
   * long each time; resolves with the seconds when that begins.
   */
  loginFailed(address: string, token: string): Promise<Wait>;
  /** Whether the token may have more calls under way, one unless told otherwise. */
  callAllowed(tokenId: number, count?: number): Wait;
  /** Counts a call that begins; call the result when it is over. */
  begin(tokenId: number): () => void;
  /** Resolves when no call is under way. */
  idle(): Promise<void>;
  /** Removes what has expired from the shared place; never rejects. */
  sweep(): Promise<void>;
}

/**
 * Limits on use.
 *
 * @param shared where all instances count rates together; null counts in this process only. While the
 * shared place is away each instance counts for itself.
 * @param board where the workers of one server count calls in flight together, and rates where nothing
 * else is shared; null for a server that has no other worker
 */
export function createUseLimits(
  { requests_per_minute, failed_logins_per_minute }: {
    requests_per_minute: number;
    failed_logins_per_minute: number;
  },
  shared: SharedCounters | null,
  board: Board | null = null,
): UseLimits {
  const counter = (keyPrefix: string, points: number, duration: number) =>
    createCounter({ keyPrefix, points: points || 1, duration }, { shared, board });
  const requests = counter("request", requests_per_minute, MINUTE);
  const logins = counter("login", failed_logins_per_minute, MINUTE);
  const wrongTokens = new WrongTokens();
  const lockouts = counter("lockout", 1, LOCKOUTS_REMEMBERED);
  return {
    request: async (tokenId, count = 1) => {
      if (requests_per_minute === 0) return undefined;
      return await requests.consume(tokenId, count).then(() => undefined, waitOf);
    },
    loginAllowed: async (address) => {
      if (failed_logins_per_minute === 0) return undefined;
      const state = await logins.get(address);
      return state && state.consumedPoints >= failed_logins_per_minute ? waitOf(state) : undefined;
    },
    loginFailed: async (address, token) => {
      if (failed_logins_per_minute === 0 || !wrongTokens.note(address, token)) return undefined;
      const state = await logins.penalty(address);
      if (state.consumedPoints < failed_logins_per_minute) return undefined;
      const { consumedPoints } = await lockouts.penalty(address);
      const seconds = Math.min(MINUTE * 2 ** (consumedPoints - 1), LONGEST_LOCKOUT);
      await logins.block(address, seconds);
      return seconds;
    },
    sweep: async () => {
      if (shared === null) return;
      const text = `DELETE FROM ${shared.table} WHERE expire < $1`;
      // A database that is away is asked again at the next sweep.
      await shared.client.query({ text, values: [Date.now()] }).catch(() => {});
    },
    ...countCalls(board),
  };
}

function createCounter(
  options: { keyPrefix: string; points: number; duration: number },
  { shared, board }: { shared: SharedCounters | null; board: Board | null },
): RateLimiterAbstract {
  const own = board === null ? new RateLimiterMemory(options) : new SharedTally(options, board);
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

const NONE = { own: 0, all: 0 };

function countCalls(board: Board | null): Pick<UseLimits, "callAllowed" | "begin" | "idle"> {
  const inFlight = new Map<number, number>();
  let total = 0;
  let waiting: (() => void)[] = [];
  const set = (tokenId: number, calls: number) => {
    if (calls === 0) inFlight.delete(tokenId);
    else inFlight.set(tokenId, calls);
    board?.setCalls(tokenId, calls);
  };
  return {
    callAllowed: (tokenId, count = 1) => {
      const elsewhere = board?.callsElsewhere(tokenId) ?? NONE;
      const own = (inFlight.get(tokenId) ?? 0) + elsewhere.own;
      const crowded = total + elsewhere.all + count > MAX_IN_FLIGHT ||
        own + count > MAX_IN_FLIGHT_PER_TOKEN;
      return crowded ? 1 : undefined;
    },
    begin: (tokenId) => {
      total++;
      set(tokenId, (inFlight.get(tokenId) ?? 0) + 1);
      return () => {
        total--;
        set(tokenId, (inFlight.get(tokenId) ?? 1) - 1);
        if (total > 0) return;
        for (const resolve of waiting) resolve();
        waiting = [];
      };
    },
    idle: () => total === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  };
}

function waitOf(state: unknown): Wait {
  if (!(state instanceof RateLimiterRes)) throw state;
  return Math.max(1, Math.ceil(state.msBeforeNext / 1000));
}
