import assert from "node:assert/strict";
import { type Role, Site } from "../site.ts";
import { cli } from "../support/cli.ts";
import { metaOf } from "../support/meta.ts";
import { until } from "../support/until.ts";

const MODERN = "2026-07-28";
const META = metaOf({ elicitation: { form: {} } });
const STREAMS = { accept: "application/json, text/event-stream" };
const MODERN_HEADERS = {
  ...STREAMS,
  "mcp-protocol-version": MODERN,
  "mcp-method": "tools/call",
  "mcp-name": "get_nodes",
};

/** A call of get_nodes in the plainest form; `params` and `message` are laid over it. */
function call(params: unknown = {}, message: Record<string, unknown> = {}) {
  const laid = typeof params === "object" ? { name: "get_nodes", ...params } : params;
  return { jsonrpc: "2.0", id: 1, method: "tools/call", params: laid, ...message };
}

function plain(params: unknown) {
  const { method, params: laid } = call(params);
  return { method, params: laid };
}

/** What is posted, with which headers besides the usual, and the outcomes of the rows that it leaves. */
type Case = readonly [string, unknown, Record<string, string>, readonly string[]];

const INVALID = ["invalid"];
const CALLS: readonly Case[] = [
  ["arguments that are a list", plain({ arguments: [] }), {}, INVALID],
  ["arguments that are a string", plain({ arguments: "x" }), {}, INVALID],
  ["arguments that are null", plain({ arguments: null }), {}, INVALID],
  [
    "a vmid that no text can be made of",
    plain({ arguments: { vmid: { toString: 1 } } }),
    {},
    INVALID,
  ],
  ["params that are a string", plain("x"), {}, INVALID],
  ["a name that is a number", plain({ name: 7 }), {}, INVALID],
  ["_meta that is none", plain({ _meta: 3 }), {}, INVALID],
  ["id: null", call({}, { id: null }), {}, INVALID],
  ["id: {}", call({}, { id: {} }), {}, INVALID],
  ["a plain id that is none", { ...plain({}), id: {} }, {}, ["ok"]],
  [
    "capabilities in a plain request",
    plain({ name: "stop_vm", arguments: { vmid: 100 }, _meta: META }),
    {},
    ["ok"],
  ],
  ["capabilities and no header", call({ _meta: META }), {}, INVALID],
  [
    "a batch with bad members",
    [call(), 3, call({ arguments: [] }, { id: 2 }), call("x", { id: 3 }), call({}, { id: null })],
    {},
    ["invalid", "invalid", "invalid", "invalid"],
  ],
  [
    "a batch with a call that is refused",
    [call(), call({ arguments: [] }, { id: 2 }), call({ name: "nosuch" }, { id: 3 })],
    {},
    ["invalid", "invalid", "ok"],
  ],
  [`${MODERN}`, call({ _meta: META }), MODERN_HEADERS, ["ok"]],
  [
    `${MODERN}: another name in the header`,
    call({ name: "get_vms", _meta: META }),
    MODERN_HEADERS,
    INVALID,
  ],
  [
    `${MODERN}: another method in the header`,
    call({ _meta: META }),
    { ...MODERN_HEADERS, "mcp-method": "tools/list" },
    INVALID,
  ],
  [`${MODERN}: id: null`, call({ _meta: META }, { id: null }), MODERN_HEADERS, INVALID],
  [`${MODERN}: no id`, call({ _meta: META }, { id: undefined }), MODERN_HEADERS, INVALID],
  [`${MODERN}: a batch`, [call({ _meta: META })], MODERN_HEADERS, INVALID],
  [
    `${MODERN}: a state that is forged`,
    call({ requestState: "x", _meta: META }),
    MODERN_HEADERS,
    INVALID,
  ],
  [
    `${MODERN}: a question`,
    call({ name: "stop_vm", arguments: { vmid: 100 }, _meta: META }),
    { ...MODERN_HEADERS, "mcp-name": "stop_vm" },
    ["asked"],
  ],
  ["no such session", call(), { ...STREAMS, "mcp-session-id": "nosuch" }, INVALID],
];

const SESSION_CALLS: readonly Case[] = [
  ["a call", call(), {}, ["ok"]],
  ["arguments that are null", call({ arguments: null }), {}, INVALID],
  ["id: null", call({}, { id: null }), {}, INVALID],
  ["no id", call({}, { id: undefined }), {}, INVALID],
  ["_meta that is none", call({ _meta: 3 }), {}, INVALID],
  ["a state that is forged", call({ requestState: "x" }), {}, INVALID],
  ["a batch with a bad member", [call(), { jsonrpc: "2.0", id: 3 }], {}, INVALID],
  ["a revision that is none", call(), { "mcp-protocol-version": "1999-01-01" }, INVALID],
  ["nothing accepted", call(), { accept: "text/html" }, INVALID],
];

