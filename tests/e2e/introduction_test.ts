import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { metaOf } from "../support/meta.ts";
import { connectClient } from "../support/official_client.ts";

const SERVER_INFO = "io.modelcontextprotocol/serverInfo";
const META = metaOf();

/** The answer to a request of revision 2026-07-28. */
async function ask(site: Site, method: string, params: object = {}, name?: string) {
  const body = { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: META } };
  const { text } = await site.post(body, {
    ...site.headers(),
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...(name === undefined ? {} : { "mcp-name": name }),
  });
  return JSON.parse(text.slice(text.indexOf("{"))).result;
}

Deno.test("who connects is shown the server's icon, and no answer after that repeats it", async () => {
  await using site = await Site.start();
  for (const mode of ["auto", "legacy"] as const) {
    const client = await connectClient(site, { mode });
    const [icon] = client.getServerVersion()?.icons ?? [];
    assert.equal(icon?.mimeType, "image/svg+xml", mode);
    assert.match(await (await fetch(icon?.src ?? "")).text(), /^<svg .*<\/svg>$/);
    const { _meta } = await client.callTool({ name: "get_nodes", arguments: {} });
    assert.doesNotMatch(JSON.stringify(_meta ?? {}), /icons/);
    await client.close();
  }
});

Deno.test("lists may be used for a minute by who has them; what is read and called may not", async () => {
  await using site = await Site.start();
  const lists = ["tools/list", "prompts/list", "resources/list", "resources/templates/list"];
  for (const method of ["server/discover", ...lists]) {
    const { ttlMs, cacheScope } = await ask(site, method);
    assert.deepEqual([ttlMs, cacheScope], [60_000, "private"], method);
  }
  const uri = "pve://cluster";
  const read = await ask(site, "resources/read", { uri }, uri);
  assert.deepEqual([read.ttlMs, read.cacheScope], [0, "private"]);
  const name = "get_nodes";
  const called = await ask(site, "tools/call", { name, arguments: {} }, name);
  assert.equal(called.ttlMs, undefined);
  assert.equal(called._meta[SERVER_INFO].name, "proxmox-mcp");
  const { text } = await site.post(LIST, await site.openSession());
  assert.doesNotMatch(text, /ttlMs/, "older revisions know nothing of it");
});

const LIST = { jsonrpc: "2.0", id: 2, method: "tools/list" };
