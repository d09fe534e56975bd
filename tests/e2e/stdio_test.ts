import assert from "node:assert/strict";
import fc from "fast-check";
import { messageOf } from "../../lib/errors.ts";
import { redactText } from "../../lib/log/redact.ts";
import { OpenRequests } from "../../lib/mcp/stdio/open_requests.ts";
import { Site } from "../site.ts";
import { metaOf } from "../support/meta.ts";
import { Pipe } from "../support/stdio.ts";
import { until } from "../support/until.ts";
import { createAuthenticatedToken, NO_LIMITS } from "../tokens.ts";
import { OFFERED } from "../support/offered.ts";

const MIB = 1024 * 1024;
const LIMIT = 64 * 1024;

function siteWithShortLines(): Promise<Site> {
  return Site.start({ config: { server: { max_body_bytes: LIMIT } } });
}

Deno.test("stdio serves a client beside a server on the same database, with rows of its own", async () => {
  await using site = await Site.start();
  await using pipe = await Pipe.open(site);
  const { result } = await pipe.initialize();
  assert.equal(result.protocolVersion, "2025-11-25");
  const listed = await pipe.ask("tools/list");
  assert.equal(listed.result.tools.length, OFFERED.length);
  const started = await pipe.call("start_vm", { vmid: 101 });
  assert.equal(started.result.structuredContent.exit_status, "OK");
  await site.call("get_nodes");
  const rows = await site.trail.list({ tool: "start_vm" });
  assert.deepEqual(
    rows.map((
      { door, user, tokenId, address, outcome },
    ) => [door, user, tokenId, address, outcome]),
    [["stdio", "local:ada", null, "127.0.0.1", "ok"]],
  );
  assert.equal((await site.trail.list({ tool: "get_nodes" }))[0]?.door, "curl");
});

Deno.test("stdio gives a local client the scope that it was started with", async () => {
  await using site = await Site.start();
  const speaker = { kind: "local", user: "local:ada", scope: "user" } as const;
  await using pipe = await Pipe.open(site, { speaker });
  await pipe.initialize();
  const refused = await pipe.call("start_vm", { vmid: 101 });
  assert.match(refused.result.content[0].text, /required scope \(write\)/);
  const [row] = await site.trail.list({ limit: 1 });
  assert.deepEqual([row?.door, row?.outcome], ["stdio", "denied"]);
});

Deno.test("stdio answers what is no message and goes on", async () => {
  await using site = await siteWithShortLines();
  await using pipe = await Pipe.open(site);
  const parse = "Parse error: the line is not JSON";
  const request = "Invalid request: the line is no JSON object";
  const form = "Invalid request: a JSON-RPC request has a method, and its params are an object";
  const cases: [string | Uint8Array, number, string][] = [
    ["garbage\n", -32700, parse],
    ['{"jsonrpc":"2.0"\n', -32700, parse],
    [new Uint8Array([0x22, 0xff, 0xfe, 0x22, 0x0a]), -32700, "Parse error: the line is not UTF-8"],
    ["42\n", -32600, request],
    ["[]\n", -32600, request],
    [`[${"1,".repeat(20)}1]\n`, -32600, "Invalid request: a batch holds at most 20 messages"],
    ['{"id":7}\n', -32600, form],
    [`${" ".repeat(LIMIT + 1)}\n`, -32000, `Line too long: the limit is ${LIMIT} bytes`],
    [`${"[".repeat(65)}\n`, -32600, "Invalid request: the line nests deeper than 64"],
  ];
  for (const [sent, code, message] of cases) {
    const before = pipe.lines.length;
    await pipe.send(sent);
    await until(() => pipe.lines.length > before);
    assert.deepEqual(pipe.messages.at(-1)?.error, { code, message });
  }
  assert.ok((await pipe.initialize()).result);
});

Deno.test("stdio keeps nothing of a line that is too long", async () => {
  await using site = await siteWithShortLines();
  await using pipe = await Pipe.open(site);
  const part = new Uint8Array(MIB).fill(0x61);
  const before = Deno.memoryUsage().external;
  for (let sent = 0; sent < 64; sent++) await pipe.send(part);
  assert.ok(Deno.memoryUsage().external - before < 32 * MIB);
  assert.equal(pipe.lines.length, 0, "told before its end");
  await pipe.send("\n");
  assert.equal((await pipe.answer(null)).error.code, -32000);
  assert.ok((await pipe.initialize()).result);
});

