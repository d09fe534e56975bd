import assert from "node:assert/strict";
import { type JSONRPCMessage, Server } from "@modelcontextprotocol/server";
import { EventStream } from "../../lib/mcp/event_stream.ts";
import { Heartbeat } from "../../lib/mcp/heartbeat.ts";
import { SseSession } from "../../lib/mcp/sse.ts";

Deno.test("EventStream lets a client go that has stopped reading", () => {
  let ended = 0;
  const stream = new EventStream({ heartbeat: new Heartbeat(), onEnd: () => ended++ });
  const events = "x".repeat(1024 * 1024);
  let sent = 0;
  while (ended === 0 && sent < 100) {
    stream.write(events);
    sent++;
  }
  assert.equal(ended, 1);
  assert.ok(sent > 8, "a short delay is no reason");
  stream.write(events);
  stream.end();
  assert.equal(ended, 1);
});

Deno.test("Heartbeat reaches all streams by one timer, which ends with them", async () => {
  using timers = new Timers();
  const heartbeat = new Heartbeat();
  const streams = Array.from({ length: 120 }, () => {
    return new EventStream({ heartbeat, onEnd: () => {} });
  });
  assert.equal(timers.beats.size, 1);
  const readers = streams.map(({ body }) => body.getReader());
  streams[7]?.end();
  for (const beat of timers.beats.values()) beat();
  for (const [at, reader] of readers.entries()) {
    const { value } = await reader.read();
    assert.equal(new TextDecoder().decode(value), at === 7 ? "" : ": keep-alive\n\n");
  }
  for (const stream of streams) stream.end();
  assert.equal(timers.beats.size, 0);
});

/** The intervals of this process. */
class Timers implements Disposable {
  readonly beats = new Map<unknown, () => void>();
  readonly #set = globalThis.setInterval;
  readonly #clear = globalThis.clearInterval;

  constructor() {
    globalThis.setInterval = ((beat: () => void) => {
      const id = Symbol();
      this.beats.set(id, beat);
      return id;
    }) as unknown as typeof setInterval;
    globalThis.clearInterval = (id: unknown) => void this.beats.delete(id);
  }

  [Symbol.dispose](): void {
    globalThis.setInterval = this.#set;
    globalThis.clearInterval = this.#clear;
  }
}

class Talking implements AsyncDisposable {
  /** The servers that were made, and which of them are at an end. */
  readonly servers: { readonly server: Server; ended: boolean }[] = [];
  readonly session: SseSession;
  readonly #events: ReadableStreamDefaultReader<string>;
  /** Answers the request `slow`. */
  readonly answer = Promise.withResolvers<void>();

  constructor() {
    this.session = new SseSession({
      id: "one",
      tokenId: 1,
      toolsets: null,
      endpoint: "/messages",
      heartbeat: new Heartbeat(),
      createServer: () => this.#createServer(),
      hold: () => () => {},
      onEnd: () => {},
    });
    const text = this.session.body.pipeThrough(new TextDecoderStream());
    this.#events = text.getReader();
  }

  async ask(method: string, params = {}): Promise<unknown> {
    await this.send({ jsonrpc: "2.0", id: 1, method, params });
    return await this.heard();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    await this.session.receive(message, {});
  }

  /** The next event's data. */
  async heard(): Promise<unknown> {
    const { value = "" } = await this.#events.read();
    const data = /^data: (.*)$/m.exec(value)?.[1] ?? "";
    return data.startsWith("{") ? JSON.parse(data).result : data;
  }

  /** Lets what rests come to rest. */
  async rest(): Promise<void> {
    this.session.rest();
    await new Promise((resolve) => setTimeout(resolve));
  }

  #createServer(): Server {
    const server = new Server({ name: "x", version: "1" }, { capabilities: { prompts: {} } });
    const made = { server, ended: false };
    server.onclose = () => made.ended = true;
    server.setRequestHandler("prompts/list", async () => {
      await this.answer.promise;
      return { prompts: [{ name: server.getClientVersion()?.name ?? "nobody" }] };
    });
    this.servers.push(made);
    return server;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.session.close();
    return Promise.resolve();
  }
}

const INITIALIZE = {
  protocolVersion: "2025-06-18",
  capabilities: { elicitation: { form: {} } },
  clientInfo: { name: "ada's", version: "1" },
};

Deno.test("SseSession makes its server for the first message, and after a rest anew for the same client", async () => {
  await using talking = new Talking();
  const { servers } = talking;
  assert.equal(await talking.heard(), "/messages");
  assert.equal(servers.length, 0);
  talking.answer.resolve();
  await talking.ask("initialize", INITIALIZE);
  await talking.ask("ping");
  assert.equal(servers.length, 1);
  await talking.rest();
  assert.deepEqual(servers.map(({ ended }) => ended), [true]);
  assert.deepEqual(await talking.ask("prompts/list"), { prompts: [{ name: "ada's" }] });
  assert.deepEqual(servers[1]?.server.getClientCapabilities(), INITIALIZE.capabilities);
  assert.equal(servers.length, 2);
  talking.session.close();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(servers.map(({ ended }) => ended), [true, true]);
});

Deno.test("SseSession keeps its server while a request waits for its answer", async () => {
  await using talking = new Talking();
  await talking.heard();
  await talking.ask("initialize", INITIALIZE);
  await talking.send({ jsonrpc: "2.0", id: 2, method: "prompts/list" });
  await talking.rest();
  talking.answer.resolve();
  assert.deepEqual(await talking.heard(), { prompts: [{ name: "ada's" }] });
  await talking.send({ jsonrpc: "2.0", id: 3, method: "ping" });
  assert.equal(talking.servers.length, 1);
});
