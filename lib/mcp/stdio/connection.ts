import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  type Server,
  type Transport,
} from "@modelcontextprotocol/server";
import { serveStdio, type StdioServerHandle } from "@modelcontextprotocol/server/stdio";
import { AppError, messageOf } from "../../errors.ts";
import { isRecord } from "../../record.ts";
import { CallLedger } from "../call_ledger.ts";
import { authInfoOf, type Caller } from "../caller.ts";
import {
  idOf,
  INVALID_REQUEST,
  malformedCall,
  NO_REQUEST,
  REFUSED,
  type RpcError,
  rpcError,
} from "../json_rpc.ts";
import { messagesIn } from "../messages.ts";
import { LISTEN, refusedListening } from "../resources/listening.ts";
import { createMcpServer, type McpServices } from "../server.ts";
import { type Line, readLines } from "./lines.ts";
import { acknowledged, Listens } from "./listens.ts";
import { type Message, parsed, refusedBy, wantsSomething } from "./messages.ts";
import type { Unreadable } from "../json_text.ts";
import { OpenRequests } from "./open_requests.ts";
import { Output } from "./output.ts";
import { Speaker, type SpeakerOptions } from "./speaker.ts";

/** Texts of the largest size that may wait for their answers. */
const MAX_OPEN_TEXTS = 8;

export interface StdioOptions extends SpeakerOptions {
  readonly input: AsyncIterable<Uint8Array>;
  /** See OutputOptions. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly maxLineBytes: number;
}

/** Where the answer to a message goes, once; what needs none answers nothing. */
type Answer = (message?: object) => void;

interface Arrival {
  readonly caller: Caller;
  readonly bytes: number;
  readonly answer: Answer;
}

/** MCP of all revisions over one input and one output, a message or a batch a line. */
export class StdioConnection {
  readonly #services: McpServices;
  readonly #options: StdioOptions;
  readonly #output: Output;
  readonly #open: OpenRequests;
  readonly #ended = Promise.withResolvers<void>();
  readonly #callers = new WeakMap<object, Caller>();
  readonly #wire: Transport;
  readonly #handle: StdioServerHandle;
  readonly #listens: Listens;
  readonly #speaker: Speaker;
  #server: Server | undefined;

