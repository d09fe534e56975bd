import { say, serveLines } from "./child.ts";

/** What streams are held against: a handler that opens an event stream and says nothing more in it. */
const first = new TextEncoder().encode("event: endpoint\ndata: /\n\n");

function answer(): Response {
  const body = new ReadableStream({ start: (controller) => controller.enqueue(first) });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
say({ port: server.addr.port });
await serveLines(() => null);
