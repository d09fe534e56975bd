import assert from "node:assert/strict";
import { CallsBackupServers } from "../../lib/pbs/call.ts";
import { startFakePbs } from "../fake_pbs.ts";
import { callOf, connect, sectionOf } from "../pbs_site.ts";

Deno.test("who asks for the same meanwhile is told the same, and nobody what began before a change", async () => {
  await using fake = await startFakePbs();
  const servers = await connect({ pbs1: sectionOf(fake) });
  const call = new CallsBackupServers(servers, callOf());
  const stores = () =>
    call.read("pbs1", async (reader) => (await reader.list("/admin/datastore")).length);
  const asked = () => fake.requests.filter(({ path }) => path === "/admin/datastore").length;
  assert.deepEqual(await Promise.all([stores(), stores()]), [2, 2]);
  assert.equal(asked(), 1);
  assert.equal(await stores(), 2);
  assert.equal(asked(), 2, "nothing is kept");
  await Promise.all([stores(), call.of("pbs1").list("/admin/datastore")]);
  assert.equal(asked(), 4, "what a change rests on is read by itself");

  fake.fault({ path: /^\/admin\/datastore$/ }, { kind: "hang" }, { times: 1 });
  const before = assert.rejects(stores(), { code: "unavailable" });
  await call.of("pbs1").post("/admin/datastore/{store}/gc", { store: "store1" });
  assert.equal(await stores(), 2);
  await fake.unplug();
  await before;
  servers.close();
});
