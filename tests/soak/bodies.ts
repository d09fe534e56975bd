import fc from "fast-check";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { argumentsOf, HOSTILE_VALUES } from "./arguments.ts";

const REVISION = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
const encoder = new TextEncoder();

/** A JSON text of a kind, from values that need not be fit for it. */
const texts = (...values: readonly unknown[]) =>
  fc.constantFrom(...values.map((value) => JSON.stringify(value)));

const hostileText = texts(...HOSTILE_VALUES);

/** What a parser makes of these is no plain value. */
const oddText = fc.constantFrom(
  ...["1e400", "-0", "9007199254740993", '"\\ud800"', '{"a":1,"a":2}', '{"__proto__":{"a":1}}'],
  ...[`${"[".repeat(63)}${"]".repeat(63)}`, `${"[".repeat(70)}${"]".repeat(70)}`],
  ...[`{"a":${'{"a":'.repeat(50)}1${"}".repeat(51)}`, "", "undefined", "NaN", "'x'", "{,}", "[1,]"],
  `[${"0,".repeat(6_000)}0]`,
  `{${Array.from({ length: 2_100 }, (_, at) => `"${at}":0`).join(",")}}`,
);

const optional = (text: fc.Arbitrary<string>, weight = 3) =>
  fc.option(text, { nil: undefined, freq: weight });

const meta = fc.oneof(
  texts(
    {},
    { progressToken: 1 },
    { progressToken: "x" },
    { progressToken: { a: 1 } },
    { progressToken: null },
    { [REVISION]: "2026-07-28" },
    { [REVISION]: "2026-07-28", [CAPABILITIES]: {} },
    { [REVISION]: "2026-07-28", [CAPABILITIES]: { elicitation: {} } },
    { [REVISION]: "2026-07-28", [CAPABILITIES]: { elicitation: { url: {} } } },
    { [REVISION]: "1999-01-01", [CAPABILITIES]: [] },
    { [REVISION]: 7, [CAPABILITIES]: null },
    { "io.modelcontextprotocol/clientInfo": { name: {}, version: [] } },
    { requestState: "forged", inputResponses: { confirm: { action: "accept" } } },
  ),
  hostileText,
  oddText,
);

const params: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(...TOOLS).chain((tool) =>
      fc.record({
        name: fc.constant(JSON.stringify(tool.name)),
        arguments: argumentsOf(tool).map((args) => JSON.stringify(args)),
        meta: optional(meta, 1),
        state: optional(texts("forged", {}, 1, "e30.e30.x"), 1),
      })
    ).map(({ name, arguments: args, meta, state }) =>
      objectText([
        ["name", name],
        ["arguments", args],
        ["_meta", meta],
        ["requestState", state],
        ["inputResponses", state && '{"confirm":{"action":"accept","content":{"confirm":true}}}'],
      ])
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(texts("no_such_tool", "", 7, null, {}, "__proto__"), oddText)
      .map(([name, args]) => objectText([["name", name], ["arguments", args || "{}"]])),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(hostileText, oddText, fc.json({ maxDepth: 4 })),
  },
);

const methods = texts(
  ...["ping", "tools/list", "initialize", "server/discover", "resources/read", "prompts/get"],
  ...[
    "notifications/initialized",
    "notifications/cancelled",
    "logging/setLevel",
    "completion/complete",
  ],
  ...["tasks/get", "", "__proto__", "tools/call ", "TOOLS/CALL", 7, null, {}, "x".repeat(5_000)],
);

/** One JSON-RPC message as a text, which may be none. */
export const message: fc.Arbitrary<string> = fc.record({
  jsonrpc: fc.oneof(
    { weight: 6, arbitrary: fc.constant('"2.0"') },
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: texts("1.0", 2, null, {}) },
  ),
  id: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 1e6 }).map(String) },
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: texts("x", "", null, true, {}, [], 1.5, -1, "x".repeat(3_000)) },
  ),
  method: fc.oneof(
    { weight: 7, arbitrary: fc.constant('"tools/call"') },
    { weight: 2, arbitrary: methods },
    { weight: 1, arbitrary: fc.constant(undefined) },
  ),
  params: optional(params, 12),
  extra: optional(fc.oneof(hostileText, oddText), 1),
  again: fc.boolean(),
}).map(({ jsonrpc, id, method, params, extra, again }) =>
  objectText([
    ...extra !== undefined && again ? [["method", '"ping"'] as const] : [],
    ["jsonrpc", jsonrpc],
    ["id", id],
    ["method", method],
    ["params", params],
    [again ? "__proto__" : "result", extra],
  ])
);

const batch = fc.array(
  fc.oneof({ weight: 5, arbitrary: message }, { weight: 1, arbitrary: hostileText }),
  { maxLength: 6 },
).map((messages) => `[${messages.join(",")}]`);

const large = fc.constantFrom(
  `{"method":"tools/call","params":{"name":"health","arguments":{"x":"${"a".repeat(2 ** 20)}"}}}`,
  `{"method":"tools/call","params":{"name":"health","arguments":{"x":"${"\\u0000".repeat(1e5)}"}}}`,
  `[${'{"method":"ping"},'.repeat(30)}{"method":"ping"}]`,
  " ".repeat(5 * 2 ** 20),
  `{"a":"${'\\"'.repeat(1e5)}`,
);

/** The bytes of a body. */
export const body: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 60, arbitrary: message.map((text) => encoder.encode(text)) },
  { weight: 12, arbitrary: batch.map((text) => encoder.encode(text)) },
  { weight: 6, arbitrary: spoiled() },
  { weight: 3, arbitrary: fc.oneof(hostileText, oddText).map((text) => encoder.encode(text)) },
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  { weight: 1, arbitrary: large.map((text) => encoder.encode(text)) },
);

/** A message with some bytes that make it something else: invalid UTF-8, a mark of byte order, a cut. */
function spoiled(): fc.Arbitrary<Uint8Array> {
  const bytes = fc.constantFrom([0xff], [0xc3], [0xef, 0xbb, 0xbf], [0x00], [0xed, 0xa0, 0x80]);
  return fc.tuple(message, bytes, fc.nat(), fc.boolean()).map(([text, extra, place, cut]) => {
    const whole = encoder.encode(text);
    const at = place % (whole.length + 1);
    return new Uint8Array([...whole.subarray(0, at), ...extra, ...cut ? [] : whole.subarray(at)]);
  });
}

/** An object with its keys in this order, the same one twice if need be. */
function objectText(members: readonly (readonly [string, string | undefined])[]): string {
  const given = members.filter(([, value]) => value !== undefined);
  return `{${given.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;
}
