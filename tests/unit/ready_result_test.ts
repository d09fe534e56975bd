import assert from "node:assert/strict";
import fc from "fast-check";
import { ReadyResult } from "../../lib/mcp/ready_result.ts";

const CALL = { jsonrpc: "2.0", id: 1, method: "tools/call" };
const encoder = new TextEncoder();

/** One that has been handed a result whose first member is a list. */
function given(result: object): ReadyResult {
  const ready = new ReadyResult(CALL);
  ready.writer.write?.(JSON.stringify(result));
  return ready;
}

Deno.test("a result that is ready takes its stand-in's place, whatever the id and the result hold", () => {
  const hostile = fc.constantFrom('"result":{"content":[]', '{"content":[]', "ş\ud800", "}],");
  const text = fc.oneof(fc.string(), hostile);
  const id = fc.oneof(fc.integer(), text);
  fc.assert(fc.property(id, text, fc.dictionary(text, fc.jsonValue()), (id, told, value) => {
    const content = [{ type: "text", text: told }];
    const result = { content, structuredContent: value };
    const added = { resultType: "complete", _meta: { by: told } };
    const written = JSON.stringify({ result: { content: [], ...added }, jsonrpc: "2.0", id });
    const expected = { result: { ...result, ...added }, jsonrpc: "2.0", id };
    assert.deepEqual(
      JSON.parse(given(result).splice(written)),
      JSON.parse(JSON.stringify(expected)),
    );
  }));
});

Deno.test("an answer without a stand-in stays as it is", () => {
  const ready = given({ content: [], structuredContent: {} });
  const failed = JSON.stringify({ id: '"result":{"content":[]', error: { message: "no" } });
  assert.equal(ready.splice(failed), failed);
  const none = new ReadyResult(CALL);
  assert.equal(none.splice('{"result":{"content":[]}}'), '{"result":{"content":[]}}');
});

Deno.test("only the answer to one call or list may be ready beforehand", () => {
  for (const body of [[CALL], { ...CALL, method: "prompts/list" }, {}]) {
    assert.deepEqual(new ReadyResult(body).writer, {});
  }
});

Deno.test("the result takes its place in a whole answer and in a stream, after what was told before", async () => {
  const result = { content: [{ type: "text", text: "done" }], structuredContent: { ok: true } };
  const answer = { result: { content: [] }, jsonrpc: "2.0", id: 7 };
  const whole = await given(result).into(Response.json(answer, { headers: { "x-own": "1" } }));
  assert.equal(whole.headers.get("x-own"), "1");
  assert.deepEqual(await whole.json(), { ...answer, result });
  const events = [{ method: "notifications/progress" }, answer]
    .map((message) => encoder.encode(`event: message\ndata: ${JSON.stringify(message)}\n\n`));
  const stream = new Response(ReadableStream.from(events), {
    headers: { "content-type": "text/event-stream" },
  });
  const told = (await (await given(result).into(stream)).text()).trim().split("\n\n")
    .map((event) => JSON.parse(event.replace(/^event: message\ndata: /, "")));
  assert.deepEqual(told, [{ method: "notifications/progress" }, { ...answer, result }]);
});
