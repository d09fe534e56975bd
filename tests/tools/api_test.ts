import assert from "node:assert/strict";
import { type ApiMethod, parseApiDescription } from "../../lib/proxmox/apidoc/description.ts";
import { presentable } from "../../lib/proxmox/apidoc/call.ts";
import { ApiDescriptions } from "../../lib/proxmox/apidoc/descriptions.ts";
import { refusalOf, secretParams } from "../../lib/proxmox/apidoc/guard.ts";
import { paramsFor } from "../../lib/proxmox/apidoc/composed.ts";
import { checkParams } from "../../lib/proxmox/apidoc/schema.ts";
import { AppError } from "../../lib/errors.ts";
import { ADVICE } from "../../lib/mcp/advice.ts";
import { Site } from "../site.ts";
import { API } from "./cases/api.ts";
import { testTools } from "./harness.ts";

testTools(API);

const DESCRIPTION = "/pve-docs/api-viewer/apidoc.js";

function sentTo(site: Site, from: number): string[] {
  return site.fake.requests.slice(from)
    .filter(({ path }) => path !== DESCRIPTION && path !== "/version")
    .map(({ method, path }) => `${method} ${path}`);
}

function api(method: ApiMethod["method"], path: string): ApiMethod {
  const nothing = { description: "", parameters: {}, permissions: undefined, returns: {} };
  return { method, path, paramsFor: () => ({ schemas: {}, open: false }), ...nothing };
}

Deno.test("search_api finds methods by words, the best first, and pages", async () => {
  await using site = await Site.start();
  const { value } = await site.call("search_api", { query: "qemu snapshot rollback" }, {
    role: "user",
  });
  assert.deepEqual([value.methods[0].method, value.methods[0].path], [
    "POST",
    "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback",
  ]);
  const first = await site.call("search_api", { query: "nodes", limit: 10 });
  assert.equal(first.value.methods.length, 10);
  const next = await site.call("search_api", {
    query: "nodes",
    limit: 10,
    cursor: first.value.next_cursor,
  });
  assert.equal(next.value.methods.length, 10);
  assert.notDeepEqual(next.value.methods, first.value.methods);
  const none = await site.call("search_api", { query: "zzzz" });
  assert.deepEqual(none.value, { methods: [], total: 0 });
});

Deno.test("the description is read once for all calls, and again for another version", async () => {
  await using site = await Site.start();
  const reads = () => site.fake.requests.filter(({ path }) => path === DESCRIPTION).length;
  await Promise.all([1, 2, 3].map(() => site.call("search_api", { query: "ceph" })));
  await site.call("describe_api", { path: "/version" });
  assert.equal(reads(), 1);
  site.fake.state.version = "9.2.12";
  await site.call("describe_api", { path: "/version" });
  assert.equal(reads(), 2);
});

Deno.test("a Proxmox that does not serve its description is said to, and asked again", async () => {
  await using site = await Site.start({ pve: { apidoc: false } });
  const calls: [string, Record<string, unknown>][] = [
    ["search_api", { query: "ceph" }],
    ["describe_api", { path: "/version" }],
    ["call_api", { path: "/version" }],
    ["change_api", { method: "POST", path: "/nodes/pve1/wakeonlan", dry_run: true }],
  ];
  for (const [tool, args] of calls) {
    const answer = await site.call(tool, args);
    assert.equal(answer.code, "not_found", tool);
    assert.match(answer.text, /does not serve the description of its API .*pve-docs/, tool);
  }
  assert.equal(site.fake.requests.filter(({ path }) => path === DESCRIPTION).length, calls.length);
});

Deno.test("describe_api tells methods, then one method's parameters, of concrete paths too", async () => {
  await using site = await Site.start();
  const all = await site.call("describe_api", { path: "/nodes/{node}/qemu/{vmid}/config" });
  assert.deepEqual(all.value.methods.map((each: { method: string }) => each.method).sort(), [
    "GET",
    "POST",
    "PUT",
  ]);
  const one = await site.call("describe_api", {
    path: "/nodes/pve1/qemu/100/config",
    method: "PUT",
  });
  assert.equal(one.value.path, "/nodes/{node}/qemu/{vmid}/config");
  const [put] = one.value.methods;
  assert.equal(put.parameters.vmid.required, true);
  assert.equal(put.parameters.cores.type, "integer");
  assert.ok("net[n]" in put.parameters);
  const refused = await site.call("describe_api", { path: "/access/ticket", method: "POST" });
  assert.match(refused.value.methods[0].refused, /log in/);
  const wrong = await site.call("describe_api", { path: "/version", method: "PUT" });
  assert.equal(wrong.code, "not_found");
  assert.match(wrong.text, /\/version has no PUT; it has GET/);
  const missing = await site.call("describe_api", { path: "/nosuch" });
  assert.match(missing.text, /^Cannot describe \/nosuch: the API has no path "\/nosuch"/);
});

