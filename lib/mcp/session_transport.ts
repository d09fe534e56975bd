import {
  type JSONRPCMessage,
  type TransportSendOptions,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { relay } from "../relay.ts";
import { authInfoOf, type Caller } from "./caller.ts";
import { NOT_ASKED } from "./json_rpc.ts";
import { Questions } from "./questions.ts";

/** The SDK's transport, whose questions to the client are told apart from those of other instances. */
export class SessionTransport extends WebStandardStreamableHTTPServerTransport {
  readonly #questions: Questions;
  readonly #hold: () => () => void;
  #followed = 0;
  #streams = 0;
  #release: (() => void) | undefined;

  constructor(
    sessionId: string,
    { hold, onInitialized }: { hold: () => () => void; onInitialized: () => void },
  ) {
    super({ sessionIdGenerator: () => sessionId, onsessioninitialized: onInitialized });
    this.#questions = new Questions(hold);
    this.#hold = hold;
  }

  /** Holds the session while a client that follows something listens; the result ends that. */
  follow(): () => void {
    this.#holdAsNeeded({ followed: 1 });
    return () => this.#holdAsNeeded({ followed: -1 });
  }

  async receive(
    request: Request,
    { caller, body }: { caller: Caller; body: object | undefined },
  ): Promise<Response> {
    const authInfo = authInfoOf(caller);
    if (body === undefined) return this.#noted(await this.handleRequest(request, { authInfo }));
    const known = Array.isArray(body)
      ? body.map((each) => this.#questions.incoming(each)).filter((each) => each !== undefined)
      : this.#questions.incoming(body);
    if (known === undefined || Array.isArray(known) && known.length === 0) {
      return Response.json(NOT_ASKED, { status: 400 });
    }
    return await this.handleRequest(request, { authInfo, parsedBody: known });
  }

  override send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const { relatedRequestId } = options ?? {};
    const related = relatedRequestId === undefined ? {} : { relatedRequestId };
    return super.send(this.#questions.outgoing(message), related);
  }

  /** The same answer, whose stream counts as listening while the client reads it. */
  #noted(response: Response): Response {
    if (!response.ok || !response.body) return response;
    this.#holdAsNeeded({ streams: 1 });
    const over = () => this.#holdAsNeeded({ streams: -1 });
    return new Response(relay(response.body, { over }), response);
  }

  #holdAsNeeded({ followed = 0, streams = 0 }): void {
    this.#followed += followed;
    this.#streams += streams;
    const needed = this.#followed > 0 && this.#streams > 0;
    if (needed) return void (this.#release ??= this.#hold());
    this.#release?.();
    this.#release = undefined;
  }
}
