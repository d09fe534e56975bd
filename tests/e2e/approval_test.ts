import assert from "node:assert/strict";
import type { TokenLimits } from "../../lib/auth/limits.ts";
import type { AnyTool } from "../../lib/tool/tool.ts";
import setNotes from "../../tools/set_guest_notes.ts";
import type { FakeGuest } from "../fake_pve.ts";
import { Site } from "../site.ts";
import { cli } from "../support/cli.ts";
import { asking, hold, tokenOf } from "../support/approval.ts";
import { createLimitedToken } from "../tokens.ts";
import { guest, isRunning, set } from "../tools/guests.ts";
import { changes } from "../tools/requests.ts";

async function rowsOf(site: Site, tool: string): Promise<string[]> {
  return (await site.trail.list({ tool }))
    .map(({ user, outcome, confirmation, confirmedBy, vmids }) =>
      [user, outcome, confirmation, confirmedBy, vmids.join()].join(" ").trimEnd()
    ).toReversed();
}

Deno.test("a token that needs approval changes only what somebody else has released, once", async () => {
  await using site = await Site.start();
  const token = await asking(site);
  const boss = await tokenOf(site.store, "boss");
  const plan = await hold(site, token, ["stop_vm", { vmid: 100 }]);
  assert.deepEqual(changes(site), []);
  assert.equal(plan.state, "waiting");
  assert.deepEqual(plan.requests, [
    {
      method: "POST",
      path: "/nodes/pve1/qemu/100/status/stop",
      body: { "overrule-shutdown": true },
    },
  ]);
  assert.deepEqual(plan.guests, [{ vmid: 100, name: "web1", node: "pve1", status: "running" }]);
  assert.match(plan.next, new RegExp(`approve ${plan.id}\`.*Then make the very same call again`));
  const minutes = (Date.parse(plan.expires_at) - Date.parse(plan.asked_at)) / 60_000;
  assert.ok(Math.abs(minutes - 15) < 0.1, `${minutes}`);

  const again = await hold(site, token, ["stop_vm", { vmid: 100, wait: false }]);
  assert.equal(again.id, plan.id, "one plan for one change");
  const approved = await site.call("approve_plan", { id: plan.id }, { token: boss });
  assert.equal(approved.value?.plan.state, "approved", approved.text);
  assert.deepEqual(changes(site), [], "approving runs nothing");

  const done = await site.call("stop_vm", { vmid: 100 }, { token });
  assert.equal(done.value?.guest_status, "stopped", done.text);
  assert.equal(changes(site).length, 1);
  guest(site, 100).status = "running";
  const next = await hold(site, token, ["stop_vm", { vmid: 100 }]);
  assert.notEqual(next.id, plan.id, "a release serves once");
  assert.equal(changes(site).length, 1);
  assert.deepEqual(await rowsOf(site, "stop_vm"), [
    "ada asked asked  100",
    "ada asked asked  100",
    "ada ok accepted boss 100",
    "ada asked asked  100",
  ]);
  assert.deepEqual(await rowsOf(site, "approve_plan"), ["boss ok not_asked  100"]);
});

Deno.test("a denied plan is told with who denied it, and the call stays refused", async () => {
  await using site = await Site.start();
  const token = await asking(site);
  const boss = await tokenOf(site.store, "boss");
  const { id } = await hold(site, token, ["start_vm", { vmid: 101 }]);
  await site.call("approve_plan", { id, deny: true }, { token: boss });
  const refused = await site.call("start_vm", { vmid: 101 }, { token });
  assert.equal(refused.code, "forbidden");
  assert.match(refused.text, new RegExp(`^Cannot start VM 101: boss denied it \\(plan ${id}\\)$`));
  const late = await site.call("approve_plan", { id }, { token: boss });
  assert.match(late.text, /was denied by boss/);
  assert.deepEqual(changes(site), []);
  assert.deepEqual(await rowsOf(site, "start_vm"), [
    "ada asked asked  101",
    "ada denied   101",
  ]);
  assert.deepEqual(await rowsOf(site, "approve_plan"), [
    "boss ok not_asked  101",
    "boss error not_asked",
  ]);
});

