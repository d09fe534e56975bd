import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { askedFor } from "../support/official_client.ts";
import { until } from "../support/until.ts";
import { NODES_WORK } from "./cases/nodes_work.ts";
import { testTools } from "./harness.ts";
import { limited } from "./limited.ts";
import { restrict, startProbed } from "./probe.ts";
import { changes, sent } from "./requests.ts";

testTools(NODES_WORK);

Deno.test("a node goes down with its guests only by force, and says what that means", async () => {
  await using site = await Site.start();
  const args = { node: "pve1", force: true };
  const { value: plan } = await site.call("reboot_node", { ...args, dry_run: true });
  assert.deepEqual(plan.dry_run.requests, [
    { method: "POST", path: "/nodes/pve1/status", body: { command: "reboot" } },
  ]);
  assert.ok(
    plan.dry_run.notes.includes("this server talks to Proxmox through node pve1, until it is down"),
  );
  const { value } = await site.call("reboot_node", args);
  assert.equal(value.stopped_guests, 2);
  assert.match(value.notes.join("; "), /HA's guests follow the datacenter's HA shutdown policy/);
});

Deno.test("a person is asked about a node with its guests and votes in view", async () => {
  await using site = await Site.start();
  const { questions } = await askedFor(site, ["shutdown_node", { node: "pve1", force: true }]);
  assert.match(
    questions.join(),
    new RegExp(
      "^Really shut down node pve1\\?\n" +
        "guests that run on node pve1: VM 100 \\(web1\\), container 200 \\(ct1\\)\n" +
        "2 of 3 votes are left, which is a quorum\nthis server talks to Proxmox through node pve1",
    ),
  );
  assert.equal(changes(site).length, 0);
});

Deno.test("no second node is sent down while the first may still be counted", async () => {
  let passed = 0;
  await using site = await Site.start({ now: () => new Date(Date.now() + passed) });
  assert.equal((await site.call("reboot_node", { node: "pve3" })).isError, false);
  const args = { node: "pve2", force: true };
  const second = await site.call("reboot_node", args);
  assert.match(
    second.text,
    /: a node was sent down in the last 3 minutes and may still count: see/,
  );
  assert.equal(sent(site, "POST", /\/status$/), 1);
  passed = 181_000;
  assert.equal((await site.call("reboot_node", args)).isError, false);
});

Deno.test("the last votes of a quorum go only by wish, and a node that is down is left alone", async () => {
  await using site = await Site.start();
  site.fake.offline("pve2");
  const unchanged = await site.call("shutdown_node", { node: "pve2" });
  assert.equal(unchanged.value?.unchanged, true, unchanged.text);
  assert.match((await site.call("reboot_node", { node: "pve2" })).text, /node pve2 is offline/);
  assert.equal(changes(site).length, 0);
  const accepted = await site.call("shutdown_node", { node: "pve3", accept_quorum_loss: true });
  assert.equal(accepted.value?.sent, "shutdown", accepted.text);
});

Deno.test("of two nodes one goes down by wish only, unless a QDevice keeps the quorum", async () => {
  await using site = await Site.start();
  const { state } = site.fake;
  state.nodes.delete("pve3");
  for (const guest of [...state.guests.values()]) {
    if (guest.node !== "pve1") state.guests.delete(guest.vmid);
  }
  const args = { node: "pve2", dry_run: true };
  const failed = async () => {
    const { value, text } = await site.call("shutdown_node", args);
    assert.ok(value, text);
    return value.dry_run.checks.filter(({ ok }: { ok: boolean }) => !ok);
  };
  const [alone] = await failed();
  assert.match(
    JSON.stringify(alone),
    /1 of 2 votes are left, which is no quorum, as always with one of two nodes and no QDevice: .*accept_quorum_loss: true/,
  );
  state.qdevice = { algorithm: "Fifty-Fifty split", connected: false };
  assert.match(JSON.stringify(await failed()), /1 of 3 votes are left, which is no quorum: /);
  for (const algorithm of ["Fifty-Fifty split", "LMS"] as const) {
    state.qdevice = { algorithm, connected: true };
    assert.deepEqual(await failed(), []);
  }
  const sent = await site.call("shutdown_node", { node: "pve2" });
  assert.equal(sent.value?.sent, "shutdown", sent.text);
});

