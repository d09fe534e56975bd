import {
  type JSONRPCMessage,
  type JSONRPCRequest,
  SUBSCRIPTION_ID_META_KEY,
} from "@modelcontextprotocol/server";
import type { Caller } from "../caller.ts";
import { beginListening } from "../resources/listening.ts";
import type { McpServices } from "../server.ts";

/** What the client of one connection listens to, each by the id of its request. */
export class Listens {
  readonly #services: McpServices;
  readonly #changed: (address: string) => void;
  readonly #ends = new Map<unknown, () => void>();

  constructor(services: McpServices, { changed }: { changed: (address: string) => void }) {
    this.#services = services;
    this.#changed = changed;
  }

  /**
   * Begins what a request asks for, and gives the request to answer.
   *
   * @throws AppError `unavailable` when it is too much
   */
  async begin(message: JSONRPCRequest, caller: Caller): Promise<JSONRPCRequest> {
    const changed = this.#changed;
    const { body, end } = await beginListening(this.#services, { body: message, caller, changed });
    this.#ends.set(message.id, end);
    return body;
  }

  end(id: unknown): void {
    this.#ends.get(id)?.();
    this.#ends.delete(id);
  }

  close(): void {
    for (const id of [...this.#ends.keys()]) this.end(id);
  }
}

/** The id of the request that a message acknowledges; undefined for any other message. */
export function acknowledged(message: JSONRPCMessage): unknown {
  if (!("method" in message)) return undefined;
  if (message.method !== "notifications/subscriptions/acknowledged") return undefined;
  return message.params?._meta?.[SUBSCRIPTION_ID_META_KEY];
}