Deno.test("stdio reads lines however they are cut, ended and begun", async () => {
  await using site = await Site.start();
  await using pipe = await Pipe.open(site);
  const line = JSON.stringify({ jsonrpc: "2.0", id: "ü1", method: "ping" });
  const bytes = new TextEncoder().encode(`\uFEFF${line}\r\n\n  \r\n`);
  for (const byte of bytes) await pipe.send(new Uint8Array([byte]));
  assert.deepEqual((await pipe.answer("ü1")).result, {});
  await pipe.send(line.replace("ü1", "2") + "\n" + line.replace("ü1", "3") + "\n");
  assert.deepEqual((await pipe.answer("2")).result, {});
  assert.deepEqual((await pipe.answer("3")).result, {});
  await pipe.send(line.replace("ü1", "4"));
  await pipe.end();
  await pipe.server.finished;
  assert.deepEqual((await pipe.answer("4")).result, {});
  assert.equal(pipe.lines.length, 4);
});

Deno.test("stdio answers a batch in one line", async () => {
  await using site = await Site.start();
  await using pipe = await Pipe.open(site);
  await pipe.initialize();
  const call = { name: "get_next_vmid", arguments: {} };
  await pipe.send([
    { jsonrpc: "2.0", id: "a", method: "tools/call", params: call },
    { jsonrpc: "2.0", method: "notifications/initialized" },
    { jsonrpc: "2.0", id: "b", method: "nonsense" },
    { jsonrpc: "2.0", id: "c", method: "tools/call", params: { name: 5 } },
    "no message",
  ]);
  await until(() => pipe.lines.length === 2);
  const answers = pipe.messages[1] as { id: unknown; result?: object; error?: { code: number } }[];
  const told = Object.fromEntries(
    answers.map(({ id, error }) => [String(id), error?.code ?? "ok"]),
  );
  assert.deepEqual(told, { a: "ok", b: -32601, c: -32602, null: -32600 });
  const rows = await site.trail.list({ limit: 5 });
  assert.deepEqual(rows.map(({ tool, outcome }) => `${tool} ${outcome}`).toSorted(), [
    " invalid",
    "get_next_vmid ok",
  ]);
});

Deno.test("stdio stands any input: each line that comes out is JSON-RPC, and it goes on", async () => {
  await using site = await siteWithShortLines();
  await using pipe = await Pipe.open(site);
  await pipe.initialize();
  const member = fc.oneof(
    fc.json(),
    fc.string({ unit: "binary" }),
    fc.record({
      jsonrpc: fc.constantFrom("2.0", "1.0", 2),
      id: fc.oneof(fc.integer(), fc.string(), fc.constant(null)),
      method: fc.constantFrom("tools/call", "ping", "tools/list", "notifications/cancelled", 7),
      params: fc.oneof(fc.jsonValue(), fc.record({ requestId: fc.jsonValue(), name: fc.string() })),
    }, { requiredKeys: [] }).map((message) => JSON.stringify(message)),
  );
  const junk = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(member, { maxLength: 4 }).map((lines) => new TextEncoder().encode(lines.join("\n"))),
    fc.array(member, { maxLength: 3 }).map((all) => new TextEncoder().encode(`[${all.join()}]\n`)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(junk, { maxLength: 5 }), async (parts) => {
      for (const part of parts) await pipe.send(part);
      await pipe.send("\n");
      const { result } = await pipe.ask("ping");
      assert.deepEqual(result, {});
    }),
    { numRuns: 25 },
  );
  for (const message of pipe.messages.flat()) assert.equal(message.jsonrpc, "2.0");
});

Deno.test("stdio gives a token's client what the token has, until it is revoked", async () => {
  await using site = await Site.start();
  const now = () => new Date();
  const limits = { ...NO_LIMITS, vmids: [{ from: 100, to: 109 }] };
  const token = await createAuthenticatedToken(site.store, {
    username: "ada",
    permission: "write",
    now,
    limits,
  });
  await using pipe = await Pipe.open(site, { speaker: { kind: "token", token } });
  assert.match(pipe.server.speaker, /^ada \(token \d+, scope write\)$/);
  await pipe.initialize();
  assert.equal((await pipe.call("start_vm", { vmid: 110 })).result._meta.code, "not_found");
  assert.equal((await pipe.call("stop_vm", { vmid: 101 })).result._meta.code, "forbidden");
  site.fake.state.taskPolls = Infinity;
  const waiting = await pipe.begin("tools/call", { name: "start_vm", arguments: { vmid: 101 } });
  await until(async () => (await site.trail.list({ outcome: "intent" })).length === 1);
  const [record] = (await site.store.listTokens()).slice(-1);
  assert.ok(record);
  await site.store.revokeToken(record.id);
  assert.equal((await pipe.answer(waiting)).result.isError, true);
  const [row] = await site.trail.list({ limit: 1 });
  assert.deepEqual([row?.tool, row?.outcome, row?.tokenId], ["start_vm", "cancelled", record.id]);
  const refused = await pipe.ask("tools/list");
  assert.deepEqual(refused.error, {
    code: -32001,
    message: "Authentication required. Provide a valid token.",
  });
  await pipe.call("get_vms");
  assert.equal(pipe.logged.filter((line) => line.includes("Login failed")).length, 1);
});

