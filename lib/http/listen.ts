import type { Config } from "../config/config.ts";
import { AppError, ioReason } from "../errors.ts";
import { type Bind, bindTo, closeQuietly, requirePort } from "./bind.ts";
import { type Certificate, readCertificate, readRenewed } from "./certificate.ts";
import { Connections } from "./connections.ts";
import { type Handle, type Patience, ServedConnection } from "./served_connection.ts";

export type { Handle } from "./served_connection.ts";

/** A listening socket whose certificate can be renewed. */
export interface Listener {
  readonly address: { readonly hostname: string; readonly port: number };
  /** Resolves after `shutdown`; rejects with AppError when there is nothing to listen on any more. */
  readonly finished: Promise<void>;
  /**
   * Reads the certificate's files again and serves new connections with them, when they changed.
   * Connections that are open go on. False when nothing changed; on a failure the old certificate stays.
   *
   * @throws AppError `invalid` when the files cannot be read or do not fit together
   */
  reloadCertificate(): Promise<boolean>;
  /** Stops accepting; resolves when the last request has been answered. */
  shutdown(): Promise<void>;
  /** Closes every connection, whatever it is doing. */
  destroy(): void;
}

/** What may differ from how the program listens. */
export interface ListenOptions {
  readonly patience?: Patience;
  /** Whether many clients may come from this address, as from a proxy; none when not given. */
  readonly shared?: (address: string) => boolean;
  /** Told in one line what the administrator should know. */
  readonly onProblem?: (line: string) => void;
  readonly open?: Bind;
  /** Whether other workers of this server listen on the same port. */
  readonly sharesPort?: boolean;
}

const PATIENCE: Patience = { head: 15_000, idle: 75_000 };
const MAX_SWEEP_MS = 1_000;
const TAKE_OVER_WAIT_MS = 2;
const TAKE_OVER_TRIES = 500;
const SCARCITY_WAIT_MS = 50;
/** What `accept` says when the system has no more to give. */
const SCARCE = ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"];
/** What it says of a client that was gone before it was accepted. */
const GONE = ["ECONNABORTED", "ECONNRESET", "EINTR", "EPROTO", "ENOTCONN"];
const MAX_FAILURES = 5;

type ServerSection = Config["server"];

/**
 * Listens on `server.host` and `server.port`; with `server.tls` by HTTPS, TLS 1.2 and later (rustls has no
 * older one).
 *
 * @throws AppError `unavailable` when the address cannot be listened on, `invalid` for a bad certificate
 */
export async function listen(
  server: ServerSection,
  handle: Handle,
  options: ListenOptions = {},
): Promise<Listener> {
  const certificate = server.tls === null ? null : await readCertificate(server.tls);
  return new RenewableListener({ server, handle, certificate, options });
}

class RenewableListener implements Listener {
  readonly address: Deno.NetAddr;
  readonly finished: Promise<void>;
  readonly #done = Promise.withResolvers<void>();
  readonly #server: ServerSection;
  readonly #options: ListenOptions;
  readonly #connections: Connections;
  readonly #handle: Handle;
  readonly #sweeper: ReturnType<typeof setInterval>;
  #certificate: Certificate | null;
  #current: Deno.Listener;
  #renewal: Promise<void> | null = null;
  #closing = false;

  constructor({ server, handle, certificate, options }: {
    server: ServerSection;
    handle: Handle;
    certificate: Certificate | null;
    options: ListenOptions;
  }) {
    const { patience = PATIENCE, shared = () => false } = options;
    this.#options = options;
    this.#handle = handle;
    this.#certificate = certificate;
    this.finished = this.#done.promise;
    // Whoever runs the server looks at it when it is up.
    this.finished.catch(() => {});
    this.#current = this.#bind(server, certificate);
    this.address = this.#current.addr as Deno.NetAddr;
    this.#server = { ...server, port: this.address.port };
    const now = () => performance.now();
    this.#connections = new Connections({ max: server.max_connections, patience, shared, now });
    const sweepMs = Math.min(MAX_SWEEP_MS, ...Object.values(patience).map((ms: number) => ms / 4));
    this.#sweeper = setInterval(() => this.#connections.sweep(), sweepMs);
    void this.#acceptAll();
  }

