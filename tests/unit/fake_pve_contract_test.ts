import assert from "node:assert/strict";
import { type FakePve, startFakePve } from "../fake_pve.ts";
import { answerComplaint } from "../fake_pve/answers.ts";
import { type ApiMethod, contract, type Schema } from "../fake_pve/contract.ts";
import { handlers } from "../fake_pve/routes.ts";

async function ask(pve: FakePve, line: string): Promise<{ status: number; json: unknown }> {
  const [method = "GET", path = "/"] = line.split(" ");
  const { user, name, value } = pve.token;
  const client = Deno.createHttpClient({ caCerts: [pve.caPem] });
  const response = await fetch(`${pve.url}/api2/json${path}`, {
    client,
    method,
    headers: { authorization: `PVEAPIToken=${user}!${name}=${value}` },
  });
  const json = await response.json();
  client.close();
  return { status: response.status, json };
}

Deno.test("an answer that the contract does not allow is a 500, and closing tells it", async () => {
  const pve = await startFakePve();
  const node = pve.state.nodes.get("pve1");
  assert.ok(node);
  Object.assign(node, { cpus: "many" });
  const fault =
    'GET /api2/json/nodes: the answer does not fit the contract: [].maxcpu is no integer: "many"';
  assert.deepEqual(await ask(pve, "GET /nodes"), {
    status: 500,
    json: { data: null, message: `simulator fault: ${fault}\n` },
  });
  await assert.rejects(pve.close(), { message: `simulator fault: ${fault}\n` });
});

Deno.test("an error in a handler is told by closing too, without its stack", async () => {
  const pve = await startFakePve();
  Object.assign(pve.state, { pools: undefined });
  const { json } = await ask(pve, "GET /pools");
  assert.doesNotMatch(JSON.stringify(json), /\.ts/);
  await assert.rejects(pve.close(), {
    message: /^simulator fault: GET \/api2\/json\/pools: .*\n$/,
  });
});

Deno.test("a mistake in a task is told by closing too", async () => {
  const pve = await startFakePve({ taskPolls: 0 });
  Object.assign(pve.state.guests.get(101) ?? {}, { agent: undefined, status: "running" });
  await ask(pve, "POST /nodes/pve1/qemu/101/status/stop");
  await assert.rejects(pve.close(), { message: /^simulator fault: task qmstop: .*\n$/ });
});

Deno.test("answers are held to types, enumerations, what must be there and what may be there", () => {
  const returns: Schema = {
    type: "object",
    additionalProperties: 0,
    properties: {
      state: { type: "string", enum: ["on", "off"] },
      rows: { type: "array", optional: 1, items: { type: "object", properties: {} } },
      active: { type: "boolean", optional: 1 },
      "net[n]": { type: "string", optional: 1 },
    },
  };
  const api = { method: "GET", path: "/x", returns } as ApiMethod;
  const fits = { state: "on", rows: [{ any: 1 }], active: 0, net31: "x", absent: undefined };
  assert.equal(answerComplaint(api, fits), undefined);
  const wrong: [unknown, string][] = [
    [[], "the answer is no object: []"],
    [{}, "state is missing"],
    [{ state: "of" }, 'state is none of on, off: "of"'],
    [{ state: null }, "state is no string: null"],
    [{ state: "on", rows: [1] }, "rows[] is no object: 1"],
    [{ state: "on", active: true }, "active is no boolean: true"],
    [{ state: "on", net32: "x" }, "net32 is not described"],
  ];
  for (const [data, complaint] of wrong) assert.equal(answerComplaint(api, data), complaint);
});

Deno.test("what is recorded goes before what is described", () => {
  const api = contract().find("GET", "/cluster/nextid")?.api;
  assert.ok(api);
  assert.equal(answerComplaint(api, "102"), undefined);
  assert.equal(answerComplaint(api, 102), "the answer is no string: 102");
});

Deno.test("methods without a handler are answered by the contract", async () => {
  await using pve = await startFakePve();
  const data = async (line: string) => (await ask(pve, line)).json as { data: unknown };
  assert.deepEqual(await data("GET /cluster/jobs"), {
    data: [{ subdir: "realm-sync" }, { subdir: "schedule-analyze" }],
  });
  assert.deepEqual(await data("GET /cluster/metrics/server/m1"), { data: {} });
  assert.deepEqual(await data("PUT /nodes/pve1/qemu/100/cloudinit"), { data: null });
  const { data: upid } = await data("POST /nodes/pve1/startall");
  assert.match(String(upid), /^UPID:pve1:[0-9A-F:]+:startall::root@pam!mcp:$/);
  assert.equal(pve.state.tasks.at(-1)?.exitstatus, "OK");
  const refused = ["GET /nodes/pve9/hosts", "GET /nodes/pve1/qemu/999/agent/get-time"];
  for (const line of refused) assert.equal((await ask(pve, line)).status, 500, line);
  assert.equal((await ask(pve, "GET /nodes/pve1/hosts?colour=red")).status, 400);
});

Deno.test("every method can be answered as its contract says", async () => {
  await using pve = await startFakePve();
  const values: Record<string, string> = { node: "pve1", vmid: "100", storage: "local" };
  // Asks for a privilege on a node, which is none of its parameters.
  const impossible = "/cluster/acme/meta";
  const reads = contract().methods.filter(({ method, path, parameters }) =>
    method === "GET" && path !== impossible && !path.includes("/lxc/") &&
    !(`${method} ${path}` in handlers) &&
    Object.entries(parameters).every(([name, schema]) =>
      path.includes(`{${name}}`) ? name in values : schema.optional
    )
  );
  assert.ok(reads.length > 100);
  for (const { path, permissions } of reads) {
    const url = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
    const { status, json } = await ask(pve, `GET ${url}`);
    const rootOnly = !permissions.user && !permissions.check;
    assert.equal(status, rootOnly ? 403 : 200, `${path}: ${JSON.stringify(json)}`);
  }
});

Deno.test("handles nothing that its contract does not know", () => {
  const known = new Set(contract().methods.map((one) => `${one.method} ${one.path}`));
  assert.deepEqual(Object.keys(handlers).filter((name) => !known.has(name)), []);
});
