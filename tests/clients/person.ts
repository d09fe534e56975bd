/** Where a program sends its user's browser, and what comes of that. */
type Decide = (url: string) => Promise<URL>;

/** Somebody who signs a client in, without being there: the client's browser, and the clicks made in it. */
export class Person implements AsyncDisposable {
  /** How often a client has sent the browser somewhere. */
  visits = 0;
  /** What the client calls itself, the last time. */
  clientId = "";
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #decide: Decide;

  constructor(decide: Decide) {
    this.#decide = decide;
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
      return this.#open(new URL(request.url));
    });
  }

  /** Answers with the redirect that ends the visit. */
  get browser(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** Goes on to where the redirect leads. */
  get following(): string {
    return `${this.browser}follow`;
  }

  async #open({ pathname, searchParams }: URL): Promise<Response> {
    const url = searchParams.get("url") ?? "";
    this.visits++;
    this.clientId = new URL(url).searchParams.get("client_id") ?? "";
    const back = await this.#decide(url);
    if (pathname === "/") {
      return new Response(null, { status: 303, headers: { location: back.href } });
    }
    await comeBack(back);
    return new Response(null, { status: 204 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Some programs send the browser away before they listen for its return. */
async function comeBack(url: URL): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const came = await fetch(url).then((response) => response.text(), () => undefined);
    if (came !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Nobody listens at ${url.origin}`);
}