  constructor(services: McpServices, options: StdioOptions) {
    const { write, maxLineBytes } = options;
    this.#services = services;
    this.#options = options;
    this.#speaker = new Speaker(services, options);
    this.#listens = new Listens(services, {
      // Nobody is told over a connection that is over.
      changed: (uri) => void this.#server?.sendResourceUpdated({ uri }).catch(() => {}),
    });
    this.#open = new OpenRequests({ maxBytes: MAX_OPEN_TEXTS * maxLineBytes });
    this.#output = new Output({ write, onBroken: (error) => this.#end("output", error) });
    this.#wire = {
      start: () => Promise.resolve(),
      send: (message) => this.#send(message),
      close: () => Promise.resolve(),
    };
    this.#handle = serveStdio(() => this.#createServer(), {
      transport: this.#wire,
      onerror: (error) => services.log.debug(`MCP message refused: ${error.message}`),
    });
    void this.#read();
  }

  /** Resolves when nothing more comes in, or nobody reads what goes out. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** What has come in so far counts for nothing more: an answer to an open question carries nothing out. */
  revoke(): void {
    this.#speaker.revoke();
  }

  /** Resolves when every request is answered. */
  async idle(): Promise<void> {
    await this.#open.idle();
    await this.#output.flush();
  }

  /** Leaves the rows of calls that never began, and answers nothing more. */
  async close(): Promise<void> {
    this.#listens.close();
    await this.#handle.close();
    await this.#open.close();
  }

  #end(what: string, error: unknown): void {
    if (error) this.#services.log.warning(`Standard ${what} ended: ${messageOf(error)}`);
    this.#ended.resolve();
  }

  async #read(): Promise<void> {
    const { input, maxLineBytes } = this.#options;
    try {
      for await (const line of readLines(input, { maxBytes: maxLineBytes })) await this.#take(line);
      this.#end("input", null);
    } catch (error) {
      this.#end("input", error);
    }
  }

  async #take(line: Line): Promise<void> {
    if ("unreadable" in line) return await this.#refuse(line.unreadable);
    const { body, bytes } = line;
    const messages: unknown[] = Array.isArray(body) ? body : [body];
    const answer = Array.isArray(body) ? this.#together(body.length) : this.#alone;
    const requests = messages.filter(wantsSomething);
    const admitted = requests.length === 0 ? null : await this.#speaker.admit(requests);
    for (const message of messages) {
      // What a client only tells must arrive whatever has become of its token.
      if (admitted === null || !wantsSomething(message)) this.#tell(message, answer);
      else if (admitted instanceof AppError) answer(refusedBy(admitted, message));
      else {
        const caller = this.#speaker.callerOf(admitted);
        await this.#receive(message, { caller, answer, bytes: bytes / messages.length });
      }
    }
  }

  async #refuse({ batch, ...error }: Unreadable): Promise<void> {
    const admitted = batch === undefined ? null : await this.#speaker.admit([]);
    if (admitted !== null && !(admitted instanceof AppError)) {
      const { message: reason } = error;
      await this.#services.refused.note(this.#speaker.callerOf(admitted), { body: batch, reason });
    }
    this.#output.push(rpcError(error));
  }

  readonly #alone: Answer = (message) => {
    if (message) this.#output.push(message);
  };

  /** The answers to a batch go out in one line, when the last is there. */
  #together(count: number): Answer {
    const answers: object[] = [];
    let missing = count;
    return (message) => {
      if (message) answers.push(message);
      if (--missing === 0 && answers.length > 0) this.#output.push(answers);
    };
  }

  async #receive(body: Message, { caller, bytes, answer }: Arrival): Promise<void> {
    const ledger = new CallLedger(this.#services, { caller, body });
    const id = idOf(body);
    const refuse = async (error: RpcError) => {
      const unkept = await ledger.settleAnswer(error);
      answer(unkept ? rpcError(unkept, id) : error);
    };
    const message = parsed(body);
    const malformed = malformedCall(body);
    if (malformed) return await refuse(malformed);
    if (!message || !isJSONRPCRequest(message)) return await refuse({ ...NO_REQUEST, id });
    if (this.#open.get(message.id)) return await refuse(rpcError(ID_IN_USE, id));
    if (!this.#open.hasRoom(bytes)) {
      const { rateExceeded } = messagesIn(caller.language);
      return await refuse(rpcError({ code: REFUSED, message: rateExceeded }, id));
    }
    this.#open.add(message.id, { ledger, bytes, answer });
    let meant = message;
    try {
      if (message.method === LISTEN) meant = await this.#listens.begin(message, caller);
    } catch (error) {
      const refused = refusedListening(error);
      this.#open.remove(message.id);
      return await refuse(rpcError(refused, id));
    }
    this.#callers.set(meant, ledger.caller);
    this.#wire.onmessage?.(meant);
  }

  /** Takes a notification, or the answer to a question. */
  #tell(body: unknown, answer: Answer): void {
    const message = parsed(body);
    if (!message) return answer({ ...NO_REQUEST, id: idOf(isRecord(body) ? body : {}) });
    if ("method" in message && message.method === "notifications/cancelled") {
      this.#open.cancel(message.params?.requestId);
      this.#listens.end(message.params?.requestId);
    }
    answer();
    this.#wire.onmessage?.(message);
  }

  async #send(message: JSONRPCMessage): Promise<void> {
    if ("method" in message) {
      // That is all the answer which a request to listen gets before its end.
      this.#open.remove(acknowledged(message));
      return this.#output.push(message);
    }
    this.#listens.end(message.id);
    const request = this.#open.get(message.id);
    if (!request) return;
    const unkept = await request.ledger.settleAnswer(message);
    request.answer(unkept ? rpcError(unkept, idOf(message)) : message);
    this.#open.remove(message.id);
  }

  /** A server for the connection, which hears with each message who has sent it. */
  #createServer(): Server {
    const server = createMcpServer(this.#services);
    this.#server = server;
    const connect = server.connect.bind(server);
    server.connect = async (channel) => {
      await connect(channel);
      const deliver = channel.onmessage;
      channel.onmessage = (message, extra) => {
        const caller = this.#callers.get(message);
        deliver?.(message, caller ? { ...extra, authInfo: authInfoOf(caller) } : extra);
      };
    };
    return server;
  }
}

const ID_IN_USE = {
  code: INVALID_REQUEST,
  message: "Invalid request: the request before it with this id is not answered yet",
};