Deno.test("an approval that is not used is taken back by who gave it", async () => {
  await using site = await Site.start();
  const token = await asking(site);
  const boss = await tokenOf(site.store, "boss");
  const chief = await tokenOf(site.store, "chief");
  const { id } = await hold(site, token, ["stop_vm", { vmid: 100 }]);
  const decide = (by: string, given: Record<string, unknown> = {}) =>
    site.call("approve_plan", { id, ...given }, { token: by });
  await decide(boss);
  for (const by of [chief, token]) {
    const { code, text } = await decide(by, { deny: true });
    assert.ok(code === "conflict" || code === "forbidden", text);
  }
  assert.match((await decide(boss)).text, /was approved by boss/);
  const looked = await site.call("get_plans", { id }, { token: boss });
  assert.equal(looked.value?.plans[0].state, "approved", looked.text);
  const dry = await decide(boss, { deny: true, dry_run: true });
  assert.match(JSON.stringify(dry.value), /it is approved: ada wants to stop VM 100/);
  const taken = await decide(boss, { deny: true });
  assert.deepEqual([taken.value?.plan.state, taken.value?.plan.decided_by], ["denied", "boss"]);

  const refused = await site.call("stop_vm", { vmid: 100 }, { token });
  assert.deepEqual([refused.code, changes(site)], ["forbidden", []]);
  assert.match(refused.text, /boss denied it/);
  const rows = (await site.trail.list({ tool: "approve_plan", outcome: "ok" }))
    .map(({ user, arguments: given }) => [user, JSON.parse(given).deny ?? false]);
  assert.deepEqual(rows, [["boss", true], ["boss", true], ["boss", false]]);
});

Deno.test("an approval ends with the account, or the rights, of who gave it", async (t) => {
  await using site = await Site.start();
  const token = await asking(site);
  const env = {
    PROXMOX_MCP_CONFIG: `${site.folder}/config.json`,
    DATABASE_URL: `sqlite:${site.folder}/test.db`,
  };
  const run = async (...args: string[]) => {
    const { status, err } = await cli(args, { env });
    assert.equal(status, 0, err);
  };
  await run("role", "create", "Head", "--scope", "admin");
  const ends: [string, string[]][] = [
    ["ann", ["user", "disable", "ann"]],
    ["bea", ["user", "set-role", "bea", "Operator"]],
    ["cem", ["role", "update", "Head", "--scope", "write"]],
    ["don", ["user", "delete", "don", "--with-tokens"]],
  ];
  for (const [user, change] of ends) {
    await t.step(change.slice(0, 2).join(" "), async () => {
      const boss = await tokenOf(site.store, user);
      if (user === "cem") await run("user", "set-role", user, "Head");
      const { id } = await hold(site, token, ["start_vm", { vmid: 101 }]);
      const approved = await site.call("approve_plan", { id }, { token: boss });
      assert.equal(approved.value?.plan.state, "approved", approved.text);
      await run(...change);
      const next = await hold(site, token, ["start_vm", { vmid: 101 }]);
      assert.notEqual(next.id, id, "what was approved does not run");
    });
  }
  assert.deepEqual(changes(site), []);
});

Deno.test("an approval that was used is not taken back", async () => {
  await using site = await Site.start();
  const token = await asking(site);
  const boss = await tokenOf(site.store, "boss");
  const { id } = await hold(site, token, ["stop_vm", { vmid: 100 }]);
  await site.call("approve_plan", { id }, { token: boss });
  await site.call("stop_vm", { vmid: 100 }, { token });
  const late = await site.call("approve_plan", { id, deny: true }, { token: boss });
  assert.equal(late.code, "conflict");
  assert.match(late.text, /is used up/);
});

