import assert from "node:assert/strict";
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { renderText } from "../../../lib/mcp/text/render.ts";
import type { Steps } from "./steps.ts";
import { OFFERED } from "../../support/offered.ts";
import { sseTransport } from "../../support/sse_transport.ts";

const ME = { name: "test", version: "1" };

export const TRANSPORTS: Steps = {
  "the newer client lists and calls tools, in both eras": async (site) => {
    for (const mode of ["auto", "legacy"] as const) {
      const client = new ModernClient(ME, { versionNegotiation: { mode } });
      const transport = new ModernTransport(new URL(site.url), {
        requestInit: { headers: site.headers() },
      });
      await client.connect(transport);
      try {
        assert.equal(
          client.getNegotiatedProtocolVersion(),
          mode === "auto" ? "2026-07-28" : "2025-11-25",
        );
        const listed = await client.listTools();
        assert.deepEqual(listed.tools.map((tool) => tool.name), OFFERED.map((tool) => tool.name));
        const result = await client.callTool({ name: "get_nodes", arguments: {} });
        const value = result.structuredContent as { nodes: unknown[] };
        assert.equal(value.nodes.length, 3);
        assert.equal(textOf(result), renderText(value));
      } finally {
        await client.close();
      }
    }
  },
  "the older client lists and calls tools over Streamable HTTP and over SSE": async (site) => {
    const requestInit = { headers: site.headers() };
    const url = new URL(site.url);
    const sse = sseTransport(site);
    for (const transport of [new StreamableHTTPClientTransport(url, { requestInit }), sse]) {
      const client = new Client(ME);
      // The SDK's own transports do not fit its Transport type under exactOptionalPropertyTypes.
      await client.connect(transport as Parameters<Client["connect"]>[0]);
      try {
        const listed = await client.listTools();
        assert.equal(listed.tools.length, OFFERED.length);
        const result = await client.callTool({ name: "get_vms", arguments: { limit: 1 } });
        const value = result.structuredContent as { vms: unknown[] };
        assert.equal(value.vms.length, 1);
        assert.equal(textOf(result), renderText(value));
      } finally {
        await client.close();
      }
    }
  },
  "initialize serves each older revision that a client asks for": async (site) => {
    for (const protocolVersion of ["2025-11-25", "2025-06-18", "2025-03-26"]) {
      const { status, json } = await site.post({
        jsonrpc: "2.0",
        id: 1,
        method: "initialize",
        params: { protocolVersion, capabilities: {}, clientInfo: ME },
      });
      assert.equal(status, 200);
      assert.equal(json.result.protocolVersion, protocolVersion);
      assert.equal(json.result.serverInfo.name, "proxmox-mcp");
    }
  },
  "plain requests need neither jsonrpc nor id": async (site) => {
    const { status, headers, json } = await site.post({ method: "tools/list" });
    assert.equal(status, 200);
    assert.match(headers.get("content-type") ?? "", /^application\/json/);
    assert.equal(json.jsonrpc, "2.0");
    assert.equal(json.id, null);
    assert.equal(json.result.tools.length, OFFERED.length);
    for (const id of [7, "seven"]) {
      const called = await site.post({ id, method: "tools/call", params: { name: "health" } });
      assert.equal(called.json.id, id);
      assert.equal(called.json.result.structuredContent.status, "ok");
    }
  },
  "GET and DELETE without a session are not allowed; an unknown session is not found": async (
    site,
  ) => {
    for (const method of ["GET", "DELETE"]) {
      const response = await fetch(site.url, { method, headers: site.headers() });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get("allow"), "POST");
      await response.body?.cancel();
    }
    const body = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    const headers = { ...site.headers(), "mcp-session-id": "unknown" };
    assert.equal((await site.post(body, headers)).status, 404);
  },
  "a session belongs to the token that opened it": async (site) => {
    const session = await site.openSession();
    const body = { jsonrpc: "2.0", id: 2, method: "tools/list" };
    assert.equal((await site.post(body, session)).status, 200);
    const other = { ...session, ...site.headers(site.tokens.user) };
    assert.equal((await site.post(body, other)).status, 404);
  },
};

function textOf(result: unknown): string {
  return (result as { content: { text: string }[] }).content[0]?.text ?? "";
}
