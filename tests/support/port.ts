/** Below those that the system gives out by itself, so that no connection or listener of another test takes it. */
const FIRST = 10_000;
const END = 32_768;

/** A port of this machine that nobody listens on, to be listened on later. */
export function freePort(): number {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (END - FIRST));
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