Deno.test("stdio refuses to start for a token that is not good, and says why", async () => {
  await using site = await Site.start();
  const now = () => new Date();
  const token = await createAuthenticatedToken(site.store, {
    username: "ada",
    permission: "read",
    now,
    allowedIps: "192.0.2.0/24",
  });
  await assert.rejects(
    Pipe.open(site, { speaker: { kind: "token", token } }),
    (error) => {
      const message = messageOf(error);
      assert.match(
        message,
        /^Cannot use --token-file: token \d+ of ada: address 127\.0\.0\.1 is not allowed$/,
      );
      assert.equal(redactText(message), message, "it is shown whole");
      return true;
    },
  );
  await assert.rejects(
    Pipe.open(site, { speaker: { kind: "token", token: "nonsense" } }),
    /Cannot use --token-file: unknown token$/,
  );
});

const CAPABLE = { elicitation: { form: {} } };

Deno.test("stdio asks a person before something is destroyed, and takes no yes of a revoked token", async () => {
  await using site = await Site.start();
  const token = site.tokens.admin;
  await using pipe = await Pipe.open(site, { speaker: { kind: "token", token } });
  await pipe.initialize(CAPABLE);
  const asked = async (vmid: number) => {
    const id = await pipe.begin("tools/call", { name: "stop_vm", arguments: { vmid } });
    const find = () => pipe.messages.findLast(({ method }) => method === "elicitation/create");
    await until(() => find()?.params.message.includes(String(vmid)));
    return { id, question: find() };
  };
  const yes = (id: unknown) =>
    pipe.send({ jsonrpc: "2.0", id, result: { action: "accept", content: { confirm: true } } });
  const first = await asked(100);
  assert.match(first.question.params.message, /^Really stop VM 100\?/);
  await yes(first.question.id);
  assert.equal((await pipe.answer(first.id)).result.structuredContent.exit_status, "OK");
  const second = await asked(110);
  const [record] = (await site.store.listTokens()).slice(-1);
  await site.store.revokeToken(record?.id ?? 0);
  await yes(second.question.id);
  const refused = (await pipe.answer(second.id)).result;
  assert.equal(refused.content[0].text, "Authentication required. Provide a valid token.");
  const rows = await site.trail.list({ vmid: 110 });
  assert.deepEqual(rows.map(({ outcome }) => outcome), ["denied", "asked"]);
});

Deno.test("stdio asks clients of revision 2026-07-28 too, and those only that can be asked", async () => {
  await using site = await Site.start();
  const call = { name: "stop_vm", arguments: { vmid: 100 } };
  await using pipe = await Pipe.open(site);
  const { result } = await pipe.ask("tools/call", { ...call, _meta: metaOf(CAPABLE) });
  assert.equal(result.resultType, "input_required");
  const answered = await pipe.ask("tools/call", {
    ...call,
    _meta: metaOf(CAPABLE),
    requestState: result.requestState,
    inputResponses: { confirm: { action: "accept", content: { confirm: true } } },
  });
  assert.equal(answered.result.structuredContent.exit_status, "OK");
  const other = await pipe.ask("tools/call", {
    name: "stop_vm",
    arguments: { vmid: 110 },
    _meta: metaOf({}),
  });
  assert.equal(other.result.structuredContent.exit_status, "OK");
  const rows = await site.trail.list({ tool: "stop_vm", outcome: "ok" });
  assert.deepEqual(rows.map(({ confirmation }) => confirmation), ["not_asked", "accepted"]);
  const bare = await pipe.call("get_nodes");
  assert.equal(bare.error.code, -32602, "no envelope on a connection of that revision");
  assert.equal((await site.trail.list({ limit: 1 }))[0]?.outcome, "invalid");
  const lines = [
    { jsonrpc: "2.0", id: "x", method: "tools/call", params: { name: "get_vms" } },
    { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "x" } },
  ];
  await pipe.send(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  await pipe.end();
  await pipe.server.finished;
  await pipe.server.shutdown();
  const [cancelled] = await site.trail.list({ limit: 1 });
  assert.deepEqual([cancelled?.tool, cancelled?.outcome], ["get_vms", "invalid"]);
});