Deno.test("call_api reads what Proxmox has, in pages", async () => {
  await using site = await Site.start();
  const config = await site.call("call_api", { path: "/nodes/pve1/qemu/100/config" }, {
    role: "user",
  });
  assert.equal(config.value.data.name, "web1");
  const version = await site.call("call_api", { path: "/api2/json/version", method: "GET" });
  assert.equal(version.value.data.version, "9.2.11");
  const nodes = await site.call("call_api", { path: "/nodes", limit: 2 });
  assert.equal(nodes.value.data.length, 2);
  assert.equal(nodes.value.total, 3);
  const rest = await site.call("call_api", { path: "/nodes", cursor: nodes.value.next_cursor });
  assert.equal(rest.value.data.length, 1);
  const filtered = await site.call("call_api", {
    path: "/cluster/resources",
    params: { type: "node" },
  });
  assert.equal(filtered.value.total, 3);
  const content = await site.call("call_api", {
    path: "/nodes/pve1/storage/local/content/local:iso/debian-13.iso",
  });
  assert.equal(content.isError, false, content.text);
});

Deno.test("a long answer is cut and says so", async () => {
  await using site = await Site.start();
  const config = site.fake.state.guests.get(100)?.config;
  assert.ok(config);
  config.description = "x".repeat(100_000);
  const { value, text } = await site.call("call_api", { path: "/nodes/pve1/qemu/100/config" });
  assert.equal(value.cut, true);
  assert.ok(value.data.description.length < 70_000);
  assert.ok(text.length < 70_000);
});

Deno.test("call_api only reads: whoever calls it, and change_api needs the scope admin", async () => {
  await using site = await Site.start();
  await site.call("search_api", { query: "start" });
  const before = site.fake.requests.length;
  const path = "/nodes/pve1/qemu/101/status/start";
  for (const role of ["user", "write", "admin"] as const) {
    const answer = await site.call("call_api", { method: "POST", path }, { role });
    assert.equal(answer.code, "invalid");
    assert.match(answer.text, /only GET reads; change_api takes the others/);
  }
  for (const role of ["user", "write"] as const) {
    const answer = await site.call("change_api", { method: "POST", path }, { role });
    assert.equal(answer.code, "forbidden");
    assert.match(answer.text, /scope \(admin\)/);
  }
  assert.equal(site.fake.requests.length, before);
  const read = await site.call("call_api", { path });
  assert.equal(read.code, "invalid");
  assert.match(read.text, /has no GET; it has POST/);
  assert.deepEqual(sentTo(site, before), []);
});

Deno.test("what Proxmox would refuse is refused before it is sent", async () => {
  await using site = await Site.start();
  await site.call("search_api", { query: "start" });
  const before = site.fake.requests.length;
  const config = "/nodes/pve1/qemu/100/config";
  const cases: [string, Record<string, unknown>, RegExp][] = [
    [config, { coers: 2 }, /coers is not a parameter of this method \(did you mean cores\?\)/],
    [config, { cores: "two" }, /cores must be a whole number/],
    [config, { cores: 0 }, /cores must be at least 1/],
    [config, { onboot: "yes" }, /onboot must be true or false/],
    [config, { ostype: "beos" }, /ostype must be one of .*l26/],
    [config, { name: ["a"] }, /name must be a single value/],
    [config, { name: true }, /name must be text/],
    [config, { "net-1": "virtio" }, /net-1 is not a parameter/],
    [config, { vmid: 101 }, /vmid is in the path already/],
    ["/nodes/pve1/qemu/99/config", { cores: 1 }, /vmid must be at least 100/],
    ["/nodes/pve1/qemu/100;x/config", { cores: 1 }, /vmid must be a whole number/],
    ["/nodes/{node}/qemu/100/config", { cores: 1 }, /node must be given in place of \{node\}/],
  ];
  for (const [path, params, text] of cases) {
    const answer = await site.call("change_api", { method: "PUT", path, params });
    assert.equal(answer.code, "invalid", JSON.stringify([path, params]));
    assert.match(answer.text, text);
    assert.match(answer.text, /^Cannot PUT /);
  }
  const clone = await site.call("change_api", {
    method: "POST",
    path: "/nodes/pve1/qemu/100/clone",
  });
  assert.match(clone.text, /newid is missing/);
  assert.deepEqual(sentTo(site, before), []);
});

