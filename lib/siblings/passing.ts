import { relay } from "../relay.ts";
import type { PassedAnswer, PassedRequest } from "./messages.ts";
import type { Siblings } from "./siblings.ts";

type Handle = (request: Request, peer: string) => Response | Promise<Response>;

/** What stands between `Connection` and the next hop is not passed on. */
const OF_CONNECTION = ["connection", "transfer-encoding", "content-length", "keep-alive"];

/**
 * Passes requests that go on with something to the worker that keeps it, so that a client finds its
 * session, its stream and the calls in them by whichever worker it is heard.
 */
export class Passing {
  readonly #siblings: Siblings;
  readonly #handle: Handle;
  readonly #unreachable: () => Response;
  #underWay = 0;
  #waiting: (() => void)[] = [];

  /**
   * @param options.handle answers here
   * @param options.unreachable the answer while the worker that should answer cannot
   */
  constructor(
    siblings: Siblings,
    { handle, unreachable }: { handle: Handle; unreachable: () => Response },
  ) {
    this.#siblings = siblings;
    this.#handle = handle;
    this.#unreachable = unreachable;
  }

  /** Answers, or has the worker answer that keeps what the request goes on with. */
  async take(request: Request, peer: string): Promise<Response> {
    const id = continued(request);
    const owner = id === null ? this.#siblings.index : this.#siblings.ownerOf(id);
    if (owner === this.#siblings.index) return await this.#handle(request, peer);
    return await this.#pass(request, { owner, peer });
  }

  /** Answers what another worker has passed here; its port tells when the client has gone. */
  async answer(passed: PassedRequest, port: MessagePort) {
    const { url, method, headers, body, peer } = passed;
    const gone = new AbortController();
    port.onmessage = () => gone.abort();
    const init = { method, headers: headers.map(([...pair]) => pair), signal: gone.signal };
    const request = new Request(url, body === null ? init : { ...init, body });
    const response = await this.#handle(request, peer);
    const answer: PassedAnswer = {
      status: response.status,
      headers: [...response.headers],
      body: response.body,
    };
    return { answer, transfer: response.body === null ? [] : [response.body] };
  }

  /** Resolves when no request is passed on whose answer is awaited. */
  idle(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #pass(request: Request, to: { owner: number; peer: string }): Promise<Response> {
    // Who only listens need not be waited for.
    const end = request.method === "POST" ? this.#begin() : () => {};
    const { owner, peer } = to;
    const { url, method, body } = request;
    const headers = [...request.headers];
    const passed = { url, method, headers, peer, body };
    const transfer = body === null ? [] : [body];
    const onPort = (port: MessagePort) =>
      request.signal.addEventListener("abort", () => port.postMessage("gone"), { once: true });
    try {
      const ask = { kind: "request", request: passed } as const;
      const answer = await this.#siblings.ask(owner, ask, { transfer, onPort });
      if (answer !== null) return this.#answered(answer as PassedAnswer, { owner, end });
    } catch {
      // It has broken and is started again.
    }
    end();
    return this.#unreachable();
  }

  #answered(
    { status, headers, body }: PassedAnswer,
    { owner, end }: { owner: number; end: () => void },
  ): Response {
    const kept = headers.filter(([name]) => !OF_CONNECTION.includes(name))
      .map(([...pair]): [string, string] => pair);
    if (body === null) {
      end();
      return new Response(null, { status, headers: kept });
    }
    const broken = new AbortController();
    const forget = this.#siblings.onGone(owner, () => broken.abort());
    const over = () => {
      forget();
      end();
    };
    const relayed = relay(body, { over, signal: broken.signal });
    return new Response(relayed, { status, headers: kept });
  }

  #begin(): () => void {
    this.#underWay++;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      if (--this.#underWay > 0) return;
      for (const resolve of this.#waiting) resolve();
      this.#waiting = [];
    };
  }
}

/** The id of what a request goes on with; null for one that stands alone. */
function continued(request: Request): string | null {
  const session = request.headers.get("mcp-session-id");
  if (session !== null) return session;
  const { pathname, searchParams } = new URL(request.url);
  return pathname.endsWith("/sse/messages") ? searchParams.get("session_id") : null;
}
