import type { FromWorker } from "../../lib/sandbox/worker.ts";
import { type EscapeTargets, sayEscapes } from "./escapes.ts";

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: (event: MessageEvent<EscapeTargets>) => void;
  postMessage(message: FromWorker): void;
}

const scope = self as unknown as WorkerScope;
scope.onmessage = async ({ data }) => {
  await sayEscapes(data);
  scope.postMessage({ kind: "ended" });
};
