import type { AuditTrail } from "../../lib/audit/trail.ts";
import type { AccountStore } from "../../lib/auth/account_store.ts";
import type { FakePve } from "../fake_pve.ts";

export type Role = "user" | "write" | "admin";

/** A tool's answer as a caller sees it. */
export interface ToolAnswer {
  readonly isError: boolean;
  readonly text: string;
  readonly code: string | undefined;
  // deno-lint-ignore no-explicit-any -- each test knows the shape it asks for
  readonly value: any;
}

export interface ServedParts {
  /** Where MCP is served. */
  readonly url: string;
  readonly fake: FakePve;
  readonly store: AccountStore;
  readonly trail: AuditTrail;
  readonly tokens: Readonly<Record<Role, string>>;
  readonly lines: readonly string[];
}

/** A server in front of a simulated cluster, in the test's process or in one of its own. */
export class Served {
  readonly url: string;
  readonly fake: FakePve;
  readonly store: AccountStore;
  readonly trail: AuditTrail;
  readonly tokens: Readonly<Record<Role, string>>;
  /** What the server has logged. */
  readonly lines: readonly string[];

  constructor(parts: ServedParts) {
    this.url = parts.url;
    this.fake = parts.fake;
    this.store = parts.store;
    this.trail = parts.trail;
    this.tokens = parts.tokens;
    this.lines = parts.lines;
  }

  /** The server's address without the MCP path. */
  get root(): string {
    return new URL(this.url).origin;
  }

  headers(token: string = this.tokens.admin): Record<string, string> {
    return { authorization: `Bearer ${token}`, "content-type": "application/json" };
  }

  /** Posts a body as curl would. */
  async post(
    body: unknown,
    headers: Record<string, string> = this.headers(),
    // deno-lint-ignore no-explicit-any -- each test knows the shape it asks for
  ): Promise<{ status: number; headers: Headers; json: any; text: string }> {
    const response = await fetch(this.url, {
      method: "POST",
      headers,
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await response.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: response.status, headers: response.headers, json, text };
  }

  /** Opens a session of revision 2025-11-25; gives the headers of the requests in it. */
  async openSession(
    token: string = this.tokens.admin,
    capabilities: Record<string, unknown> = {},
  ): Promise<Record<string, string>> {
    const accept = "application/json, text/event-stream";
    const { headers } = await this.post({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities,
        clientInfo: { name: "test", version: "1" },
      },
    }, { ...this.headers(token), accept });
    return {
      ...this.headers(token),
      accept,
      "mcp-session-id": headers.get("mcp-session-id") ?? "",
    };
  }

  /** Calls a tool as curl does. */
  async call(
    name: string,
    args: Record<string, unknown> = {},
    { role = "admin", token }: { role?: Role; token?: string } = {},
  ): Promise<ToolAnswer> {
    const { json } = await this.post(
      { method: "tools/call", params: { name, arguments: args } },
      this.headers(token ?? this.tokens[role]),
    );
    const result = json.result;
    if (!result) {
      return { isError: true, text: json.error.message, code: undefined, value: undefined };
    }
    return {
      isError: result.isError === true,
      text: result.content[0].text,
      code: result._meta?.code,
      value: result.structuredContent,
    };
  }
}
