import assert from "node:assert/strict";
import { AppError } from "../../lib/errors.ts";
import { Site } from "../site.ts";

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

Deno.test("a row tells who called what by which transport, and how it ended", async () => {
  await using site = await Site.start();
  await site.post(
    { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "get_nodes", arguments: {} } },
  );
  site.fake.fault({ path: /pve1\/status$/ }, {
    kind: "status",
    status: 500,
    message: "login failed with password=hunter2hunter2",
  });
  await site.call("get_node_status", { node: "pve1" }, { role: "user" });
  await site.call("start_vm", { vmid: "101", bogus: 1 });
  const [invalid, failed, done] = await site.trail.list({});
  assert.deepEqual(
    [done?.user, done?.door, done?.tool, done?.outcome, done?.address, done?.error],
    ["ada", "mcp", "get_nodes", "ok", "127.0.0.1", ""],
  );
  assert.deepEqual([failed?.door, failed?.outcome], ["curl", "error"]);
  assert.match(failed?.error ?? "", /^Cannot read the status of node pve1: login failed/);
  assert.ok(!failed?.error.includes("hunter2"), failed?.error);
  assert.deepEqual([invalid?.outcome, invalid?.vmid], ["invalid", 101]);
  assert.notEqual(done?.tokenId, failed?.tokenId);
});
