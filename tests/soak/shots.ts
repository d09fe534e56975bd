import fc from "fast-check";
import { body } from "./bodies.ts";

export type Bearer = "user" | "admin" | "wrong" | "none";
export type Door = "stateless" | "session" | "sse" | "plain" | "odd";

/** How the body is put on the wire; `short` and `cut` end before it does, with their client. */
export type Framing = "length" | "chunked" | "short" | "cut" | "both" | "none";

/** One request. `{session}` and `{sse}` stand for ids of sessions that are open when it is sent. */
export interface Shot {
  readonly door: Door;
  readonly bearer: Bearer;
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly framing: Framing;
  readonly body: Uint8Array;
}

type Header = readonly [name: string, value: string];

const STREAMS: Header = ["Accept", "application/json, text/event-stream"];

const mostly = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, {
    weight: 1,
    arbitrary: fc.constantFrom(...others),
  });

const type = mostly<string | null>(
  "application/json",
  ...["application/json; charset=utf-8", "APPLICATION/JSON ; x", "application/json, text/html"],
  ...["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", null],
);

const accept = mostly<string | null>(
  STREAMS[1],
  ...["application/json", "text/event-stream", "*/*", "text/html", "", "q=\u00ff", null],
);

const session = mostly(
  "{session}",
  ...["{session}A", "A{session}", "{session}, {session}", "", "unknown", "A".repeat(9_000)],
  ...["{tampered}", "{truncated}", "..", "%00", "\u00ff"],
);

const revision = mostly(
  "2026-07-28",
  ...["2025-11-25", "2025-03-26", "2024-11-05", "1999-01-01", "", "x".repeat(300), "\u00e9"],
);

/** Headers that a client has no reason to send. */
const strange: fc.Arbitrary<Header> = fc.oneof(
  fc.constantFrom<Header>(
    ["Last-Event-ID", "1"],
    ["Last-Event-ID", "../../x"],
    ["Mcp-Session-Id", "{session}"],
    ["Mcp-Session-Id", "x"],
    ["Mcp-Method", "tools/list"],
    ["Mcp-Name", "=?base64?Lg==?="],
    ["Mcp-Name", "\u00ff\u0080"],
    ["MCP-Protocol-Version", "2026-07-28"],
    ["Content-Encoding", "gzip"],
    ["Content-Length", "5"],
    ["Content-Length", "-1"],
    ["Content-Length", "1e3"],
    ["Transfer-Encoding", "gzip, chunked"],
    ["Transfer-Encoding", "identity"],
    ["Expect", "100-continue"],
    ["Expect", "x"],
    ["Upgrade", "websocket"],
    ["Upgrade", "h2c"],
    ["Connection", "upgrade, http2-settings"],
    ["HTTP2-Settings", "AAMAAABkAAQAAP__"],
    ["Origin", "https://evil.example"],
    ["Origin", "null"],
    ["Host", "evil.example"],
    ["Host", ""],
    ["X-Forwarded-For", "1.2.3.4, not an address"],
    ["X-Forwarded-Host", "evil.example"],
    ["X-HTTP-Method-Override", "DELETE"],
    ["X-Request-Id", "mine"],
    ["Authorization", "Bearer a b"],
    ["Authorization", "Basic eDp5"],
    ["Cookie", "a=b; __proto__=c"],
    ["Accept-Language", "tr;q=..,*"],
    ["Range", "bytes=0-1"],
    ["X", "x".repeat(10_000)],
    ["X", "x".repeat(100_000)],
    ["X", "a\r\n folded"],
    ["X Y", "z"],
    ["X", "\u0000"],
    ["__proto__", "x"],
    ["constructor", "x"],
  ),
  fc.tuple(fc.stringMatching(/^[A-Za-z-]{1,12}$/), fc.string({ unit: "binary", maxLength: 30 })),
);

const strangers = fc.oneof(
  { weight: 6, arbitrary: fc.constant([] as Header[]) },
  { weight: 2, arbitrary: fc.array(strange, { minLength: 1, maxLength: 3 }) },
);

const framing = fc.oneof(
  { weight: 14, arbitrary: fc.constant<Framing>("length") },
  { weight: 4, arbitrary: fc.constant<Framing>("chunked") },
  { weight: 1, arbitrary: fc.constantFrom<Framing>("short", "cut", "both", "none") },
);

/** Requests of these bearers. */
export function shots(...bearers: readonly Bearer[]): fc.Arbitrary<Shot> {
  const common = { bearer: fc.constantFrom(...bearers), framing, body, strangers, type, accept };
  const made = (
    door: Door,
    more: fc.Arbitrary<{ method?: string; target?: string; version?: string; headers: Header[] }>,
  ): fc.Arbitrary<Shot> =>
    fc.record({ ...common, more }).map(({ more, strangers, type, accept, ...rest }) => ({
      door,
      method: "POST",
      target: "/mcp",
      version: "HTTP/1.1",
      ...rest,
      ...more,
      headers: [
        ...type === null ? [] : [["Content-Type", type] as const],
        ...accept === null ? [] : [["Accept", accept] as const],
        ...more.headers,
        ...strangers,
      ],
    }));
  return fc.oneof(
    { weight: 3, arbitrary: made("plain", fc.constant({ headers: [] })) },
    { weight: 4, arbitrary: made("stateless", stateless) },
    { weight: 3, arbitrary: made("session", session.map((id) => ({ headers: [sessionId(id)] }))) },
    { weight: 2, arbitrary: made("sse", messages) },
    { weight: 1, arbitrary: made("odd", odd) },
  );
}

function sessionId(id: string): Header {
  return ["Mcp-Session-Id", id];
}

const stateless = fc.record({
  revision,
  method: mostly("tools/call", "tools/list", "", "x"),
  name: fc.constantFrom("{name}", "{name}", "{name}", "health", "stop_vm", "", "=?base64?x?="),
}).map(({ revision, method, name }) => ({
  headers: [
    ["MCP-Protocol-Version", revision],
    ["Mcp-Method", method],
    ["Mcp-Name", name],
  ] as Header[],
}));

const messages = mostly("{sse}", "", "unknown", "__proto__", "{sse}x", "%00", "..").map((id) => ({
  target: `/mcp/sse/messages?session_id=${id}`,
  headers: [] as Header[],
}));

const odd = fc.record({
  method: fc.constantFrom(
    ...[
      "GET",
      "HEAD",
      "POST",
      "PUT",
      "PATCH",
      "DELETE",
      "OPTIONS",
      "TRACE",
      "PRI",
      "get",
      "CONNECT",
    ],
    ...["PROPFIND", "X", "\u00ff"],
  ),
  target: fc.oneof(
    fc.constantFrom(
      ...[
        "/mcp",
        "/mcp/",
        "/mcp//",
        "/MCP",
        "/mcp?x=1",
        "/mcp/sse",
        "/mcp/sse/messages",
        "/metrics",
      ],
      ...[
        "/healthz",
        "/readyz",
        "/",
        "//",
        "*",
        "/..",
        "/mcp/../metrics",
        "/mcp%2f",
        "/%00",
        "/\u00ff",
      ],
      ...["http://evil.example/mcp", "/.well-known/x", "", "mcp", `/${"x".repeat(20_000)}`],
    ),
    fc.webPath(),
  ),
  version: mostly("HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "HTTP/1.1 x", ""),
  headers: fc.array(session.map(sessionId), { maxLength: 1 }),
});
