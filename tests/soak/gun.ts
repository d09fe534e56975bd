import type { Program } from "./program.ts";
import type { Bearer, Shot } from "./shots.ts";
import { chunksOf, exchange, requestBytes, type WireAnswer } from "./wire.ts";

const PATIENCE_MS = 60_000;
const ME = { name: "fuzz", version: "1" };
const STREAMS = "application/json, text/event-stream";
const CHUNK = 1_000;

/** Sends shots, with the sessions that they speak of kept open. */
export class Gun {
  readonly #program: Program;
  readonly #tokens: Readonly<Record<Bearer, string>>;
  readonly #sessions = new Map<Bearer, string>();
  readonly #streams = new Map<Bearer, { id: string; leave: AbortController }>();
  readonly #heard: (text: string) => void;

  /** @param options.heard told of all that comes over SSE streams */
  constructor(
    program: Program,
    { tokens, heard }: {
      tokens: Readonly<Record<Bearer, string>>;
      heard: (text: string) => void;
    },
  ) {
    this.#program = program;
    this.#tokens = tokens;
    this.#heard = heard;
  }

  async fire(shot: Shot): Promise<WireAnswer | null> {
    const answer = await exchange(await this.#bytesOf(shot), {
      port: this.#program.port,
      leaves: ["short", "cut"].includes(shot.framing),
      headOnly: shot.method === "GET",
      patienceMs: PATIENCE_MS,
    });
    // Whatever ended the session, the next shot gets another one.
    if (answer?.status === 404 || shot.method === "DELETE") this.#sessions.delete(shot.bearer);
    return answer;
  }

  /** Hangs up every stream. */
  close(): void {
    for (const { leave } of this.#streams.values()) leave.abort();
    this.#streams.clear();
  }

  async #bytesOf(shot: Shot): Promise<Uint8Array> {
    const { bearer, method, target, version, headers, framing, body } = shot;
    const speaks = (word: string) => JSON.stringify([target, headers]).includes(word);
    const session = speaks("{session}") || speaks("{tampered}") || speaks("{truncated}")
      ? await this.#session(bearer)
      : "";
    const sse = speaks("{sse}") ? await this.#stream(bearer) : "";
    const middle = Math.floor(session.length / 2);
    const other = session[middle] === "A" ? "B" : "A";
    const filled = (text: string) =>
      text.replaceAll("{session}", session).replaceAll("{sse}", sse)
        .replaceAll("{tampered}", session.slice(0, middle) + other + session.slice(middle + 1))
        .replaceAll("{truncated}", session.slice(0, -4))
        .replaceAll("{name}", nameIn(body));
    const token = this.#tokens[bearer];
    const lines = [
      `${method} ${filled(target)} ${version}`,
      ...headers.some(([name]) => name === "Host") ? [] : ["Host: localhost"],
      ...token === "" ? [] : [`Authorization: Bearer ${token}`],
      ...headers.map(([name, value]) => `${name}: ${filled(value)}`),
      "Connection: close",
    ];
    switch (framing) {
      case "none":
        return requestBytes(lines, body);
      case "short":
        return requestBytes([...lines, `Content-Length: ${body.length + 10}`], body);
      case "chunked":
        return requestBytes([...lines, "Transfer-Encoding: chunked"], chunksOf(body, CHUNK));
      case "cut":
        return requestBytes(
          [...lines, "Transfer-Encoding: chunked"],
          chunksOf(body, CHUNK).subarray(0, -7),
        );
      case "both":
        return requestBytes(
          [...lines, "Transfer-Encoding: chunked", `Content-Length: ${body.length}`],
          chunksOf(body, CHUNK),
        );
      case "length":
        return requestBytes([...lines, `Content-Length: ${body.length}`], body);
    }
  }

  async #session(bearer: Bearer): Promise<string> {
    const known = this.#sessions.get(bearer);
    if (known !== undefined) return known;
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: ME };
    const response = await fetch(this.#program.server.url, {
      method: "POST",
      headers: {
        authorization: `Bearer ${this.#tokens[bearer]}`,
        accept: STREAMS,
        "content-type": "application/json",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params }),
    });
    await response.text();
    const id = response.headers.get("mcp-session-id") ?? "none";
    this.#sessions.set(bearer, id);
    return id;
  }

  async #stream(bearer: Bearer): Promise<string> {
    const known = this.#streams.get(bearer);
    if (known !== undefined) return known.id;
    const leave = new AbortController();
    const response = await fetch(`${this.#program.server.url}/sse`, {
      headers: { authorization: `Bearer ${this.#tokens[bearer]}` },
      signal: leave.signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return "none";
    }
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    const id = /session_id=([\w-]+)/.exec(value)?.[1] ?? "none";
    this.#streams.set(bearer, { id, leave });
    void this.#listen(reader).finally(() => this.#streams.delete(bearer));
    return id;
  }

  async #listen(reader: ReadableStreamDefaultReader<string>): Promise<void> {
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: "" }));
      if (done) return;
      this.#heard(value ?? "");
    }
  }
}

/** The name of the tool that a body calls, as far as a header can bear it. */
function nameIn(body: Uint8Array): string {
  const name = /"name":"([\w-]*)"/.exec(new TextDecoder().decode(body.subarray(0, 2_000)))?.[1];
  return name ?? "";
}
