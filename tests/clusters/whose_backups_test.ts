import assert from "node:assert/strict";
import { limited } from "../tools/limited.ts";
import { sharedStore } from "./shared_store.ts";

// deno-lint-ignore no-explicit-any -- rows of whatever a tool tells
type Row = any;

const STORE1 = { server: "pbs1", datastore: "store1" };

Deno.test("backups of guests of the same number are told apart by where their clusters store", async () => {
  await using world = await sharedStore();
  const list = async (args: Record<string, unknown>): Promise<string[]> => {
    const { snapshots } = await world.value("get_backup_snapshots", { ...args, limit: 500 });
    return [
      ...new Set<string>(
        snapshots.map(({ cluster, may_be_of, server, datastore, namespace }: Row) =>
          [cluster ?? may_be_of?.join() ?? "nobody", server, datastore, namespace].join(" ").trim()
        ),
      ),
    ].sort();
  };
  assert.deepEqual(await list({ vmid: 100 }), [
    "dc2 pbs1 store1 tenant-a",
    "default pbs1 offsite",
    "default pbs1 store1",
    "nobody pbs2 offsite",
    "nobody pbs2 store1",
    "nobody pbs2 store1 tenant-a",
  ]);
  assert.deepEqual(await list({ vmid: 100, cluster: "dc2" }), ["dc2 pbs1 store1 tenant-a"]);
  assert.deepEqual(await list({ vmid: "dc2-web1" }), ["dc2 pbs1 store1 tenant-a"]);
  assert.deepEqual(await list({ vmid: "web1" }), ["default pbs1 offsite", "default pbs1 store1"]);
  const { guests, warnings } = await world.value("get_backup_coverage", { limit: 500 });
  assert.doesNotMatch(warnings?.join() ?? "", /are elsewhere too/);
  const of100 = guests.filter(({ vmid }: Row) => vmid === 100);
  assert.deepEqual(of100.map(({ cluster, kept_in }: Row) => `${cluster} ${kept_in}`), [
    "default pbs1:store1",
    "dc2 pbs1:store1/tenant-a",
  ]);
});

