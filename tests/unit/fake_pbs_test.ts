import assert from "node:assert/strict";
import { connect } from "node:tls";
import { startFakePbs } from "../fake_pbs.ts";
import { contract } from "../fake_pbs/contract.ts";
import { handlers } from "../fake_pbs/routes.ts";
import { ask, snapshotsOf } from "../support/fake_pbs.ts";

const store = "/admin/datastore/store1";

Deno.test("handles nothing that its contract does not know, and says so of what it does not handle", async () => {
  const known = new Set(contract().methods.map((one) => `${one.method} ${one.path}`));
  assert.equal(known.size, 367);
  assert.deepEqual(Object.keys(handlers).filter((name) => !known.has(name)), []);
  await using pbs = await startFakePbs();
  const { status, text } = await ask(pbs, "GET /nodes/localhost/report");
  assert.deepEqual([status, text], [501, "not simulated: GET /nodes/{node}/report"]);
});

Deno.test("every simulated read answers as its contract says", async () => {
  await using pbs = await startFakePbs();
  const values: Record<string, string> = {
    store: "store1",
    node: "localhost",
    name: "store1",
    userid: "root@pam",
    service: "chrony",
    "backup-type": "vm",
    "backup-id": "100",
    "backup-time": String(snapshotsOf(pbs, "100")[0]?.time),
    upid: encodeURIComponent(pbs.state.tasks[0]?.upid ?? ""),
    "file-name": "qemu-server.conf.blob",
    timeframe: "hour",
    cf: "AVERAGE",
    filepath: "Lw==",
  };
  // Only these can be looked into.
  const container: Record<string, string> = {
    "backup-type": "ct",
    "backup-id": "200",
    "backup-time": String(snapshotsOf(pbs, "200")[0]?.time),
  };
  const files: Record<string, string> = { filepath: btoa("root.pxar.didx/hello.txt") };
  const ids: Record<string, string> = { verify: "v-daily", prune: "p-daily", sync: "s-offsite" };
  const reads = contract().methods.filter(({ method, path }) =>
    method === "GET" && `GET ${path}` in handlers
  );
  assert.ok(reads.length > 50);
  for (const { parameters, path } of reads) {
    const inside = "filepath" in parameters ? container : {};
    const value = (name: string) =>
      name in inside
        ? inside[name]
        : path.endsWith("/pxar-file-download") && name in files
        ? files[name]
        : name === "id"
        ? ids[path.split("/")[2] ?? ""]
        : path.includes("/remote/") && name === "name"
        ? "main"
        : values[name];
    const query = Object.entries(parameters)
      .filter(([name, schema]) => !schema.optional && !path.includes(`{${name}}`))
      .map(([name]) => `${name}=${encodeURIComponent(value(name) ?? "")}`).join("&");
    const url = path.replace(/\{([^}]+)\}/g, (_, name: string) => value(name) ?? "");
    const { status, text } = await ask(pbs, `GET ${url}?${query}`);
    assert.equal(status, 200, `${path}: ${text}`);
  }
});

Deno.test("every simulated read refuses what its contract does not know", async () => {
  await using pbs = await startFakePbs();
  const { methods } = contract();
  const strict = methods.filter(({ additionalProperties, method, parameters, path, permissions }) =>
    method === "GET" && `GET ${path}` in handlers && !additionalProperties &&
    permissions.user !== "root@pam" && !/\{(?!node\})/.test(path) &&
    Object.entries(parameters).every(([name, schema]) => schema.optional || name === "node")
  );
  assert.ok(strict.length > 30);
  for (const { path } of strict) {
    const { status, text } = await ask(pbs, `GET ${path.replace("{node}", "pbs")}?nonsense=1`);
    const refusal = "'nonsense': schema does not allow additional properties.";
    assert.deepEqual([status, text], [400, `parameter verification failed - ${refusal}`], path);
  }
});

Deno.test("an answer that the contract does not allow is a 500, and closing tells it", async () => {
  const pbs = await startFakePbs();
  Object.assign(pbs.state, { cpu: "much" });
  const fault = "GET /api2/json/nodes/localhost/status: " +
    'the answer does not fit the contract: cpu is no number: "much"';
  const { status, text } = await ask(pbs, "GET /nodes/localhost/status");
  assert.deepEqual([status, text], [500, `simulator fault: ${fault}`]);
  await assert.rejects(pbs.close(), { message: `simulator fault: ${fault}\n` });
});

Deno.test("its certificate is good for the node's name and loopback, and is told by its fingerprint", async () => {
  await using pbs = await startFakePbs();
  const { promise, resolve } = Promise.withResolvers<{ fingerprint: string; names: string }>();
  const socket = connect({
    host: "127.0.0.1",
    port: pbs.port,
    ca: pbs.caPem,
    servername: "pbs",
  }, () => {
    const { fingerprint256, subjectaltname = "" } = socket.getPeerCertificate();
    resolve({ fingerprint: fingerprint256, names: subjectaltname });
    socket.end();
  });
  const { fingerprint, names } = await promise;
  assert.equal(fingerprint, pbs.fingerprint);
  for (const name of ["IP Address:127.0.0.1", "DNS:localhost", "DNS:pbs"]) {
    assert.ok(names.includes(name), names);
  }
  const { data } = await ask(pbs, "GET /nodes/localhost/status");
  assert.equal(data.info.fingerprint, pbs.fingerprint.toLowerCase());
});

