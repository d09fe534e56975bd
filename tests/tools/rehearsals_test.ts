import assert from "node:assert/strict";
import { haltsOf } from "../../lib/database/halts.ts";
import { Site, type SiteOptions } from "../site.ts";
import { until } from "../support/until.ts";
import { backupOf } from "./backups.ts";
import { REHEARSALS } from "./cases/rehearsals.ts";
import { testTools } from "./harness.ts";
import { limited } from "./limited.ts";
import { changes, sent } from "./requests.ts";

testTools(REHEARSALS);

const RESTORES = /^\/nodes\/pve\d\/(?:qemu|lxc)$/;

/** A site that polls often, and whose clock goes ahead when it is told to. */
async function startQuick(pve: SiteOptions["pve"] = {}) {
  let ahead = 0;
  const site = await Site.start({
    pve,
    now: () => new Date(Date.now() + ahead),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 10))),
  });
  return {
    site,
    pass: (ms: number) => {
      ahead += ms;
    },
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

/** Begins a rehearsal of VM 100 that goes on until it is told to end. */
async function beginLong(site: Site): Promise<{ end: () => Promise<void> }> {
  site.fake.state.taskPolls = 1e9;
  const before = sent(site, "POST", RESTORES);
  const call = site.call("rehearse_restore", { vmid: 100 });
  await until(() => sent(site, "POST", RESTORES) > before);
  return {
    end: async () => {
      site.fake.state.taskPolls = 0;
      site.fake.finishTasks();
      assert.equal((await call).value?.result, "proved");
    },
  };
}

async function kept(site: Site, vmid: number) {
  const { value, text } = await site.call("get_rehearsals", { vmid });
  assert.ok(value, text);
  return value.rehearsals[0];
}

Deno.test("a rehearsal goes on when its caller was answered, one at a time, and the same call follows it", async () => {
  await using quick = await startQuick({ taskPolls: 1e9 });
  const { pass, site } = quick;
  const first = site.call("rehearse_restore", { vmid: "web1" });
  await until(() => sent(site, "POST", RESTORES) === 1);
  const other = await site.call("rehearse_restore", { vmid: 150 });
  assert.equal(other.code, "conflict");
  assert.match(
    other.text,
    /another rehearsal is under way \(of guest 100, since .*\); wait for it, see get_rehearsals$/,
  );
  pass(46_000);
  const { text, value } = await first;
  assert.deepEqual([value?.result, value?.state], ["running", "restoring"], text);
  assert.deepEqual(value.notes, ["still running: it goes on by itself, see get_rehearsals"]);
  assert.equal((await kept(site, 100)).state, "restoring");

  const again = site.call("rehearse_restore", { vmid: 100 });
  site.fake.state.taskPolls = 0;
  site.fake.finishTasks();
  const { value: followed } = await again;
  assert.deepEqual(
    [followed?.result, followed?.state],
    ["proved", "ended"],
    JSON.stringify(followed),
  );
  assert.match(followed.notes[0], /^an earlier call began this rehearsal/);
  assert.equal(sent(site, "POST", RESTORES), 1);
  assert.ok(!site.fake.state.guests.has(104));

  const rows = await site.trail.list({});
  const own = rows.filter(({ door }) => door === "background");
  assert.deepEqual(own.map(({ outcome }) => outcome), ["ok"]);
  assert.deepEqual(own[0]?.vmids, [100, 104]);
  assert.deepEqual([own[0]?.user, own[0]?.tool], ["ada", "rehearse_restore"]);
});

Deno.test("coverage tells when a guest's backup was last proved, and how the last rehearsal came out", async () => {
  await using quick = await startQuick();
  const { pass, site } = quick;
  const row = async () => {
    const { value } = await site.call("get_backup_coverage", {}, { role: "user" });
    return value.guests.find(({ vmid }: { vmid: number }) => vmid === 100);
  };
  assert.deepEqual([(await row()).last_proved_at, (await row()).last_rehearsal], [
    undefined,
    undefined,
  ]);
  const { value } = await site.call("rehearse_restore", { vmid: 100 });
  assert.equal(value.result, "proved");
  pass(1000);
  site.fake.state.outcomes.push({ type: "qmrestore", exit: "vma: short read" });
  const failed = await site.call("rehearse_restore", { vmid: 100 });
  assert.match(
    failed.text,
    /^Cannot rehearse restoring 100: vma: short read .*\(no copy is left\)$/,
  );
  pass(1000);
  site.fake.fault({ method: "POST" }, {
    kind: "status",
    status: 403,
    message: "Permission check failed (/vms/104, VM.Allocate)",
  });
  const denied = await site.call("rehearse_restore", { vmid: 100 });
  assert.equal(denied.code, "forbidden", denied.text);
  const { last_proved_at, last_rehearsal } = await row();
  assert.deepEqual([last_proved_at, last_rehearsal], [value.begun, "failed"]);
  assert.deepEqual([(await kept(site, 100)).result, (await kept(site, 100)).state], [
    "aborted",
    "ended",
  ]);
  assert.deepEqual(
    [...site.fake.state.guests.keys()].filter((vmid) => vmid > 103 && vmid < 110),
    [],
  );
});

Deno.test("a copy whose agent keeps silent, or that has none, was started and proves nothing", async () => {
  await using quick = await startQuick();
  const { pass, site } = quick;
  const backup = backupOf(site, 100).backup;
  assert.ok(backup);
  backup.os = {};
  const silent = site.call("rehearse_restore", { vmid: 100 });
  await until(() => sent(site, "GET", /get-osinfo$/) > 2);
  pass(301_000);
  await until(async () => (await kept(site, 100)).state === "ended");
  await silent;
  const row = await kept(site, 100);
  assert.deepEqual([row.result, row.error], [
    "started",
    "the guest agent has not answered within 300 s",
  ]);
  delete backup.config.agent;
  const { value } = await site.call("rehearse_restore", { vmid: 100 });
  assert.deepEqual([value.result, value.error], ["started", "the VM has no guest agent"]);
  const { value: coverage } = await site.call("get_backup_coverage");
  const guest = coverage.guests.find(({ vmid }: { vmid: number }) => vmid === 100);
  assert.deepEqual([guest.last_proved_at, guest.last_rehearsal], [undefined, "started"]);
});

Deno.test("a restore that takes too long is stopped, and nothing is left of it", async () => {
  await using quick = await startQuick({ taskPolls: 1e9 });
  const { pass, site } = quick;
  const call = site.call("rehearse_restore", { vmid: 200, timeout_minutes: 1 });
  await until(() => sent(site, "GET", /\/tasks\/.*\/status$/) > 2);
  pass(61_000);
  await call;
  await until(async () => (await kept(site, 200)).state === "ended");
  assert.equal((await kept(site, 200)).result, "aborted");
  assert.equal(sent(site, "DELETE", /\/tasks\/UPID/), 1);
  assert.ok(!site.fake.state.guests.has(104));
});

Deno.test("a copy that HA would manage is not started, and is told until it can be destroyed", async () => {
  await using quick = await startQuick();
  const { site } = quick;
  const managed = { sid: "vm:104", state: "started", max_relocate: 1, max_restart: 1 };
  site.fake.state.ha.resources.set("vm:104", managed);
  const { text } = await site.call("rehearse_restore", { vmid: 100 });
  assert.match(
    text,
    /the copy is not started: HA manages it \(the copy 104 is not destroyed yet\)/,
  );
  assert.equal(sent(site, "POST", /status\/start$/), 0);
  const blocked = await site.call("rehearse_restore", { vmid: 150 });
  assert.match(
    blocked.text,
    /an earlier rehearsal is not cleaned up: VM 104 on node pve1, a copy of 100/,
  );
  site.fake.state.ha.resources.delete("vm:104");
  const { value } = await site.call("rehearse_restore", { vmid: 100 });
  assert.deepEqual([value?.result, value?.copy_vmid], ["proved", 104]);
  const { value: all } = await site.call("get_rehearsals");
  assert.deepEqual(all.rehearsals.map(({ state }: { state: string }) => state), ["ended", "ended"]);
});

Deno.test("while changes are halted a copy stays, cut off, until they go on", async () => {
  await using quick = await startQuick();
  const { site } = quick;
  const backup = backupOf(site, 100).backup;
  assert.ok(backup);
  const os = backup.os;
  backup.os = {};
  const call = site.call("rehearse_restore", { vmid: 100 });
  await until(() => sent(site, "GET", /get-osinfo$/) > 0);
  const halts = haltsOf(site.database);
  await halts.begin({ by: "grace", reason: "", since: new Date() });
  quick.pass(301_000);
  await call;
  await until(async () => /Changes are halted/.test((await kept(site, 100)).error));
  assert.match(String(site.fake.state.guests.get(104)?.config.net0), /,link_down=1$/);
  await halts.end();
  backup.os = os;
  const { value } = await site.call("rehearse_restore", { vmid: 100 });
  assert.deepEqual([value?.result, value?.copy_vmid], ["proved", 104], JSON.stringify(value));
});

Deno.test("a limited token rehearses only what is in its reach, to where its reach goes", async () => {
  await using quick = await startQuick();
  const { site } = quick;
  const call = async (limits: Parameters<typeof limited>[1], args: Record<string, unknown>) =>
    await site.call("rehearse_restore", args, { token: await limited(site, limits) });
  const before = changes(site).length;
  const elsewhere = await call({ vmids: [{ from: 150, to: 150 }] }, { vmid: 100 });
  assert.match(elsewhere.text, /no guest within the token's limits has the vmid 100/);
  const alone = await call({ vmids: [{ from: 100, to: 100 }] }, { vmid: 100 });
  assert.match(alone.text, /the token's limits do not include guest 104 there/);
  const tagged = await call({ tags: ["prod"] }, { vmid: 100 });
  assert.match(tagged.text, /the token's limits do not include guest 104 there/);
  const other = await call({ nodes: ["pve2"] }, { vmid: 100 });
  assert.match(other.text, /no guest within the token's limits has the vmid 100/);
  assert.equal(changes(site).length, before);
  const work = await beginLong(site);
  const busy = await call({ vmids: [{ from: 150, to: 150 }] }, { vmid: 150 });
  assert.match(busy.text, /another rehearsal is under way; wait for it, see get_rehearsals$/);
  await work.end();
  const both = await call({ vmids: [{ from: 100, to: 110 }] }, { vmid: 100 });
  assert.equal(both.value?.result, "proved", both.text);
  const here = await call({ nodes: ["pve1"] }, { vmid: 100 });
  assert.equal(here.value?.result, "proved", here.text);
  const blind = await site.call("get_rehearsals", {}, {
    token: await limited(site, { vmids: [{ from: 150, to: 150 }] }),
  });
  assert.deepEqual(blind.value.rehearsals, []);
});
