import { backOff } from "./postgres_pool.ts";
import type { PostgresConnection } from "./postgres_connection.ts";

export interface ListenerOptions {
  readonly connect: (onNotify: (message: string) => void) => PostgresConnection;
  readonly channel: string;
  /** Told of each message, and null whenever listening begins: some may have been missed before. */
  readonly listener: (message: string | null) => void;
}

/** Listens on a connection of its own, and again whenever that is lost. */
export class PostgresListener {
  readonly #options: ListenerOptions;
  readonly #stop = Promise.withResolvers<void>();
  readonly #done: Promise<void>;
  #isStopped = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#done = this.#listen();
  }

  async close(): Promise<void> {
    this.#isStopped = true;
    this.#stop.resolve();
    await this.#done;
  }

  async #listen(): Promise<void> {
    const { connect, channel, listener } = this.#options;
    for (let failures = 0; !this.#isStopped; failures++) {
      let connection: PostgresConnection | null = null;
      try {
        connection = connect(listener);
        await connection.run(`LISTEN ${channel}`);
        failures = 0;
        listener(null);
        await Promise.race([connection.lost, this.#stop.promise]);
      } catch {
        // The other statements report why the database is away.
      }
      await connection?.close();
      await this.#pause(backOff(failures));
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    if (this.#isStopped) return;
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, milliseconds);
    await Promise.race([over.promise, this.#stop.promise]);
    clearTimeout(timer);
  }
}
