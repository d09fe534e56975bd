import { isJSONRPCRequest, type JSONRPCMessage } from "@modelcontextprotocol/server";

/**
 * The questions that the server of one session has put to its client. Their ids bear a mark of their
 * own: the same session may live on two instances, and an answer must fit the question that was asked.
 */
export class Questions {
  readonly #mark = `${crypto.randomUUID()} `;
  readonly #open = new Map<string, () => void>();
  readonly #hold: () => () => void;

  /** @param hold tells that a call of the session waits for its client, until the result is called */
  constructor(hold: () => () => void) {
    this.#hold = hold;
  }

  /** The message as it goes to the client. */
  outgoing(message: JSONRPCMessage): JSONRPCMessage {
    if (isJSONRPCRequest(message)) {
      const id = `${this.#mark}${message.id}`;
      this.#open.set(id, this.#hold());
      return { ...message, id };
    }
    if (!("method" in message) || message.method !== "notifications/cancelled") return message;
    const requestId = `${this.#mark}${message.params?.requestId}`;
    this.#close(requestId);
    return { ...message, params: { ...message.params, requestId } };
  }

  /** The client's message as the server knows it; undefined when it answers nothing asked here. */
  incoming<M>(message: M): M | undefined {
    if (typeof message !== "object" || message === null || "method" in message) return message;
    if (!("id" in message)) return message;
    const { id } = message;
    if (typeof id !== "string" || !this.#close(id)) return undefined;
    return { ...message, id: Number(id.slice(this.#mark.length)) };
  }

  #close(id: string): boolean {
    this.#open.get(id)?.();
    return this.#open.delete(id);
  }
}
