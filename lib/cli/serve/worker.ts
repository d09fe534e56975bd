/** The server inside its own worker, with no permissions but those that its config calls for. */
import { AppError, messageOf } from "../../errors.ts";
import { processIo } from "../io.ts";
import { loadForServe } from "./load_config.ts";
import { holding, lockText } from "../../sandbox/held.ts";
import { type Signal, SignalQueue } from "./signals.ts";
import { runServer } from "./run_server.ts";
import type { FromWorker } from "../../sandbox/worker.ts";
import type { ServeArguments } from "./options.ts";
import { type LocalSpeaker, OVER_HTTP, overStdio } from "./ways.ts";

/** What the worker is told. */
export type ToServer =
  | {
    readonly kind: "start";
    readonly args: ServeArguments;
    /** See LockedServer. */
    readonly local: LocalSpeaker | undefined;
    readonly version: string;
  }
  | { readonly kind: "signal"; readonly signal: Signal };

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToServer>) => void) | null;
  postMessage(message: FromWorker): void;
}

attach(self as unknown as WorkerScope);

function attach(scope: WorkerScope): void {
  const signals = new SignalQueue();
  scope.onmessage = ({ data }) => {
    if (data.kind === "signal") return signals.push(data.signal);
    void serve(data, signals).then((end) => scope.postMessage(end));
  };
}

async function serve(
  { args, local, version }: Extract<ToServer, { kind: "start" }>,
  signals: SignalQueue,
): Promise<FromWorker> {
  const io = processIo();
  try {
    await runServer({
      context: { io, version },
      signals,
      way: local === undefined ? OVER_HTTP : overStdio(local),
      load: () => loadForServe(args, io),
      lock: (config) => lockText(holding(config), "worker"),
    });
    return { kind: "ended" };
  } catch (error) {
    // What was not foreseen ends the worker, and the parent starts another one.
    if (!(error instanceof AppError)) throw error;
    return { kind: "refused", message: messageOf(error) };
  }
}
