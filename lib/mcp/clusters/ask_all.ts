import type { Stragglers } from "./stragglers.ts";
import { Limit } from "../../abort.ts";
import { AppError } from "../../errors.ts";
import { abortFailure } from "../../upstream/abort.ts";

/** What a cluster has said, or why it has not. */
export type Answer<T> =
  | { readonly cluster: string; readonly value: T }
  | { readonly cluster: string; readonly error: AppError };

/** Who has not answered by then is not waited for, once another has; who was late just now, not even so long. */
const FLOOR_MS = 1_000;
/** How much longer than the slowest that has answered another may take. */
const STRAGGLING = 2;
/** Callers give up after 45 s. */
const CEILING_MS = 30_000;

interface Asking {
  readonly signal: AbortSignal;
  /** Milliseconds that only ever rise. */
  readonly monotonic: () => number;
  readonly stragglers: Stragglers;
}

/**
 * Asks all clusters at once; answers come in their order. One that is dead or slow delays the others' by
 * no more than the slowest of them has taken, or some moments: it is told as having given no answer.
 */
export async function askAll<T>(
  clusters: readonly string[],
  ask: (cluster: string, signal: AbortSignal) => Promise<T>,
  { signal, monotonic, stragglers }: Asking,
): Promise<Answer<T>[]> {
  const [only, another] = clusters;
  if (only !== undefined && another === undefined) return [await settled(only, ask(only, signal))];
  using limit = new Limit(signal);
  const answers = new Map<string, Answer<T>>();
  const patience = new Patience(monotonic);
  const asked = clusters.map(async (cluster) => {
    const answer = await settled(cluster, ask(cluster, limit.signal));
    answers.set(cluster, answer);
    const isAwaited = (name: string) => !answers.has(name) && !stragglers.has(name);
    if ("value" in answer) patience.answered(clusters.some(isAwaited) ? FLOOR_MS : 0);
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
    stragglers.note(cluster);
    return { cluster, error: patience.late() };
  });
}

async function settled<T>(cluster: string, asked: Promise<T>): Promise<Answer<T>> {
  try {
    return { cluster, value: await asked };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { cluster, error };
  }
}

/** How long is waited for those that have not answered. */
class Patience {
  readonly over: Promise<void>;
  readonly end: () => void;
  readonly #monotonic: () => number;
  readonly #begun: number;
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

  /** Somebody has answered, the slowest so far; the others have `floor` milliseconds at least. */
  answered(floor: number): void {
    const took = this.#took();
    const allowed = Math.min(CEILING_MS, Math.max(floor, STRAGGLING * took));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.end, allowed - took);
  }

  late(): AppError {
    return new AppError("timeout", `no answer in ${Math.round(this.#took() / 100) / 10} s`);
  }

  #took(): number {
    return this.#monotonic() - this.#begun;
  }
}