Deno.test("stdio tells progress and lets a call be cancelled", async () => {
  await using site = await Site.start();
  await using pipe = await Pipe.open(site);
  await pipe.initialize();
  site.fake.state.taskPolls = Infinity;
  const id = await pipe.begin("tools/call", {
    name: "start_vm",
    arguments: { vmid: 101 },
    _meta: { progressToken: "p" },
  });
  await until(() => pipe.messages.some(({ params }) => params?.progressToken === "p"));
  await pipe.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } });
  await until(async () => (await site.trail.list({ outcome: "cancelled" })).length === 1);
  assert.ok(
    pipe.messages.every((message) => message.id !== id),
    "a cancelled call is not answered",
  );
  await pipe.send({ jsonrpc: "2.0", id, method: "ping" });
  assert.deepEqual((await pipe.answer(id)).result, {});
});

Deno.test("stdio answers no second request with an id that is not answered yet", async () => {
  await using site = await Site.start();
  await using pipe = await Pipe.open(site);
  await pipe.initialize();
  site.fake.state.taskPolls = Infinity;
  const call = { name: "start_vm", arguments: { vmid: 101 } };
  const id = await pipe.begin("tools/call", call);
  await pipe.send({ jsonrpc: "2.0", id, method: "tools/call", params: call });
  assert.match((await pipe.answer(id)).error.message, /this id is not answered yet$/);
  assert.equal((await site.trail.list({ outcome: "invalid" })).length, 1);
});

Deno.test("stdio holds its one client to the same rates", async () => {
  await using site = await Site.start({
    config: { server: { rate_limit: { requests_per_minute: 3, failed_logins_per_minute: 0 } } },
  });
  await using pipe = await Pipe.open(site);
  const codes: unknown[] = [];
  for (let asked = 0; asked < 5; asked++) codes.push((await pipe.ask("ping")).error?.code);
  assert.deepEqual(codes, [undefined, undefined, undefined, -32000, -32000]);
  await pipe.ask("tools/call", { name: "get_nodes", arguments: {} });
  const [row] = await site.trail.list({});
  assert.deepEqual([row?.tool, row?.outcome], ["get_nodes", "denied"]);
  const params = { name: "get_vms", arguments: {} };
  await pipe.send(Array.from({ length: 21 }, () => ({ method: "tools/call", params })));
  await until(async () => (await site.trail.list({ outcome: "denied" })).length === 20);
});

Deno.test("the end of the input ends waits, leaves their rows, and not the Proxmox task", async () => {
  await using site = await Site.start();
  await using pipe = await Pipe.open(site);
  await pipe.initialize();
  site.fake.state.taskPolls = Infinity;
  await pipe.begin("tools/call", { name: "start_vm", arguments: { vmid: 101 } });
  await until(async () => (await site.trail.list({ outcome: "intent" })).length === 1);
  await until(() => site.fake.state.tasks.length === 1);
  await pipe.end();
  await pipe.server.finished;
  await pipe.server.shutdown();
  const [row] = await site.trail.list({ limit: 1 });
  assert.deepEqual([row?.tool, row?.outcome], ["start_vm", "cancelled"]);
  assert.ok(site.fake.requests.every(({ method }) => method !== "DELETE"), "the task was stopped");
});

Deno.test("a client that reads no more ends it, its call with a row", async () => {
  await using site = await Site.start();
  const write = () => Promise.reject(new Deno.errors.BrokenPipe("Broken pipe"));
  await using pipe = await Pipe.open(site, { write });
  await pipe.begin("tools/call", { name: "get_nodes", arguments: {} });
  await pipe.server.finished;
  await pipe.server.shutdown();
  assert.equal((await site.trail.list({ limit: 1 }))[0]?.tool, "get_nodes");
  assert.ok(pipe.logged.some((line) => line.includes("Standard output ended: Broken pipe")));
});

Deno.test("OpenRequests leaves the rows of calls that were cancelled before they began", async () => {
  const open = new OpenRequests({ maxBytes: 100 });
  const closed: string[] = [];
  const add = (id: string, isSettled: boolean) => {
    const close = () => Promise.resolve(void closed.push(id));
    const ledger = { isSettled, close, settleAnswer: () => Promise.resolve(undefined) };
    open.add(id, { ledger, bytes: 30, answer: () => {} });
  };
  add("begun", true);
  add("waiting", false);
  add("open", false);
  assert.equal(open.hasRoom(20), false);
  open.cancel("begun");
  open.cancel("waiting");
  assert.equal(open.hasRoom(20), true);
  await open.close();
  assert.deepEqual(closed.toSorted(), ["open", "waiting"]);
});

Deno.test("stdio goes on after a method that no text can be made of", async () => {
  await using site = await Site.start();
  await using pipe = await Pipe.open(site);
  await pipe.send({ jsonrpc: "2.0", id: "odd", method: { toString: 1 } });
  assert.equal((await pipe.answer("odd")).error.code, -32600);
  await pipe.initialize();
  assert.deepEqual((await pipe.ask("ping")).result, {});
});