Deno.test("a token of one cluster is shown its guests' backups, and any other server as none", async () => {
  await using world = await sharedStore();
  const token = await limited(world.site, { clusters: ["dc2"] });
  const call = (tool: string, args: Record<string, unknown> = {}) =>
    world.site.call(tool, args, { token });
  const { value } = await call("get_backup_snapshots", { limit: 500 });
  assert.deepEqual(
    value.snapshots.map(({ cluster, group, namespace }: Row) => [cluster, group, namespace]),
    [[undefined, "vm/100", "tenant-a"]],
  );
  const servers = (await call("get_backup_servers")).value;
  assert.deepEqual(servers.datastores.map(({ datastore, server }: Row) => [server, datastore]), [
    ["pbs1", "offsite"],
    ["pbs1", "store1"],
  ]);
  assert.deepEqual(servers.servers.map(({ failed_tasks, server }: Row) => [server, failed_tasks]), [
    ["pbs1", []],
  ]);
  assert.match(servers.servers[0].unseen.join(), /tasks: the token's limits do not include/);
  for (const tool of ["get_backup_servers", "get_backup_snapshots", "start_garbage_collection"]) {
    const told = async (server: string) =>
      (await call(tool, { server })).text.replaceAll(server, "…");
    assert.match(await told("pbs2"), /no backup server/, tool);
    assert.equal(await told("pbs2"), await told("pbs9"), tool);
  }
  for (const id of ["p-daily", "p-nosuch"]) {
    const { code, text } = await call("run_backup_server_job", { id });
    assert.deepEqual([code, text.includes(id)], ["not_found", true]);
    assert.match(text, /no backup server is within the token's limits as a whole/);
  }
  const other = await call("verify_backups", { ...STORE1, group: "vm/100" });
  const absent = await call("verify_backups", {
    ...STORE1,
    group: "vm/102",
    namespace: "tenant-a",
  });
  assert.deepEqual([other.code, absent.code], ["not_found", "not_found"]);
  assert.match(other.text, /datastore store1 of backup server pbs1 has no backups of vm\/100$/);
  assert.match(absent.text, /store1 of backup server pbs1 has no backups of vm\/102$/);
  const own = await call("verify_backups", { ...STORE1, namespace: "tenant-a", group: 100 });
  assert.equal(own.value?.good, 1, own.text);
  assert.equal(own.value.cluster, undefined);
  const none = await limited(world.site, { clusters: ["gone"] });
  assert.equal((await world.site.call("get_backup_servers", {}, { token: none })).isError, true);
});

Deno.test("a change of backups finds the guest in whichever cluster, and never another's of its number", async () => {
  await using world = await sharedStore();
  const call = (args: Record<string, unknown>) =>
    world.site.call("verify_backups", { ...STORE1, ...args });
  const named = await call({ group: "dc2-web1", namespace: "tenant-a" });
  assert.deepEqual([named.value?.cluster, named.value?.good], ["dc2", 1], named.text);
  const given = await call({ group: 100, cluster: "default" });
  assert.deepEqual([given.value?.cluster, given.value?.good], ["default", 7], given.text);
  const cases: [args: Record<string, unknown>, code: string, text: RegExp][] = [
    [{ group: 100 }, "conflict", /guest 100 is in default and in dc2: name the cluster, or the/],
    [
      { group: "dc2-web1" },
      "not_found",
      /no backups of vm\/100 of dc2: vm\/100 there is of default/,
    ],
    [{ group: 100, cluster: "dc2" }, "not_found", /vm\/100 there is of default/],
    [{ group: "vm/100", cluster: "dc2" }, "not_found", /vm\/100 there is of default/],
    [{ group: "nosuch" }, "not_found", /no guest is named nosuch/],
    [
      { group: 100, cluster: "default", server: "pbs2" },
      "conflict",
      /no cluster that is known stores in pbs2:store1: name the group as vm\/100, and no cluster/,
    ],
  ];
  for (const [args, code, text] of cases) {
    const answer = await call(args);
    assert.equal(answer.code, code, answer.text);
    assert.match(answer.text, text);
  }
  const group = await call({ group: "vm/100", namespace: "tenant-a" });
  assert.equal(group.value?.of_cluster, "dc2", group.text);
  const prune = await world.value("prune_backups", {
    ...{ ...STORE1, group: "web1", keep_last: 1, dry_run: true },
  });
  assert.equal(prune.cluster, "default");
});

Deno.test("clusters that share a place are told apart by the token that owns a group", async () => {
  await using world = await sharedStore({ namespace: "" });
  const { guests } = await world.value("get_backup_coverage", { limit: 500 });
  const of100 = guests.filter(({ vmid }: Row) => vmid === 100);
  assert.deepEqual(of100.map(({ cluster, state }: Row) => `${cluster} ${state}`), [
    "default backed up",
    "dc2 not backed up",
  ]);
  const { backups } = await world.value("get_backups", { cluster: "dc2", storage: "pbs1" });
  assert.deepEqual(backups, []);
  const token = await limited(world.site, { clusters: ["dc2"] });
  const seen = await world.site.call("get_backup_snapshots", {}, { token });
  assert.equal(seen.value.total, 0, seen.text);
});

Deno.test("what two clusters store with one token in one place is told as nobody's in particular", async () => {
  await using world = await sharedStore({ namespace: "", username: "pve@pbs!pve" });
  const { guests, warnings } = await world.value("get_backup_coverage", { limit: 500 });
  const of100 = guests.filter(({ vmid }: Row) => vmid === 100);
  assert.deepEqual(of100.map(({ state }: Row) => state), ["unknown", "unknown"]);
  assert.match(warnings.join("\n"), /pbs1:store1 has backups of .*vm\/100.*whether they are this/);
  const { backups } = await world.value("get_backups", { vmid: 100, cluster: "dc2" });
  assert.deepEqual(backups[0].may_be_of, ["default", "dc2"]);
  const { snapshots } = await world.value("get_backup_snapshots", { vmid: 100, ...STORE1 });
  assert.deepEqual([snapshots[0].cluster, snapshots[0].may_be_of], [undefined, ["default", "dc2"]]);
  const call = (args: Record<string, unknown>, token?: string) =>
    world.site.call("verify_backups", { ...STORE1, ...args }, token ? { token } : {});
  const { code, text } = await call({ group: "dc2-web1" });
  assert.equal(code, "conflict");
  assert.match(
    text,
    /vm\/100 in pbs1:store1 may be of default or of dc2: name the group as vm\/100/,
  );
  assert.equal((await call({ group: "vm/100" })).value?.good, 7);
  const token = await limited(world.site, { clusters: ["dc2"] });
  assert.equal((await call({ group: 100 }, token)).code, "not_found");
  const seen = await world.site.call("get_backup_snapshots", { vmid: 100 }, { token });
  assert.equal(seen.value.total, 0);
  assert.equal((await world.site.call("get_backups", { vmid: 100 }, { token })).value.total, 0);
  const own = await world.site.call("get_backup_coverage", { limit: 500 }, { token });
  const row = own.value.guests.find(({ vmid }: Row) => vmid === 100);
  assert.equal(row.state, "unknown");
  assert.doesNotMatch(own.text, /default/);
  const { findings } = await world.value("get_attention", { limit: 500, max_guests: 0 });
  assert.ok(
    !findings.some((one: Row) => /no good backup/.test(one.what) && /\b100\b/.test(one.where)),
  );
});

Deno.test("while a cluster does not tell where it stores, a limited token sees what is surely its own", async () => {
  await using world = await sharedStore();
  await world.site.fakes.default?.unplug();
  const token = await limited(world.site, { clusters: ["dc2"] });
  const { value } = await world.site.call("get_backup_snapshots", {}, { token });
  assert.deepEqual(value.snapshots.map(({ namespace }: Row) => namespace), ["tenant-a"]);
  assert.match(value.warnings.join(), /some backups may be left out/);
  assert.doesNotMatch(JSON.stringify(value), /default/);
  const doubt = await world.site.call("verify_backups", { ...STORE1, group: 100 });
  assert.equal(doubt.code, "unavailable");
  assert.match(doubt.text, /default did not answer.*: name the cluster/);
});

Deno.test("what several clusters ask of a backup server at once is asked once", async () => {
  await using world = await sharedStore({ namespace: "" });
  const path = /store1\/snapshots$/;
  world.pbs().fault({ path }, { kind: "delay", ms: 300 }, { times: 9 });
  const before = world.pbs().requests.length;
  await world.value("get_backup_coverage", { limit: 500 });
  const asked = world.pbs().requests.slice(before).filter((request) => path.test(request.path));
  assert.equal(asked.length, 1);
});

Deno.test("backups of another cluster's guest are changed with the approval that its tag wants", async () => {
  await using world = await sharedStore({ config: { tools: { approve: { tags: ["vault"] } } } });
  const guest = world.site.fakes.dc2?.state.guests.get(100);
  assert.ok(guest);
  guest.config.tags = "vault";
  const prune = { ...STORE1, group: "vm/100", namespace: "tenant-a", keep_last: 1 };
  const group = world.pbs().state.datastores.get("store1")?.groups
    .find(({ id, ns }) => id === "100" && ns === "tenant-a");
  const [only] = group?.snapshots ?? [];
  assert.ok(group && only);
  group.snapshots.push({ ...only, time: only.time + 60 });
  assert.match((await world.site.call("prune_backups", prune)).text, /approv/);
  const named = { ...prune, group: "dc2-web1" };
  assert.match((await world.site.call("prune_backups", named)).text, /approv/);
  assert.equal(group.snapshots.length, 2);
  const other = await world.site.call("prune_backups", { ...STORE1, group: "web1", keep_last: 9 });
  assert.equal(other.value?.unchanged, true, other.text);
  const all = { ...STORE1, cluster: "default", namespace: "tenant-a", keep_last: 1 };
  const aside = await world.site.call("prune_backups", all);
  assert.match(aside.text, /leave out cluster \(default\): it is about none/);
  const { cluster: _, ...whole } = all;
  assert.match((await world.site.call("prune_backups", whole)).text, /approv/);
  assert.equal(group.snapshots.length, 2);
});
