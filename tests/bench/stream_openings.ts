/** Where a stream is opened, and with which token. */
export interface At {
  readonly port: number;
  readonly token: string;
}

/** A way to open a stream. */
export interface Opening {
  readonly name: string;
  readonly open: (at: At) => Promise<Deno.Conn>;
}

const LISTEN = {
  jsonrpc: "2.0",
  id: 1,
  method: "subscriptions/listen",
  params: {
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    },
    notifications: { resourceSubscriptions: ["pve://cluster"] },
  },
};

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: { roots: {}, sampling: {}, elicitation: {} },
    clientInfo: { name: "bench", version: "1" },
  },
};
const GREETING = [
  INITIALIZE,
  { jsonrpc: "2.0", method: "notifications/initialized" },
  { jsonrpc: "2.0", id: 2, method: "tools/list" },
];

export const OPENINGS: readonly [Opening, ...Opening[]] = [
  { name: "a stream", open: (at) => send(at, { path: "/mcp/sse", until: "endpoint" }) },
  { name: "a connection that waits", open: (at) => send(at, { path: "/healthz", until: "ok" }) },
  {
    name: "HTTP+SSE, no client yet",
    open: (at) => send(at, { path: "/mcp/sse", until: "endpoint" }),
  },
  { name: "HTTP+SSE, a client's", open: openGreeted },
  {
    name: "listening",
    open: (at) => send(at, { path: "/mcp", body: LISTEN, until: "acknowledged" }),
  },
];

interface Sent {
  readonly path: string;
  readonly body?: { readonly method: string };
  /** What stands in the part of the answer that is waited for. */
  readonly until: string;
}

/** Opens a stream as clients do: they greet, and ask for the tools. */
async function openGreeted(at: At): Promise<Deno.Conn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: at.port });
  await connection.write(requestOf(at, { path: "/mcp/sse" }));
  const [, endpoint = ""] = /^data: (\S+)/m.exec(await readUntil(connection, "session_id")) ?? [];
  for (const body of GREETING) {
    (await send(at, { path: endpoint, body, until: "Accepted" })).close();
    if ("id" in body) await readUntil(connection, `"id":${body.id}}`);
  }
  return connection;
}

const encoder = new TextEncoder();

async function send(at: At, sent: Sent): Promise<Deno.Conn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: at.port });
  await connection.write(requestOf(at, sent));
  await readUntil(connection, sent.until);
  return connection;
}

function requestOf({ port, token }: At, { path, body }: Omit<Sent, "until">) {
  const text = body === undefined ? "" : JSON.stringify(body);
  const post = body === undefined ? [] : [
    "content-type: application/json",
    `content-length: ${encoder.encode(text).length}`,
  ];
  const revision = body?.method === LISTEN.method
    ? ["mcp-protocol-version: 2026-07-28", `mcp-method: ${body.method}`]
    : [];
  const head = [
    `${body === undefined ? "GET" : "POST"} ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    `authorization: Bearer ${token}`,
    "accept: application/json, text/event-stream",
    ...revision,
    ...post,
  ];
  return encoder.encode(`${head.join("\r\n")}\r\n\r\n${text}`);
}

/** Reads until this has come; gives all that came. */
async function readUntil(connection: Deno.Conn, until: string): Promise<string> {
  const decoder = new TextDecoder();
  const part = new Uint8Array(65_536);
  let text = "";
  while (!text.includes(until)) {
    const bytes = await connection.read(part);
    if (bytes === null) throw new Error(`a stream ended: ${text.slice(0, 300)}`);
    text += decoder.decode(part.subarray(0, bytes), { stream: true });
  }
  return text;
}