Deno.test("a path that would leave its place is never sent", async () => {
  await using site = await Site.start();
  await site.call("search_api", { query: "start" });
  const before = site.fake.requests.length;
  for (
    const path of [
      "/nodes/../access/users",
      "/nodes/%2e%2e/status",
      "/nodes/pve1%2fqemu/status",
      "/nodes/pve1/storage/../../access/users#/content",
      "/nodes/pve1/storage/local/content/../../../access",
      "/nodes/pve1/storage/local/content/local:iso/../../x",
      "/nodes/pve1/status?x=1",
      "/nodes/pve1\n/status",
      "/nodes//status",
      "nodes/pve1/status",
      "/nodes/pve1/status/",
      "https://example.org/nodes",
      "",
    ]
  ) {
    const answer = await site.call("call_api", { path });
    assert.ok(["invalid", "not_found"].includes(answer.code ?? ""), JSON.stringify(path));
  }
  assert.deepEqual(sentTo(site, before), []);
});

Deno.test("what could be used to log in, or to get past other tools, is refused with a reason", async () => {
  await using site = await Site.start();
  await site.call("search_api", { query: "start" });
  const before = site.fake.requests.length;
  const vm = "/nodes/pve1/qemu/100";
  const cases: [string, string, Record<string, unknown>?][] = [
    ["POST", "/access/ticket", { username: "root@pam" }],
    ["PUT", "/access/password", { userid: "auditor@pve" }],
    ["POST", "/access/users/root@pam/token/mine"],
    ["PUT", "/access/users/root@pam/token/mcp", { regenerate: true }],
    ["POST", "/cluster/config/nodes/pve9"],
    ["POST", `${vm}/agent/exec`, { command: ["id"] }],
    ["GET", `${vm}/agent/exec-status`, { pid: 1 }],
    ["GET", `${vm}/agent/file-read`, { file: "/etc/shadow" }],
    ["POST", `${vm}/agent/file-write`, { file: "/a", content: "b" }],
    ["GET", "/nodes/pve1/query-url-metadata", { url: "https://example.org/?q=secret" }],
    ["GET", "/cluster/acme/meta", { directory: "http://10.0.0.5/" }],
    ["GET", "/cluster/acme/tos", { directory: "http://169.254.169.254/latest" }],
    ["PUT", `${vm}/config`, { cipassword: "hunter2" }],
    ["POST", "/access/users", { userid: "eve@pve", password: "hunter2" }],
    ["POST", "/nodes/pve1/lxc", { vmid: 900, ostemplate: "local:x", password: "hunter2" }],
  ];
  for (const [method, path, params = {}] of cases) {
    const args = method === "GET" ? { path, params } : { method, path, params };
    const answer = await site.call(method === "GET" ? "call_api" : "change_api", args);
    assert.equal(answer.code, "forbidden", `${method} ${path}: ${answer.text}`);
    assert.match(answer.text, /is not offered: |is a secret/);
    assert.ok(!answer.text.includes("hunter2"));
  }
  assert.deepEqual(sentTo(site, before), []);
});