Deno.test("every call leaves one row, whatever it is refused for, by every transport", async (t) => {
  await using site = await Site.start();
  const session = await site.openSession();
  const groups = [["", CALLS, site.headers()], ["session: ", SESSION_CALLS, session]] as const;
  for (const [group, cases, base] of groups) {
    for (const [name, body, headers, outcomes] of cases) {
      await t.step(group + name, async () => {
        const before = await site.trail.list({ limit: 1_000 });
        await site.post(body, { ...base, ...headers });
        const left = (await site.trail.list({ limit: 1_000 })).slice(
          0,
          -before.length || undefined,
        );
        assert.deepEqual(left.map(({ outcome }) => outcome).sort(), outcomes);
        for (const row of left) {
          assert.deepEqual([row.user, row.address], ["ada", "127.0.0.1"]);
          assert.ok(row.outcome !== "invalid" || row.error !== "", "it says why");
        }
      });
    }
  }
});

Deno.test("every message on the SSE endpoint that means a call leaves one row", async () => {
  await using site = await Site.start();
  const stream = await fetch(`${site.server.url}/sse`, { headers: site.headers() });
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  const endpoint = (await reader.read()).value?.match(/data: (\S+)/)?.[1];
  const bodies: [unknown, string][] = [
    [call(), "ok"],
    [call({ arguments: null }), "invalid"],
    [call({}, { id: null }), "invalid"],
    [call({}, { id: undefined }), "invalid"],
    [call({ requestState: "x" }), "invalid"],
  ];
  for (const [at, [body, outcome]] of bodies.entries()) {
    const sent = await fetch(`${site.root}${endpoint}`, {
      method: "POST",
      headers: site.headers(),
      body: JSON.stringify(body),
    });
    await sent.body?.cancel();
    await until(async () => (await site.trail.list({})).length > at);
    const [row, ...others] = await site.trail.list({});
    assert.deepEqual([row?.outcome, others.length], [outcome, at], JSON.stringify(body));
  }
  await reader.cancel();
});

Deno.test("calls that are too many leave rows, in a minute the first each and the others one", async () => {
  let monotonic = 0;
  await using site = await Site.start({
    monotonic: () => monotonic,
    config: { server: { rate_limit: { requests_per_minute: 10, failed_logins_per_minute: 0 } } },
  });
  const batch = (length: number) => Array.from({ length }, (_, id) => call({}, { id }));
  const rows = async () =>
    (await site.trail.list({ outcome: "denied" })).map((row) => [row.tool, row.arguments]);
  const each = (count: number) => Array(count).fill(["get_nodes", "{}"]);
  for (let turn = 0; turn < 2; turn++) assert.equal((await site.post(batch(25))).status, 400);
  assert.deepEqual(await rows(), each(20));
  monotonic += 60_000;
  assert.equal((await site.post(batch(18))).status, 429);
  const others = ["", '{"refused_calls":30}'];
  assert.deepEqual(await rows(), [...each(18), others, ...each(20)]);
  assert.equal((await site.post(call())).status, 429, "unread");
  await site.server.shutdown();
  const unread = ["", '{"refused_calls":1}'];
  assert.deepEqual(await rows(), [unread, ...each(18), others, ...each(20)]);
});

Deno.test("a row has the digest of the arguments as they came, whatever it shows of them", async () => {
  await using site = await Site.start();
  const digest = async (args: unknown) => {
    await site.post(plain({ name: "nosuch", arguments: args }));
    const [row] = await site.trail.list({ limit: 1 });
    return row?.argumentsSha256;
  };
  // printf '{"a":[1,"ß",null],"b":{}}' | sha256sum
  const known = "741bfe2c1aecfe5975d10d3b2507d46a4a79e085f63a0863f5d1f4cedf03b7e4";
  assert.equal(await digest({ b: {}, a: [1, "ß", null] }), known);
  assert.equal(await digest({ a: [1, "ß", null], b: {} }), known);
  assert.notEqual(await digest({ a: [1, "ß", "null"], b: {} }), known);
  const long = (middle: string) => ({
    text: `${"x".repeat(50_000)}${middle}${"x".repeat(50_000)}`,
  });
  assert.notEqual(await digest(long("a")), await digest(long("b")));
  assert.notEqual(await digest({ password: "a" }), await digest({ password: "b" }));
});

