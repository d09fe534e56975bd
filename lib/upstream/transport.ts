/** One HTTP exchange with Proxmox. Rejects when there is no answer. */
export type Transport = (
  url: URL,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly signal: AbortSignal;
  },
) => Promise<Response>;

/**
 * As many as may run at once to one node, reads and changes together: with fewer kept, nearly every second
 * request beyond them would open a TLS connection of its own.
 */
export const IDLE_CONNECTIONS = 48;

/** After how many milliseconds one that nobody needs is closed. */
export const IDLE_MS = 60_000;

/**
 * A transport on Deno's `fetch` with keep-alive connections.
 *
 * @param caCerts PEM certificates to trust besides the system's; for Proxmox the cluster's own CA
 */
export function createFetchTransport(caCerts: readonly string[]): Transport & Disposable {
  const client = Deno.createHttpClient({
    caCerts: [...caCerts],
    poolMaxIdlePerHost: IDLE_CONNECTIONS,
    poolIdleTimeout: IDLE_MS,
    http2: false,
  });
  const send: Transport = (url, init) => fetch(url, { ...init, client, redirect: "manual" });
  return Object.assign(send, { [Symbol.dispose]: () => client.close() });
}
