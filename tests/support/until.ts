const PATIENCE_MS = 20_000;

/** Waits until something that tells of no event has come true. */
export async function until(holds: () => unknown | Promise<unknown>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!await holds()) {
    if (Date.now() > end) throw new Error(`still not so after ${PATIENCE_MS} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