Deno.test("nobody approves what they asked for, nor what they could not do themselves", async () => {
  await using site = await Site.start();
  const token = await asking(site);
  const { id } = await hold(site, token, ["delete_vm", { vmid: 101 }]);
  const boss = (limits: Partial<TokenLimits>) => tokenOf(site.store, "boss", { limits });
  const others: [string, RegExp][] = [
    [token, /ada asked for it: somebody else must decide/],
    [site.tokens.admin, /ada asked for it: somebody else must decide/],
    [await tokenOf(site.store, "clerk", { permission: "write" }), /scope \(admin\)/],
    [await boss({ needsApproval: true }), /needs approval itself/],
    [await boss({ toolsDeny: ["delete_vm"] }), /may not call delete_vm itself/],
    [await boss({ vmids: [{ from: 101, to: 101 }] }), /do not include the tool approve_plan/],
  ];
  for (const [other, reason] of others) {
    const { code, text } = await site.call("approve_plan", { id }, { token: other });
    assert.deepEqual([code, reason.test(text)], ["forbidden", true], text);
  }
  assert.equal((await hold(site, token, ["delete_vm", { vmid: 101 }])).state, "waiting");
  assert.ok(guest(site, 101));
});

Deno.test("a release counts only while what was shown is so", async (t) => {
  await using site = await Site.start();
  const token = await asking(site);
  const boss = await tokenOf(site.store, "boss");
  const changed: [name: string, vmid: number, change: (vm: FakeGuest) => unknown, told: RegExp][] =
    [
      [
        "configuration",
        101,
        ({ config }) => config.memory = "4321",
        /101 got another configuration/,
      ],
      ["state", 100, (vm) => vm.status = "stopped", /VM 100 went from running to stopped/],
      ["place", 110, (vm) => vm.node = "pve1", /VM 110 moved from pve2 to pve1/],
    ];
  for (const [name, vmid, change, told] of changed) {
    await t.step(name, async () => {
      const args = { vmid, name: "before" };
      const { id } = await hold(site, token, ["create_snapshot", args]);
      await site.call("approve_plan", { id }, { token: boss });
      change(guest(site, vmid));
      // Where a guest is, is known for two seconds: the first to miss it there looks it up anew.
      if (name === "place") {
        const { text } = await site.call("create_snapshot", args, { token });
        assert.match(text, /: VM 110 is on node pve1 now, not on pve2: retry$/);
      }
      const refused = await site.call("create_snapshot", args, { token });
      assert.equal(refused.code, "conflict", refused.text);
      assert.match(refused.text, told);
      assert.match(refused.text, /nothing was done.*call again for a new one/);
      assert.deepEqual(changes(site), []);
      assert.notEqual((await hold(site, token, ["create_snapshot", args])).id, id);
    });
  }
  const call = ["delete_vm", { vmid: 101 }] as const;
  await t.step("what waits is replaced", async () => {
    const before = await hold(site, token, call);
    set(101, { memory: "1234" })(site);
    const after = await hold(site, token, call);
    assert.notEqual(after.id, before.id);
    const gone = await site.call("approve_plan", { id: before.id }, { token: boss });
    assert.equal(gone.code, "not_found", gone.text);
  });
});

Deno.test("a plan expires, whether or not it was approved", async () => {
  let now = Date.now();
  await using site = await Site.start({ now: () => new Date(now) });
  const token = await asking(site);
  const boss = await tokenOf(site.store, "boss");
  const first = await hold(site, token, ["start_vm", { vmid: 101 }]);
  await site.call("approve_plan", { id: first.id }, { token: boss });
  now += 15 * 60_000;
  const second = await hold(site, token, ["start_vm", { vmid: 101 }]);
  assert.notEqual(second.id, first.id);
  now += 15 * 60_000;
  const late = await site.call("approve_plan", { id: second.id }, { token: boss });
  assert.match(late.text, /has expired: it must be asked for again/);
  assert.deepEqual(changes(site), []);
});

Deno.test("of calls that come at once, one uses the release", async () => {
  await using site = await Site.start();
  const token = await asking(site);
  const boss = await tokenOf(site.store, "boss");
  const call = () => site.call("set_guest_notes", { vmid: 101, notes: "new" }, { token });
  const { value } = await call();
  await site.call("approve_plan", { id: value.approval.id }, { token: boss });
  const answers = await Promise.all([call(), call(), call(), call()]);
  assert.equal(changes(site).length, 1, JSON.stringify(answers.map(({ text }) => text)));
});

