import { Client } from "./client.ts";
import type { Ledger } from "./ledger.ts";
import type { Program } from "./program.ts";
import type { Random } from "./random.ts";

/** What an actor works with. */
export interface Scene {
  readonly program: Program;
  readonly ledger: Ledger;
  readonly random: Random;
  /** The actor's own token. */
  readonly token: string;
  /** A word that stands in one call only. */
  readonly mark: () => string;
  /** Waits, but not longer than the load lasts. */
  readonly pause: (ms: number) => Promise<void>;
  readonly stopped: () => boolean;
  readonly clientOf: (token: string | null) => Client;
}

/** A scene whose load lasts until the signal aborts. */
export function sceneOf(
  parts: Pick<Scene, "program" | "ledger" | "random" | "token" | "mark">,
  signal: AbortSignal,
): Scene {
  return {
    ...parts,
    pause: (ms) => pause(ms, signal),
    stopped: () => signal.aborted,
    clientOf: (token) => new Client(parts.program.server.url, { token, ledger: parts.ledger }),
  };
}

/** Resolves after so many milliseconds, or when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => resolve());
  return promise.finally(() => clearTimeout(timer));
}
