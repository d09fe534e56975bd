import assert from "node:assert/strict";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { BackupSite } from "../support/backup_site.ts";
import { limited } from "../tools/limited.ts";
import { sharedStore } from "./shared_store.ts";

const SAME_TOKEN = { namespace: "", username: "pve@pbs!pve" };
const NOT_TOLD = /pbs1:store1 has backups of vm\/100, of which nothing tells whether they are this/;

function getGuest(world: BackupSite, cluster: string) {
  return world.value("get_guest", { vmid: 100, cluster });
}

/** What a person is asked before a call is made; the answer is no. */
async function questionOf(world: BackupSite, name: string, args: Record<string, unknown>) {
  const { site } = world;
  const questions: string[] = [];
  const client = new Client({ name: "test", version: "1" }, {
    capabilities: { elicitation: { form: {} } },
  });
  client.setRequestHandler("elicitation/create", ({ params }) => {
    questions.push(params.message);
    return { action: "decline" };
  });
  const requestInit = { headers: site.headers() };
  await client.connect(new StreamableHTTPClientTransport(new URL(site.url), { requestInit }));
  await client.callTool({ name, arguments: args });
  await client.close();
  return questions.join("\n");
}

const DELETIONS: readonly [name: string, args: Record<string, unknown>][] = [
  ["delete_vm", { vmid: 100, force: true, cluster: "dc2" }],
  ["change_api", { method: "DELETE", path: "/nodes/pve1/qemu/100", cluster: "dc2" }],
];

Deno.test("a guest is not backed up by what another cluster's guest of its number has", async () => {
  await using world = await sharedStore({ namespace: "" });
  const own = await getGuest(world, "default");
  assert.deepEqual([own.backups > 0, own.backup.volid.split(":")[0]], [true, "pbs1"]);
  const other = await getGuest(world, "dc2");
  assert.deepEqual([other.backups, other.backup, other.warnings], [0, undefined, undefined]);
  for (const [name, args] of DELETIONS) {
    assert.match(await questionOf(world, name, args), /^newest backup: none$/m, name);
  }
  const { guests } = await world.value("get_capacity", { node: "pve1", cluster: "dc2" });
  const row = guests.find(({ vmid }: { vmid: number }) => vmid === 100);
  assert.deepEqual([row.vmid, row.newest_backup_at], [100, undefined]);
});

Deno.test("of what two clusters store with one token it is said that nothing tells whose it is", async () => {
  await using world = await sharedStore(SAME_TOKEN);
  for (const cluster of ["default", "dc2"]) {
    const { backup, backups, warnings } = await getGuest(world, cluster);
    assert.deepEqual([backup, backups], [undefined, undefined]);
    assert.match(warnings.join("\n"), NOT_TOLD);
  }
  for (const [name, args] of DELETIONS) {
    assert.match(
      await questionOf(world, name, args),
      /^newest backup: not known \(pbs1:store1 has/m,
    );
  }
  const { guests, warnings } = await world.value("get_capacity", {
    node: "pve1",
    cluster: "dc2",
  });
  const row = guests.find(({ vmid }: { vmid: number }) => vmid === 100);
  assert.equal(row.newest_backup_at, undefined);
  assert.match(warnings.join("\n"), /pbs1:store1 has backups of .*vm\/100/);
  const token = await limited(world.site, { clusters: ["dc2"] });
  const { text, value } = await world.site.call("get_guest", { vmid: 100 }, { token });
  assert.deepEqual([value.backup, value.backups], [undefined, undefined]);
  assert.match(text, NOT_TOLD);
  assert.doesNotMatch(text, /default/);
});

Deno.test("while the backup server does not tell, a shared place makes no guest backed up", async () => {
  await using world = await sharedStore(SAME_TOKEN);
  world.pbs().fault({ path: /store1\/snapshots$/ }, { kind: "status", status: 500 }, { times: 99 });
  for (const cluster of ["default", "dc2"]) {
    const { backup, backups, warnings } = await getGuest(world, cluster);
    assert.deepEqual([backup, backups], [undefined, undefined]);
    assert.match(
      warnings.join("\n"),
      /whether backups of vm\/100 in pbs1:store1 are this cluster's/,
    );
  }
  const apart = await sharedStore();
  await using _apart = apart;
  apart.pbs().fault({ path: /store1\/snapshots$/ }, { kind: "status", status: 500 }, { times: 99 });
  const { backup, backups, warnings } = await getGuest(apart, "default");
  assert.deepEqual([backups > 0, backup.volid.split(":")[0]], [true, "pbs1"]);
  assert.match(warnings.join("\n"), /pbs1:store1 could not be read/);
  assert.doesNotMatch(warnings.join("\n"), /whether/);
});

Deno.test("a cluster that never told where it stores may have made what no known token owns", async () => {
  await using world = await sharedStore({ namespace: "" });
  await world.site.fakes.dc2?.unplug();
  const sure = await getGuest(world, "default");
  assert.deepEqual([sure.backups > 0, sure.warnings], [true, undefined]);
  const group = world.pbs().state.datastores.get("store1")?.groups
    .find(({ id, ns, type }) => id === "100" && ns === "" && type === "vm");
  assert.ok(group);
  group.owner = "tenant@pbs!t1";
  const { backup, backups, warnings } = await getGuest(world, "default");
  assert.deepEqual([backup, backups], [undefined, undefined]);
  assert.match(warnings.join("\n"), NOT_TOLD);
});

Deno.test("of a guest's backups the server is asked for that guest's alone, once", async () => {
  await using world = await sharedStore({ namespace: "" });
  await getGuest(world, "default");
  const { length } = world.pbs().requests;
  await getGuest(world, "default");
  const asked = world.pbs().requests.slice(length)
    .map(({ path, query }) => [path, query["backup-id"]]);
  assert.deepEqual(asked.sort(), [
    ["/access/permissions", undefined],
    ["/admin/datastore/store1/snapshots", "100"],
  ]);
});
