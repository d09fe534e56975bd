import { AppError } from "../errors.ts";
import type { Transport } from "./transport.ts";

export type Params = Readonly<Record<string, unknown>>;

/** A request, and how its product writes parameters. */
export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Those that are undefined are not sent. */
  readonly params: Params;
  /** A value's texts in a query, one for each time that its name is to stand there. */
  readonly queried: (value: unknown) => string[];
  readonly signal: AbortSignal;
}

/** How often a request is sent again, and how long it is waited before. */
export interface Retries {
  /** Waits; rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}

const MAX_RETRIES = 2;

/** What came of one attempt: a result, or a failure that may pass. */
export type Attempted<T> = T | { readonly retry: AppError };

/**
 * Sends a request once. With a Content-Type of JSON a backup server does not read the query, on whichever verb,
 * and what it has not read it takes as not given (traps.txt): so GET and DELETE have no such header, and the
 * others no query.
 */
export function send(transport: Transport, request: Request): Promise<Response> {
  const { method, url, headers, params, queried, signal } = request;
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  const isBody = method === "POST" || method === "PUT";
  if (!isBody) {
    for (const [name, value] of given) {
      for (const text of queried(value)) url.searchParams.append(name, text);
    }
  }
  if (!isBody || given.length === 0) return transport(url, { method, headers, signal });
  return transport(url, {
    method,
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(Object.fromEntries(given)),
    signal,
  });
}

/**
 * Makes attempts, three at most, until one gives a result.
 *
 * @param options.again false for what must not be sent twice
 */
export async function persist<T extends object>(
  attempt: () => Promise<Attempted<T>>,
  { again, random, signal, sleep }: Retries & { again: boolean; signal: AbortSignal },
): Promise<T> {
  for (let tried = 0;; tried++) {
    const outcome = await attempt();
    if (!("retry" in outcome)) return outcome;
    if (!again || tried === MAX_RETRIES) throw outcome.retry;
    await sleep(100 * 2 ** tried * (1 + random()), signal);
  }
}

/** A last net: no message may hold a token's value, whatever was sent back. */
export function scrubbed(error: unknown, secrets: readonly string[]): unknown {
  if (!(error instanceof AppError)) return error;
  return error.cleaned((text) =>
    secrets.reduce((clean, secret) => clean.replaceAll(secret, "[redacted]"), text)
  );
}
