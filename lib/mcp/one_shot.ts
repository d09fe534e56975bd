import type {
  JSONRPCMessage,
  JSONRPCRequest,
  MessageExtraInfo,
  Transport,
} from "@modelcontextprotocol/server";
import { PassingByKey } from "../passing.ts";
import { createMcpServer, type McpServices } from "./server.ts";

/**
 * A transport for requests that know nothing of one another, many at once, for callers without a session.
 * Each goes by an id of the transport's own: callers may choose the same. What is sent besides the answers
 * has nowhere to go and is dropped.
 */
export class OneShotTransport implements Transport {
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #waiting = new PassingByKey<unknown, PromiseWithResolvers<JSONRPCMessage>>();
  #requests = 0;

  start(): Promise<void> {
    return Promise.resolve();
  }

  /** Hands the request over and resolves with its answer, which bears another id. */
  exchange(request: JSONRPCRequest, extra: MessageExtraInfo): Promise<JSONRPCMessage> {
    const id = ++this.#requests;
    const answer = Promise.withResolvers<JSONRPCMessage>();
    this.#waiting.set(id, answer);
    this.onmessage?.({ ...request, id }, extra);
    return answer.promise;
  }

  send(message: JSONRPCMessage): Promise<void> {
    if ("result" in message || "error" in message) {
      this.#waiting.delete(message.id)?.resolve(message);
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    for (const { reject } of this.#waiting) reject(new Error("The request was cancelled"));
    this.#waiting.clear();
    this.onclose?.();
    return Promise.resolve();
  }
}

/** Connects a server of its own; closing the transport ends both. */
export async function openOneShots(services: McpServices): Promise<OneShotTransport> {
  const transport = new OneShotTransport();
  await createMcpServer(services).connect(transport);
  return transport;
}
