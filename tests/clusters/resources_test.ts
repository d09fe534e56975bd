import assert from "node:assert/strict";
import type { Site } from "../site.ts";
import { createLimitedToken } from "../tokens.ts";
import { twoClusters } from "./sites.ts";

async function ask(
  site: Site,
  method: string,
  { token = site.tokens.admin, ...params }: Record<string, unknown> & { token?: string } = {},
  // deno-lint-ignore no-explicit-any -- each test knows the shape it asks for
): Promise<any> {
  const { json } = await site.post(
    { jsonrpc: "2.0", id: 1, method, params },
    site.headers(token),
  );
  return json.result ?? json.error;
}

const read = async (site: Site, uri: string, token?: string) =>
  await ask(site, "resources/read", { uri, ...(token ? { token } : {}) });

const choices = async (
  site: Site,
  { ref, name, given = {}, token }: {
    ref: Record<string, string>;
    name: string;
    given?: Record<string, string>;
    token?: string;
  },
) =>
  (await ask(site, "completion/complete", {
    ...{ ref, argument: { name, value: "" }, context: { arguments: given } },
    ...(token ? { token } : {}),
  })).completion.values;

Deno.test("addresses of resources begin with their cluster, where there are several", async () => {
  await using site = await twoClusters();
  const { resources } = await ask(site, "resources/list");
  assert.deepEqual(resources.map(({ uri }: { uri: string }) => uri), [
    ...["pve://default/cluster", "pve://default/attention"],
    ...["pve://dc2/cluster", "pve://dc2/attention"],
  ]);
  const { resourceTemplates } = await ask(site, "resources/templates/list");
  const templates = resourceTemplates.map(({ uriTemplate }: { uriTemplate: string }) =>
    uriTemplate
  );
  assert.ok(templates.includes("pve://{cluster}/guests/{vmid}"));
  assert.ok(templates.includes("pve://{cluster}/cluster"));
  for (const cluster of ["default", "dc2"]) {
    const { contents: [{ text }] } = await read(site, `pve://${cluster}/guests/100`);
    assert.equal(JSON.parse(text).cluster, cluster);
  }
  const { contents: [{ text }] } = await read(site, "pve://guests/1003");
  assert.equal(JSON.parse(text).cluster, "dc2");
  const [row] = await site.trail.list({ tool: "get_guest", clusters: ["default"] });
  assert.match(row?.arguments ?? "", /pve:\/\/default\/guests\/100/);
});

Deno.test("a resource of a cluster out of reach is told as one that there is not", async () => {
  await using site = await twoClusters();
  const token = await createLimitedToken(site.store, { clusters: ["dc2"] });
  const told = async (uri: string) =>
    JSON.stringify(await read(site, uri, token)).replaceAll(uri, "…");
  assert.equal(await told("pve://default/guests/100"), await told("pve://dc9/guests/100"));
  const { contents: [{ text }] } = await read(site, "pve://guests/100", token);
  assert.equal(JSON.parse(text).vmid, 100);
  const { resources } = await ask(site, "resources/list", { token });
  assert.equal(resources[0].uri, "pve://cluster");
});

Deno.test("variables are completed with what all clusters have, or the one that is given", async () => {
  await using site = await twoClusters();
  const ref = { type: "ref/resource", uri: "pve://{cluster}/nodes/{node}" };
  assert.deepEqual(await choices(site, { ref, name: "cluster" }), ["dc2", "default"]);
  assert.deepEqual(await choices(site, { ref, name: "node" }), ["pve1", "pve2", "pve3", "pve4"]);
  const given = { cluster: "default" };
  assert.deepEqual(await choices(site, { ref, name: "node", given }), ["pve1", "pve2", "pve3"]);
  const prompt = { type: "ref/prompt", name: "why_slow" };
  assert.deepEqual(await choices(site, { ref: prompt, name: "cluster" }), ["dc2", "default"]);
  const guests = await choices(site, { ref: prompt, name: "guest" });
  assert.ok(guests.includes("1003"));
  const token = await createLimitedToken(site.store, { clusters: ["default"] });
  const one = { type: "ref/resource", uri: "pve://nodes/{node}" };
  assert.deepEqual(await choices(site, { ref: one, name: "node", token }), [
    "pve1",
    "pve2",
    "pve3",
  ]);
});

Deno.test("a prompt may be about one of several clusters", async () => {
  await using site = await twoClusters();
  const { prompts } = await ask(site, "prompts/list");
  for (const { arguments: all } of prompts) {
    assert.ok(
      all.some(({ name, required }: { name: string; required: boolean }) =>
        name === "cluster" && !required
      ),
    );
  }
  const text = async (args: Record<string, string>) =>
    (await ask(site, "prompts/get", { name: "triage_cluster", arguments: args }))
      .messages[0].content.text;
  assert.match(await text({ cluster: "dc2" }), /cluster dc2/);
  assert.doesNotMatch(await text({}), /dc2/);
});

Deno.test("the description of the tools tells of clusters wherever it is read", async () => {
  await using site = await twoClusters();
  const { tools } = await ask(site, "tools/list");
  // deno-lint-ignore no-explicit-any -- JSON Schema
  const byName = new Map<string, any>(tools.map((tool: { name: string }) => [tool.name, tool]));
  const names = { type: "string", enum: ["default", "dc2"] };
  assert.deepEqual(byName.get("start_vm").inputSchema.properties.cluster, names);
  assert.equal(byName.get("start_vm").inputSchema.required.includes("cluster"), false);
  assert.equal(byName.get("get_plans").inputSchema.properties.cluster, undefined);
  assert.match(
    byName.get("get_vms").outputSchema.properties.vms.items.description,
    /^With cluster,/,
  );
  assert.ok(byName.get("health").outputSchema.properties.clusters);
  const told = await site.call("describe_tool", { name: "get_vms" });
  assert.deepEqual(told.value.input_schema.properties.cluster, names, told.text);
  const answer = await fetch(`${site.root}/openapi.json`, { headers: site.headers() });
  const { paths } = await answer.json();
  const schema = (path: string) => paths[path].post.requestBody.content["application/json"].schema;
  assert.deepEqual(schema("/api/start_vm").properties.cluster.anyOf[0], names);
  const rest = await fetch(`${site.root}/api/get_guest`, {
    method: "POST",
    headers: site.headers(),
    body: JSON.stringify({ vmid: 100, cluster: "dc2" }),
  });
  assert.deepEqual([rest.status, (await rest.json()).cluster], [200, "dc2"]);
});
