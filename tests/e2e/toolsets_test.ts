import assert from "node:assert/strict";
import { Catalog } from "../../lib/mcp/catalog.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { isOnByDefault } from "../../lib/tool/policy.ts";
import { type Toolset, TOOLSETS } from "../../lib/tool/toolsets.ts";
import { EVERYTHING } from "../support/generated.ts";
import { Site } from "../site.ts";
import { cli } from "../support/cli.ts";
import { connectClient } from "../support/official_client.ts";
import { startPair } from "../support/pair.ts";
import { Pipe } from "../support/stdio.ts";
import { createLimitedToken } from "../tokens.ts";

const LIST = { jsonrpc: "2.0", id: 2, method: "tools/list" };

/** Names of the tools that stand in one of the toolsets of each choice, and those that lead to the others. */
function inAll(...choices: readonly Toolset[][]): string[] {
  return TOOLS.filter(isOnByDefault).filter(({ leadsToOthers, toolsets }) =>
    leadsToOthers || choices.every((choice) => choice.some((one) => toolsets.includes(one)))
  ).map(({ name }) => name);
}

function namesIn(result: { tools: readonly { name: string }[] }): string[] {
  return result.tools.map(({ name }) => name);
}

/** What curl is listed. */
async function listed(
  site: Site,
  { query = "", headers = {}, token = site.tokens.admin }: {
    query?: string;
    headers?: Record<string, string>;
    token?: string;
  } = {},
): Promise<string[]> {
  const response = await fetch(site.url + query, {
    method: "POST",
    headers: { ...site.headers(token), ...headers },
    body: '{"method":"tools/list"}',
  });
  return namesIn((await response.json()).result);
}

Deno.test("config, token and connection each narrow what is listed, and none what may be called", async () => {
  await using site = await Site.start({ config: { tools: { toolsets: ["backups", "guests"] } } });
  const token = await createLimitedToken(site.store, { toolsets: ["backups", "storage"] });
  assert.deepEqual(await listed(site), inAll(["backups", "guests"]));
  const both = inAll(["backups", "guests"], ["backups", "storage"]);
  assert.deepEqual(await listed(site, { token }), both);
  const query = "?toolsets=guests,network";
  assert.deepEqual(await listed(site, { query }), inAll(["guests"]));
  assert.deepEqual(
    await listed(site, { query, token }),
    inAll(["backups", "guests"], ["backups", "storage"], ["guests", "network"]),
  );
  const hidden = await site.call("get_sdn", {}, { token });
  assert.equal(hidden.isError, false, hidden.text);
  const one = await fetch(`${site.url}${query}`, {
    method: "POST",
    headers: site.headers(token),
    body: '{"method":"tools/call","params":{"name":"get_nodes","arguments":{}}}',
  });
  assert.equal((await one.json()).result.isError ?? false, false);
});

Deno.test("a connection chooses by its address or by a header, in every way of naming several", async () => {
  await using site = await Site.start();
  const two = inAll(["backups", "network"]);
  for (
    const asked of [
      { query: "?toolsets=backups,network" },
      { query: "?toolsets=network&toolsets=backups" },
      { query: "?toolsets=%20backups%20,network,,backups" },
      { headers: { "x-mcp-toolsets": "backups, network" } },
      { query: "?toolsets=backups,network", headers: { "x-mcp-toolsets": "guests" } },
    ]
  ) {
    assert.deepEqual(await listed(site, asked), two, JSON.stringify(asked));
  }
  const all = await listed(site);
  assert.deepEqual(await listed(site, { query: "?toolsets=" }), all);
  assert.ok(all.length > 70);
});

Deno.test("a toolset that there is not is an error that lists those that there are", async () => {
  await using site = await Site.start();
  const there = "there are core, guests, backups, storage, cluster, network, api";
  const message = `Invalid request: there is no toolset "backup": ${there}`;
  const body = '{"method":"tools/call","params":{"name":"get_nodes"}}';
  const headers = { ...site.headers(), accept: "application/json, text/event-stream" };
  for (
    const [url, init] of [
      [`${site.url}?toolsets=core,backup`, { method: "POST", headers, body }],
      [`${site.url}/sse?toolsets=backup`, { headers }],
      [site.url, { method: "POST", headers: { ...headers, "x-mcp-toolsets": "backup" }, body }],
    ] as const
  ) {
    const response = await fetch(url, init);
    assert.equal(response.status, 400);
    assert.deepEqual((await response.json()).error, { code: -32600, message });
  }
  const rows = await site.trail.list({ tool: "get_nodes" });
  assert.deepEqual(
    rows.map(({ outcome, error }) => [outcome, error]),
    [1, 2].map(() => ["invalid", `Cannot call get_nodes: ${message}`]),
  );
  const long = await fetch(`${site.url}?toolsets=${"x".repeat(2_000)}`, {
    method: "POST",
    headers,
    body: JSON.stringify(LIST),
  });
  assert.ok((await long.json()).error.message.length < 250);
});

