import { setImmediate } from "node:timers";

/**
 * Gives those that come at one moment a turn of the event loop each, so that what they do then does not keep
 * everybody else waiting for all of them.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves at the caller's own turn. */
  next(): Promise<void> {
    const turn = this.#last.then(() => new Promise<void>((resolve) => setImmediate(resolve)));
    this.#last = turn;
    return turn;
  }
}

/** More rows than these are made and written in a turn of their own. */
export const AT_ONCE = 50;

/** The same work on what was read, but in turns where many rows are asked for. */
export function inTurns<Read, Input extends { readonly limit: number }, Output>(
  work: (read: Read, input: Input) => Output,
): (read: Read, input: Input) => Promise<Output> {
  const turns = new Turns();
  return async (read, input) => {
    if (input.limit > AT_ONCE) await turns.next();
    return work(read, input);
  };
}