Deno.test("the secret is percent-decoded, a large body refused, an answer deflated for who asks", async () => {
  await using pbs = await startFakePbs();
  const { name, user, value } = pbs.token;
  const encoded = value.replaceAll("-", "%2D");
  const authorization = `PBSAPIToken=${user}!${name}:${encoded}`;
  assert.equal((await ask(pbs, "GET /version", { headers: { authorization } })).status, 200);
  const body = { notes: "x".repeat(600_000) };
  const refused = await ask(pbs, `PUT ${store}/notes`, { body });
  assert.deepEqual([refused.status, refused.text], [400, "Request body too large"]);
  const client = Deno.createHttpClient({ caCerts: [pbs.caPem] });
  const response = await fetch(`${pbs.url}/api2/json/ping`, {
    client,
    headers: { "accept-encoding": "deflate, gzip" },
  });
  assert.equal(response.headers.get("content-encoding"), "deflate");
  const plain = response.body?.pipeThrough(new DecompressionStream("deflate"));
  assert.equal(await new Response(plain).text(), '{"data":{"pong":true}}');
  client.close();
});

Deno.test("servers of other names are told apart", async () => {
  await using one = await startFakePbs({ empty: true });
  await using other = await startFakePbs({ empty: true, node: "pbs2" });
  assert.notEqual(one.fingerprint, other.fingerprint);
  assert.notEqual(one.state.instanceId, other.state.instanceId);
  const { data: upid } = await ask(other, "POST /config/datastore", {
    body: { name: "new", path: "/mnt/new" },
  });
  assert.match(upid, /^UPID:pbs2:.*:create-datastore:new:root@pam!mcp:$/);
});

Deno.test("jobs that push, and remotes, are seen by those only who ask and may", async () => {
  await using pbs = await startFakePbs();
  const ids = async (line: string, as: "audit" | "operator") =>
    (await ask(pbs, line, { as })).data.map((one: { id: string }) => one.id).sort();
  assert.deepEqual(await ids("GET /admin/sync", "audit"), ["s-offsite"]);
  const all = "GET /admin/sync?sync-direction=all";
  assert.deepEqual(await ids(all, "audit"), ["s-offsite", "s-push"]);
  pbs.state.acl = pbs.state.acl.filter((one) => one.role !== "RemoteAudit");
  assert.deepEqual(await ids(all, "audit"), []);
  assert.deepEqual(await ids(all, "operator"), []);
});

Deno.test("a task runs for as many reads as it is told, and its id is escaped", async () => {
  await using pbs = await startFakePbs({ taskPolls: 2 });
  const body = { "backup-type": "vm", "backup-id": "100" };
  const { data: upid } = await ask(pbs, `POST ${store}/verify`, { body });
  assert.match(upid, /:verify_group:store1\\x3a-vm-100:root@pam!mcp:$/);
  const path = `/nodes/localhost/tasks/${encodeURIComponent(upid)}/status`;
  const read = async () => (await ask(pbs, `GET ${path}`)).data.status;
  assert.deepEqual([await read(), await read(), await read()], ["running", "running", "stopped"]);
});

Deno.test("a login by password writes with its token only", async () => {
  await using pbs = await startFakePbs();
  Object.assign(pbs.state.users.get("root@pam") ?? {}, { password: "good" });
  const body = { username: "root@pam", password: "good" };
  const { data } = await ask(pbs, "POST /access/ticket", { body });
  const cookie = `PBSAuthCookie=${encodeURIComponent(data.ticket)}`;
  const write = (headers: Record<string, string>) =>
    ask(pbs, "PUT /access/users/nobody@pbs", {
      body: { comment: "x" },
      headers: { authorization: "", cookie, ...headers },
    });
  assert.equal((await write({})).status, 401);
  assert.equal((await write({ CSRFPreventionToken: data.CSRFPreventionToken })).status, 200);
});

Deno.test("what is to fail fails once, in plain text; what is unplugged refuses", async () => {
  await using pbs = await startFakePbs();
  pbs.failNext({ path: /\/version$/ }, 400, "client error (Connect)");
  const { status, text } = await ask(pbs, "GET /version");
  assert.deepEqual([status, text], [400, "client error (Connect)"]);
  assert.equal((await ask(pbs, "GET /version")).status, 200);
  assert.deepEqual(pbs.requests.map((one) => [one.path, one.token, one.status]), [
    ["/version", "root@pam!mcp", 400],
    ["/version", "root@pam!mcp", 200],
  ]);
  await pbs.unplug();
  await assert.rejects(ask(pbs, "GET /version"));
  await pbs.plug();
  assert.equal((await ask(pbs, "GET /version")).status, 200);
});

Deno.test("refused logins and rights wait as long as they are told to", async () => {
  await using pbs = await startFakePbs({ delays: { login: 1e6, permission: 1e6 } });
  const given = new AbortController();
  const client = Deno.createHttpClient({ caCerts: [pbs.caPem] });
  const refused = fetch(`${pbs.url}/api2/json/version`, { client, signal: given.signal });
  const received = () => pbs.requests.find((one) => one.path === "/version");
  while (received() === undefined) await ask(pbs, "GET /ping");
  assert.equal(received()?.status, 0);
  given.abort();
  await assert.rejects(refused);
  client.close();
});

Deno.test("a token has what both itself and its user were granted, and a deeper role replaces", async () => {
  await using pbs = await startFakePbs();
  const status = async () =>
    (await ask(pbs, "GET /nodes/localhost/status", { as: "audit" })).status;
  assert.equal(await status(), 200);
  const grants = pbs.state.acl;
  for (const ugid of ["auditor@pbs", "auditor@pbs!ro"]) {
    pbs.state.acl = grants.filter((one) => one.ugid !== ugid);
    assert.equal(await status(), 403, `without the grant to ${ugid}`);
  }
  const deeper = { path: "/system", role: "NoAccess", ugid: "auditor@pbs", propagate: true };
  pbs.state.acl = [...grants, deeper];
  assert.equal(await status(), 403);
});