Deno.test("a release counts for what is new each time that it is planned", async (t) => {
  let now = Date.parse("2026-07-01T12:00:00Z");
  const secrets = await Deno.makeTempDir();
  await Deno.chmod(secrets, 0o700);
  await using site = await Site.start({
    now: () => new Date(now),
    config: { tools: { secrets_dir: secrets } },
  });
  const token = await asking(site);
  const boss = await tokenOf(site.store, "boss");
  const calls: [tool: string, args: Record<string, unknown>][] = [
    ["create_backup_job", { schedule: "sun 03:00", storage: "nfs1", all: true }],
    ["create_proxmox_token", { user: "operator@pve", name: "nightly", expires_days: 30 }],
    ["rehearse_restore", { vmid: 101 }],
  ];
  for (const [tool, args] of calls) {
    await t.step(tool, async () => {
      const { id } = await hold(site, token, [tool, args]);
      await site.call("approve_plan", { id }, { token: boss });
      now += 60_000;
      const { value, text } = await site.call(tool, args, { token });
      assert.ok(value && !value.approval, text);
    });
  }
  await Deno.remove(secrets, { recursive: true });
});

Deno.test("nobody is asked about what reads, what is so already, and what cannot be done", async () => {
  await using site = await Site.start();
  const token = await asking(site);
  const of = (tool: string, args: Record<string, unknown>) => site.call(tool, args, { token });
  assert.equal((await of("get_vms", {})).value?.approval, undefined);
  assert.ok((await of("start_vm", { vmid: 101, dry_run: true })).value?.dry_run);
  assert.equal((await of("start_vm", { vmid: 100 })).value?.unchanged, true);
  const locked = await of("delete_vm", { vmid: 103 });
  assert.equal(locked.code, "conflict", locked.text);
  assert.match(locked.text, /protect/);
  const none = await of("stop_vm", { vmid: 999 });
  assert.equal(none.code, "not_found", none.text);
  assert.deepEqual((await site.call("get_plans")).value.plans, []);
});

Deno.test("a guest on a node that is offline keeps nothing from being released", async () => {
  await using site = await Site.start();
  const token = await asking(site);
  const boss = await tokenOf(site.store, "boss");
  const call = ["create_backup_job", {
    schedule: "sun 03:00",
    storage: "nfs1",
    all: true,
  }] as const;
  site.fake.offline("pve2");
  const plan = await hold(site, token, call);
  assert.ok(plan.guests.some(({ node }: { node: string }) => node === "pve2"));
  await site.call("approve_plan", { id: plan.id }, { token: boss });
  const done = await site.call(...call, { token });
  assert.equal(done.isError, false, done.text);

  const late = await hold(site, token, ["delete_backup_job", { id: done.value.id }]);
  await site.call("approve_plan", { id: late.id }, { token: boss });
  site.fake.online("pve2");
  const refused = await site.call("delete_backup_job", { id: done.value.id }, { token });
  assert.match(refused.text, /110 .*got another configuration/);
});

Deno.test("an identical call follows the task that a release began", async () => {
  await using site = await Site.start();
  const token = await asking(site);
  const boss = await tokenOf(site.store, "boss");
  const args = { vmid: 101, wait: false };
  const { id } = await hold(site, token, ["start_vm", args]);
  await site.call("approve_plan", { id }, { token: boss });
  site.fake.state.taskPolls = Infinity;
  const begun = await site.call("start_vm", args, { token });
  assert.match(begun.value?.upid, /^UPID:/, begun.text);
  const again = await site.call("start_vm", args, { token });
  assert.deepEqual([again.value?.joined, again.value?.upid], [true, begun.value.upid], again.text);
  assert.equal(changes(site).length, 1);
});

Deno.test("secrets in arguments are neither shown nor kept", async () => {
  await using site = await Site.start();
  const token = await asking(site);
  const plan = await hold(site, token, ["set_cloud_init", {
    vmid: 100,
    password: "hunter2-secret",
    drive_storage: "local-lvm",
  }]);
  const rows = await site.database.all("SELECT * FROM proxmox_mcp_plan");
  for (const text of [JSON.stringify(plan), JSON.stringify(rows)]) {
    assert.doesNotMatch(text, /hunter2/);
  }
});

