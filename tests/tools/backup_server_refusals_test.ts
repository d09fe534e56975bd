import assert from "node:assert/strict";
import { haltsOf } from "../../lib/database/halts.ts";
import { BackupSite } from "../support/backup_site.ts";
import { Site } from "../site.ts";
import { OF_BACKUP_SERVERS } from "./cases/mod.ts";
import { limited } from "./limited.ts";

type Arguments = Record<string, unknown>;

const STORE1 = { datastore: "store1" };

/** A change by each tool that would be made. */
function callsIn(world: BackupSite): [tool: typeof OF_BACKUP_SERVERS[number], args: Arguments][] {
  const store = world.pbs().state.datastores.get("store1");
  const time = store?.groups.find(({ id }) => id === "100")?.snapshots[0]?.time ?? 0;
  return [
    ["protect_backup", { ...STORE1, group: 100, time: new Date(time * 1000).toISOString() }],
    ["prune_backups", { ...STORE1, group: 100, keep_last: 1 }],
    ["run_backup_server_job", { id: "v-daily" }],
    ["start_garbage_collection", STORE1],
    ["verify_backups", { ...STORE1, group: 100 }],
  ];
}

/** Changes that were received, without what only asks. */
function received(world: BackupSite): number {
  return world.pbs().requests.filter(({ body, method }) =>
    method !== "GET" && !/"dry-run":true/.test(JSON.stringify(body ?? {}))
  ).length;
}

Deno.test("tools of backup servers are offered only where the config names some", async () => {
  await using site = await Site.start();
  const { text } = await site.call("verify_backups", { group: 100 });
  assert.match(text, /verify_backups is switched off .*: backup_servers is not set/);
  const listed = async (world: Site) =>
    (await world.post({ method: "tools/list", jsonrpc: "2.0", id: 1 })).text;
  const without = await listed(site);
  await using world = await BackupSite.start();
  const more = await listed(world.site);
  for (const name of OF_BACKUP_SERVERS) {
    assert.ok(!without.includes(`"${name}"`) && more.includes(`"name":"${name}"`), name);
  }
});

