import { createPrivateKey, X509Certificate } from "node:crypto";
import { type Config, hostForUrl } from "../config/config.ts";
import { AppError, ioReason } from "../errors.ts";

export type Handle = (request: Request, peer: string) => Response | Promise<Response>;

/** A listening socket whose certificate can be renewed. */
export interface Listener {
  readonly address: { readonly hostname: string; readonly port: number };
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
}

interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const TAKE_OVER_WAIT_MS = 2;
const TAKE_OVER_TRIES = 500;

type ServerSection = Config["server"];

/**
 * Listens on `server.host` and `server.port`; with `server.tls` by HTTPS, TLS 1.2 and later (rustls has no
 * older one).
 *
 * @throws AppError `unavailable` when the address cannot be listened on, `invalid` for a bad certificate
 */
export async function listen(server: ServerSection, handle: Handle): Promise<Listener> {
  const certificate = server.tls === null ? null : await readCertificate(server.tls);
  const first = serve(server, { certificate, handle });
  return new RenewableListener({ server, handle, certificate, first });
}

class RenewableListener implements Listener {
  readonly address: Deno.NetAddr;
  readonly finished: Promise<void>;
  readonly #finish: () => void;
  readonly #server: ServerSection;
  readonly #handle: Handle;
  readonly #retired = new Set<Promise<void>>();
  #certificate: Certificate | null;
  #current: Deno.HttpServer<Deno.NetAddr>;

  constructor(parts: {
    server: ServerSection;
    handle: Handle;
    certificate: Certificate | null;
    first: Deno.HttpServer<Deno.NetAddr>;
  }) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finished = promise;
    this.#finish = resolve;
    this.#handle = parts.handle;
    this.#certificate = parts.certificate;
    this.#current = parts.first;
    this.address = parts.first.addr;
    this.#server = { ...parts.server, port: this.address.port };
  }

  async reloadCertificate(): Promise<boolean> {
    const { tls } = this.#server;
    if (tls === null) return false;
    const certificate = await readCertificate(tls);
    const { cert, key } = certificate;
    const inUse = this.#certificate;
    if (inUse === null || cert === inUse.cert && key === inUse.key) return false;
    this.#requirePort();
    const retiring = this.#current.shutdown().catch(() => {})
      .finally(() => this.#retired.delete(retiring));
    this.#retired.add(retiring);
    try {
      this.#current = await this.#takeOver(certificate);
      this.#certificate = certificate;
      return true;
    } catch (error) {
      await this.#goBack(inUse);
      throw error;
    }
  }

  /** A port that the system chose may not be bound again by a locked process. */
  #requirePort(): void {
    const host = `${hostForUrl(this.#server.host)}:${this.#server.port}`;
    if (Deno.permissions.querySync({ name: "net", host }).state === "granted") return;
    throw new AppError(
      "invalid",
      `Cannot renew the certificate: this process may not listen on ${host} again: set server.port`,
    );
  }

  async #goBack(certificate: Certificate): Promise<void> {
    try {
      this.#current = await this.#takeOver(certificate);
    } catch {
      // Without a socket there is nothing left to serve; whoever runs the server starts it again.
      this.#finish();
    }
  }

  /** The old socket is closed a moment after `shutdown` was called; sharing the port needs a flag. */
  async #takeOver(certificate: Certificate): Promise<Deno.HttpServer<Deno.NetAddr>> {
    for (let tries = 0;; tries++) {
      try {
        return serve(this.#server, { certificate, handle: this.#handle });
      } catch (error) {
        const taken = error instanceof AppError && error.cause instanceof Deno.errors.AddrInUse;
        if (!taken || tries === TAKE_OVER_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, TAKE_OVER_WAIT_MS));
      }
    }
  }

  async shutdown(): Promise<void> {
    await Promise.all([this.#current.shutdown(), ...this.#retired]);
    this.#finish();
  }
}

function serve(
  server: ServerSection,
  { certificate, handle }: { certificate: Certificate | null; handle: Handle },
): Deno.HttpServer<Deno.NetAddr> {
  const secure = certificate === null ? {} : certificate;
  return accept(server, () =>
    Deno.serve(
      { ...addressOf(server), onListen: () => {}, ...secure },
      (request, info) => handle(request, info.remoteAddr.hostname),
    ));
}

function addressOf({ host, port }: ServerSection): { hostname: string; port: number } {
  return { hostname: host, port };
}

function accept<T>({ host, port }: ServerSection, bind: () => T): T {
  try {
    return bind();
  } catch (cause) {
    if (cause instanceof Deno.errors.AddrInUse) {
      throw new AppError(
        "unavailable",
        `Cannot listen on ${host}:${port}: the port is in use; stop what uses it or choose another ` +
          "with --port",
        { cause },
      );
    }
    throw new AppError("unavailable", `Cannot listen on ${host}:${port}: ${ioReason(cause)}`, {
      cause,
    });
  }
}

async function readCertificate(tls: NonNullable<ServerSection["tls"]>): Promise<Certificate> {
  const cert = await readPem("cert_file", tls.cert_file);
  const key = await readPem("key_file", tls.key_file);
  let fit: boolean;
  try {
    fit = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw new AppError(
      "invalid",
      `Cannot use server.tls.cert_file ${tls.cert_file} and key_file ${tls.key_file}: one of them holds ` +
        "no PEM certificate or key",
      { cause },
    );
  }
  if (fit) return { cert, key };
  throw new AppError(
    "invalid",
    `Cannot use server.tls.cert_file ${tls.cert_file}: server.tls.key_file ${tls.key_file} is not its key`,
  );
}

async function readPem(key: string, file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new AppError("invalid", `Cannot read server.tls.${key} ${file}: ${ioReason(cause)}`, {
      cause,
    });
  }
}
