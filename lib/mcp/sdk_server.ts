import {
  type Implementation,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type MessageExtraInfo,
  ProtocolError,
  ProtocolErrorCode,
  type Result,
  Server,
  SERVER_INFO_META_KEY,
  type ServerContext,
  type ServerOptions,
  type Transport,
} from "@modelcontextprotocol/server";
import { isRecord } from "../record.ts";
import { UNANSWERED } from "./unanswered.ts";

type Taken = (params: unknown, context: ServerContext) => unknown;
type Register = (method: string, ...schemasAndHandler: [...unknown[], Taken]) => void;
type Send = (
  request: { readonly method: string },
  ...rest: { readonly signal?: AbortSignal }[]
) => Promise<unknown>;
type Handler = (request: JSONRPCRequest, context: ServerContext) => Promise<Result>;

/** What the SDK does with a message that it has found to be a request. */
interface Answering {
  _onrequest(request: JSONRPCRequest, extra?: MessageExtraInfo): void;
}

/**
 * The SDK's server, but for its answer to params that fit no schema of its own: that would be the schema's
 * complaints, many lines of JSON, and for all but `tools/call` an internal error (seen in 2.4.0). It also
 * gives a task as a tool's answer some content, tells older clients of extensions, which they have not, and
 * says with every answer all of what it is: here icons are told to who connects. And it asks of each message
 * whether it is an answer before it asks whether it is a request: each refusal of zod's makes hidden classes,
 * which hold the message until a full collection (seen in zod 4.6.7 and V8 14). A question that a client
 * fails to ask, as one behind a bridge that only forwards what it says it can, or that nobody answers,
 * comes back as such: the SDK would end the call in words and without a row of its own.
 */
export class SdkServer extends Server {
  readonly #ended = new AbortController();
  readonly #info: Implementation;
  /** Signals of requests whose params were taken: what fails from there on is the handler's own. */
  readonly #taken = new WeakSet<AbortSignal>();

  constructor(info: Implementation, options: ServerOptions) {
    const { icons: _, ...short } = info;
    super(short, options);
    this.#info = info;
    const register = this.setRequestHandler.bind(this) as Register;
    this.setRequestHandler = ((method, ...given) => {
      const handler = given.pop() as Taken;
      register(method, ...given, (params, context) => {
        this.#taken.add(context.mcpReq.signal);
        return handler(params, context);
      });
    }) satisfies Register as Server["setRequestHandler"];
    const send = this.request.bind(this) as Send;
    this.request = (async (request, ...rest) => {
      try {
        return await send(request, ...rest);
      } catch (error) {
        if (request.method !== "elicitation/create" || rest.at(-1)?.signal?.aborted) throw error;
        return UNANSWERED;
      }
    }) satisfies Send as Server["request"];
  }

  /** Aborts when the connection is over, whoever has closed it. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  override async connect(transport: Transport): Promise<void> {
    await super.connect(transport);
    const { onclose, onmessage } = transport;
    transport.onclose = () => {
      this.#ended.abort();
      onclose?.();
    };
    const answering = this as unknown as Answering;
    transport.onmessage = (message: JSONRPCMessage, extra?: MessageExtraInfo) => {
      if (isJSONRPCRequest(message)) answering._onrequest(message, extra);
      else onmessage?.(message, extra);
    };
  }

  protected override _wrapHandler(method: string, handler: Handler): Handler {
    const wrapped = super._wrapHandler(method, handler);
    return async (request, context) => {
      try {
        return this.#suited(method, await wrapped(request, context));
      } catch (error) {
        if (this.#taken.has(context.mcpReq.signal) || !isComplaint(error)) throw error;
        const message = `Invalid params: they are not what ${method} takes`;
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, message);
      }
    };
  }

  #suited(method: string, result: Result): Result {
    if (result.resultType === "task") {
      const { content: _, ...task } = result;
      return task;
    }
    if (method === "server/discover") {
      return { ...result, _meta: { ...result._meta, [SERVER_INFO_META_KEY]: this.#info } };
    }
    const { capabilities } = result;
    if (method !== "initialize" || !isRecord(capabilities)) return result;
    const { extensions: _, ...known } = capabilities;
    return { ...result, capabilities: known, serverInfo: this.#info };
  }
}

/** True for how the SDK refuses params: with a bare error, or one that has nothing but its message. */
function isComplaint(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (!(error instanceof ProtocolError)) return error.constructor === Error;
  return error.code === ProtocolErrorCode.InvalidParams && error.data === undefined;
}
