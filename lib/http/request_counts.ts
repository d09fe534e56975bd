import { type RateLimiterAbstract, RateLimiterRes } from "rate-limiter-flexible";
import { GroupCommit } from "../database/group_commit.ts";
import { createOwnCounter, MINUTE, type Places, secondsOf, type Wait } from "./counters.ts";

const COUNTED_AT_ONCE = 200;
const PREFIX = "request";

interface Requests {
  readonly tokenId: number;
  readonly count: number;
}

/** What a token's requests of one minute have come to. */
interface Sum {
  readonly requests: number;
  readonly msToMinute: number;
}

/** Counts the requests of each token by the minute; those that come at one moment at once. */
export class RequestCounts {
  readonly #most: number;
  readonly #shared: Places["shared"];
  readonly #own: RateLimiterAbstract;
  readonly #asked = new GroupCommit((asked: readonly Requests[]) => this.#countAll(asked), {
    max: COUNTED_AT_ONCE,
  });

  constructor(most: number, { shared, board }: Places) {
    this.#most = most;
    this.#shared = shared;
    this.#own = createOwnCounter({ keyPrefix: PREFIX, points: most || 1, duration: MINUTE }, board);
  }

  /** Of what is too much, the first pass. */
  count(tokenId: number, count: number): Promise<Wait> {
    return this.#asked.submit({ tokenId, count });
  }

  async #countAll(asked: readonly Requests[]): Promise<Wait[]> {
    const added = new Map<number, number>();
    for (const { tokenId, count } of asked) {
      added.set(tokenId, (added.get(tokenId) ?? 0) + count);
    }
    const sums = await this.#add(added);
    const counted = new Map([...added].map(([tokenId, count]) => {
      return [tokenId, (sums.get(tokenId)?.requests ?? count) - count];
    }));
    return asked.map(({ tokenId, count }) => {
      const sum = (counted.get(tokenId) ?? 0) + count;
      counted.set(tokenId, sum);
      if (sum <= this.#most) return undefined;
      // A clock that was set back has the minute end later than it will.
      return Math.min(secondsOf(sums.get(tokenId)?.msToMinute ?? 0), MINUTE);
    });
  }

  async #add(requests: ReadonlyMap<number, number>): Promise<ReadonlyMap<number, Sum>> {
    return await this.#addShared(requests).catch(() => undefined) ?? await this.#addHere(requests);
  }

  async #addShared(
    requests: ReadonlyMap<number, number>,
  ): Promise<ReadonlyMap<number, Sum> | undefined> {
    if (this.#shared === null) return undefined;
    const keyOf = (tokenId: number) => `${PREFIX}:${tokenId}`;
    const points = new Map([...requests].map(([tokenId, count]) => [keyOf(tokenId), count]));
    const now = new Date();
    const counts = await this.#shared.add(points, { now, ms: MINUTE * 1000 });
    return new Map([...requests.keys()].map((tokenId) => {
      const { points = 0, expire = 0 } = counts.get(keyOf(tokenId)) ?? {};
      return [tokenId, { requests: points, msToMinute: expire - now.getTime() }];
    }));
  }

  async #addHere(requests: ReadonlyMap<number, number>): Promise<ReadonlyMap<number, Sum>> {
    const sums = [...requests].map(async ([tokenId, count]) => {
      const state = await this.#own.consume(tokenId, count).catch(exceeded);
      const sum = { requests: state.consumedPoints, msToMinute: state.msBeforeNext };
      return [tokenId, sum] as const;
    });
    return new Map(await Promise.all(sums));
  }
}

/** A rate that is exceeded rejects with its state. */
function exceeded(thrown: unknown): RateLimiterRes {
  if (thrown instanceof RateLimiterRes) return thrown;
  throw thrown;
}