  async reloadCertificate(): Promise<boolean> {
    const { tls } = this.#server;
    if (tls === null) return false;
    const inUse = this.#certificate;
    const certificate = await readRenewed(tls, inUse);
    if (inUse === null || certificate === null) return false;
    requirePort(this.#server);
    try {
      await this.#renew(certificate);
      return true;
    } catch (error) {
      // Without a socket there is nothing left to serve; whoever runs the server starts it again.
      await this.#renew(inUse).catch((reason) => this.#done.reject(reason));
      throw error;
    }
  }

  async shutdown(): Promise<void> {
    this.#closing = true;
    closeQuietly(this.#current);
    await this.#connections.drain();
    clearInterval(this.#sweeper);
    this.#done.resolve();
  }

  destroy(): void {
    this.#connections.destroy();
  }

  /** Accepts for as long as there is something to listen on: no failure may end it unnoticed. */
  async #acceptAll(): Promise<void> {
    for (let failures = 0; !this.#closing;) {
      const listener = this.#current;
      try {
        this.#welcome(await listener.accept());
        failures = 0;
      } catch (error) {
        await this.#renewal;
        if (this.#closing || listener !== this.#current) continue;
        const { code } = error as { code?: string };
        if (SCARCE.includes(code ?? "")) await this.#makeDo();
        else if (!GONE.includes(code ?? "") && !await this.#listenAgain(error, failures++)) return;
      }
    }
  }

  #welcome(connection: Deno.Conn): void {
    const { hostname } = connection.remoteAddr as Deno.NetAddr;
    if (!this.#connections.hasRoomFor(hostname)) return connection.close();
    if ("setNoDelay" in connection) (connection as Deno.TcpConn).setNoDelay(true);
    this.#connections.add(
      new ServedConnection(connection, {
        handle: this.#handle,
        now: () => performance.now(),
        onClose: (closed) => this.#connections.remove(closed),
      }),
    );
  }

  async #makeDo(): Promise<void> {
    const held = this.#connections.size;
    // Strangers bring this about, who must not fill the log with it.
    if (this.#connections.shrink()) {
      this.#options.onProblem?.(
        `Out of file descriptors with ${held} connections: those that wait are closed; raise ` +
          "LimitNOFILE or lower server.max_connections",
      );
    }
    await wait(SCARCITY_WAIT_MS);
  }

  /** False when that cannot be done; then `finished` rejects. */
  async #listenAgain(cause: unknown, failures: number): Promise<boolean> {
    const { host, port } = this.#server;
    try {
      if (failures >= MAX_FAILURES) throw cause;
      this.#options.onProblem?.(`Listening has ended: ${ioReason(cause)}: listening again`);
      await this.#renew(this.#certificate);
      return true;
    } catch (error) {
      const message = `Cannot go on listening on ${host}:${port}: ${ioReason(error)}`;
      this.#done.reject(new AppError("unavailable", message, { cause: error }));
      return false;
    }
  }

  /** Connections that are open go on. */
  async #renew(certificate: Certificate | null): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#renewal = promise;
    try {
      closeQuietly(this.#current);
      this.#current = await this.#takeOver(certificate);
      this.#certificate = certificate;
    } finally {
      this.#renewal = null;
      resolve();
    }
  }

  #bind(server: ServerSection, certificate: Certificate | null): Deno.Listener {
    const { open: bind, sharesPort } = this.#options;
    return bindTo(server, { certificate, bind, sharesPort });
  }

  /** The old socket is closed a moment later than asked for; sharing the port needs a flag. */
  async #takeOver(certificate: Certificate | null): Promise<Deno.Listener> {
    for (let tries = 0;; tries++) {
      try {
        return this.#bind(this.#server, certificate);
      } catch (error) {
        const taken = error instanceof AppError && error.cause instanceof Deno.errors.AddrInUse;
        if (!taken || tries === TAKE_OVER_TRIES) throw error;
        await wait(TAKE_OVER_WAIT_MS);
      }
    }
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
