import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import type { Served } from "./served.ts";

/** How the older client reaches a site over SSE. */
export function sseTransport(site: Pick<Served, "headers" | "url">): SSEClientTransport {
  return new SSEClientTransport(new URL(`${site.url}/sse`), {
    requestInit: { headers: site.headers() },
    eventSourceInit: {
      fetch: (input: string | URL, init: RequestInit) =>
        fetch(input, { ...init, headers: { ...init.headers, ...site.headers() } }),
    },
  });
}