Deno.test("refusalOf knows tickets, secrets, consoles, and what reaches further", () => {
  const node = "/nodes/{node}";
  const vm = `${node}/qemu/{vmid}`;
  const refused: [ApiMethod["method"], string][] = [
    ["GET", "/access/ticket"],
    ["POST", "/access/ticket"],
    ["POST", "/access/vncticket"],
    ["POST", "/access/openid/login"],
    ["PUT", "/access/password"],
    ["POST", "/access/users/{userid}/token/{tokenid}"],
    ["PUT", "/access/users/{userid}/token/{tokenid}"],
    ["POST", "/access/tfa/{userid}"],
    ["POST", `${vm}/vncproxy`],
    ["POST", `${vm}/termproxy`],
    ["POST", `${vm}/spiceproxy`],
    ["POST", `${vm}/mtunnel`],
    ["POST", `${vm}/monitor`],
    ["GET", `${vm}/vncwebsocket`],
    ["GET", `${vm}/mtunnelwebsocket`],
    ["POST", `${node}/vncshell`],
    ["POST", `${node}/spiceshell`],
    ["POST", `${node}/lxc/{vmid}/termproxy`],
    ["POST", `${node}/execute`],
    ["POST", `${vm}/agent/set-user-password`],
    ["GET", `${vm}/cloudinit/dump`],
    ["GET", `${node}/storage/{storage}/file-restore/download`],
    ["GET", "/cluster/acme/plugins"],
    ["GET", "/cluster/acme/plugins/{id}"],
    ["GET", "/cluster/notifications/endpoints/webhook/{name}"],
    ["GET", `${node}/query-oci-repo-tags`],
    ["GET", "/cluster/acme/meta"],
    ["GET", "/cluster/acme/tos"],
    ["GET", "/config/acme/tos"],
    ["GET", `${node}/scan/nfs`],
  ];
  for (const [method, path] of refused) {
    assert.ok(refusalOf(api(method, path), ADVICE), `${method} ${path}`);
  }
  const offered: [ApiMethod["method"], string][] = [
    ["GET", "/access/users"],
    ["GET", "/access/users/{userid}/token"],
    ["GET", "/cluster/acme/directories"],
    ["GET", `${vm}/agent/get-osinfo`],
    ["GET", `${node}/scan/lvm`],
    ["POST", `${vm}/status/start`],
    ["POST", `${node}/wakeonlan`],
    ["PUT", "/cluster/options"],
  ];
  for (const [method, path] of offered) {
    assert.equal(refusalOf(api(method, path), ADVICE), undefined, `${method} ${path}`);
  }
  for (const field of ["ticket", "value", "password", "recovery-secret", "corosync_authkey"]) {
    const unknown = { ...api("POST", "/new/thing"), returns: { properties: { [field]: {} } } };
    assert.ok(refusalOf(unknown, ADVICE), field);
  }
});

Deno.test("secretParams names the parameters that would carry a secret", () => {
  const cases: [string, string[], string[]][] = [
    ["/access/users", ["userid", "password", "keys"], ["password", "keys"]],
    ["/nodes/{node}/certificates/custom", ["certificates", "key", "force"], ["key"]],
    ["/cluster/metrics/server/{id}", ["token", "server"], ["token"]],
    ["/cluster/metrics/server/{id}", ["otel-headers", "otel-path"], ["otel-headers"]],
    ["/nodes/{node}/scan/cifs", ["server", "password"], ["password"]],
    ["/cluster/acme/plugins", ["api", "data"], ["data"]],
    ["/cluster/notifications/endpoints/webhook/{name}", ["body", "header"], ["header"]],
    ["/nodes/{node}/qemu/{vmid}/remote_migrate", ["target-endpoint", "online"], [
      "target-endpoint",
    ]],
    ["/nodes/{node}/qemu/{vmid}/sendkey", ["key"], []],
    ["/cluster/sdn/zones", ["lock-token", "zone"], []],
    ["/access/acl", ["path", "tokens", "users"], []],
    ["/storage", ["storage", "keyring", "encryption-key"], ["keyring", "encryption-key"]],
    ["/nodes/{node}/qemu", ["sshkeys", "keyboard", "cipassword"], ["cipassword"]],
  ];
  for (const [path, names, secrets] of cases) {
    assert.deepEqual(secretParams(api("POST", path), names), secrets, path);
  }
});

Deno.test("secrets in an answer are hidden", async () => {
  await using site = await Site.start();
  const config = site.fake.state.guests.get(100)?.config;
  assert.ok(config);
  config.cipassword = "hunter2";
  config.description = "db password: hunter2";
  const { text } = await site.call("call_api", { path: "/nodes/pve1/qemu/100/config" });
  assert.ok(!text.includes("hunter2"), text);
  const server = "/cluster/metrics/server/otel1";
  const headers = btoa(JSON.stringify({ Authorization: "Bearer hunter2" }));
  site.fake.fault({ path: /\/metrics\/server\// }, {
    kind: "body",
    body: JSON.stringify({ data: { id: "otel1", "otel-headers": headers } }),
  });
  const sink = await site.call("call_api", { path: server }, { role: "user" });
  assert.equal(sink.value?.data.id, "otel1", sink.text);
  assert.ok(!sink.text.includes(headers), sink.text);
  const pending = await site.call("call_api", { path: "/nodes/pve1/qemu/100/pending" });
  assert.ok(!pending.text.includes("hunter2"), pending.text);
  const keys = pending.value.data.map((row: { key: string }) => row.key);
  assert.ok(keys.includes("cores") && keys.includes("cipassword"));
});

