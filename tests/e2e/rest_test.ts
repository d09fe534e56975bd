import assert from "node:assert/strict";
import { pythonPackages } from "../support/python.ts";
import { Site } from "../site.ts";
import { createLimitedToken } from "../tokens.ts";

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- each test knows the shape it asks for
  readonly json: any;
}

async function request(
  site: Site,
  path: string,
  { body, headers = site.headers(), method = "POST" }: {
    body?: unknown;
    headers?: Record<string, string>;
    method?: string;
  } = {},
): Promise<Answer> {
  const response = await fetch(`${site.root}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, json: await response.json() };
}

function assertProblem({ status, headers, json }: Answer, expected: number, detail: RegExp): void {
  assert.equal(status, expected, JSON.stringify(json));
  assert.equal(headers.get("content-type"), "application/problem+json");
  assert.equal(json.status, expected);
  assert.equal(json.type, "about:blank");
  assert.ok(json.title.length > 0);
  assert.match(json.detail, detail);
  assert.equal(json.request_id, headers.get("x-request-id"));
}

Deno.test("a tool is called by its path, and answers its value", async () => {
  await using site = await Site.start();
  const { status, json } = await request(site, "/api/get_snapshots", { body: { vmid: 100 } });
  assert.equal(status, 200);
  assert.deepEqual(json, (await site.call("get_snapshots", { vmid: 100 })).value);
  const { authorization = "" } = site.headers();
  const bare = await request(site, "/api/get_vms", { headers: { authorization } });
  assert.equal(bare.json.vms[0].vmid, 100, "no body is no arguments");
  const started = await request(site, "/api/start_vm", { body: { vmid: 101 } });
  assert.equal(started.json.guest_status, "running");
  const [row] = await site.trail.list({ tool: "start_vm" });
  assert.deepEqual([row?.door, row?.outcome, row?.vmids], ["rest", "ok", [101]]);
});

Deno.test("what goes wrong is a problem with the status of its kind, and leaves its row", async () => {
  await using site = await Site.start();
  const post = (path: string, body: unknown, token = site.tokens.admin) =>
    request(site, `/api/${path}`, { body, headers: site.headers(token) });
  assertProblem(await post("get_vms", { limit: "x" }), 400, /limit: must be a number/);
  assertProblem(await post("get_vms", { surprise: 1 }), 400, /surprise/);
  assertProblem(await post("get_vms", "{"), 400, /not JSON/);
  for (const body of ["[]", "7"]) {
    assertProblem(
      await post("get_vms", body),
      400,
      /^Invalid request: the body is no JSON object$/,
    );
  }
  assertProblem(await post("get_guest", { vmid: 999 }), 404, /no guest has the vmid 999/);
  assertProblem(await post("get_vm", {}), 404, /Unknown tool "get_vm".*get_vms/);
  assertProblem(await post("start_vm", { vmid: 101 }, site.tokens.user), 403, /scope \(write\)/);
  site.fake.fault({ path: /qemu\/101\/status\/start$/ }, {
    kind: "status",
    status: 500,
    message: "VM is locked (backup)\n",
  });
  assertProblem(await post("start_vm", { vmid: 101 }), 409, /locked \(backup\)/);
  const outcomes = (await site.trail.list()).map(({ outcome, tool }) => `${tool} ${outcome}`);
  assert.deepEqual(outcomes.toSorted(), [
    "get_guest error",
    "get_vm invalid",
    "get_vms invalid",
    "get_vms invalid",
    "start_vm denied",
    "start_vm error",
  ]);
});

Deno.test("who has no good token, or asks otherwise, is told in the same form", async () => {
  await using site = await Site.start({ config: { server: { max_body_bytes: 2048 } } });
  const path = "/api/get_vms";
  const login = await request(site, path, { body: {}, headers: site.headers("wrong") });
  assertProblem(login, 401, /^Authentication required/);
  assert.match(login.headers.get("www-authenticate") ?? "", /^Bearer/);
  const got = await request(site, path, { method: "GET" });
  assertProblem(got, 405, /POST here/);
  assert.equal(got.headers.get("allow"), "POST");
  assertProblem(await request(site, "/openapi.json", { body: {} }), 405, /GET here/);
  const text = { ...site.headers(), "content-type": "text/plain" };
  assertProblem(await request(site, path, { body: "{}", headers: text }), 415, /application\/json/);
  assertProblem(await request(site, path, { body: { name: "x".repeat(3000) } }), 413, /2048 bytes/);
  const other = { ...site.headers(), origin: "https://evil.example" };
  assertProblem(await request(site, path, { body: {}, headers: other }), 403, /Origin/);
  const turkish = { ...site.headers("wrong"), "accept-language": "tr" };
  assertProblem(await request(site, path, { body: {}, headers: turkish }), 401, /Kimlik/);
});

Deno.test("calls beyond the rate are refused in the same form and counted in the trail", async () => {
  await using site = await Site.start({
    config: { server: { rate_limit: { requests_per_minute: 2 } } },
  });
  await request(site, "/api/get_vms");
  await request(site, "/api/get_vms");
  const refused = await request(site, "/api/get_vms", { body: {} });
  assertProblem(refused, 429, /Too many requests/);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
});

Deno.test("openapi.json describes what the token may call, and is valid", async () => {
  await using site = await Site.start();
  const read = async (token: string) => {
    const headers = site.headers(token);
    return (await request(site, "/openapi.json", { method: "GET", headers })).json;
  };
  const all = await read(site.tokens.admin);
  const some = await read(site.tokens.user);
  assert.ok("/api/delete_vm" in all.paths && !("/api/delete_vm" in some.paths));
  const token = await createLimitedToken(site.store, { toolsAllow: ["get_vms"] });
  assert.deepEqual(Object.keys((await read(token)).paths), ["/api/get_vms"]);
  const post = all.paths["/api/start_vm"].post;
  assert.deepEqual([post["x-scope"], post.tags], ["write", ["guests"]]);
  assert.equal(post.requestBody.required, true);
  assert.ok(post.responses["200"].content["application/json"].schema.properties.guest_status);
  const folder = await pythonPackages("openapi-spec-validator==0.9.0");
  const file = `${site.folder}/openapi.json`;
  await Deno.writeTextFile(file, JSON.stringify(all));
  const { success, stdout } = await new Deno.Command("python3", {
    args: ["-m", "openapi_spec_validator", file],
    env: { PYTHONPATH: folder },
  }).output();
  assert.ok(success, new TextDecoder().decode(stdout));
});

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_schema_conformance",
  "negative_data_rejection",
  "ignored_auth",
  "unsupported_method",
];

for (
  const { role, phases } of [
    { role: "user", phases: "coverage,fuzzing" },
    { role: "admin", phases: "fuzzing" },
  ] as const
) {
  Deno.test(`the interface is what it describes: schemathesis as ${role}`, async () => {
    await using site = await Site.start({
      config: { server: { rate_limit: { requests_per_minute: 1_000_000 } } },
    });
    const folder = await pythonPackages("schemathesis==4.32.5");
    const { code, stdout, stderr } = await new Deno.Command("python3", {
      args: [
        ...["-m", "schemathesis.cli", "run", `${site.root}/openapi.json`, "--no-color"],
        ...["--header", `Authorization: Bearer ${site.tokens[role]}`],
        ...["--phases", phases, "--max-examples", "2", "--checks", CHECKS.join(",")],
      ],
      cwd: site.folder,
      env: { PYTHONPATH: folder },
    }).output();
    const told = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.equal(code, 0, told.slice(-6000));
    assert.match(told, /\d+ generated/);
  });
}
