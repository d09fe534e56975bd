import type { TLSSocket } from "node:tls";

/** An encrypted connection to a trusted server, as bytes. */
export interface Line {
  /** What arrives, until the other side ends it. */
  readonly chunks: AsyncIterator<Uint8Array>;
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/** Opens a line to `host` (a name or an address, IPv6 without brackets); rejects when it is not trusted. */
export type Dial = (host: string, port: number) => Promise<Line>;

/** Trusts what the system trusts and these PEM certificates, as requests do. */
export function createVerifyingDial(caCerts: readonly string[]): Dial {
  return async (hostname, port) => {
    const connection = await Deno.connectTls({ hostname, port, caCerts: [...caCerts] });
    const writer = connection.writable.getWriter();
    return {
      chunks: connection.readable[Symbol.asyncIterator](),
      write: (bytes) => writer.write(bytes),
      close: () => {
        try {
          connection.close();
        } catch {
          // The other side was first.
        }
      },
    };
  };
}

export function lineOf(socket: TLSSocket): Line {
  // What breaks is told by the reading and the writing that it breaks.
  socket.on("error", () => {});
  return {
    chunks: socket[Symbol.asyncIterator](),
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => error ? reject(error) : resolve());
      }),
    close: () => void socket.destroy(),
  };
}
