import { type EscapeTargets, tryEscapes } from "./escapes.ts";

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: (event: MessageEvent<EscapeTargets>) => void;
  postMessage(message: unknown): void;
}

const scope = self as unknown as WorkerScope;
scope.onmessage = async ({ data }) => scope.postMessage(await tryEscapes(data));