Deno.test("one caller's waiting plans are bounded, and leave others theirs", async () => {
  await using site = await Site.start();
  const token = await asking(site);
  for (let at = 0; at < 20; at++) {
    await hold(site, token, ["set_guest_notes", { vmid: 101, notes: `note ${at}` }]);
  }
  const more = await site.call("set_guest_notes", { vmid: 101, notes: "more" }, { token });
  assert.equal(more.code, "conflict");
  assert.match(more.text, /20 plans of this token wait/);
  await hold(site, await asking(site), ["start_vm", { vmid: 101 }]);
});

Deno.test("guests with a tag are changed with approval only, whoever asks and by whatever way", async (t) => {
  await using site = await Site.start({ config: { tools: { approve: { tags: ["Prod"] } } } });
  const boss = await tokenOf(site.store, "boss");
  set(101, { tags: "prod;db" })(site);
  const { admin } = site.tokens;
  const vzdump = (params: Record<string, unknown>): [string, Record<string, unknown>] => [
    "change_api",
    { method: "POST", path: "/nodes/pve1/vzdump", params },
  ];
  const ways: [tool: string, args: Record<string, unknown>][] = [
    ["start_vm", { vmid: 101 }],
    ["set_guest_tags", { vmid: 101, remove: ["prod"] }],
    ["change_api", { method: "POST", path: "/nodes/pve1/qemu/101/status/start" }],
    ["change_api", { method: "POST", path: "/nodes/pve1/status", params: { command: "reboot" } }],
    ["change_api", { method: "POST", path: "/nodes/localhost/stopall" }],
    ["change_api", {
      method: "POST",
      path: "/nodes/pve1/vzdump",
      params: { all: 1, mode: "stop" },
    }],
    ["change_api", {
      method: "POST",
      path: "/cluster/bulk-action/guest/shutdown",
      params: { vms: [101, 110] },
    }],
    ["change_api", { method: "POST", path: "/cluster/bulk-action/guest/shutdown" }],
    ["change_api", {
      method: "POST",
      path: "/nodes/pve1/vzdump",
      params: { vmid: [...Array(1000).keys().map((at) => at + 2000), 101].join(), mode: "stop" },
    }],
    // Proxmox takes lists that NUL parts, and an empty one beside `all`.
    ...["110\u0000101", "110\u0085101", "101\u0000"].map((vmid) => vzdump({ vmid, mode: "stop" })),
    ...["", "0"].map((vmid) => vzdump({ vmid, all: 1, mode: "stop" })),
    ["change_api", { method: "PUT", path: "/pools/dev", params: { vms: "110\u0000101" } }],
    ["change_api", {
      method: "DELETE",
      path: "/nodes/pve1/storage/nfs1/prunebackups",
      params: { "prune-backups": "keep-last=1" },
    }],
    ["bulk_power", { action: "start", vmids: [101, 110], dry_run: false }],
  ];
  for (const way of ways) {
    await t.step(way[0], async () => {
      const plan = await hold(site, admin, way);
      assert.ok(plan.guests.some(({ vmid }: { vmid: number }) => vmid === 101));
      assert.deepEqual(changes(site), []);
    });
  }
  await t.step("others go on as ever", async () => {
    const done = await site.call("stop_vm", { vmid: 110 });
    assert.equal(done.value?.guest_status, "stopped", done.text);
  });
  await t.step("a released one runs", async () => {
    const { id } = await hold(site, admin, ["start_vm", { vmid: 101 }]);
    await site.call("approve_plan", { id }, { token: boss });
    const done = await site.call("start_vm", { vmid: 101 });
    assert.equal(done.isError, false, done.text);
    assert.ok(isRunning(site, 101));
  });
});

Deno.test("a guest that gets the tag after the look is not changed", async () => {
  const tools: AnyTool[] = [{
    ...setNotes,
    run: (input, context) => {
      if (!context.pve.dryRun) set(101, { tags: "gold" })(site);
      return setNotes.run(input, context);
    },
  }];
  await using site = await Site.start({
    tools,
    config: { tools: { approve: { tags: ["gold"] } } },
  });
  const refused = await site.call("set_guest_notes", { vmid: 101, notes: "x" });
  assert.equal(refused.code, "forbidden", refused.text);
  assert.match(refused.text, /somebody else must approve a change of guest 101 first/);
  assert.deepEqual(changes(site), []);
});

