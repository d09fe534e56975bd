/** What a running server can be told. */
export type Order = "stop" | "reload";

/** Orders in the order in which they came. */
export class Orders {
  readonly #queue: Order[] = [];
  #waiting: ((order: Order) => void) | null = null;

  push(order: Order): void {
    if (this.#waiting === null) return void this.#queue.push(order);
    this.#waiting(order);
    this.#waiting = null;
  }

  /** The next order; a newer call takes the place of one that still waits. */
  next(): Promise<Order> {
    const order = this.#queue.shift();
    if (order !== undefined) return Promise.resolve(order);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
}

const MEANING: Readonly<Partial<Record<Deno.Signal, Order>>> = {
  SIGTERM: "stop",
  SIGINT: "stop",
  SIGHUP: "reload",
};

/** Turns the process's signals into orders until it is disposed of. */
export function listenToSignals(onOrder: (order: Order) => void): Disposable {
  const removals = (Object.entries(MEANING) as [Deno.Signal, Order][]).map(([signal, order]) => {
    const listener = () => onOrder(order);
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  return {
    [Symbol.dispose]: () => {
      for (const remove of removals) remove();
    },
  };
}