/** The guests of the newest row of a call. */
async function guestsOf(
  site: Site,
  [tool, args, role = "admin"]: readonly [string, Record<string, unknown>, Role?],
): Promise<readonly number[]> {
  const answer = await site.call(tool, args, { role });
  assert.equal(answer.isError, false, answer.text);
  const [row] = await site.trail.list({ tool, limit: 1 });
  for (const vmid of row?.vmids ?? []) {
    assert.ok((await site.trail.list({ tool, vmid })).some(({ seq }) => seq === row?.seq));
  }
  return row?.vmids ?? [];
}

Deno.test("a row names every guest that its call turned out to be about", async () => {
  await using site = await Site.start();
  const [backup] = site.fake.state.volumes.filter((volume) => volume.content === "backup");
  const calls: [Parameters<typeof guestsOf>[1], number[]][] = [
    [["get_guest", { vmid: "web1" }, "user"], [100]],
    [["start_vm", { vmid: "db1", dry_run: true }], [101]],
    [["bulk_power", { action: "start", tag: "prod", dry_run: false }], [100, 101]],
    [["change_api", { method: "POST", path: "/nodes/pve1/qemu/101/status/stop" }], [101]],
    [["change_api", {
      method: "POST",
      path: "/nodes/pve2/vzdump",
      params: { vmid: "102,110", storage: "nfs1" },
    }], [102, 110]],
    [["call_api", { path: "/nodes/pve1/qemu/100/config" }, "user"], [100]],
    [["create_backup", { vmid: "web2", storage: "nfs1" }], [110]],
    [["delete_backup", { volid: backup?.volid }], [backup?.vmid ?? 0]],
    [["clone_guest", { vmid: "db1", new_vmid: 777 }], [101, 777]],
    [["get_nodes", {}], []],
  ];
  for (const [asked, vmids] of calls) {
    assert.deepEqual(await guestsOf(site, asked), vmids, JSON.stringify(asked));
  }
});

Deno.test("a change leaves its intent and its outcome, a read and a dry run one row", async () => {
  await using site = await Site.start();
  await site.call("get_vms");
  await site.call("start_vm", { vmid: 101, dry_run: true });
  await site.call("start_vm", { vmid: 100 });
  assert.equal((await site.trail.verify()).rows, 3, "nothing was to be changed");
  await site.call("start_vm", { vmid: 101 });
  const [intent] = await site.trail.list({ outcome: "intent" });
  const [outcome] = await site.trail.list({ limit: 1 });
  assert.equal((await site.trail.verify()).rows, 5);
  assert.deepEqual([intent?.vmids, intent?.upid, outcome?.outcome], [[101], "", "ok"]);
  assert.equal(intent?.callId, outcome?.callId);
  const { append } = site.trail;
  site.trail.append = (row) =>
    row.outcome === "intent" ? Promise.reject(new Error("no")) : append.call(site.trail, row);
  const sent = site.fake.requests.filter(({ method }) => method !== "GET").length;
  const changes: [string, Record<string, unknown>][] = [
    ["stop_vm", {}],
    ["create_snapshot", { name: "before" }],
    ["set_guest_notes", { notes: "x" }],
    ["delete_vm", { force: true }],
  ];
  for (const [tool, args] of changes) {
    const answer = await site.call(tool, { vmid: 101, ...args });
    assert.equal(answer.code, "internal", `${tool}: ${answer.text}`);
  }
  assert.equal(site.fake.requests.filter(({ method }) => method !== "GET").length, sent);
});

Deno.test("what a caller wrote repaints no terminal on which the trail is listed, and is all there", async () => {
  await using site = await Site.start();
  const status = "\u009b2J\u009b1;1Hok\u202e\u001b[2J\u007f";
  await site.call("get_vms", { status }, { role: "user" });
  const env = {
    PROXMOX_MCP_CONFIG: `${site.folder}/config.json`,
    DATABASE_URL: `sqlite:${site.folder}/test.db`,
  };
  for (const args of [["audit", "list"], ["audit", "list", "--json"]]) {
    const { out, status } = await cli(args, { env });
    assert.equal(status, 0, out);
    assert.match(out, /get_vms/);
    assert.doesNotMatch(out, /(?!\n)[\p{Cc}\p{Cf}]/u);
  }
  const [line = ""] = (await cli(["audit", "list", "--json"], { env })).out.split("\n");
  assert.deepEqual(JSON.parse(JSON.parse(line).arguments), { status });
});
