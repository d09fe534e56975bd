import assert from "node:assert/strict";
import { Site } from "../site.ts";

Deno.test("try", async () => {
  await using site = await Site.start({ clusters: { dc2: { pve: { nodes: 2 } } } });
  const { dc2 } = site.fakes;
  assert.ok(dc2);
  site.fake.meet(dc2);
  dc2.state.guests.clear();
  site.fake.state.replication.clear();
  const answer = await site.call("migrate_to_cluster", {
    vmid: 101,
    to_cluster: "dc2",
    to_storage: "nfs1",
  });
  console.log(answer.text, answer.value);
  console.log(
    dc2.requests.filter((r) => r.method !== "GET"),
    site.fake.requests.filter((r) => r.method !== "GET"),
  );
  console.log(
    site.fake.state.guests.get(101)?.config,
    dc2.state.guests.get(101)?.config,
    dc2.state.tokens,
    dc2.state.acl,
  );
  console.log(site.lines);
});
