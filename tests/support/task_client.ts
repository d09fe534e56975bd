import assert from "node:assert/strict";
import type { AuditRow } from "../../lib/audit/row.ts";
import type { Site } from "../site.ts";
import { metaOf } from "./meta.ts";
import { until } from "./until.ts";

export const EXTENSION = "io.modelcontextprotocol/tasks";

// deno-lint-ignore no-explicit-any -- each test knows the shape it asks for
export type Json = any;

/** Where MCP is served, and the headers by which a token goes there. */
export interface Door {
  readonly url: string;
  headers(token?: string): Record<string, string>;
}

export interface TaskClientOptions {
  /** Default: an administrator's. */
  readonly token?: string | undefined;
  /** Whether requests declare the extension for tasks. */
  readonly declares?: boolean;
  /** Whether a person can be asked. */
  readonly asks?: boolean;
}

/** A client of revision 2026-07-28, stateless: each request says what the client can do. */
export class TaskClient {
  readonly #door: Door;
  readonly #options: TaskClientOptions;

  constructor(door: Door, options: TaskClientOptions = {}) {
    this.#door = door;
    this.#options = options;
  }

  /** Params with what every request of this revision holds. */
  params(params: object): object {
    const { declares = true, asks = false } = this.#options;
    return {
      ...params,
      _meta: metaOf({
        ...(declares ? { extensions: { [EXTENSION]: {} } } : {}),
        ...(asks ? { elicitation: {} } : {}),
      }),
    };
  }

  /** The whole answer to a request. */
  async ask(method: string, params: Record<string, unknown> = {}): Promise<Json> {
    const name = params.taskId ?? params.name;
    const response = await fetch(this.#door.url, {
      method: "POST",
      headers: {
        ...this.#door.headers(this.#options.token),
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": method,
        ...(name === undefined ? {} : { "mcp-name": String(name) }),
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: this.params(params) }),
    });
    const text = await response.text();
    const streamed = response.headers.get("content-type") === "text/event-stream";
    return JSON.parse(streamed ? text.match(/^data: (\{.*)$/gm)?.at(-1)?.slice(6) ?? "null" : text);
  }

  async call(name: string, args: object = {}, more: object = {}): Promise<Json> {
    const answer = await this.ask("tools/call", { name, arguments: args, ...more });
    return answer.result ?? answer.error;
  }

  async get(taskId: string): Promise<Json> {
    const answer = await this.ask("tasks/get", { taskId });
    return answer.result ?? answer.error;
  }

  async cancel(taskId: string): Promise<Json> {
    const answer = await this.ask("tasks/cancel", { taskId });
    return answer.result ?? answer.error;
  }

  /** How the task stands once it works no longer. */
  async ended(taskId: string): Promise<Json> {
    let standing: Json;
    await until(async () => (standing = await this.get(taskId)).status !== "working");
    return standing;
  }
}

/** The answer is a JSON-RPC error of this code, whose message fits. */
export function assertRefused(answer: Json, { code, text }: { code: number; text: RegExp }): void {
  assert.equal(answer.code, code, JSON.stringify(answer));
  assert.match(answer.message, text);
}

/** The rows that calls of a tool have left at their ends, the latest first. */
export async function rowsOf(site: Site, tool: string): Promise<AuditRow[]> {
  return (await site.trail.list({ tool })).filter(({ outcome }) => outcome !== "intent");
}
