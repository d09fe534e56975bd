import { createServer, request } from "node:http";

/** A server of this machine that passes everything on with a token, which the suite does not send. */
export class BearerProxy implements AsyncDisposable {
  readonly #token = Promise.withResolvers<{ readonly port: number; readonly token: string }>();
  readonly #server = createServer(async (incoming, outgoing) => {
    const { port, token } = await this.#token.promise;
    const { method, url, headers } = incoming;
    const passed = request({
      host: "127.0.0.1",
      port,
      method,
      path: url,
      headers: { ...headers, authorization: `Bearer ${token}` },
    }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    outgoing.on("close", () => passed.destroy());
    incoming.pipe(passed);
  });

  private constructor() {}

  static async listen(): Promise<BearerProxy> {
    const proxy = new BearerProxy();
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get origin(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy has no port");
    return `http://127.0.0.1:${address.port}`;
  }

  /** Tells where everything goes, and with which token. */
  lead(target: { port: number; token: string }): void {
    this.#token.resolve(target);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
