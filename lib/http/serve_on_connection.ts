type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Response | Promise<Response>;

/** What the runtime asks of a signal. */
interface Ending {
  readonly aborted: boolean;
  addEventListener(type: "abort", end: () => void): void;
}

interface Internals {
  serveHttpOnConnection(
    connection: Deno.Conn,
    ending: Ending,
    handler: Handler,
    onError: (error: unknown) => Response,
    onListen: (scheme: string) => void,
  ): { readonly finished: Promise<void>; shutdown(): Promise<void> };
}

export interface Served {
  /** Resolves when the connection is closed, however that came. */
  readonly finished: Promise<void>;
  /** Closes it after the requests that are under way. */
  shutdown(): void;
  /** Closes it at once; what is under way learns it from its signal. */
  destroy(): void;
}

/**
 * Serves HTTP/1.1 and HTTP/2 on one accepted connection. `Deno.serve` accepts for itself: it has no limit
 * of connections or time, and falls silent for ever when it runs out of file descriptors; the listeners of
 * `node:http` do so too. What it is made of is the same in all runtimes (seen in 2.6.10 and 2.9.6).
 */
export function serveOnConnection(connection: Deno.Conn, handler: Handler): Served {
  let end = () => {};
  const ending: Ending = { aborted: false, addEventListener: (_type, act) => void (end = act) };
  const served = internals().serveHttpOnConnection(
    connection,
    ending,
    handler,
    () => new Response(null, { status: 500 }),
    () => {},
  );
  const shutdown = () => void served.shutdown().catch(() => {});
  return {
    // 2.6.10 keeps its part of a connection that ended badly until it is told to shut down.
    finished: served.finished.catch(shutdown),
    shutdown,
    destroy: () => {
      try {
        end();
      } catch {
        // The client has closed it already.
      }
    },
  };
}

function internals(): Internals {
  const { internal } = Deno as unknown as { internal: keyof typeof Deno };
  return Deno[internal] as unknown as Internals;
}
