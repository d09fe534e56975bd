import assert from "node:assert/strict";
import type { Steps } from "./steps.ts";

export const AUDIT: Steps = {
  "a row tells who called what by which transport, and how it ended": async (site) => {
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
  },
};