Deno.test("a token that may not know all of a node changes nothing of it and reads none of its journal", async () => {
  await using site = await Site.start();
  const token = await limited(site, { vmids: [{ from: 150, to: 150 }] });
  const tools = ["reboot_node", "shutdown_node", "get_journal", "restart_service"];
  for (const tool of [...tools, "refresh_updates"]) {
    const service = tool === "restart_service" ? { service: "pveproxy" } : {};
    const { text, isError } = await site.call(tool, { node: "pve3", ...service }, { token });
    assert.ok(isError && /limits do not include/.test(text), text);
  }
  const elsewhere = await limited(site, { nodes: ["pve2"] });
  for (const tool of ["get_services", "restart_service", "reboot_node"]) {
    const service = tool === "restart_service" ? { service: "cron" } : {};
    const { text } = await site.call(tool, { node: "pve3", ...service }, { token: elsewhere });
    assert.match(text, /the token's limits do not include/);
  }
  assert.equal(changes(site).length, 0);
});

Deno.test("a service that runs is not started, and what holds the cluster restarts only by force", async () => {
  await using site = await Site.start();
  const on = { node: "pve1" };
  const { value } = await site.call("restart_service", { ...on, service: "cron", action: "start" });
  assert.deepEqual([value.unchanged, value.state], [true, "running"]);
  assert.equal(changes(site).length, 0);
  const started = await site.call("restart_service", {
    ...{ ...on, service: "postfix", action: "start" },
  });
  assert.equal(started.value?.state, "running", started.text);
  const forced = await site.call("restart_service", { ...on, service: "corosync", force: true });
  assert.equal(forced.value?.exit_status, "OK", forced.text);
});

Deno.test("a restart is a success although nobody can read how the service stands after it", async () => {
  await using site = await Site.start({ pve: { taskPolls: 1e9 } });
  const answer = site.call("restart_service", { node: "pve1", service: "pveproxy" });
  await until(() => site.fake.state.tasks.length > 0);
  const away = { kind: "status", status: 500, message: "not now\n" } as const;
  site.fake.fault({ method: "GET", path: /\/services$/ }, away, { times: 9 });
  site.fake.finishTasks();
  const { isError, text, value } = await answer;
  assert.equal(isError, false, text);
  assert.deepEqual([value.exit_status, value.state], ["OK", undefined]);
});

Deno.test("the journal is read newest first by unit, time and text, without its secrets", async () => {
  await using site = await Site.start();
  const node = site.fake.state.nodes.get("pve1");
  assert.ok(node);
  const now = Math.floor(Date.now() / 1000);
  node.journal = Array.from({ length: 300 }, (_, at) => ({
    time: now - 300 + at,
    unit: at % 2 ? "pveproxy" : "pvedaemon",
    text: `pve1 unit[1]: line ${at}`,
  }));
  node.journal.push({ time: now, unit: "cron", text: "pve1 cron[2]: password=hunter2secret" });
  const lines = async (args: Record<string, unknown>) => {
    const { text, value } = await site.call("get_journal", { node: "pve1", ...args });
    assert.ok(value, text);
    return { ...value, short: value.lines.map((line: string) => line.replace(/^.*: /, "")) };
  };
  const newest = await lines({ limit: 3 });
  assert.deepEqual(newest.short.slice(0, 2), ["line 298", "line 299"]);
  assert.doesNotMatch(JSON.stringify(newest), /hunter2secret/);
  assert.match(newest.warnings[0], /there are earlier lines/);
  assert.doesNotMatch(newest.lines.join(), /s=1;i=/, "the reader's cursors are none");
  const unit = await lines({ service: "pveproxy", limit: 2 });
  assert.deepEqual(unit.short, ["line 297", "line 299"]);
  const at = (seconds: number) => new Date((now - 300 + seconds) * 1000).toISOString();
  const range = await lines({ since: at(10), until: at(12) });
  assert.deepEqual(range.short, ["line 10", "line 11", "line 12"]);
  assert.equal(range.warnings, undefined);
  assert.deepEqual((await lines({ text: "LINE 42" })).short, ["line 42"]);
  const none = await lines({ service: "postfix" });
  assert.deepEqual([none.lines, none.warnings], [[], ["no line fits"]]);
});

Deno.test("a node is neither sent down nor called empty while Proxmox hides its guests", async () => {
  await using site = await startProbed();
  restrict(site, ["Sys.Audit", "Sys.PowerMgmt", "VM.Migrate"]);
  for (const tool of ["reboot_node", "shutdown_node", "drain_node"]) {
    const { code, text } = await site.call(tool, { node: "pve1" });
    assert.equal(code, "unavailable", `${tool}: ${text}`);
    assert.match(text, /node pve1 is unknown: some guests cannot be seen: grant .* VM\.Audit on/);
  }
  assert.deepEqual(changes(site), []);
  const { isError, text } = await site.call("reboot_node", { node: "pve1", force: true });
  assert.equal(isError, false, text);
});