Deno.test("a limited token is not asked twice, and its limits hold", async () => {
  await using site = await Site.start();
  const token = await createLimitedToken(site.store, {
    needsApproval: true,
    vmids: [{ from: 101, to: 101 }],
  });
  const out = await site.call("stop_vm", { vmid: 100 }, { token });
  assert.equal(out.code, "not_found", out.text);
  assert.equal((await hold(site, token, ["start_vm", { vmid: 101 }])).state, "waiting");
});

Deno.test("the command line lists, releases and refuses plans, and leaves rows", async () => {
  await using site = await Site.start();
  const token = await asking(site);
  const env = {
    PROXMOX_MCP_CONFIG: `${site.folder}/config.json`,
    DATABASE_URL: `sqlite:${site.folder}/test.db`,
  };
  const run = (...args: string[]) => cli(args, { env });
  assert.equal((await run("approve")).out, "nothing waits for approval");
  const first = await hold(site, token, ["stop_vm", { vmid: 100 }]);
  const second = await hold(site, token, ["start_vm", { vmid: 101 }]);
  const listed = (await run("approve")).out;
  assert.match(listed, new RegExp(`^${first.id} +ada +.* UTC +stop VM 100$`, "m"));
  assert.match(listed, /requests: .*\/nodes\/pve1\/qemu\/101\/status\/start/);
  const [asJson] = JSON.parse((await run("approve", "--json")).out);
  assert.deepEqual([asJson.id, asJson.tool, asJson.state], [first.id, "stop_vm", "waiting"]);

  const own = await run("approve", first.id, "--by", "ada");
  assert.deepEqual([own.status, own.out], [1, ""]);
  assert.match(own.err, /^proxmox-mcp: Cannot approve plan \w+: ada asked for it/);
  const approved = await run("approve", first.id);
  assert.equal(approved.status, 0, approved.err);
  assert.match(approved.out, /^approved plan \w+ of ada: stop VM 100; the same call, made again/);
  assert.match(approved.out, new RegExp(`\`.+ deny ${first.id}\` takes it back$`));
  assert.equal(
    JSON.parse((await run("deny", second.id, "--by", "eve", "--json")).out).state,
    "denied",
  );
  const twice = await run("approve", second.id);
  assert.match(twice.err, /Cannot approve plan \w+: plan \w+ was denied by eve$/);
  const none = await run("deny", "nosuchplan");
  assert.deepEqual([none.status, none.err], [
    2,
    "proxmox-mcp: Cannot deny plan nosuchplan: there is no plan nosuchplan",
  ]);

  const third = await hold(site, token, ["stop_vm", { vmid: 110 }]);
  await run("approve", third.id, "--by", "eve");
  const back = await run("deny", third.id);
  assert.match(back.out, /^denied plan \w+ of ada: stop VM 110$/, back.err);
  assert.equal((await site.call("stop_vm", { vmid: 110 }, { token })).code, "forbidden");

  const done = await site.call("stop_vm", { vmid: 100 }, { token });
  assert.equal(done.value?.guest_status, "stopped", done.text);
  const refused = await site.call("start_vm", { vmid: 101 }, { token });
  assert.match(refused.text, /eve denied it/);
  assert.deepEqual(await rowsOf(site, "approve_plan"), [
    "ada error accepted ada 100",
    "command line ok accepted command line 100",
    "eve ok accepted eve 101",
    "command line error accepted command line 101",
    "command line error accepted command line",
    "eve ok accepted eve 110",
    "command line ok accepted command line 110",
  ]);
  assert.ok((await rowsOf(site, "stop_vm")).includes("ada ok accepted command line 100"));
  assert.ok((await site.trail.verify()).ok);
});

Deno.test("a token is made to need approval by the command line, which says so", async () => {
  await using site = await Site.start();
  const env = {
    PROXMOX_MCP_CONFIG: `${site.folder}/config.json`,
    DATABASE_URL: `sqlite:${site.folder}/test.db`,
  };
  const args = ["--user", "ada", "--name", "bot", "--permission", "admin", "--needs-approval"];
  const token = (await cli(["token", "create", ...args], { env })).out;
  assert.match((await cli(["token", "list"], { env })).out, / bot .* needs approval$/m);
  assert.equal((await hold(site, token, ["start_vm", { vmid: 101 }])).state, "waiting");
});
