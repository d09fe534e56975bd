import assert from "node:assert/strict";
import { SseTransport } from "../../lib/mcp/sse.ts";

Deno.test("SseTransport lets a client go that has stopped reading", async () => {
  const transport = new SseTransport("one", {
    endpoint: "/messages",
    hold: () => () => {},
  });
  let closed = 0;
  transport.onclose = () => closed++;
  const message = {
    jsonrpc: "2.0" as const,
    method: "x",
    params: { text: "x".repeat(1024 * 1024) },
  };
  let sent = 0;
  while (closed === 0 && sent < 100) {
    await transport.send(message);
    sent++;
  }
  assert.equal(closed, 1);
  assert.ok(sent > 8, "a short delay is no reason");
  await transport.send(message);
  await transport.close();
  assert.equal(closed, 1);
});
