import assert from "node:assert/strict";
import type { Client } from "@modelcontextprotocol/client";
import { SessionIds } from "../../lib/mcp/session_ids.ts";
import { Site } from "../site.ts";
import { APPS, connectHost, PAGE_TYPE } from "../support/app_host.ts";
import { connectClient } from "../support/official_client.ts";
import { createLimitedToken } from "../tokens.ts";

const CLUSTER = "ui://proxmox-mcp/cluster";
const METRICS = "ui://proxmox-mcp/metrics";

/** The page that each tool names, of those that name one. */
async function pagesIn(client: Client): Promise<Record<string, unknown>> {
  const { tools } = await client.listTools();
  const pages = tools.map(({ name, _meta }) => [name, _meta?.ui as Record<string, unknown>]);
  return Object.fromEntries(pages.filter(([, ui]) => ui !== undefined));
}

Deno.test("only a client that shows pages is told of them", async (t) => {
  await using site = await Site.start();
  for (const mode of ["auto", "legacy"] as const) {
    await t.step(mode, async () => {
      await using host = await connected(await connectHost(site, mode));
      assert.deepEqual(await pagesIn(host.client), {
        get_attention: { resourceUri: CLUSTER },
        get_cluster_status: { resourceUri: CLUSTER },
        get_metrics: { resourceUri: METRICS },
        get_nodes: { resourceUri: CLUSTER },
      });
      const { tools } = await host.client.listTools();
      const destroys = tools.find(({ name }) => name === "delete_vm");
      assert.deepEqual(destroys?._meta, { "anthropic/requiresUserInteraction": true });
      const { resources } = await host.client.listResources();
      const listed = resources.filter(({ mimeType }) => mimeType === PAGE_TYPE);
      assert.deepEqual(listed.map(({ uri }) => uri), [CLUSTER, METRICS]);

      for (const extensions of [{}, { [APPS]: { mimeTypes: ["text/other"] } }]) {
        const plain = await connectClient(site, { mode, capabilities: { extensions } });
        await using _ = await connected(plain);
        assert.deepEqual(await pagesIn(plain), {});
        const { resources } = await plain.listResources();
        assert.deepEqual(resources.filter(({ uri }) => uri.startsWith("ui:")), []);
      }
    });
  }
});

function connected(client: Client) {
  return Promise.resolve({ client, [Symbol.asyncDispose]: () => client.close() });
}

Deno.test("a session's id tells that its client shows pages, however much else that says", async () => {
  const ids = new SessionIds({
    key: () => Promise.resolve(new Uint8Array(32)),
    now: () => new Date(),
  });
  const pages = { [APPS]: { mimeTypes: [PAGE_TYPE] } };
  const { sessionId } = await ids.create(1, {
    protocolVersion: "2025-11-25",
    capabilities: { extensions: { ...pages, other: { text: "x".repeat(5000) } } },
    clientInfo: { name: "test", version: "1" },
    toolsets: null,
  });
  assert.deepEqual((await ids.read(sessionId, 1))?.capabilities, { extensions: pages });
});

Deno.test("a page is the same for every token, loads nothing, and leaves no row", async () => {
  await using site = await Site.start();
  const before = (await site.trail.list({ limit: 10 })).length;
  const read = async (uri: string, token?: string) => {
    const params = { uri };
    const body = { jsonrpc: "2.0", id: 1, method: "resources/read", params };
    return (await site.post(body, site.headers(token))).json;
  };
  for (const uri of [CLUSTER, METRICS]) {
    const { result } = await read(uri);
    const [{ text, ...content }] = result.contents;
    assert.deepEqual(content, { uri, mimeType: PAGE_TYPE, _meta: { ui: { prefersBorder: true } } });
    assert.match(text, /^<!doctype html>/);
    const addresses: string[] = text.match(/\b\w+:\/\/[^"'\s]*/g) ?? [];
    assert.deepEqual(addresses.filter((each) => each !== "http://www.w3.org/2000/svg"), []);
    const limited = await createLimitedToken(site.store, { vmids: [] });
    assert.deepEqual((await read(uri, limited)).result, result);
  }
  assert.equal((await site.trail.list({ limit: 10 })).length, before);
  const { error } = await read("ui://proxmox-mcp/other");
  assert.match(error.message, /not found/i);
  assert.equal((await site.trail.list({ limit: 10 })).length, before + 1);
});
