import assert from "node:assert/strict";
import { BackupSite } from "../support/backup_site.ts";
import { Pipe } from "../support/stdio.ts";
import { until } from "../support/until.ts";

Deno.test("stdio serves several clusters and a backup server: lists, the cluster argument, resources, completions", async () => {
  await using world = await BackupSite.start({ clusters: { dc2: { pve: { guests: 3 } } } });
  const { site } = world;
  await using pipe = await Pipe.open(site);
  await pipe.initialize();
  const { result: { tools } } = await pipe.ask("tools/list");
  const schemaOf = (name: string) =>
    tools.find((tool: { name: string }) => tool.name === name)?.inputSchema.properties;
  assert.deepEqual(schemaOf("get_vms").cluster.enum, ["default", "dc2"]);
  assert.ok(schemaOf("get_backup_servers"));
  const value = async (name: string, args: object = {}) => {
    const { result } = await pipe.call(name, args);
    assert.equal(result.isError ?? false, false, result.content?.[0]?.text);
    return result.structuredContent;
  };
  const { vms } = await value("get_vms", { limit: 100 });
  const clusters = new Set(vms.map(({ cluster }: { cluster: string }) => cluster));
  assert.deepEqual([...clusters], ["default", "dc2"]);
  const { cluster, guest_status } = await value("start_vm", { vmid: 101, cluster: "dc2" });
  assert.deepEqual([cluster, guest_status], ["dc2", "running"]);
  assert.equal(site.fakes.default?.state.guests.get(101)?.status, "stopped");
  const servers = await value("get_backup_servers");
  assert.deepEqual(servers.servers.map(({ server }: { server: string }) => server), ["pbs1"]);

  const { result: { resources } } = await pipe.ask("resources/list");
  const uris: string[] = resources.map(({ uri }: { uri: string }) => uri);
  assert.ok(uris.some((uri) => uri.startsWith("pve://dc2/")), uris.join(" "));
  const read = await pipe.ask("resources/read", { uri: "pve://dc2/guests/101" });
  assert.match(read.result.contents[0].text, /running/);
  const { result: { completion } } = await pipe.ask("completion/complete", {
    ref: { type: "ref/resource", uri: "pve://{cluster}/guests/{vmid}" },
    argument: { name: "cluster", value: "d" },
  });
  assert.deepEqual(completion.values.toSorted(), ["dc2", "default"]);
  const [row] = await site.trail.list({ tool: "start_vm", outcome: "ok" });
  assert.deepEqual([row?.door, row?.cluster], ["stdio", "dc2"]);
});

Deno.test("stdio cancels a list over all clusters while one of them says nothing", async () => {
  await using world = await BackupSite.start({ clusters: { dc2: {} } });
  const { site } = world;
  const { dc2 } = site.fakes;
  assert.ok(dc2);
  await using pipe = await Pipe.open(site);
  await pipe.initialize();
  const undo = dc2.fault({}, { kind: "hang" }, { times: Infinity });
  site.fake.fault({}, { kind: "hang" }, { times: Infinity });
  const id = await pipe.begin("tools/call", { name: "get_vms", arguments: {} });
  await until(() => dc2.unanswered > 0);
  await pipe.send({
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: id },
  });
  undo();
  await until(async () => (await site.trail.list({ tool: "get_vms" })).length === 1);
  const [row] = await site.trail.list({ tool: "get_vms" });
  assert.deepEqual([row?.door, row?.outcome], ["stdio", "cancelled"]);
  assert.ok(!pipe.messages.some((message) => message.id === id), "it is answered");
});
