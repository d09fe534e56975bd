import { loadConfig } from "../../lib/config/config.ts";
import { createLog } from "../../lib/log/log.ts";
import {
  type RunningStdio,
  type Speaker,
  startStdio,
  type StdioServerOptions,
} from "../../lib/stdio.ts";
import type { Site } from "../site.ts";
import { until } from "./until.ts";

// deno-lint-ignore no-explicit-any -- each test knows the shape it asks for
export type Message = any;

/** A server on a pipe, beside the site's own server and on the same database, and its one client. */
export class Pipe implements AsyncDisposable {
  readonly server: RunningStdio;
  /** The lines that came out. */
  readonly lines: readonly string[];
  /** What the server has logged. */
  readonly logged: readonly string[];
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  #id = 0;

  private constructor(parts: Pick<Pipe, "server" | "lines" | "logged">, input: WritableStream) {
    this.server = parts.server;
    this.lines = parts.lines;
    this.logged = parts.logged;
    this.#input = input.getWriter();
  }

  static async open(
    site: Site,
    {
      speaker = { kind: "local", user: "local:ada", scope: "admin" },
      toolsets = null,
      write,
      options = {},
    }: {
      speaker?: Speaker;
      toolsets?: StdioServerOptions["toolsets"];
      /** What happens to what comes out besides its being kept. */
      write?: (bytes: Uint8Array) => Promise<void>;
      options?: Pick<StdioServerOptions, "sleep"> & { now?: () => Date };
    } = {},
  ): Promise<Pipe> {
    const config = await loadConfig({
      file: `${site.folder}/config.json`,
      env: () => undefined,
      options: { "--stdio": true },
    });
    const { now = () => new Date(), sleep } = options;
    const lines: string[] = [];
    const logged: string[] = [];
    const pipe = new TransformStream<Uint8Array, Uint8Array>();
    const decoder = new TextDecoder();
    let rest = "";
    const server = await startStdio({
      config,
      database: site.database,
      accounts: site.store,
      trail: site.trail,
      log: createLog({ ...config.logging, stderr: (line) => logged.push(line), now }),
      now,
      ...(sleep ? { sleep } : {}),
      version: "0.0.0-test",
      speaker,
      toolsets,
      input: pipe.readable,
      write: async (bytes) => {
        await write?.(bytes);
        const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n");
        rest = parts.pop() ?? "";
        lines.push(...parts);
      },
    });
    return new Pipe({ server, lines, logged }, pipe.writable);
  }

  /** What came out, parsed. */
  get messages(): readonly Message[] {
    return this.lines.map((line) => JSON.parse(line));
  }

  /** Sends bytes, or text as it is, or a message as a line. */
  async send(what: Uint8Array | string | object): Promise<void> {
    const bytes = what instanceof Uint8Array ? what : new TextEncoder().encode(
      typeof what === "string" ? what : `${JSON.stringify(what)}\n`,
    );
    await this.#input.write(bytes);
  }

  /** Sends a request and gives what it is answered. */
  async ask(method: string, params: object = {}): Promise<Message> {
    const id = await this.begin(method, params);
    return await this.answer(id);
  }

  /** Sends a request and gives its id. */
  async begin(method: string, params: object = {}): Promise<number> {
    const id = ++this.#id;
    await this.send({ jsonrpc: "2.0", id, method, params });
    return id;
  }

  /** The answer to the request of this id, now or later. */
  async answer(id: number | string | null): Promise<Message> {
    const find = () => this.messages.findLast((message) => message.id === id && !message.method);
    await until(find);
    return find();
  }

  async call(name: string, args: object = {}): Promise<Message> {
    return await this.ask("tools/call", { name, arguments: args });
  }

  /** Opens a session as clients of revision 2025-11-25 do. */
  async initialize(capabilities: object = {}): Promise<Message> {
    const clientInfo = { name: "test", version: "1" };
    const params = { protocolVersion: "2025-11-25", capabilities, clientInfo };
    const answer = await this.ask("initialize", params);
    await this.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    return answer;
  }

  /** Ends the input. */
  async end(): Promise<void> {
    await this.#input.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
    await this.#input.abort().catch(() => {});
  }
}
