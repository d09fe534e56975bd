import assert from "node:assert/strict";
import type { FakeTask } from "../fake_pve.ts";
import { Pipe } from "../support/stdio.ts";
import { until } from "../support/until.ts";
import { changesIn, MOVE, passesIn, secretIn, startTwo, type Two } from "./two_clusters.ts";

/** Waits until a guest is on its way. */
async function underWay({ dc2, home }: Two): Promise<void> {
  await until(() => dc2.state.tasks.some(({ type }) => type === "qmtunnel"));
  const isOpen = ({ abandon, type }: FakeTask) => type !== "qmigrate" || abandon !== undefined;
  await until(() => home.state.tasks.every(isOpen));
}

Deno.test("the token of a move is gone after a task that failed, and the guest where it was", async () => {
  await using two = await startTwo();
  const { dc2, home, site } = two;
  home.state.outcomes.push({ exit: "the tunnel has collapsed", log: ["see the log"] });
  const failed = await site.call("migrate_to_cluster", MOVE);
  assert.match(failed.text, /the tunnel has collapsed/);
  assert.deepEqual(passesIn(dc2), []);
  assert.ok(!dc2.state.guests.has(101));
  assert.equal(home.state.guests.get(101)?.config.lock, undefined);
});

Deno.test("a request that Proxmox refuses leaves no token", async () => {
  await using two = await startTwo();
  const { dc2, home, site } = two;
  const refusal = { kind: "status", status: 500, message: "no!\n" } as const;
  home.fault({ method: "POST", path: /remote_migrate$/ }, refusal);
  const refused = await site.call("migrate_to_cluster", MOVE);
  assert.match(refused.text, /no!/);
  assert.deepEqual(passesIn(dc2), []);
  dc2.fault({ method: "PUT", path: /acl$/ }, refusal);
  const half = await site.call("migrate_to_cluster", MOVE);
  assert.match(half.text, /no!/);
  assert.deepEqual(passesIn(dc2), []);
  assert.equal(changesIn(home).length, 1);
});

Deno.test("a request that may have arrived leaves its token until the task that it began has ended", async () => {
  await using two = await startTwo({ sleep: () => Promise.resolve() });
  const { dc2, home, site } = two;
  home.state.taskPolls = Infinity;
  home.fault({ method: "POST", path: /remote_migrate$/ }, { kind: "drop" });
  const answer = await site.call("migrate_to_cluster", MOVE);
  assert.equal(answer.isError, true);
  await underWay(two);
  assert.equal(passesIn(dc2).length, 1);
  home.finishTasks();
  await until(() => passesIn(dc2).length === 0);
  assert.ok(dc2.state.guests.has(101));
});

Deno.test("a token is there as long as its guest is on its way, whoever waits for that", async () => {
  await using two = await startTwo();
  const { dc2, home, site } = two;
  home.state.taskPolls = Infinity;
  const { text, value } = await site.call("migrate_to_cluster", { ...MOVE, wait: false });
  assert.match(value?.notes.join(" "), /token that was made for it is deleted when it ends/, text);
  await underWay(two);
  const late = await site.call("migrate_to_cluster", { ...MOVE, vmid: 103, timeout_seconds: 1 });
  assert.equal(late.code, "timeout", late.text);
  assert.equal(passesIn(dc2).length, 2);
  const again = await site.call("migrate_to_cluster", {
    ...MOVE,
    cluster: "default",
    to_vmid: 500,
  });
  assert.match(again.text, /VM 101 is locked \(migrate\)/);
  home.finishTasks();
  await until(() => passesIn(dc2).length === 0);
  assert.deepEqual([...dc2.state.guests.keys()], [101, 103]);
});

Deno.test("a token that cannot be deleted is tried again, and the caller is told", async () => {
  await using two = await startTwo();
  const { dc2, site } = two;
  const undo = dc2.fault(
    { method: "DELETE", path: /token/ },
    { kind: "status", status: 500, message: "cluster not ready - no quorum?\n" },
    { times: 2 },
  );
  const { text, value } = await site.call("migrate_to_cluster", MOVE);
  assert.equal(value?.exit_status, "OK", text);
  assert.deepEqual(passesIn(dc2), []);
  undo();
});

Deno.test("Proxmox takes neither an expired token nor one that is granted too little", async () => {
  await using two = await startTwo();
  const { dc2, home, site } = two;
  home.state.taskPolls = Infinity;
  const moving = site.call("migrate_to_cluster", MOVE);
  await underWay(two);
  const pass = dc2.state.tokens.find(({ name }) => passesIn(dc2).includes(name));
  assert.ok(pass);
  pass.expire = 1;
  home.finishTasks();
  const expired = await moving;
  assert.match(expired.text, /401 authentication failure/);
  assert.deepEqual(passesIn(dc2), []);

  home.state.taskPolls = 1;
  dc2.state.roles.set("PVEDatastoreUser", { privs: ["Datastore.AllocateSpace"], special: true });
  const undo = dc2.fault({ method: "PUT", path: /acl$/ }, {
    kind: "body",
    body: JSON.stringify({ data: null }),
  }, { times: 4 });
  const bare = await site.call("migrate_to_cluster", MOVE);
  undo();
  assert.match(bare.text, /Permission check failed \(\/, Sys\.Audit\)/);
});

