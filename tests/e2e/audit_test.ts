import assert from "node:assert/strict";
import { clearImmediate, setImmediate } from "node:timers";
import { DatabaseSync } from "node:sqlite";
import { AppError } from "../../lib/errors.ts";
import { Site } from "../site.ts";
import { cli } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";
import { freePort } from "../support/port.ts";
import { until } from "../support/until.ts";

Deno.test("nothing runs unaudited: reads are withheld, changes are not begun, and rows are kept", async () => {
  await using site = await Site.start();
  const { append } = site.trail;
  site.trail.append = () => Promise.reject(new AppError("unavailable", "the disk is full"));
  const read = await site.call("get_vms");
  assert.equal(read.code, "unavailable");
  assert.equal(read.value, undefined, "the answer is withheld");
  assert.match(read.text, /audit row of get_vms could not be kept \(the disk is full\)/);
  const change = await site.call("start_vm", { vmid: 101 });
  assert.equal(change.code, "unavailable", change.text);
  assert.ok(site.fake.requests.every(({ method }) => method === "GET"), "a change was sent");
  const lines = site.lines.filter((line) => line.includes("AUDIT"));
  assert.equal(lines.length, 2, "the log has them in any case");
  site.trail.append = append.bind(site.trail);
  assert.equal((await site.call("start_vm", { vmid: 101 })).isError, false);
  const rows = await site.trail.list({});
  assert.deepEqual(rows.map(({ tool, outcome }) => `${tool} ${outcome}`), [
    "start_vm ok",
    "start_vm error",
    "get_vms ok",
  ]);
});

Deno.test("while rows cannot be written no call is answered, at once or after, and no row is lost", async () => {
  await using site = await Site.start();
  const { append } = site.trail;
  site.trail.append = () => Promise.reject(new AppError("unavailable", "the disk is full"));
  const ask = () => site.call("get_nodes");
  const together = await Promise.all(Array.from({ length: 15 }, ask));
  const after = [await ask(), await ask(), await site.call("nosuch")];
  for (const { code, value, text } of [...together, ...after]) {
    assert.deepEqual([code ?? "unknown tool", value], [
      text.includes("nosuch") ? "unknown tool" : "unavailable",
      undefined,
    ]);
  }
  const malformed = await site.post({ method: "tools/call", params: 3 });
  assert.equal(malformed.status, 503);
  const asked = site.fake.requests.length;
  await ask();
  assert.equal(site.fake.requests.length, asked, "what cannot be answered is not run");
  const readiness = async () => {
    const response = await fetch(`${site.root}/readyz`);
    return [response.status, (await response.json()).database];
  };
  assert.deepEqual(await readiness(), [503, "unavailable"], "no call would be answered");
  site.trail.append = append.bind(site.trail);
  assert.equal((await ask()).isError, false);
  assert.equal((await site.trail.verify()).rows, 15 + 3 + 1 + 1 + 1);
});

Deno.test("a database whose file is replaced or removed answers nothing, and forgets its tokens", async () => {
  await using site = await Site.start();
  const file = `${site.folder}/test.db`;
  const list = async () => (await site.post({ method: "tools/list" })).status;
  assert.equal(await list(), 200);
  await Deno.copyFile(file, `${file}.new`);
  await Deno.rename(file, `${file}.old`);
  assert.equal(await list(), 503, "removed");
  const readiness = await fetch(`${site.root}/readyz`);
  assert.equal((await readiness.json()).database, "unavailable");
  await Deno.rename(`${file}.new`, file);
  assert.equal(await list(), 503, "replaced");
  await Deno.rename(`${file}.old`, file);
  assert.equal((await site.call("get_nodes")).isError, false, "it is back");
  const stream = await fetch(`${site.server.url}/sse`, { headers: site.headers() });
  const reader = stream.body!.getReader();
  await reader.read();
  await Deno.rename(file, `${file}.old`);
  await until(async () => (await reader.read()).done);
  await Deno.rename(`${file}.old`, file);
});

Deno.test("check tries to write", async () => {
  await using folder = await Folder.make();
  const config = await folder.write("config.json", {
    proxmox: { host: "127.0.0.1", port: freePort() },
    auth: { user: "a@pve", token_name: "t", token_value: "secret" },
  });
  assert.equal((await cli(["migrate", "--config", config])).status, 0);
  const check = async () => (await cli(["check", "--config", config])).out;
  assert.match(await check(), /^ok {4}store .* schema up to date$/m);
  const database = new DatabaseSync(`${folder.path}/proxmox-mcp.db`);
  database.exec("DELETE FROM proxmox_mcp_audit_head");
  database.close();
  assert.match(await check(), /^fail {2}store .*: Cannot write the audit trail: /m);
});

Deno.test("audit.head_file is given the trail's head", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/heads`;
    await Deno.writeTextFile(path, "earlier\n");
    for (const _ of [1, 2]) {
      await using site = await Site.start({ config: { audit: { head_file: path } } });
      await site.call("get_nodes");
    }
    const [earlier, ...lines] = (await Deno.readTextFile(path)).trimEnd().split("\n");
    assert.equal(earlier, "earlier");
    assert.equal(lines.length, 2);
    for (const line of lines) assert.match(line, /^\d{4}-\d\d-\d\dT\S+Z 0:0{64}$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what few of many rows fit is found, and others get their turn meanwhile", async () => {
  await using site = await Site.start();
  await site.call("get_guest_config", { vmid: 101 });
  const { seq } = await site.trail.head();
  const columns =
    "time, request_id, username, token_name, address, door, tool, arguments, outcome, " +
    "error, upid, duration_ms, previous_hash, hash";
  await site.database.write(
    `WITH RECURSIVE added(seq) AS (SELECT $1 UNION ALL SELECT seq + 1 FROM added WHERE seq < $2)
      INSERT INTO proxmox_mcp_audit (seq, ${columns}) SELECT added.seq, ${columns}
      FROM added, (SELECT ${columns} FROM proxmox_mcp_audit WHERE seq = $3)`,
    [seq + 1, 50_000, seq],
  );
  await site.database.write("UPDATE proxmox_mcp_audit_head SET seq = 50000");
  let turns = 0;
  let next: ReturnType<typeof setImmediate>;
  const tick = () => {
    turns++;
    next = setImmediate(tick);
  };
  next = setImmediate(tick);
  const found = await site.trail.list({ vmid: 101 });
  clearImmediate(next);
  assert.deepEqual(found.map((row) => row.seq), [seq]);
  assert.ok(turns > 1, "nobody else got a turn");
  const until = new Date(0);
  assert.deepEqual(await site.trail.list({ vmid: 101, until }), []);
  assert.deepEqual(await site.trail.list({ vmid: 101, before: seq }), []);
  assert.equal((await site.trail.list({ since: until, limit: 30_000 })).length, 10_000);
});
