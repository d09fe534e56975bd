/**
 * Does with a client of the TypeScript SDK, of version `v1` or `v2`, what the lines of standard input say,
 * and prints what was seen, a line each.
 */
import * as v2 from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport as SseV1 } from "@modelcontextprotocol/sdk/client/sse.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { messageOf } from "../../lib/errors.ts";
import { serveLines } from "../bench/child.ts";
import type { Order, Seen, ServerAddress } from "./orders.ts";
import { Visitor } from "./typescript_sign_in.ts";

const ME = { name: "test", version: "1" };
const ABLE = { capabilities: { elicitation: {} } };

interface Result {
  readonly isError?: unknown;
  readonly content?: unknown;
  readonly structuredContent?: unknown;
}

/** As much of a transport of version 1 as tells of the revision: its types do not resolve here. */
interface TransportV1 {
  setProtocolVersion?: (version: string) => void;
}

/** What both versions' clients are used for. */
interface Connected {
  readonly revision: string | undefined;
  list(): Promise<{ tools: readonly unknown[] }>;
  call(
    params: { name: string; arguments: Record<string, unknown> },
    onprogress: (progress: { message?: string | undefined }) => void,
  ): Promise<Result>;
  close(): Promise<void>;
}

type Ask = (message: string) => { action: "accept" | "decline"; content?: { confirm: true } };

function started({ command, args, env }: ServerAddress & { transport: "stdio" }) {
  return { command, args: [...args], env: { ...env } };
}

async function connectV1(
  server: ServerAddress,
  { ask, visitor }: { ask: Ask; visitor: Visitor | undefined },
): Promise<Connected> {
  const client = new ClientV1(ME, ABLE);
  client.setRequestHandler(
    ElicitRequestSchema,
    ({ params }: { params: { message: string } }) => ask(params.message),
  );
  const transport = ((): TransportV1 => {
    if (server.transport === "stdio") return new StdioV1(started(server));
    const options = {
      requestInit: { headers: server.headers },
      ...(visitor ? { authProvider: visitor as never } : {}),
    };
    const Transport = server.transport === "sse" ? SseV1 : HttpV1;
    return new Transport(new URL(server.url), options);
  })();
  let revision: string | undefined;
  const keep = transport.setProtocolVersion?.bind(transport);
  transport.setProtocolVersion = (version) => {
    revision = version;
    keep?.(version);
  };
  if (visitor) visitor.transport = transport as never;
  await client.connect(transport as Parameters<ClientV1["connect"]>[0]);
  return {
    revision,
    list: () => client.listTools(),
    call: (params, onprogress) => client.callTool(params, undefined, { onprogress }),
    close: () => client.close(),
  };
}

async function connectV2(
  server: ServerAddress,
  { ask, visitor }: { ask: Ask; visitor: Visitor | undefined },
): Promise<Connected> {
  const client = new v2.Client(ME, { ...ABLE, versionNegotiation: { mode: server.mode } });
  client.setRequestHandler("elicitation/create", ({ params }) => ask(params.message));
  await client.connect((() => {
    if (server.transport === "stdio") return new StdioV2(started(server));
    const options = {
      requestInit: { headers: server.headers },
      ...(visitor ? { authProvider: visitor as never } : {}),
    };
    const http = server.transport === "http";
    const Transport = http ? v2.StreamableHTTPClientTransport : v2.SSEClientTransport;
    const transport = new Transport(new URL(server.url), options);
    if (visitor) visitor.transport = transport;
    return transport;
  })());
  return {
    revision: client.getNegotiatedProtocolVersion(),
    list: () => client.listTools(),
    call: (params, onprogress) => client.callTool(params, { onprogress }),
    close: () => client.close(),
  };
}

function shown({ isError, content, structuredContent }: Result): Seen {
  const parts = content as { text?: string }[];
  return {
    isError: isError === true,
    text: parts.map(({ text }) => text ?? "").join(""),
    value: structuredContent,
  };
}

const connect = Deno.args[0] === "v1" ? connectV1 : connectV2;
let client: Connected | undefined;
let visitor: Visitor | undefined;
let asked: string[] = [];
let answer: "accept" | "decline" = "decline";

const ask: Ask = (message) => {
  asked.push(message);
  return answer === "accept" ? { action: answer, content: { confirm: true } } : { action: answer };
};

/** As a program does whose user must sign in: waits until that is done, and does once more what it was at. */
async function signingIn<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!await visitor?.finish()) throw error;
    return await work();
  }
}

/** From now on the client's clock is ahead by this. */
function letPass(milliseconds: number): void {
  const now = Date.now;
  Date.now = () => now() + milliseconds;
}

async function follow(order: Order): Promise<Seen> {
  if ("connect" in order) {
    await client?.close();
    const server = order.connect;
    visitor = "signIn" in server && server.signIn ? new Visitor(server.signIn) : undefined;
    client = await signingIn(() => connect(server, { ask, visitor }));
    return { revision: client.revision ?? "" };
  }
  if ("advanceSeconds" in order) {
    letPass(order.advanceSeconds * 1_000);
    return {};
  }
  if (client === undefined) return { error: "not connected" };
  const connected = client;
  if (!("call" in order)) {
    return { tools: (await signingIn(() => connected.list())).tools.length };
  }
  const progress: string[] = [];
  asked = [];
  answer = order.answer ?? "decline";
  const params = { name: order.call, arguments: { ...order.arguments } };
  const result = await signingIn(() =>
    connected.call(params, ({ message = "" }) => progress.push(message))
  );
  return { ...shown(result), progress, asked };
}

await serveLines<Order>((order) => follow(order).catch((error) => ({ error: messageOf(error) })));
