import { relay } from "../relay.ts";
import { borrow, lend } from "./lent.ts";
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

  /** Answers what another worker has passed here; the signal tells that the client has gone. */
  async answer(passed: PassedRequest, gone: AbortSignal) {
    const { url, method, headers, body, peer } = passed;
    const init = { method, headers: headers.map(([...pair]) => pair), signal: gone };
    try {
      const request = new Request(url, body === null ? init : { ...init, body: borrow(body) });
      const response = await this.#handle(request, peer);
      if (gone.aborted) {
        await response.body?.cancel();
        return { answer: null };
      }
      const lent = response.body === null ? null : lend(response.body, gone);
      const answer: PassedAnswer = {
        status: response.status,
        headers: [...response.headers],
        body: lent,
      };
      return { answer, transfer: lent === null ? [] : [lent] };
    } finally {
      // Who is refused has not been listened to.
      body?.close();
    }
  }

  /** Resolves when no request is passed on whose answer is awaited. */
  idle(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #pass(request: Request, { owner, peer }: { owner: number; peer: string }) {
    // Who only listens need not be waited for.
    const end = request.method === "POST" ? this.#begin() : () => {};
    const { url, method, signal } = request;
    const headers = [...request.headers];
    const answered = new AbortController();
    const body = request.body === null ? null : lend(request.body, answered.signal);
    const ask = { kind: "request", request: { url, method, headers, peer, body } } as const;
    const asked = this.#siblings.ask(owner, ask, body === null ? [] : [body]);
    const leave = () => asked.end("gone");
    signal.addEventListener("abort", leave, { once: true });
    const over = () => {
      signal.removeEventListener("abort", leave);
      asked.end(signal.aborted ? "gone" : "over");
      end();
    };
    try {
      const answer = await asked.answer as PassedAnswer | null;
      if (answer !== null) return this.#answered(answer, { owner, over });
    } catch {
      // It has broken and is started again.
    } finally {
      answered.abort();
    }
    over();
    return this.#unreachable();
  }

  #answered(
    { status, headers, body }: PassedAnswer,
    { owner, over }: { owner: number; over: () => void },
  ): Response {
    const kept = headers.filter(([name]) => !OF_CONNECTION.includes(name))
      .map(([...pair]): [string, string] => pair);
    if (body === null) {
      over();
      return new Response(null, { status, headers: kept });
    }
    const broken = new AbortController();
    const forget = this.#siblings.onGone(owner, () => broken.abort());
    const end = () => {
      forget();
      over();
    };
    const relayed = relay(borrow(body), { over: end, signal: broken.signal });
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
