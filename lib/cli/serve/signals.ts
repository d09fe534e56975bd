/** What a running server can be told. */
export type Signal = "stop" | "reload" | "halt" | "resume";

/** Signals in the order in which they came. */
export class SignalQueue {
  readonly #queue: Signal[] = [];
  #waiting: ((signal: Signal) => void) | null = null;

  push(signal: Signal): void {
    if (this.#waiting === null) return void this.#queue.push(signal);
    this.#waiting(signal);
    this.#waiting = null;
  }

  /** The next signal; a newer call takes the place of one that still waits. */
  next(): Promise<Signal> {
    const signal = this.#queue.shift();
    if (signal !== undefined) return Promise.resolve(signal);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
}

const MEANING = {
  SIGTERM: "stop",
  SIGINT: "stop",
  SIGHUP: "reload",
  SIGUSR1: "halt",
  SIGUSR2: "resume",
} as const;

/** Hands over the process's signals, what they mean and by their names, until it is disposed of. */
export function listenToSignals(
  onSignal: (signal: Signal, name: Deno.Signal) => void,
): Disposable {
  const names = Object.keys(MEANING) as (keyof typeof MEANING)[];
  const removals = names.map((name) => {
    const listener = () => onSignal(MEANING[name], name);
    Deno.addSignalListener(name, listener);
    return () => Deno.removeSignalListener(name, listener);
  });
  return {
    [Symbol.dispose]: () => {
      for (const remove of removals) remove();
    },
  };
}
