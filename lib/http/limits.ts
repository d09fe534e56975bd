import type { RateLimiterAbstract } from "rate-limiter-flexible";
import { networkOf } from "../auth/address.ts";
import type { SharedCounters } from "../database/shared_counters.ts";
import type { Board } from "../siblings/board.ts";
import { createCounter, MINUTE, type Wait, waitOf } from "./counters.ts";
import { RequestCounts } from "./request_counts.ts";
import { WrongTokens } from "./wrong_tokens.ts";

const MAX_IN_FLIGHT_PER_HOLDER = 20;
const MAX_IN_FLIGHT = 200;
const LONGEST_LOCKOUT = 60 * MINUTE;
/** Requests of one address by whom nobody has signed in yet, such as a client that registers. */
const STRANGERS_PER_MINUTE = 60;
/** Whoever guesses at a user from many addresses must not keep the user out for long. */
const LONGEST_LOCKOUT_OF_NAME = 15 * MINUTE;
const LOCKOUTS_REMEMBERED = 24 * 60 * MINUTE;

/** Guesses at what opens the door, each counted against somebody. */
export interface Guesses {
  /** Whether this one must wait because there were too many. */
  allowed(whose: string): Promise<Wait>;
  /**
   * Counts a guess that this one has not made before. After too many all must wait, twice as long each
   * time; resolves with the seconds when that begins.
   */
  failed(whose: string, guess: string): Promise<Wait>;
}

/** Limits on use. Rates of 0 are off. */
export interface UseLimits {
  /** True where counting a request takes as long as looking its token up. */
  readonly areShared: boolean;
  /** Counts requests of a token, one unless told otherwise. */
  request(tokenId: number, count?: number): Promise<Wait>;
  /** Counts a request that nobody has signed in for. */
  stranger(address: string): Promise<Wait>;
  /** Wrong tokens and passwords by the address that they come from. */
  readonly addresses: Guesses;
  /** Wrong passwords by the name of the user that is guessed at, from wherever. */
  readonly names: Guesses;
  /** Whether a holder, see `holderOf`, may have more calls under way, one unless told otherwise. */
  callAllowed(holder: number, count?: number): Wait;
  /** Counts a call that begins; call the result when it is over. */
  begin(holder: number): () => void;
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
  const requests = new RequestCounts(requests_per_minute, { shared, board });
  const strangers = counter("stranger", STRANGERS_PER_MINUTE, MINUTE);
  const guesses = (prefix: string, longest: number) => {
    const logins = counter(`${prefix}login`, failed_logins_per_minute, MINUTE);
    const lockouts = counter(`${prefix}lockout`, 1, LOCKOUTS_REMEMBERED);
    return createGuesses({ logins, lockouts, most: failed_logins_per_minute, longest });
  };
  return {
    areShared: shared !== null,
    request: async (tokenId, count = 1) => {
      if (requests_per_minute === 0) return undefined;
      return await requests.count(tokenId, count);
    },
    stranger: (address) => strangers.consume(networkOf(address)).then(() => undefined, waitOf),
    addresses: byNetwork(guesses("", LONGEST_LOCKOUT)),
    names: guesses("name-", LONGEST_LOCKOUT_OF_NAME),
    sweep: async () => {
      if (shared === null) return;
      // A minute that ends later than one that begins now was begun by a clock that was set back since.
      const text = `DELETE FROM ${shared.table}
        WHERE expire < $1 OR key LIKE 'request:%' AND expire > $2`;
      const now = Date.now();
      const values = [now, now + 2 * MINUTE * 1000];
      // A database that is away is asked again at the next sweep.
      await shared.client.query({ text, values }).catch(() => {});
    },
    ...countCalls(board),
  };
}

function createGuesses(
  { logins, lockouts, most, longest }: {
    logins: RateLimiterAbstract;
    lockouts: RateLimiterAbstract;
    most: number;
    /** Seconds. */
    longest: number;
  },
): Guesses {
  const wrong = new WrongTokens();
  return {
    allowed: async (whose) => {
      if (most === 0) return undefined;
      const state = await logins.get(whose);
      return state && state.consumedPoints >= most ? waitOf(state) : undefined;
    },
    failed: async (whose, guess) => {
      if (most === 0 || !wrong.note(whose, guess)) return undefined;
      const state = await logins.penalty(whose);
      if (state.consumedPoints < most) return undefined;
      const { consumedPoints } = await lockouts.penalty(whose);
      const seconds = Math.min(MINUTE * 2 ** (consumedPoints - 1), longest);
      await logins.block(whose, seconds);
      return seconds;
    },
  };
}

function byNetwork({ allowed, failed }: Guesses): Guesses {
  return {
    allowed: (address) => allowed(networkOf(address)),
    failed: (address, guess) => failed(networkOf(address), guess),
  };
}

const NONE = { own: 0, all: 0 };

function countCalls(board: Board | null): Pick<UseLimits, "callAllowed" | "begin" | "idle"> {
  const inFlight = new Map<number, number>();
  let total = 0;
  let waiting: (() => void)[] = [];
  const set = (holder: number, calls: number) => {
    if (calls === 0) inFlight.delete(holder);
    else inFlight.set(holder, calls);
    board?.setCalls(holder, calls);
  };
  return {
    callAllowed: (holder, count = 1) => {
      const elsewhere = board?.callsElsewhere(holder) ?? NONE;
      const own = (inFlight.get(holder) ?? 0) + elsewhere.own;
      const crowded = total + elsewhere.all + count > MAX_IN_FLIGHT ||
        own + count > MAX_IN_FLIGHT_PER_HOLDER;
      return crowded ? 1 : undefined;
    },
    begin: (holder) => {
      total++;
      set(holder, (inFlight.get(holder) ?? 0) + 1);
      return () => {
        total--;
        set(holder, (inFlight.get(holder) ?? 1) - 1);
        if (total > 0) return;
        for (const resolve of waiting) resolve();
        waiting = [];
      };
    },
    idle: () => total === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  };
}