Deno.test("a session keeps what its opening chose, on another instance too", async () => {
  await using pair = await startPair();
  const { first, second } = pair;
  const two = inAll(["backups", "api"]);
  const accept = "application/json, text/event-stream";
  const opened = await fetch(`${first.url}?toolsets=backups,api`, {
    method: "POST",
    headers: { ...first.headers(), accept },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "test", version: "1" },
      },
    }),
  });
  await opened.text();
  const session = {
    ...first.headers(),
    accept,
    "mcp-session-id": opened.headers.get("mcp-session-id") ?? "",
  };
  for (const site of [first, second]) {
    for (const query of ["", "?toolsets=network"]) {
      const response = await fetch(site.url + query, {
        method: "POST",
        headers: session,
        body: JSON.stringify(LIST),
      });
      const text = await response.text();
      assert.deepEqual(namesIn(JSON.parse(text.slice(text.indexOf("{"))).result), two);
    }
  }
});

Deno.test("the older transport, today's client and standard input choose too", async () => {
  await using site = await Site.start();
  const network = inAll(["network"]);
  const stream = await fetch(`${site.url}/sse?toolsets=network`, { headers: site.headers() });
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  const { value: first = "" } = await reader.read();
  const endpoint = /data: (\S+)/.exec(first)?.[1];
  const posted = await fetch(site.root + endpoint, {
    method: "POST",
    headers: site.headers(),
    body: JSON.stringify(LIST),
  });
  await posted.text();
  let told = "";
  while (!told.endsWith("\n\n")) told += (await reader.read()).value ?? "";
  await reader.cancel();
  assert.deepEqual(namesIn(JSON.parse(told.slice(told.indexOf("{"))).result), network);

  const client = await connectClient(site, { url: `${site.url}?toolsets=network` });
  assert.deepEqual(namesIn(await client.listTools()), network);
  await client.close();

  await using pipe = await Pipe.open(site, { toolsets: ["network"] });
  await pipe.initialize();
  assert.deepEqual(namesIn((await pipe.ask("tools/list")).result), network);
});

Deno.test("lists tell what tools answer where the config says so, else where they leave out no tool", () => {
  const viewer = { scope: "admin", limits: null } as const;
  for (
    const [output_schemas, whole, narrowed] of [
      [null, true, false],
      [true, true, true],
      [false, false, false],
    ] as const
  ) {
    const catalog = new Catalog(TOOLS, { ...EVERYTHING, output_schemas });
    for (const [toolsets, told] of [[null, whole], [["core"], narrowed]] as const) {
      const { tools, result } = catalog.visibleTo({ ...viewer, toolsets }, () => true);
      for (const tool of tools) assert.equal("outputSchema" in tool, told, tool.name);
      assert.deepEqual(JSON.parse(result), { tools });
    }
  }
});

Deno.test("what connections choose is not kept, and takes no other's place among what is", () => {
  const catalog = new Catalog(TOOLS, EVERYTHING);
  const able = () => true;
  const admin = { scope: "admin", limits: null } as const;
  const show = (toolsets: readonly string[]) => catalog.visibleTo({ ...admin, toolsets }, able);
  for (let subset = 1; subset < 128; subset++) {
    const chosen = TOOLSETS.filter((_, bit) => subset >> bit & 1);
    assert.notEqual(show(chosen), show(chosen), "it is made anew");
    assert.deepEqual(JSON.parse(show(chosen).result).tools, show(chosen).tools);
  }
  const kept = () => catalog.visibleTo({ scope: "user", limits: null, toolsets: null }, able);
  assert.equal(kept(), kept(), "and there is still a place for who chooses nothing");
});

Deno.test("commands refuse toolsets that there are not, and show those of a token", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  const config = (tools: object) =>
    Deno.writeTextFile(
      file,
      JSON.stringify({
        proxmox: { host: "127.0.0.1" },
        auth: { user: "a@pve", token_name: "t", token_value: "00000000-0000" },
        database: { url: `sqlite:${file}.db` },
        tools,
      }),
    );
  const run = (...args: string[]) => cli([...args, "--config", file]);
  await config({});
  await run("migrate");
  await run("user", "create", "ayse", "--superuser");
  const create = ["token", "create", "--user", "ayse", "--name", "x", "--permission", "read"];
  const refused = await run(...create, "--toolset", "core,backup");
  assert.equal(refused.status, 2);
  assert.match(refused.err, /there is no toolset "backup": there are core, guests, backups/);
  const made = await run(...create, "--toolset", "core", "--toolset", "backups");
  assert.equal(made.status, 0, made.err);
  assert.match((await run("token", "list")).out, /toolset core,backups$/m);
  const [token] = JSON.parse((await run("token", "list", "--json")).out);
  assert.deepEqual(token.limits.toolsets, ["core", "backups"]);

  const shown = JSON.parse((await run("tools", "--toolset", "api", "--json")).out);
  const api = TOOLS.filter((tool) => tool.toolsets.includes("api")).map(({ name }) => name);
  assert.deepEqual(shown.map(({ name }: { name: string }) => name), api);
  assert.deepEqual(shown[0].toolsets, ["api"]);
  await config({ toolsets: ["core", "nets"] });
  const wrong = await run("serve");
  assert.match(wrong.err, /Cannot use tools\.toolsets: there is no toolset "nets": there are core/);
  assert.equal(wrong.status, (await (await config({ deny: ["nets"] }), run("serve"))).status);
  await config({ toolsets: [] });
  assert.match((await run("serve")).err, /tools\.toolsets must not be empty/);
  for (const path of [file, `${file}.db`]) await Deno.remove(path);
});