Deno.test("presentable looks at no more members than an answer can hold, and says so", () => {
  let looked = 0;
  const row = (name: string) => ({
    get [name]() {
      looked++;
      return "password=abc";
    },
  });
  const rows = Array.from({ length: 20_000 }, (_, index) => row(`k${index}`));
  const { data, cut } = presentable(rows);
  assert.equal(cut, true);
  assert.deepEqual((data as unknown[])[0], { k0: "password=[redacted]" });
  assert.ok(looked <= 10_000, `${looked} members`);
});

Deno.test("presentable hides secrets by their column, their setting and their text", () => {
  const rows = [
    { key: "cipassword", value: "hunter2", pending: "hunter3" },
    { key: "cores", value: 2, delete: 1 },
    { name: "auth_secret", value: "hunter2" },
    { name: "web", token: "hunter2", comment: "password=hunter2" },
    { key: "hunter2" },
    "token: hunter2",
    null,
  ];
  const { data } = presentable(rows);
  assert.ok(!/hunter/.test(JSON.stringify(data)), JSON.stringify(data));
  const [first, second] = data as Record<string, unknown>[];
  assert.equal(first?.key, "cipassword");
  assert.deepEqual(second, { key: "cores", value: 2, delete: 1 });
});

Deno.test("change_api changes, follows the task and sends the digest just read", async () => {
  await using site = await Site.start();
  const started = await site.call("change_api", {
    method: "POST",
    path: "/nodes/pve1/qemu/101/status/start",
  });
  assert.equal(started.isError, false, started.text);
  assert.equal(started.value.exit_status, "OK");
  assert.match(started.value.upid, /^UPID:pve1:/);
  const again = await site.call("change_api", {
    method: "POST",
    path: "/nodes/pve1/qemu/101/status/start",
  });
  assert.equal(again.code, "conflict");
  assert.match(again.text, /VM 101 already running/);
  const put = await site.call("change_api", {
    method: "PUT",
    path: "/nodes/pve1/qemu/101/config",
    params: { description: "changed", onboot: true },
  });
  const changes = { description: { to: "changed" }, onboot: { to: true } };
  assert.deepEqual(put.value, { data: null, changes });
  const sent = site.fake.requests.findLast(({ method }) => method === "PUT");
  const body = sent?.body as Record<string, unknown>;
  assert.match(String(body.digest), /^[0-9a-f]{40}$/);
  assert.equal(site.fake.state.guests.get(101)?.config.description, "changed");
  const stale = await site.call("change_api", {
    method: "PUT",
    path: "/nodes/pve1/qemu/101/config",
    params: { description: "later", digest: "0".repeat(40) },
  });
  assert.equal(stale.code, "conflict");
  assert.match(stale.text, /changed meanwhile/);
});

Deno.test("a dry run of change_api checks everything and sends nothing", async () => {
  await using site = await Site.start();
  await site.call("search_api", { query: "start" });
  const before = site.fake.requests.length;
  const { value, isError, text } = await site.call("change_api", {
    method: "DELETE",
    path: "/nodes/pve1/qemu/101",
    params: { purge: true },
    dry_run: true,
  });
  assert.equal(isError, false, text);
  assert.deepEqual(value.dry_run.requests, [
    { method: "DELETE", path: "/nodes/pve1/qemu/101", body: { purge: true } },
  ]);
  assert.deepEqual(
    sentTo(site, before).filter((request) => !request.startsWith("GET ")),
    [],
  );
});

Deno.test("Proxmox's own refusal keeps its reason", async () => {
  await using site = await Site.start();
  const missing = await site.call("call_api", { path: "/nodes/pve1/qemu/999/config" });
  assert.equal(missing.code, "not_found");
  assert.match(missing.text, /^Cannot read .*Configuration file .* does not exist/);
  const denied = site.fake.fault({ path: /\/config$/ }, {
    kind: "status",
    status: 403,
    message: "Permission check failed (/vms/100, VM.Audit)\n",
  });
  const answer = await site.call("call_api", { path: "/nodes/pve1/qemu/100/config" });
  assert.equal(answer.code, "forbidden");
  assert.match(answer.text, /VM\.Audit on \/vms\/100/);
  denied();
});

