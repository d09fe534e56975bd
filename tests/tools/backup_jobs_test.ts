import assert from "node:assert/strict";
import { Site, type ToolAnswer } from "../site.ts";
import { BACKUP_JOBS } from "./cases/backup_jobs.ts";
import { testTools } from "./harness.ts";
import { limited } from "./limited.ts";
import { changes, sent } from "./requests.ts";

testTools(BACKUP_JOBS);

type Row = Record<string, unknown>;

const NIGHTLY = { schedule: "02:00", all: true, exclude: [900] };

/** Calls the tool that an answer's `undo` names, with the arguments that it gives. */
async function undo(site: Site, { value }: ToolAnswer): Promise<void> {
  const [, tool = "", args = "{}"] = /^(\w+) (\{.*\})$/.exec(value.undo) ?? [];
  const answer = await site.call(tool, JSON.parse(args));
  assert.equal(answer.isError, false, answer.text);
}

/** Lets the nightly job back up guests of every node. */
function everywhere({ fake }: Site, more: Record<string, string | number> = {}): void {
  fake.state.backupJobs.set("backup-nightly", {
    id: "backup-nightly",
    type: "vzdump",
    enabled: 1,
    schedule: "02:00",
    storage: "nfs1",
    all: 1,
    exclude: "900",
    "prune-backups": "keep-last=1",
    ...more,
  });
}

Deno.test("a nightly backup of all guests is one call, and one job however often it is asked for", async () => {
  await using site = await Site.start();
  const plan = await site.call("create_backup_job", { ...NIGHTLY, dry_run: true });
  assert.equal(plan.value.dry_run.notes.length, 3);
  assert.match(plan.value.dry_run.notes[0], /^storage nfs1 was chosen/);
  assert.match(plan.value.dry_run.notes[1], /^next runs: \S+T02:00:00\.000Z, \S+, \S+$/);
  assert.match(plan.value.dry_run.notes[2], /^without keep, old backups go by the storage's own/);
  const first = await site.call("create_backup_job", NIGHTLY);
  assert.match(first.value.id, /^backup-[0-9a-f]{8}$/, first.text);
  assert.deepEqual(first.value.job.guests, "all but 900");
  const again = await site.call("create_backup_job", { ...NIGHTLY, comment: "again" });
  assert.deepEqual([again.value.unchanged, again.value.id], [true, first.value.id], again.text);
  assert.equal(changes(site).length, 1);
  await undo(site, first);
  assert.deepEqual([...site.fake.state.backupJobs.keys()], ["backup-nightly"]);
});

Deno.test("a job writes where each of its nodes can", async () => {
  await using site = await Site.start();
  const { storages } = site.fake.state;
  storages.delete("nfs1");
  const local = await site.call("create_backup_job", NIGHTLY);
  assert.equal(local.value.job.storage, "local", local.text);
  const storage = storages.get("local");
  assert.ok(storage);
  storage.nodes = ["pve1"];
  const none = await site.call("create_backup_job", { ...NIGHTLY, schedule: "03:00" });
  assert.equal(none.code, "conflict");
  assert.match(none.text, /no storage takes backups on every node; give one, or a node: see get/);
  const one = await site.call("create_backup_job", { ...NIGHTLY, node: "pve1", schedule: "03:00" });
  assert.equal(one.value.job.storage, "local", one.text);
});

Deno.test("a job that is off has no next run", async () => {
  await using site = await Site.start();
  const off = await site.call("update_backup_job", { id: "backup-nightly", enabled: false });
  assert.equal(off.value.job.enabled, false, off.text);
  assert.equal(off.value.job.next_run, undefined);
  const on = await site.call("update_backup_job", { id: "backup-nightly", enabled: true });
  assert.match(on.value.job.next_run, /^\d{4}-/);
});

Deno.test("a job whose time never comes again is told as such", async () => {
  await using site = await Site.start();
  const never = { vmids: [100], schedule: "2020-01-01 02:00", dry_run: true };
  const { value, text } = await site.call("create_backup_job", never);
  const notes: string[] = value?.dry_run.notes ?? [];
  assert.ok(notes.includes("next runs: none, that time never comes"), text);
});

Deno.test("a job that was changed or deleted is put back by what undo names", async () => {
  await using site = await Site.start();
  const job = () => structuredClone(site.fake.state.backupJobs.get("backup-nightly"));
  site.fake.state.backupJobs.get("backup-nightly")!["notes-template"] =
    "{{guestname}}: gecelik çığ";
  const before = job();
  for (
    const args of [
      { all: true, exclude: [900], keep: "keep-last=2", notes_template: "a\\b\nc" },
      { pool: "dev", mode: "stop", node: "pve1", storage: "local", compress: "lzo" },
      { unset: ["comment"], enabled: false },
    ]
  ) {
    const changed = await site.call("update_backup_job", { id: "backup-nightly", ...args });
    assert.equal(changed.isError, false, changed.text);
    assert.notDeepEqual(job(), before);
    await undo(site, changed);
    assert.deepEqual(job(), before, JSON.stringify(args));
  }
  const sentBefore = changes(site).length;
  const same = await site.call("update_backup_job", {
    id: "backup-nightly",
    vmids: [200, 101, "web1"],
    enabled: true,
    mode: "snapshot",
    unset: ["keep"],
  });
  assert.equal(same.value.unchanged, true, same.text);
  assert.equal(changes(site).length, sentBefore);
  const gone = await site.call("delete_backup_job", { id: "backup-nightly" });
  await undo(site, gone);
  assert.deepEqual(job(), before);
  Object.assign(site.fake.state.backupJobs.get("backup-nightly") ?? {}, { mailto: "ada" });
  const mailed = await site.call("delete_backup_job", { id: "backup-nightly", dry_run: true });
  assert.equal(mailed.isError, false, mailed.text);
  const really = await site.call("delete_backup_job", { id: "backup-nightly" });
  assert.match(really.value.undo, /\}; not with it: mailto$/);
});