Deno.test("the secret of a move stands in no answer, row, line or request but one", async () => {
  await using two = await startTwo();
  const { dc2, home, site } = two;
  home.state.taskPolls = Infinity;
  const answers = [
    await site.call("migrate_to_cluster", { ...MOVE, dry_run: true }),
    await site.call("migrate_to_cluster", { ...MOVE, wait: false }),
  ];
  await underWay(two);
  const secret = secretIn(home);
  const [task] = home.state.tasks.filter(({ type }) => type === "qmigrate");
  assert.ok(task);
  task.log.push(`connecting with ${secret}`);
  const quoting = site.call("migrate_to_cluster", { ...MOVE, vmid: 103 });
  await until(() => home.state.tasks.filter(({ type }) => type === "qmigrate").length === 2);
  const other = home.requests.findLast(({ path }) => path.endsWith("/remote_migrate"));
  const [, second = ""] = /![^=]+=([^,]+)/.exec(JSON.stringify(other?.body)) ?? [];
  const last = home.state.tasks.findLast(({ type }) => type === "qmigrate");
  last?.log.push(`connecting with ${second}`);
  home.state.outcomes.push({ exit: `cannot use ${second}`, id: "103" });
  await until(() => dc2.state.tasks.filter(({ type }) => type === "qmtunnel").length === 2);
  home.finishTasks();
  answers.push(await quoting);
  await until(() => passesIn(dc2).length === 0);
  const rows = await site.trail.list();
  const seen = JSON.stringify([
    answers,
    rows,
    site.lines,
    home.requests.filter(({ path }) => !path.endsWith("/remote_migrate")),
    dc2.requests,
  ]);
  for (const each of [secret, second]) assert.ok(!seen.includes(each), `${each} is told`);
  assert.match(answers.at(-1)?.text ?? "", /cannot use \[redacted\]/);
});

Deno.test("a move leaves the rows of its call, with the task, and of what was done after it", async () => {
  await using two = await startTwo();
  const { site } = two;
  const { value } = await site.call("migrate_to_cluster", MOVE);
  const rows = await site.trail.list({ tool: "migrate_to_cluster" });
  const ended = rows.filter(({ outcome }) => outcome === "ok");
  assert.deepEqual(ended.map(({ door, upid }) => [door, upid]).toSorted(), [
    ["background", ""],
    ["curl", value.upid],
  ]);
  for (const { arguments: given, vmid } of ended) {
    assert.equal(vmid, 101);
    assert.deepEqual(JSON.parse(given), MOVE);
  }
});

/** A client that begins a move, and cancels it when it is told to. */
async function beginMove({ site }: Two) {
  const pipe = await Pipe.open(site);
  await pipe.initialize();
  const requestId = await pipe.begin("tools/call", { name: "migrate_to_cluster", arguments: MOVE });
  const rows = () => site.trail.list({ tool: "migrate_to_cluster" });
  return {
    pipe,
    /** Gives the row of the call. */
    cancel: async () => {
      const params = { requestId };
      await pipe.send({ jsonrpc: "2.0", method: "notifications/cancelled", params });
      await until(async () => (await rows()).some(({ outcome }) => outcome === "cancelled"));
      return (await rows()).find(({ outcome }) => outcome === "cancelled");
    },
  };
}

Deno.test("a call that is cancelled while its guest is on its way leaves the task, and the token as long as that", async () => {
  await using two = await startTwo();
  const { dc2, home } = two;
  home.state.taskPolls = Infinity;
  const { cancel, pipe } = await beginMove(two);
  await using _pipe = pipe;
  await underWay(two);
  const task = home.state.tasks.find(({ type }) => type === "qmigrate");
  await until(() => home.requests.some(({ path }) => /\/tasks\/.*\/status$/.test(path)));
  const row = await cancel();
  assert.deepEqual([row?.upid, row?.vmids, row?.cluster], [task?.upid, [101], "default"]);
  assert.deepEqual([task?.status, passesIn(dc2).length], ["running", 1]);
  home.finishTasks();
  await until(() => passesIn(dc2).length === 0);
  assert.ok(dc2.state.guests.has(101));
});

Deno.test("a call that is cancelled before its guest was sent leaves neither token nor task", async () => {
  await using two = await startTwo();
  const { dc2, home } = two;
  const undo = dc2.fault({ method: "PUT", path: /acl$/ }, { kind: "hang" });
  const { cancel, pipe } = await beginMove(two);
  await using _pipe = pipe;
  await until(() => passesIn(dc2).length === 1 && dc2.unanswered > 0);
  const row = await cancel();
  undo();
  assert.deepEqual([row?.upid, row?.vmids], ["", [101]]);
  await until(() => passesIn(dc2).length === 0);
  assert.deepEqual(changesIn(home), []);
  assert.equal(home.state.guests.get(101)?.config.lock, undefined);
});

Deno.test("a call that is cancelled before Proxmox has answered leaves its token until the task that it began has ended", async () => {
  await using two = await startTwo({ sleep: () => Promise.resolve() });
  const { dc2, home } = two;
  home.state.taskPolls = Infinity;
  home.fault({ method: "POST", path: /remote_migrate$/ }, { kind: "silence" });
  const { cancel, pipe } = await beginMove(two);
  await using _pipe = pipe;
  await underWay(two);
  const row = await cancel();
  assert.match(row?.error ?? "", /whether the change was made is unknown/);
  assert.equal(passesIn(dc2).length, 1);
  home.finishTasks();
  await until(() => passesIn(dc2).length === 0);
  assert.ok(dc2.state.guests.has(101));
});
