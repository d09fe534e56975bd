/** The server inside its own worker, with no permissions but those that its config calls for. */
import { AppError, messageOf } from "../../errors.ts";
import { processIo } from "../io.ts";
import { loadForServe } from "./load_config.ts";
import { holding, lockText } from "../../sandbox/held.ts";
import { Orders } from "./signals.ts";
import { runServer } from "./run_server.ts";
import type { FromWorker, ToWorker } from "../../sandbox/worker.ts";

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

attach(self as unknown as WorkerScope);

function attach(scope: WorkerScope): void {
  const orders = new Orders();
  scope.onmessage = ({ data }) => {
    if (data.kind === "order") return orders.push(data.order);
    void serve(data, orders).then((end) => scope.postMessage(end));
  };
}

async function serve(
  { args, version }: Extract<ToWorker, { kind: "start" }>,
  orders: Orders,
): Promise<FromWorker> {
  const io = processIo();
  try {
    await runServer({
      context: { io, version },
      orders,
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
