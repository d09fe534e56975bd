import { serveLines } from "./child.ts";

/** What to send, over how many connections, for how long. */
export interface Work {
  readonly port: number;
  readonly path: string;
  /** One for each connection in turn: a token may have 20 calls under way. */
  readonly tokens: readonly string[];
  /** Sent in turns. */
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly ms: number;
}

export interface Done {
  readonly calls: number;
  /** Of the whole window. */
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The longest that `/healthz` took meanwhile. */
  readonly healthMs: number;
  readonly answerBytes: number;
  /** The first answer that was no success. */
  readonly failure?: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Sends requests over kept-alive connections, each as soon as the answer before it is whole. */
async function work({ port, path, tokens, bodies, connections, ms }: Work): Promise<Done> {
  const requestsOf = (token: string) =>
    bodies.map((body) =>
      encoder.encode(
        `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${token}\r\n` +
          "content-type: application/json\r\n" +
          `content-length: ${encoder.encode(body).length}\r\n\r\n${body}`,
      )
    );
  let turn = 0;
  const times: number[] = [];
  const start = performance.now();
  let answerBytes = 0;
  let failure: string | undefined;
  const one = async (token = "") => {
    const requests = requestsOf(token);
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay();
    const answers = new Answers(connection);
    while (performance.now() - start < ms) {
      const sent = performance.now();
      await connection.write(requests[turn++ % requests.length] ?? requests[0]!);
      const answer = await answers.next();
      times.push(performance.now() - sent);
      answerBytes = answer.bytes;
      if (answer.failure !== undefined) failure ??= answer.failure;
    }
  };
  const health = healthWaits(port, () => performance.now() - start < ms);
  await Promise.all(
    Array.from({ length: connections }, (_, at) => one(tokens[at % tokens.length])),
  );
  times.sort((a, b) => a - b);
  const share = (part: number) => times[Math.floor(times.length * part)] ?? NaN;
  return {
    calls: times.length,
    seconds: (performance.now() - start) / 1000,
    p50Ms: share(0.5),
    p99Ms: share(0.99),
    healthMs: await health,
    answerBytes,
    ...(failure === undefined ? {} : { failure }),
  };
}

const HEALTH_EVERY_MS = 3;

/** Asks again and again whether the other side is well: what it does at once keeps that waiting. */
async function healthWaits(port: number, goesOn: () => boolean): Promise<number> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay();
  const answers = new Answers(connection);
  const request = encoder.encode(`GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
  let longest = 0;
  while (goesOn()) {
    const sent = performance.now();
    await connection.write(request);
    await answers.next();
    longest = Math.max(longest, performance.now() - sent);
    await new Promise((resolve) => setTimeout(resolve, HEALTH_EVERY_MS));
  }
  return longest;
}

/** Answers of a known or chunked length, off one connection. */
class Answers {
  readonly #connection: Deno.Conn;
  #held: Uint8Array = new Uint8Array(0);
  readonly #buffer = new Uint8Array(262_144);

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  async next(): Promise<{ bytes: number; failure?: string }> {
    let end = -1;
    while ((end = this.#headEnd()) < 0) await this.#more();
    const head = decoder.decode(this.#held.subarray(0, end)).toLowerCase();
    const length = Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? NaN);
    const bytes = Number.isNaN(length) ? await this.#chunked(end + 4) : length;
    while (this.#held.length < end + 4 + bytes) await this.#more();
    const body = this.#held.subarray(end + 4, end + 4 + bytes);
    const start = decoder.decode(body.subarray(0, 300));
    const tail = decoder.decode(body.subarray(-200));
    this.#held = this.#held.subarray(end + 4 + bytes);
    const good = / 200 /.test(head.slice(0, 20)) && !/"isError":true/.test(start + tail) &&
      !/^\{"jsonrpc":"2.0","error"/.test(start);
    return good ? { bytes } : { bytes, failure: head.slice(0, 40) + start };
  }

  async #chunked(start: number): Promise<number> {
    const last = encoder.encode("\r\n0\r\n\r\n");
    while (!last.every((byte, at) => this.#held.at(at - last.length) === byte)) await this.#more();
    return this.#held.length - start;
  }

  #headEnd(): number {
    for (let at = this.#held.indexOf(13); at >= 0; at = this.#held.indexOf(13, at + 1)) {
      if (this.#held[at + 2] === 13 && this.#held[at + 3] === 10) return at;
    }
    return -1;
  }

  async #more(): Promise<void> {
    const read = await this.#connection.read(this.#buffer);
    if (read === null) throw new Error("the connection was closed");
    const joined = new Uint8Array(this.#held.length + read);
    joined.set(this.#held);
    joined.set(this.#buffer.subarray(0, read), this.#held.length);
    this.#held = joined;
  }
}

await serveLines(work);
