import { setImmediate } from "node:timers";

/**
 * Lets so many go on in one turn of the event loop, in the order in which they came, so that what they do
 * then does not keep everybody else waiting for all of them.
 */
export class Turns {
  readonly #perTurn: number;
  readonly #waiting: (() => void)[] = [];
  #left: number;

  constructor(perTurn: number) {
    this.#perTurn = perTurn;
    this.#left = perTurn;
  }

  /** Resolves when the caller may go on: at once unless others have taken this turn. */
  next(): Promise<void> {
    if (this.#left === 0) return new Promise((resolve) => void this.#waiting.push(resolve));
    this.#take(1);
    return Promise.resolve();
  }

  #take(places: number): void {
    if (this.#left === this.#perTurn) setImmediate(() => this.#renew());
    this.#left -= places;
  }

  #renew(): void {
    this.#left = this.#perTurn;
    const next = this.#waiting.splice(0, this.#perTurn);
    if (next.length > 0) this.#take(next.length);
    for (const goOn of next) goOn();
  }
}

/** More rows than these are made and written in a turn of their own. */
export const AT_ONCE = 50;

/** The same work on what was read, but in turns where many rows are asked for. */
export function inTurns<Read, Input extends { readonly limit: number }, Output>(
  work: (read: Read, input: Input) => Output,
): (read: Read, input: Input) => Promise<Output> {
  const turns = new Turns(1);
  return async (read, input) => {
    if (input.limit > AT_ONCE) await turns.next();
    return work(read, input);
  };
}