Deno.test("a job that Proxmox named itself, by a UUID, is changed, run and deleted too", async () => {
  await using site = await Site.start();
  const id = "7c3ab1f0-5a50-4e06-8f6a-0d2f0a7d1e11";
  everywhere(site, { id });
  const { backupJobs } = site.fake.state;
  const [job] = backupJobs.values();
  assert.ok(job);
  backupJobs.clear();
  backupJobs.set(id, job);
  const off = await site.call("update_backup_job", { id, enabled: false });
  assert.equal(off.value?.job.enabled, false, off.text);
  const run = await site.call("run_backup_job", { id });
  assert.equal(run.isError, false, run.text);
  const gone = await site.call("delete_backup_job", { id });
  assert.equal(backupJobs.size, 0, gone.text);
  await undo(site, gone);
  assert.equal(backupJobs.size, 1, "it is put back under another id");
});

Deno.test("a job runs now on every node that has its guests, and no older backup goes", async () => {
  await using site = await Site.start();
  everywhere(site);
  const backups = () => site.fake.state.volumes.filter((one) => one.content === "backup").length;
  const before = backups();
  const { value, text } = await site.call("run_backup_job", { id: "backup-nightly" }, {
    role: "write",
  });
  assert.deepEqual(value?.nodes.map(({ node, result }: Row) => [node, result]), [
    ["pve1", "done"],
    ["pve2", "done"],
    ["pve3", "done"],
  ], text);
  const sent = changes(site).map(({ body }) => body as Row);
  const notes = new Set(sent.map((body) => String(body["notes-template"])));
  assert.match([...notes].join(), /^by ada, proxmox-mcp [0-9a-f-]{36}$/);
  const bodies = sent.map(({ "notes-template": _, ...body }) => body);
  assert.deepEqual(
    bodies,
    bodies.map(() => ({
      storage: "nfs1",
      all: true,
      exclude: "900",
      remove: false,
    })),
  );
  const made = value.nodes.flatMap(({ vmids }: { vmids: number[] }) => vmids).length;
  assert.equal(backups(), before + made);
});

Deno.test("one node's failure keeps no other node from its backups, and is told", async () => {
  await using site = await Site.start();
  everywhere(site);
  site.fake.state.outcomes.push({ exit: "the disk is on fire" });
  const { value, isError, text } = await site.call("run_backup_job", { id: "backup-nightly" });
  assert.equal(isError, false, text);
  assert.equal(value.failed, 1);
  assert.deepEqual(value.nodes.map(({ result }: Row) => result), ["failed", "done", "done"]);
  assert.match(value.nodes[0].detail, /the disk is on fire/);
});

Deno.test("guests that are gone or out of reach now are told, and the others are backed up", async () => {
  await using site = await Site.start();
  everywhere(site);
  site.fake.offline("pve3");
  const plan = await site.call("run_backup_job", { id: "backup-nightly", dry_run: true });
  assert.match(plan.value.dry_run.notes[0], /^left out: 120, .* on node pve3, which is offline$/);
  assert.deepEqual(plan.value.dry_run.requests.map(({ path }: Row) => path), [
    "/nodes/pve1/vzdump",
    "/nodes/pve2/vzdump",
  ]);
  const job = site.fake.state.backupJobs.get("backup-nightly");
  assert.ok(job);
  for (const key of ["all", "exclude"]) delete job[key];
  job.vmid = "100,998";
  const { value, text } = await site.call("run_backup_job", { id: "backup-nightly" });
  assert.deepEqual(value?.notes, ["not there: 998, which the job names"], text);
  assert.deepEqual(value.nodes[0].vmids, [100]);
});

Deno.test("a run that is asked for again while it goes on is the same run", async () => {
  await using site = await Site.start();
  everywhere(site);
  site.fake.state.taskPolls = Infinity;
  const run = (more: Row = {}) =>
    site.call("run_backup_job", { id: "backup-nightly", wait: false, ...more });
  const first = await run();
  assert.deepEqual(
    first.value.nodes.map(({ result }: Row) => result),
    ["started", "started", "started"],
    first.text,
  );
  const again = await run({ timeout_seconds: 7 });
  assert.deepEqual([again.value.joined, again.value.upid], [true, first.value.nodes[0].upid]);
  assert.equal(sent(site, "POST", /vzdump$/), 3);
});

Deno.test("backup jobs are the whole cluster's: a limited token has none of them", async () => {
  await using site = await Site.start();
  const token = await limited(site, { vmids: [{ from: 100, to: 101 }] });
  for (
    const [tool, args] of [
      ["create_backup_job", { schedule: "02:00", vmids: [100] }],
      ["update_backup_job", { id: "backup-nightly", enabled: false }],
      ["delete_backup_job", { id: "backup-nightly" }],
      ["run_backup_job", { id: "backup-nightly" }],
    ] as const
  ) {
    const { code, text } = await site.call(tool, args, { token });
    assert.equal(code, "forbidden", `${tool}: ${text}`);
  }
  assert.equal(changes(site).length, 0);
});
