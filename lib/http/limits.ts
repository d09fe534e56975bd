import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

const MAX_IN_FLIGHT_PER_TOKEN = 20;
const MAX_IN_FLIGHT = 200;

/** Seconds until the caller may try again, or undefined when it may go on. */
export type Wait = number | undefined;

/** Limits on use. Rates of 0 are off. */
export interface UseLimits {
  /** Counts a request of a token. */
  request(tokenId: number): Promise<Wait>;
  /** Whether this address must wait because its logins failed. */
  loginAllowed(address: string): Promise<Wait>;
  /** Counts a failed login; each one beyond the limit doubles the wait. */
  loginFailed(address: string): Promise<void>;
  /** Whether the token may have another call under way. */
  callAllowed(tokenId: number): Wait;
  /** Counts a call that begins; call the result when it is over. */
  begin(tokenId: number): () => void;
  /** Resolves when no call is under way. */
  idle(): Promise<void>;
}

/** Limits that this process counts for itself. */
export function createUseLimits(
  { requestsPerMinute, failedLoginsPerMinute }: {
    requestsPerMinute: number;
    failedLoginsPerMinute: number;
  },
): UseLimits {
  const requests = new RateLimiterMemory({ points: requestsPerMinute || 1, duration: 60 });
  const logins = new RateLimiterMemory({ points: failedLoginsPerMinute || 1, duration: 60 });
  const inFlight = new Map<number, number>();
  let total = 0;
  let waiting: (() => void)[] = [];
  return {
    idle: () => total === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
    request: async (tokenId) => {
      if (requestsPerMinute === 0) return undefined;
      return await requests.consume(tokenId).then(() => undefined, waitOf);
    },
    loginAllowed: async (address) => {
      if (failedLoginsPerMinute === 0) return undefined;
      const state = await logins.get(address);
      return state && state.consumedPoints >= failedLoginsPerMinute ? waitOf(state) : undefined;
    },
    loginFailed: async (address) => {
      if (failedLoginsPerMinute === 0) return;
      const state = await logins.penalty(address);
      const excess = state.consumedPoints - failedLoginsPerMinute;
      if (excess > 0) await logins.block(address, Math.min(60 * 2 ** excess, 3600));
    },
    callAllowed: (tokenId) =>
      total >= MAX_IN_FLIGHT || (inFlight.get(tokenId) ?? 0) >= MAX_IN_FLIGHT_PER_TOKEN
        ? 1
        : undefined,
    begin: (tokenId) => {
      total++;
      inFlight.set(tokenId, (inFlight.get(tokenId) ?? 0) + 1);
      return () => {
        total--;
        const left = (inFlight.get(tokenId) ?? 1) - 1;
        if (left === 0) inFlight.delete(tokenId);
        else inFlight.set(tokenId, left);
        if (total > 0) return;
        for (const resolve of waiting) resolve();
        waiting = [];
      };
    },
  };
}

function waitOf(state: unknown): Wait {
  if (!(state instanceof RateLimiterRes)) throw state;
  return Math.max(1, Math.ceil(state.msBeforeNext / 1000));
}
