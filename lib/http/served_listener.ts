import type { Config } from "../config/config.ts";
import { AppError, ioReason } from "../errors.ts";
import { bindTo, requirePort } from "./bind.ts";
import { type Certificate, readRenewed } from "./certificate.ts";
import type { Handle } from "./exchange.ts";
import type { Listener } from "./listen.ts";

const MAX_FAILURES = 5;
const QUIET_MS = 60_000;
const TAKE_OVER_WAIT_MS = 2;
const TAKE_OVER_TRIES = 500;

interface Options {
  readonly server: Config["server"];
  readonly certificate: Certificate | null;
  readonly handle: Handle;
  readonly onProblem?: ((line: string) => void) | undefined;
}

/**
 * Requests read by `Deno.serve`, for runtimes whose `node:http` takes no sockets (2.6.10): it has no time
 * limits of its own, and no number of connections that it would not accept. Where its listener ends
 * unasked, as it does without file descriptors, it listens again.
 */
export class ServedListener implements Listener {
  readonly address: Deno.NetAddr;
  readonly finished: Promise<void>;
  readonly #done = Promise.withResolvers<void>();
  #options: Options;
  readonly #retired = new Set<Promise<void>>();
  readonly #ends: number[] = [];
  /** Those that were told to end, which they do before another has taken their place. */
  readonly #told = new WeakSet<Deno.HttpServer<Deno.NetAddr>>();
  #certificate: Certificate | null;
  #current: Deno.HttpServer<Deno.NetAddr>;
  #closing = false;

  constructor(options: Options) {
    this.finished = this.#done.promise;
    this.finished.catch(() => {});
    this.#certificate = options.certificate;
    // What cannot be listened on is told in the same words as elsewhere.
    bindTo(options.server, { certificate: options.certificate }).close();
    this.#options = options;
    this.#current = this.#serve();
    this.address = this.#current.addr;
    // A port that the system chose is kept; a locked process may listen on it no second time.
    const { port } = this.address;
    this.#options = { ...options, server: { ...options.server, port } };
  }

  async reloadCertificate(): Promise<boolean> {
    const { server } = this.#options;
    const inUse = this.#certificate;
    const renewed = server.tls && await readRenewed(server.tls, inUse);
    if (!renewed) return false;
    requirePort(server);
    this.#retire(this.#current);
    try {
      this.#certificate = renewed;
      this.#current = await this.#serveAgain();
      return true;
    } catch (error) {
      this.#certificate = inUse;
      this.#current = await this.#serveAgain();
      throw error;
    }
  }

  async shutdown(): Promise<void> {
    this.#closing = true;
    await Promise.all([this.#current.shutdown(), ...this.#retired]);
    this.#done.resolve();
  }

  /** What is under way cannot be cut off; the process ends with it. */
  destroy(): void {}

  #retire(server: Deno.HttpServer<Deno.NetAddr>): void {
    this.#told.add(server);
    const retiring = server.shutdown().catch(() => {}).finally(() =>
      this.#retired.delete(retiring)
    );
    this.#retired.add(retiring);
  }

  #serve(): Deno.HttpServer<Deno.NetAddr> {
    const { handle, server: { host, port } } = this.#options;
    const server = Deno.serve(
      { hostname: host, port, onListen: () => {}, ...this.#certificate ?? {} },
      (request, { remoteAddr }) => handle(request, remoteAddr.hostname),
    );
    void server.finished.then(() => this.#listenAgain(server));
    return server;
  }

  /** The old socket is closed a moment later than asked for; sharing the port needs a flag. */
  async #serveAgain(): Promise<Deno.HttpServer<Deno.NetAddr>> {
    for (let tries = 0;; tries++) {
      try {
        return this.#serve();
      } catch (error) {
        if (tries === TAKE_OVER_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, TAKE_OVER_WAIT_MS));
      }
    }
  }

  async #listenAgain(ended: Deno.HttpServer<Deno.NetAddr>): Promise<void> {
    if (this.#closing || this.#told.has(ended)) return;
    const { server: { host, port }, onProblem = () => {} } = this.#options;
    const now = performance.now();
    this.#ends.push(now);
    try {
      if (this.#ends.filter((at) => now - at < QUIET_MS).length > MAX_FAILURES) {
        throw new Error("it ends again and again");
      }
      onProblem("Listening has ended: listening again");
      this.#current = await this.#serveAgain();
    } catch (error) {
      const message = `Cannot go on listening on ${host}:${port}: ${ioReason(error)}`;
      this.#done.reject(new AppError("unavailable", message, { cause: error }));
    }
  }
}