Deno.test("changes of backup servers halt, keep to dry runs, to scopes and to read_only", async () => {
  await using world = await BackupSite.start();
  for (const [tool, args] of callsIn(world)) {
    const planned = await world.value(tool, { ...args, dry_run: true });
    assert.equal(planned.dry_run.requests.length, 1, tool);
    assert.match(planned.dry_run.requests[0].path, /^pbs1:\/admin\//);
    const below = await world.site.call(tool, args, { role: "user" });
    assert.equal(below.code, "forbidden", tool);
  }
  const halts = haltsOf(world.site.database);
  await halts.begin({ by: "ada", reason: "test", since: new Date() });
  for (const [tool, args] of callsIn(world)) {
    assert.match((await world.site.call(tool, args)).text, /halted|stopped/i, tool);
  }
  assert.equal(received(world), 0);
  await using reading = await BackupSite.start({ config: { tools: { read_only: true } } });
  for (const [tool, args] of callsIn(reading)) {
    assert.match((await reading.site.call(tool, args)).text, /switched off/, tool);
  }
});

Deno.test("backups of guests that need approval are changed with it only", async () => {
  await using world = await BackupSite.start({
    config: { tools: { approve: { tags: ["prod"] } } },
  });
  const tagged = [...world.site.fake.state.guests.values()].find(({ config }) =>
    String(config.tags ?? "").split(";").includes("prod")
  );
  assert.ok(tagged);
  for (
    const args of [
      { ...STORE1, keep_last: 1 },
      ...[100].map((group) => ({ ...STORE1, group, keep_last: 1 })),
    ]
  ) {
    const { text } = await world.site.call("prune_backups", args);
    assert.match(text, /approv/, JSON.stringify(args));
  }
  assert.equal(received(world), 0);
});

Deno.test("a limited token changes backups of its guests only", async () => {
  await using world = await BackupSite.start();
  const limits = { vmids: [{ from: 100, to: 100 }] };
  const token = await limited(world.site, limits);
  const call = (tool: string, args: Arguments) => world.site.call(tool, args, { token });
  const own = await call("verify_backups", { ...STORE1, group: 100 });
  assert.equal(own.isError, false, own.text);
  for (
    const args of [{ group: 101 }, { group: "vm/101" }, { group: "host/mailserver" }, {}]
  ) {
    const before = world.pbs().requests.length;
    const other = await call("verify_backups", { ...STORE1, ...args });
    assert.equal(other.code, "forbidden", other.text);
    assert.equal(world.pbs().requests.length, before, "a backup server was asked");
  }
  for (const tool of ["start_garbage_collection", "run_backup_server_job"]) {
    assert.equal((await call(tool, { id: "v-daily" })).code, "forbidden", tool);
  }
});

Deno.test("what is not there, or could be one of several, is told with what there is", async () => {
  await using world = await BackupSite.start({ servers: { pbs1: "admin", pbs2: "admin" } });
  const at = { server: "pbs1", ...STORE1 };
  const cases: [tool: string, args: Arguments, code: string, text: RegExp][] = [
    ["verify_backups", { ...STORE1, group: 100 }, "invalid", /on several servers: name one: pbs1:/],
    ["verify_backups", { ...at, server: "pbs3" }, "not_found", /no backup server "pbs3"/],
    ["verify_backups", { ...at, datastore: "store2" }, "not_found", /did you mean store1\?/],
    ["verify_backups", { ...at, group: "vm/999" }, "not_found", /has no backups of vm\/999/],
    ["verify_backups", { ...at, group: 999 }, "not_found", /no backups of guest 999/],
    ["verify_backups", { ...at, namespace: "tenant-b" }, "not_found", /did you mean tenant-a\?/],
    ["verify_backups", { ...at, time: "2026-01-01T00:00:00Z" }, "invalid", /give group too/],
    [
      "verify_backups",
      { ...at, group: 100, time: "2020-01-01T00:00:00Z" },
      "not_found",
      /no backup of 2020/,
    ],
    ["verify_backups", { ...at, group: "../x" }, "invalid", /must be like vm\/101/],
    ["prune_backups", { ...at, group: 100 }, "invalid", /without any everything is kept/],
    ["prune_backups", { ...at, group: 100, keep_last: 0 }, "invalid", /keep_last/],
    [
      "protect_backup",
      { ...at, group: 100, time: "2020-01-01T00:00:00Z" },
      "not_found",
      /the newest is of/,
    ],
    ["run_backup_server_job", { id: "v-dayly", server: "pbs1" }, "not_found", /mean v-daily\?/],
    ["run_backup_server_job", { id: "v-daily" }, "invalid", /name kind or server/],
  ];
  for (const [tool, args, code, text] of cases) {
    const answer = await world.site.call(tool, args);
    assert.equal(answer.code, code, answer.text);
    assert.match(answer.text, text);
  }
  assert.equal(received(world), 0);
  await world.pbs("pbs2").unplug();
  const doubt = await world.site.call("verify_backups", { ...STORE1, group: 100 });
  assert.equal(doubt.code, "unavailable");
  assert.match(doubt.text, /cannot reach backup server pbs2.*name the server, as pbs1/);
  const named = await world.site.call("verify_backups", { ...at, group: 100 });
  assert.equal(named.isError, false, named.text);
});

Deno.test("a backup that runs, and a job that runs, are in conflict", async () => {
  await using world = await BackupSite.start();
  const { state } = world.pbs();
  const running = state.datastores.get("store1")?.groups.find(({ id }) => id === "201")
    ?.snapshots.find((one) => one.running);
  const time = new Date((running?.time ?? 0) * 1000).toISOString();
  const early = await world.site.call("protect_backup", { ...STORE1, group: "ct/201", time });
  assert.equal(early.code, "conflict");
  assert.match(early.text, /is being made/);
  state.taskPolls = 1000;
  const begun = await world.value("run_backup_server_job", { id: "v-daily", wait: false });
  const joined = await world.value("run_backup_server_job", { id: "v-daily", wait: false });
  assert.deepEqual([joined.joined, joined.upid], [true, begun.upid]);
  const task = state.tasks.find(({ upid }) => upid === begun.upid);
  assert.ok(task);
  const others = begun.upid.replace("root@pam!mcp", "root@pam");
  Object.assign(task, { upid: others, owner: "root@pam" });
  const other = await world.site.call("run_backup_server_job", { id: "v-daily" });
  assert.equal(other.code, "conflict");
  assert.match(other.text, /runs already, by root@pam: wait for the task UPID:/);
});

Deno.test("each form in which rights are refused is told as such, and never a secret", async () => {
  await using world = await BackupSite.start();
  const forms: [status: number, reason: string][] = [
    [403, "permission check failed"],
    [
      403,
      "permission check failed - missing Datastore.Modify|Datastore.Prune on /datastore/store1",
    ],
    [400, "missing permissions 'Datastore.Verify' on '/datastore/store1'"],
    [400, "backup owner check failed (a@pbs != b@pbs)"],
    [401, "a@pbs!x does not have permission to change owner of backup group 'vm/100' to b@pbs"],
  ];
  const { value } = world.pbs().token;
  for (const [status, reason] of forms) {
    for (const [tool, args] of callsIn(world)) {
      world.pbs().failNext({ method: tool === "protect_backup" ? "PUT" : "POST" }, status, reason);
      const { code, text } = await world.site.call(tool, args);
      assert.equal(code, "forbidden", `${tool}: ${text}`);
      assert.match(text, /backup server pbs1.*token and (to )?its user|belongs to another token/);
      assert.ok(!text.includes(value));
    }
  }
  for (
    const [status, reason, code] of [
      [400, "datastore 'store1' is unavailable: read-only maintenance mode: moving", "unavailable"],
      [400, 'Unable to acquire lock "/run/x" - timed out', "conflict"],
      [400, "client error (Connect)", "unavailable"],
      [401, "authentication failed", "unavailable"],
    ] as const
  ) {
    world.pbs().failNext({ method: "POST" }, status, reason);
    const answer = await world.site.call("verify_backups", { ...STORE1, group: 100 });
    assert.equal(answer.code, code, answer.text);
  }
  await world.pbs().unplug();
  for (const [tool, args] of callsIn(world)) {
    const { code, text } = await world.site.call(tool, args);
    assert.equal(code, "unavailable", text);
    assert.match(text, /(cannot reach backup server pbs1|backup server pbs1 does not answer)/);
  }
  const rows = JSON.stringify(await world.site.trail.list({ limit: 200 }));
  assert.ok(!rows.includes(value) && !world.site.lines.join().includes(value));
});
