import type { Stragglers } from "./stragglers.ts";
import { Limit } from "../../abort.ts";
import { AppError, messageOf, toAppError } from "../../errors.ts";
import type { Log } from "../../log/log.ts";
import { abortFailure } from "../../upstream/abort.ts";

/** What a cluster has said, or why it has not. */
export type Answer<T> =
  | { readonly cluster: string; readonly value: T }
  | { readonly cluster: string; readonly error: AppError };

/** Who has not answered by then is not waited for, once another has; who was late just now, not even so long. */
const FLOOR_MS = 1_000;
/** The same once many have answered: then the slowest of them tells how long it takes. */
const FLOOR_OF_MANY_MS = 500;
const MANY = 10;
/** How much longer than the slowest that has answered another may take, and one that was late just now. */
const STRAGGLING = 1.75;
const LATE_AGAIN = 1.25;
/** Callers give up after 45 s. */
const CEILING_MS = 30_000;

interface Asking {
  readonly signal: AbortSignal;
  /** Milliseconds that only ever rise. */
  readonly monotonic: () => number;
  readonly log: Pick<Log, "error">;
  readonly stragglers: Stragglers;
}

/**
 * Asks all clusters at once; answers come in their order. One that is dead or slow delays the others' by
 * no more than the slowest of them has taken, or some moments: it is told as having given no answer.
 */
export async function askAll<T>(
  clusters: readonly string[],
  ask: (cluster: string, signal: AbortSignal) => Promise<T>,
  { signal, monotonic, log, stragglers }: Asking,
): Promise<Answer<T>[]> {
  const [only, another] = clusters;
  if (only !== undefined && another === undefined) {
    return [await settled(only, { asked: ask(only, signal), log })];
  }
  using limit = new Limit(signal);
  const answers = new Map<string, Answer<T>>();
  const patience = new Patience(monotonic);
  const asked = clusters.map(async (cluster) => {
    const answer = await settled(cluster, { asked: ask(cluster, limit.signal), log });
    answers.set(cluster, answer);
    const isTold = "value" in answer;
    if (isTold && !limit.signal.aborted) stragglers.answered(cluster);
    const isAwaited = (name: string) => !answers.has(name) && !stragglers.has(name);
    patience.answered({ isTold, areLate: !clusters.some(isAwaited) });
  });
  const abort = () => patience.end();
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([Promise.all(asked), patience.over]);
  } finally {
    signal.removeEventListener("abort", abort);
    patience.end();
    limit.abort();
  }
  if (signal.aborted) throw abortFailure(signal, false);
  return clusters.map((cluster) => {
    const answer = answers.get(cluster);
    if (answer !== undefined) return answer;
    const again = stragglers.has(cluster);
    stragglers.note(cluster);
    return { cluster, error: patience.late(again) };
  });
}

/** What came of one; whatever goes wrong with what it says is its own, and costs the others nothing. */
async function settled<T>(
  cluster: string,
  { asked, log }: { asked: Promise<T>; log: Asking["log"] },
): Promise<Answer<T>> {
  try {
    return { cluster, value: await asked };
  } catch (cause) {
    if (!(cause instanceof AppError)) {
      const stack = cause instanceof Error ? cause.stack : undefined;
      log.error(`Cluster ${cluster}: ${messageOf(cause)}`, { stack });
    }
    return { cluster, error: toAppError(cause) };
  }
}

/** How long is waited for those that have not answered. */
class Patience {
  readonly over: Promise<void>;
  readonly end: () => void;
  readonly #monotonic: () => number;
  readonly #begun: number;
  #slowest: number | undefined;
  #told = 0;
  #timer: ReturnType<typeof setTimeout>;

  constructor(monotonic: () => number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.end = () => {
      clearTimeout(this.#timer);
      resolve();
    };
    this.#monotonic = monotonic;
    this.#begun = monotonic();
    this.#timer = setTimeout(resolve, CEILING_MS);
  }

  /**
   * One has told something, the slowest so far, or has failed.
   *
   * @param options.areLate true when all others were late a moment ago
   */
  answered({ isTold, areLate }: { isTold: boolean; areLate: boolean }): void {
    const took = this.#took();
    if (isTold) {
      this.#slowest = took;
      this.#told++;
    }
    // That others have failed tells nothing of how long an answer takes.
    if (this.#slowest === undefined) return;
    const floor = this.#told >= MANY ? FLOOR_OF_MANY_MS : FLOOR_MS;
    const patience = areLate
      ? LATE_AGAIN * this.#slowest
      : Math.max(floor, STRAGGLING * this.#slowest);
    const allowed = Math.min(CEILING_MS, patience);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.end, Math.max(0, allowed - took));
  }

  late(again: boolean): AppError {
    const waited = again
      ? "late a moment ago too, so it was waited for only as long as others took"
      : `no answer in ${Math.round(this.#took() / 100) / 10} s`;
    return new AppError("timeout", waited);
  }

  #took(): number {
    return this.#monotonic() - this.#begun;
  }
}