Deno.test("parseApiDescription reads JSON in JavaScript and runs none of it", () => {
  const schema = [{
    path: "/a",
    info: { GET: { description: 'Reads ]; a \\"b\\"', parameters: { properties: {} } } },
    children: [{
      path: "/a/{id}",
      info: { GET: { parameters: { additionalProperties: 0 } }, PATCH: {} },
    }],
  }];
  for (const name of ["const apiSchema = ", "var pveapi = "]) {
    const file = `/* x */\n${name}${JSON.stringify(schema, null, 3)}\n;\nthrow new Error("run");`;
    const { methods } = parseApiDescription(file, ADVICE.paths);
    assert.deepEqual(methods.map((each) => [each.method, each.path, each.paramsFor({}).open]), [
      ["GET", "/a", true],
      ["GET", "/a/{id}", false],
    ]);
  }
  for (
    const file of [
      "",
      "<html>",
      "const apiSchema = [",
      "const apiSchema = [];",
      "const apiSchema = [1, alert()];",
    ]
  ) {
    assert.throws(
      () => parseApiDescription(file, ADVICE.paths),
      (error) => error instanceof AppError && error.code === "unavailable",
      file,
    );
  }
});

Deno.test("ApiDescription.match prefers the API's own words to placeholders", () => {
  const info = { GET: { parameters: { properties: {}, additionalProperties: 0 } } };
  const paths = [
    "/s/{storage}/content/{volume}",
    "/s/{storage}/content",
    "/s/{storage}/{other}",
    "/ipset/{name}/{cidr}",
    "/x/{a}/{b}",
    "/x/y/{b}",
  ];
  const schema = JSON.stringify(paths.map((path) => ({ path, info })));
  const api = parseApiDescription(`const apiSchema = ${schema};`, ADVICE.paths);
  const cases: [string, string, Record<string, string>][] = [
    ["/s/local/content", "/s/{storage}/content", { storage: "local" }],
    ["/s/local/status", "/s/{storage}/{other}", { storage: "local", other: "status" }],
    ["/s/l/content/l:iso/a.iso", "/s/{storage}/content/{volume}", {
      storage: "l",
      volume: "l:iso/a.iso",
    }],
    ["/ipset/n/10.0.0.0/8", "/ipset/{name}/{cidr}", { name: "n", cidr: "10.0.0.0/8" }],
    ["/x/y/z", "/x/y/{b}", { b: "z" }],
    ["/x/q/z", "/x/{a}/{b}", { a: "q", b: "z" }],
  ];
  for (const [path, template, values] of cases) {
    const match = api.match(path);
    assert.equal(match.path, template);
    assert.deepEqual(match.values, values);
  }
});

Deno.test("checkParams follows Proxmox's types, ranges, patterns and dependencies", () => {
  const schemas = {
    id: { type: "integer", minimum: 1, maximum: "10" },
    on: { type: "boolean", optional: 1 },
    rate: { type: "number", optional: 1, minimum: 0.5 },
    name: { type: "string", optional: 1, pattern: "(?^:[a-z]+)", maxLength: 5 },
    perl: { type: "string", optional: 1, pattern: "\\A(?<x>[a-z]++)\\z" },
    slow: { type: "string", optional: 1, pattern: "(?:[a-z]|x?){2,}(?^:[0-9]+)" },
    long: { type: "string", optional: 1, pattern: "[".repeat(1e6) },
    "net[n]": { type: "string", optional: 1, requires: "on" },
    list: { type: "array", optional: 1, items: { type: "integer" } },
    either: { optional: 1, oneOf: [{ type: "integer" }, { type: "string", enum: ["auto"] }] },
  };
  const good: Record<string, unknown>[] = [
    { id: 1 },
    { id: "10", on: 0, rate: "0.5", name: "abc" },
    {
      id: 2,
      on: "1",
      net3: "x",
      perl: "ABC",
      slow: "!",
      long: "!",
      list: [1, "2"],
      either: "auto",
    },
  ];
  for (const params of good) assert.deepEqual(checkParams(params, schemas), []);
  const bad: [Record<string, unknown>, string][] = [
    [{}, "id is missing"],
    [{ id: 11 }, "id must be at most 10"],
    [{ id: 1.5 }, "id must be a whole number"],
    [{ id: true }, "id must be a number"],
    [{ id: 1, on: "true" }, "on must be true or false"],
    [{ id: 1, rate: 0.1 }, "rate must be at least 0.5"],
    [{ id: 1, name: "abc1" }, "name must match (?^:[a-z]+)"],
    [{ id: 1, name: "abcdef" }, "name must have at most 5 characters"],
    [{ id: 1, net0: "x" }, "net0 needs on too"],
    [{ id: 1, list: 1 }, "list must be a list"],
    [{ id: 1, list: ["x"] }, "list must be a whole number"],
    [{ id: 1, either: "x" }, "either must be a whole number"],
    [{ id: 1, constructor: "x" }, "constructor is not a parameter of this method"],
  ];
  for (const [params, problem] of bad) {
    assert.deepEqual(checkParams(params, schemas), [problem]);
  }
  assert.deepEqual(checkParams({ id: 1, extra: "x" }, schemas, { open: true }), []);
});

