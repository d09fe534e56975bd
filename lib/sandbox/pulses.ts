import { url as debuggerUrl } from "node:inspector";

/** At so many looks in a row a worker must have done nothing. */
const LOOKS = 12;
const LOOK_MS = 5_000;

interface Watched {
  /** The workers that run now. */
  readonly places: () => Iterable<number>;
  /** How often the worker at a place has said that its event loop turns. */
  readonly beatsOf: (place: number) => number;
  readonly onStill: (place: number, seconds: number) => void;
  /** Milliseconds between two looks; 5,000 when not given. */
  readonly lookMs?: number | undefined;
}

/**
 * Looks every five seconds whether each worker's event loop turns, until it is disposed of, and tells of one
 * that has stood still for a minute. Looks are counted, not time, which also passes for a process that is
 * stopped, or a machine that is suspended or whose clock is set. Where a debugger may hold them, none is told of.
 */
export function watchPulses({ beatsOf, lookMs = LOOK_MS, onStill, places }: Watched): Disposable {
  let seen = new Map<number, { readonly beats: number; readonly looks: number }>();
  const timer = setInterval(() => {
    const before = seen;
    seen = new Map();
    for (const place of places()) {
      const beats = beatsOf(place);
      const last = before.get(place);
      const looks = last?.beats === beats ? last.looks + 1 : 0;
      seen.set(place, { beats, looks });
      if (looks === LOOKS && !isDebugged()) onStill(place, LOOKS * lookMs / 1000);
    }
  }, lookMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function isDebugged(): boolean {
  try {
    return debuggerUrl() !== undefined;
  } catch (error) {
    // A locked process may not ask.
    if (error instanceof Deno.errors.NotCapable) return false;
    throw error;
  }
}
