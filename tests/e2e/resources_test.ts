import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { createLimitedToken } from "../tokens.ts";

async function ask(
  site: Site,
  { method, params = {}, token = site.tokens.admin }: {
    method: string;
    params?: object;
    token?: string;
  },
  // deno-lint-ignore no-explicit-any -- each test knows the shape it asks for
): Promise<any> {
  const body = { jsonrpc: "2.0", id: 1, method, params };
  return (await site.post(body, site.headers(token))).json;
}

async function read(site: Site, uri: string, token?: string) {
  const params = { uri };
  return await ask(site, { method: "resources/read", params, ...(token ? { token } : {}) });
}

async function choices(
  site: Site,
  { uri, name, value = "", given = {}, token }: {
    uri: string;
    name: string;
    value?: string;
    given?: Record<string, string>;
    token?: string;
  },
): Promise<string[]> {
  const params = {
    ref: { type: "ref/resource", uri },
    argument: { name, value },
    context: { arguments: given },
  };
  const method = "completion/complete";
  const { result } = await ask(site, { method, params, ...(token ? { token } : {}) });
  return result.completion.values;
}

Deno.test("each resource is what its tool answers, and leaves a row that names it", async () => {
  await using site = await Site.start();
  const started = await site.call("start_vm", { vmid: 101 });
  const { upid } = started.value;
  const storages = (await site.call("get_storage", { node: "pve1" })).value.storages;
  const cases: [uri: string, tool: string, args: Record<string, unknown>][] = [
    ["pve://cluster", "get_cluster_status", {}],
    ["pve://attention", "get_attention", {}],
    ["pve://nodes/pve1", "get_node_status", { node: "pve1" }],
    ["pve://guests/100", "get_guest", { vmid: "100" }],
    ["pve://guests/100/config", "get_guest_config", { vmid: "100" }],
    [`pve://tasks/${encodeURIComponent(upid)}`, "get_task", { upid }],
  ];
  for (const [uri, tool, args] of cases) {
    const { result } = await read(site, uri);
    const [{ text, ...held }] = result.contents;
    assert.deepEqual(held, { uri, mimeType: "application/json" });
    const told = (await site.call(tool, args)).value;
    assert.deepEqual(Object.keys(JSON.parse(text)), Object.keys(told), uri);
  }
  const { result } = await read(site, "pve://storage/pve1/local");
  const local = storages.find(({ storage }: { storage: string }) => storage === "local");
  assert.deepEqual(JSON.parse(result.contents[0].text), local);
  const rows = await site.trail.list({ tool: "get_node_status" });
  const kept = rows.map((row) => JSON.parse(row.arguments));
  assert.ok(kept.some(({ resource, node }) => resource === "pve://nodes/pve1" && node === "pve1"));
});

Deno.test("what there is not and what is out of reach are answered alike", async () => {
  await using site = await Site.start();
  const token = await createLimitedToken(site.store, {
    vmids: [{ from: 100, to: 100 }],
    nodes: ["pve1"],
  });
  const told = async (uri: string) => {
    const { error } = await read(site, uri, token);
    return { ...error, message: error.message.replaceAll(uri, "…"), data: Object.keys(error.data) };
  };
  const absent = { code: -32602, message: "Resource not found: …", data: ["uri"] };
  const addresses = [
    ...["pve://guests/101", "pve://guests/9999", "pve://guests/101/config", "pve://guests/no-such"],
    ...[
      "pve://nodes/pve2",
      "pve://nodes/pve9",
      "pve://storage/pve2/local",
      "pve://storage/pve1/no",
    ],
    ...["pve://attention", "pve://elsewhere", "pve://nodes/%zz", "file:///etc/passwd"],
  ];
  for (const uri of addresses) assert.deepEqual(await told(uri), absent, uri);
  assert.ok((await read(site, "pve://guests/100", token)).result);
  const rows = await site.trail.list({});
  for (const uri of addresses) {
    assert.equal(rows.filter((row) => JSON.parse(row.arguments).resource === uri).length, 1, uri);
  }
});

Deno.test("resources are listed to who may read them", async () => {
  await using site = await Site.start();
  const token = await createLimitedToken(site.store, { nodes: ["pve1"], toolsDeny: ["get_task"] });
  const list = async (method: string, token: string) => (await ask(site, { method, token })).result;
  const uris = async (token: string) => [
    ...(await list("resources/list", token)).resources.map(({ uri }: { uri: string }) => uri),
    ...(await list("resources/templates/list", token)).resourceTemplates
      .map(({ uriTemplate }: { uriTemplate: string }) => uriTemplate),
  ];
  const some = [
    ...["pve://cluster", "pve://nodes/{node}", "pve://guests/{vmid}"],
    ...["pve://guests/{vmid}/config", "pve://storage/{node}/{storage}"],
  ];
  assert.deepEqual((await uris(token)).toSorted(), some.toSorted());
  assert.deepEqual(
    (await uris(site.tokens.user)).toSorted(),
    [...some, "pve://attention", "pve://tasks/{upid}"].toSorted(),
  );
});

Deno.test("variables are completed with what is within reach", async () => {
  await using site = await Site.start();
  const token = await createLimitedToken(site.store, {
    vmids: [{ from: 100, to: 101 }],
    nodes: ["pve1"],
    toolsDeny: ["get_guest_config"],
  });
  const vmid = { uri: "pve://guests/{vmid}", name: "vmid" };
  const node = { uri: "pve://nodes/{node}", name: "node" };
  const storage = {
    uri: "pve://storage/{node}/{storage}",
    name: "storage",
    given: { node: "pve1" },
  };
  assert.deepEqual(await choices(site, { ...node, value: "PVE" }), ["pve1", "pve2", "pve3"]);
  assert.deepEqual(await choices(site, { ...node, token }), ["pve1"]);
  const [numbers, own] = await Promise.all([
    choices(site, { ...vmid, value: "1" }),
    choices(site, { ...vmid, value: "1", token }),
  ]);
  assert.ok(numbers.length > own.length && own.every((each) => ["100", "101"].includes(each)));
  assert.ok((await choices(site, { ...storage, value: "loc" })).includes("local"));
  assert.deepEqual(await choices(site, { ...storage, given: { node: "pve2" }, token }), []);
  assert.deepEqual(
    await choices(site, { uri: "pve://guests/{vmid}/config", name: "vmid", token }),
    [],
  );
  assert.deepEqual(await choices(site, { ...node, name: "vmid" }), []);
  await site.call("start_vm", { vmid: 101 });
  const tasks = await choices(site, { uri: "pve://tasks/{upid}", name: "upid", value: "upid:" });
  assert.ok(tasks.length > 0 && tasks.every((upid) => upid.startsWith("UPID:")));
});

Deno.test("a method that no text can be made of is no request", async () => {
  await using site = await Site.start();
  const { status, json } = await site.post({ jsonrpc: "2.0", id: 1, method: { toString: 1 } });
  assert.deepEqual([status, json.error.code], [400, -32600]);
});
