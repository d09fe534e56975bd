/** An address at which packets vanish: a connection is neither made nor refused. */
export class Deaf implements Disposable {
  readonly port: number;
  readonly #listener: Deno.TcpListener;
  readonly #held: readonly Deno.Conn[];

  private constructor(listener: Deno.TcpListener, held: readonly Deno.Conn[]) {
    this.port = listener.addr.port;
    this.#listener = listener;
    this.#held = held;
  }

  /** Fills the queue of connections that nobody accepts: one more than Linux was asked for. */
  static async open(): Promise<Deaf> {
    const hostname = "127.0.0.1";
    const listener = Deno.listen({ hostname, port: 0, tcpBacklog: 1 });
    const { port } = listener.addr;
    const held = [await Deno.connect({ hostname, port }), await Deno.connect({ hostname, port })];
    return new Deaf(listener, held);
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#held) connection.close();
  }
}