Deno.test("ApiDescriptions keeps no failure", async () => {
  let fails = true;
  const descriptions = new ApiDescriptions({
    file: () =>
      fails
        ? Promise.reject(new AppError("unavailable", "down"))
        : Promise.resolve(`const apiSchema = [{"path":"/a","info":{"GET":{}}}];`),
  }, ADVICE.paths);
  await assert.rejects(descriptions.get("9"), /down/);
  fails = false;
  assert.equal((await descriptions.get("9")).methods.length, 1);
});

const RULES = "/cluster/ha/rules";

Deno.test("parameters that are composed of parts are searched, described and checked", async () => {
  await using site = await Site.start();
  site.fake.state.composed = true;
  const { value } = await site.call("describe_api", { path: RULES, method: "POST" });
  const [{ parameters }] = value.methods;
  assert.deepEqual([parameters.rule.required, parameters.resources.required], [true, true]);
  assert.deepEqual(parameters.type, {
    type: "string",
    required: true,
    enum: ["node-affinity", "resource-affinity"],
  });
  assert.equal(parameters.nodes.only_with, "type: node-affinity");
  assert.equal(parameters.affinity.only_with, "type: resource-affinity");
  assert.equal(parameters.comment.only_with, undefined);
  const found = await site.call("search_api", { query: "POST rules affinity" });
  assert.equal(found.value.methods[0].path, RULES);
  const change = (params: Record<string, unknown>, more = {}) =>
    site.call("change_api", { method: "POST", path: RULES, params, ...more });
  const rule = { rule: "apart", type: "resource-affinity", resources: "vm:100,vm:101" };
  const refusals: [Record<string, unknown>, RegExp][] = [
    [{ ...rule, affinity: "negative", nodes: "pve1" }, /nodes is taken only with type: node-aff/],
    [
      { ...rule, affinity: "negative", afinity: 1 },
      /afinity is not .* \(did you mean affinity\?\)/,
    ],
    [rule, /: affinity is missing$/],
    [{ ...rule, affinity: "sideways" }, /affinity must be one of positive, negative/],
    [{ ...rule, type: "other", affinity: "negative" }, /type must be one of node-affinity, res/],
    [{ rule: "apart", affinity: "negative" }, /: type is missing$/],
    [{}, /rule is missing; type is missing$/],
  ];
  const before = site.fake.requests.length;
  for (const [params, text] of refusals) {
    const answer = await change(params);
    assert.equal(answer.code, "invalid", answer.text);
    assert.match(answer.text, text);
  }
  assert.ok(site.fake.requests.slice(before).every(({ method }) => method === "GET"));
  for (const sid of ["vm:100", "vm:101"]) {
    site.fake.state.ha.resources.set(sid, { sid, state: "started" });
  }
  const made = await change({ ...rule, affinity: "negative" });
  assert.equal(made.isError, false, made.text);
  const changed = await site.call("change_api", {
    method: "PUT",
    path: `${RULES}/apart`,
    params: { type: "resource-affinity", affinity: "positive", resources: "vm:100,vm:101" },
  });
  assert.deepEqual(changed.value?.changes, { affinity: { from: "negative", to: "positive" } });
  assert.equal(site.fake.state.ha.rules.get("apart")?.affinity, "positive");
});

Deno.test("paramsFor picks the way that fits where no parameter names it", () => {
  const plain = (properties: Record<string, unknown>) => ({ properties, additionalProperties: 0 });
  const described = {
    allOf: [plain({ id: {} }), {
      oneOf: [plain({ path: { type: "string" } }), plain({ server: {}, export: { optional: 1 } })],
    }],
  };
  const problems = (given: Record<string, unknown>) => {
    const { open, schemas } = paramsFor(described, given);
    return checkParams(given, schemas, { open });
  };
  assert.deepEqual(problems({ id: 1, path: "/a" }), []);
  assert.deepEqual(problems({ id: 1, server: "a", export: "/b" }), []);
  assert.deepEqual(problems({ id: 1, server: "a", path: "/b" }).length, 1);
  const typed = plain({
    type: { enum: ["a", "b"] },
    size: { "type-property": "type", "instance-types": ["a"], optional: 1 },
    mode: {
      "type-property": "type",
      optional: 1,
      oneOf: [{ "instance-types": ["a"], enum: ["x"] }, { "instance-types": ["b"], enum: ["y"] }],
    },
  });
  const check = (given: Record<string, unknown>) =>
    checkParams(given, paramsFor(typed, given).schemas, { open: false });
  assert.deepEqual(check({ type: "a", size: 1, mode: "x" }), []);
  assert.match(check({ type: "b", size: 1 })[0] ?? "", /^size is not a parameter/);
  assert.match(check({ type: "b", mode: "x" })[0] ?? "", /^mode must be one of y$/);
});

