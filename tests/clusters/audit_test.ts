import assert from "node:assert/strict";
import type { Site } from "../site.ts";
import { askedFor } from "../support/official_client.ts";
import { twoClusters } from "./sites.ts";

async function tampered(site: Site, statement: string): Promise<boolean> {
  await site.database.write(statement);
  return !(await site.trail.verify()).ok;
}

Deno.test("the cluster of a row is part of what its hash holds, and rows without one stay as they were", async () => {
  await using site = await twoClusters();
  await site.call("get_guest", { vmid: 100, cluster: "dc2" });
  await site.call("get_vms");
  const rows = await site.database.all(
    "SELECT format, cluster FROM proxmox_mcp_audit ORDER BY seq",
  );
  assert.deepEqual(rows.map(({ format, cluster }) => [Number(format), cluster]), [[4, "dc2"], [
    3,
    "",
  ]]);
  assert.equal(await tampered(site, "SELECT 1"), false);
  const set = (cluster: string, seq: number) =>
    `UPDATE proxmox_mcp_audit SET cluster = '${cluster}' WHERE seq = ${seq}`;
  assert.equal(await tampered(site, set("default", 1)), true);
  assert.equal(await tampered(site, set("dc2", 1)), false);
  assert.equal(await tampered(site, set("dc2", 2)), true);
});

Deno.test("a person who is asked is told the cluster, and a yes is good for that one alone", async () => {
  await using site = await twoClusters();
  const call = ["stop_vm", { vmid: 100, cluster: "dc2" }] as const;
  const reply = { action: "accept", content: { confirm: true } } as const;
  const { questions, result: { structuredContent } } = await askedFor(site, call, { reply });
  assert.match(questions[0] ?? "", /^Really stop VM 100\?\nin the cluster dc2\n/);
  assert.equal((structuredContent as { cluster?: string })?.cluster, "dc2");
  assert.equal(site.fakes.dc2?.state.guests.get(100)?.status, "stopped");
  assert.equal(site.fakes.default?.state.guests.get(100)?.status, "running");
});
