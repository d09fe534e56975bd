import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { REPLICATION } from "./cases/replication.ts";
import { guest, set } from "./guests.ts";
import { testTools } from "./harness.ts";
import { limited } from "./limited.ts";
import { onZfs } from "./replicas.ts";
import { changes, lastChange } from "./requests.ts";

testTools(REPLICATION);

const TO = { vmid: 100, target: "pve2" };

Deno.test("create_replication_job takes the next free number and tells every disk that is in its way", async () => {
  await using site = await Site.start();
  onZfs(site);
  const { replication, storages } = site.fake.state;
  set(100, { unused0: "local-lvm:vm-100-disk-9", virtio5: "local:100/x.raw" })(site);
  const refused = await site.call("create_replication_job", TO);
  assert.equal(refused.code, "conflict", refused.text);
  assert.match(refused.text, /unused0 is on local-lvm \(lvmthin\), and only a ZFS pool/);
  assert.match(refused.text, /virtio5 is on local \(dir\), and only/);
  set(100, { virtio5: "local:100/x.raw,replicate=0", unused0: "nfs1:100/y.raw" })(site);
  const made = await site.call("create_replication_job", { ...TO, enabled: false, comment: "dr" });
  assert.equal(made.isError, false, made.text);
  assert.deepEqual(lastChange(site).body, {
    id: "100-0",
    type: "local",
    target: "pve2",
    schedule: "*/15",
    comment: "dr",
    disable: true,
  });
  const tank = storages.get("tank");
  assert.ok(tank);
  tank.nodes = ["pve1", "pve2", "pve3"];
  const job = replication.get("100-0");
  assert.ok(job);
  replication.delete("100-0");
  replication.set("100-1", { ...job, id: "100-1", jobnum: 1 });
  const second = await site.call("create_replication_job", { vmid: 100, target: "pve3" });
  assert.equal(second.value.job, "100-0", second.text);
  const third = await site.call("create_replication_job", { ...TO, schedule: "noon-ish" });
  assert.match(third.text, /job 100-1 replicates it to pve2 already/);
  replication.delete("100-1");
  const wrong = await site.call("create_replication_job", { ...TO, schedule: "noon-ish" });
  assert.equal(wrong.code, "invalid", wrong.text);
  assert.match(wrong.text, /schedule: .*invalid calendar event 'noon-ish'/);
});

Deno.test("update_replication_job tells that somebody else has changed the jobs meanwhile", async () => {
  await using site = await Site.start();
  const row = { id: "101-0", guest: 101, target: "pve2", source: "pve1", digest: "0".repeat(40) };
  const body = JSON.stringify({ data: [row] });
  site.fake.fault({ method: "GET", path: /^\/cluster\/replication$/ }, { kind: "body", body });
  const refused = await site.call("update_replication_job", { job: "101-0", rate: 7 });
  assert.equal(refused.code, "conflict", refused.text);
  assert.match(refused.text, /changed meanwhile: read it again, then retry/);
});

Deno.test("the job of a guest that is gone can only be deleted", async () => {
  await using site = await Site.start();
  site.fake.state.guests.delete(101);
  const run = await site.call("run_replication_now", { job: "101-0" });
  assert.match(run.text, /guest 101 of job 101-0 is gone: delete the job/);
  const deleted = await site.call("delete_replication_job", { job: "101-0", force: true });
  assert.equal(deleted.isError, false, deleted.text);
  assert.deepEqual(deleted.value.notes, ["stay on node pve2: copies of whatever was copied"]);
});

Deno.test("a token reaches the replication of its own guests to nodes that it may know of", async () => {
  await using site = await Site.start();
  onZfs(site);
  guest(site, 101).pool = "dev";
  const token = await limited(site, { vmids: [{ from: 100, to: 100 }] });
  const calls: [string, Record<string, unknown>][] = [
    ["update_replication_job", { job: "101-0", rate: 1 }],
    ["delete_replication_job", { job: "101-0" }],
    ["run_replication_now", { job: "101-0" }],
  ];
  for (const [tool, args] of calls) {
    const refused = await site.call(tool, args, { token });
    assert.equal(refused.code, "not_found", refused.text);
    assert.match(refused.text, /there is no replication job 101-0, nor any other/);
  }
  const here = await limited(site, { nodes: ["pve1"] });
  const away = await site.call("create_replication_job", TO, { token: here });
  assert.equal(away.code, "forbidden", away.text);
  assert.match(away.text, /do not include node pve2/);
  assert.deepEqual(changes(site), []);
  const made = await site.call("create_replication_job", TO, { token });
  assert.equal(made.isError, false, made.text);
});

Deno.test("on Proxmox VE 8 replication needs another privilege, which Proxmox names", async () => {
  await using site = await Site.start({
    pve: { version: "8.4.14" },
    config: { auth: { user: "auditor@pve", token_name: "ro", token_value: "x" } },
  });
  const ro = site.fake.state.tokens.find(({ name }) => name === "ro");
  assert.ok(ro);
  ro.value = "x";
  const refused = await site.call("run_replication_now", { job: "101-0" });
  assert.equal(refused.code, "forbidden", refused.text);
  assert.match(refused.text, /lacks the privilege Datastore\.Allocate on \/storage/);
});
