import type { JSONRPCMessage, MessageExtraInfo, Transport } from "@modelcontextprotocol/server";

/**
 * A transport for one request and its answer, for callers without a session. What is sent besides the
 * answer has nowhere to go and is dropped.
 */
export class OneShotTransport implements Transport {
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #answer = Promise.withResolvers<JSONRPCMessage>();

  start(): Promise<void> {
    return Promise.resolve();
  }

  /** Hands the request over and resolves with its answer. */
  exchange(request: JSONRPCMessage, extra: MessageExtraInfo): Promise<JSONRPCMessage> {
    this.onmessage?.(request, extra);
    return this.#answer.promise;
  }

  send(message: JSONRPCMessage): Promise<void> {
    if ("result" in message || "error" in message) this.#answer.resolve(message);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#answer.reject(new Error("The request was cancelled"));
    this.onclose?.();
    return Promise.resolve();
  }
}