Deno.test("change_api shows what really changes, and what a property string loses", async () => {
  await using site = await Site.start();
  const config = site.fake.state.guests.get(100)?.config;
  assert.ok(config);
  config.net0 = "virtio=BC:24:11:2E:00:01,bridge=vmbr0,firewall=1,tag=5";
  config.smbios1 = "uuid=cb10da6e-6532-4dde-b1de-b7303087f084";
  config.scsi0 = "local-lvm:vm-100-disk-0,discard=on,size=32G";
  const params = {
    cores: Number(config.cores),
    memory: 4096,
    net0: "virtio,bridge=vmbr1,tag=5",
    scsi0: "local-lvm:vm-100-disk-0",
    delete: "tags,nameserver",
  };
  const call = { method: "PUT", path: "/nodes/pve1/qemu/100/config", params };
  const { value, text } = await site.call("change_api", { ...call, dry_run: true });
  const { changes, notes } = value?.dry_run ?? {};
  assert.deepEqual(Object.keys(changes ?? {}), ["memory", "net0", "scsi0", "tags"], text);
  assert.deepEqual(changes.tags, { from: "prod;web" });
  assert.deepEqual(notes, [
    "net0 loses virtio=BC:24:11:2E:00:01, firewall=1: give them too to keep them",
    "scsi0 loses discard=on: give them too to keep them",
  ]);
  const whole = { net0: "virtio=BC:24:11:2E:00:01,bridge=vmbr1,firewall=1,tag=5" };
  const kept = await site.call("change_api", { ...call, params: whole });
  assert.equal(kept.value?.notes, undefined, kept.text);
  assert.deepEqual(Object.keys(kept.value?.changes ?? {}), ["net0"]);
  const same = await site.call("change_api", { ...call, params: whole });
  assert.equal(same.value?.changes, undefined, same.text);
});

Deno.test("change_api tells what is lost where Proxmox replaces the whole", async () => {
  await using site = await Site.start();
  const lost = async (path: string, there: Record<string, unknown>, params: unknown) => {
    const body = JSON.stringify({ data: there });
    site.fake.fault({ method: "GET", path: new RegExp(`^${path}$`) }, { kind: "body", body });
    const call = { method: "PUT", path, params, dry_run: true };
    const { value, text } = await site.call("change_api", call);
    assert.ok(value?.dry_run, text);
    return value.dry_run.changes;
  };
  const servers = { search: "lab", dns1: "10.0.0.1", dns2: "10.0.0.2" };
  assert.deepEqual(await lost("/nodes/pve1/dns", servers, { search: "lab", dns1: "10.0.0.3" }), {
    dns1: { from: "10.0.0.1", to: "10.0.0.3" },
    dns2: { from: "10.0.0.2" },
  });
  const entry = { cidr: "10.0.0.5", nomatch: 1, digest: "d" };
  assert.deepEqual(
    await lost("/cluster/firewall/ipset/lan/10.0.0.5", entry, { comment: "printer" }),
    { comment: { to: "printer" }, nomatch: { from: 1 } },
  );
});

Deno.test("change_api tells what a refused write to a configuration has left", async () => {
  await using site = await Site.start();
  const config = site.fake.state.guests.get(100)?.config;
  assert.ok(config);
  config.boot = "order=scsi0;net0";
  const call = { method: "PUT", path: "/nodes/pve1/qemu/100/config" };
  const { text } = await site.call("change_api", { ...call, params: { delete: "scsi0" } });
  assert.match(
    text,
    /can't unplug bootdisk 'scsi0'; waits for the next start all the same: .*scsi0: "[^"]*" removed/,
  );
  const revert = { ...call, params: { revert: "scsi0,boot" } };
  const reverted = await site.call("change_api", revert);
  assert.equal(reverted.isError, false, reverted.text);
  assert.deepEqual(site.fake.state.guests.get(100)?.pendingDelete, []);
});
