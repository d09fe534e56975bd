import { messageOf } from "../../errors.ts";

/**
 * Tells of every error that nobody has caught, thrown by a timer, a listener or a promise, until it is
 * disposed of. It ends nothing: a fault in what is done for one caller is no reason to cut all others off,
 * whose changes may be under way; and if it ended the server, whoever brings it about could do so at will.
 */
export function keepOn(tell: (message: string, stack: string | undefined) => void): Disposable {
  const note = (event: ErrorEvent | PromiseRejectionEvent) => {
    event.preventDefault();
    const error = "reason" in event ? event.reason : event.error;
    tell(
      `Unforeseen failure: ${messageOf(error)}`,
      error instanceof Error ? error.stack : undefined,
    );
  };
  addEventListener("error", note);
  addEventListener("unhandledrejection", note);
  return {
    [Symbol.dispose]: () => {
      removeEventListener("error", note);
      removeEventListener("unhandledrejection", note);
    },
  };
}
