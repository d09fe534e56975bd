import assert from "node:assert/strict";
import { Site } from "../site.ts";

const SECRETS = /S3cret/;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const TELLING = "-vnc 0.0.0.0:77,password=S3cret1 -k S3cret22 -object secret,id=s,data=S3cret3";
const HIDDEN = "a\u202eb\u200b\u{e0041}\u001b[2J\u009b";

/** A guest whose texts hold secrets and characters that nobody sees, wherever texts may stand. */
async function speakingSite(): Promise<Site> {
  const site = await Site.start();
  const guest = site.fake.state.guests.get(100);
  assert.ok(guest);
  guest.config.args = `${TELLING} ${HIDDEN}`;
  guest.config.description = `db Şifre: S3cret4 ${HIDDEN}\n\tsecond line, AKIAS3CRETS3CRETS3CR`;
  const [snapshot] = guest.snapshots;
  if (snapshot !== undefined) snapshot.description = `parola=S3cret5 ${HIDDEN}`;
  site.fake.state.log.push({
    uid: 1,
    time: 1_753_700_000,
    msg: `mysql -u root -pS3cret6 failed ${HIDDEN}`,
    node: "pve1",
    pid: 1,
    pri: 3,
    tag: "x",
    user: "root@pam",
  });
  return site;
}

Deno.test("no tool's answer shows secrets or unseen characters of configs, tasks, logs and notes", async () => {
  await using site = await speakingSite();
  site.fake.state.taskPolls = 1e6;
  const { value: { upid } } = await site.call("start_vm", { vmid: 101, wait: false });
  site.fake.state.tasks.at(-1)?.log.push(`PGPASSWORD=S3cret7 pg_dump ${HIDDEN}`);
  site.fake.state.outcomes.push({ exit: `redis-cli -a S3cret8 failed\n${HIDDEN}` });
  site.fake.finishTasks();
  const reads: [string, Record<string, unknown>][] = [
    ["get_guest", { vmid: 100 }],
    ["get_guest_config", { vmid: 100 }],
    ["get_snapshots", { vmid: 100 }],
    ["get_task", { upid }],
    ["get_tasks", {}],
    ["wait_task", { upid }],
    ["get_cluster_log", {}],
    ["call_api", { path: "/nodes/pve1/qemu/100/config" }],
    ["update_vm", { vmid: 100, memory_mb: 3000, dry_run: true }],
    ["set_guest_notes", { vmid: 100, notes: "new", dry_run: true }],
  ];
  let redacted = 0;
  for (const [tool, input] of reads) {
    const answer = await site.call(tool, input);
    const all = JSON.stringify([answer.text, answer.value]);
    assert.doesNotMatch(all, SECRETS, `${tool}: ${all}`);
    assert.doesNotMatch(answer.text, UNSEEN, tool);
    if (all.includes("[redacted]")) redacted++;
    if (answer.isError) assert.doesNotMatch(answer.text, /\n/);
  }
  assert.ok(redacted >= 8, String(redacted));
  const { value } = await site.call("get_guest_config", { vmid: 100 });
  assert.equal(
    value.config.args,
    "-vnc 0.0.0.0:77,password=[redacted] -k [redacted] -object secret,id=s,data=[redacted] " +
      "a\\u202eb\\u200b\\udb40\\udc41\\u001b[2J\\u009b",
  );
  assert.match(value.config.description, /\n\tsecond line, AKIA\[redacted\]$/);
  const failed = await site.call("wait_task", { upid });
  assert.match(
    failed.text,
    /: redis-cli -a \[redacted\] failed a\\u202eb.*; log: "PGPASSWORD=\[redacted\] pg_dump a/,
  );
});

Deno.test("what an agent says stands in one line of an error, and is cut", async () => {
  await using site = await speakingSite();
  const guest = site.fake.state.guests.get(100);
  assert.ok(guest);
  guest.agent.error = `token=S3cret9\n${HIDDEN} ${"x".repeat(9_000)}`;
  const { text, isError } = await site.call("execute_vm_command", { vmid: 100, command: ["id"] });
  assert.equal(isError, true);
  assert.doesNotMatch(text, SECRETS);
  assert.doesNotMatch(text, /\n/);
  assert.doesNotMatch(text, UNSEEN);
  assert.ok(text.length < 5_000, String(text.length));
  const logged = site.lines.join(" ");
  assert.doesNotMatch(logged, SECRETS);
  assert.doesNotMatch(logged, UNSEEN);
});

Deno.test("a conflict shows that a password was changed meanwhile, not which", async () => {
  await using site = await speakingSite();
  const { requests, state } = site.fake;
  const config = state.guests.get(100)?.config;
  assert.ok(config);
  const receive = requests.push.bind(requests);
  requests.push = (request) => {
    if (request.method === "PUT") config.cipassword = "S3cret12";
    return receive(request);
  };
  const { text } = await site.call("set_guest_notes", { vmid: 100, notes: "new" });
  assert.match(text, /changed meanwhile \(cipassword: .+ → "\[redacted\]"\)/);
});

Deno.test("a file's content and a command's output are handed on byte for byte", async () => {
  await using site = await speakingSite();
  const guest = site.fake.state.guests.get(100);
  assert.ok(guest);
  const content = `password=S3cret10 ${HIDDEN}\r\n`;
  const bytes = String.fromCharCode(...new TextEncoder().encode(content));
  guest.agent.files.set("/etc/app.conf", bytes);
  const read = await site.call("read_guest_file", { vmid: 100, file: "/etc/app.conf" });
  assert.equal(read.value.content, content);
  site.fake.state.exec = () => ({ exitcode: 1, out: content, err: content });
  const run = await site.call("execute_vm_command", {
    vmid: 100,
    command: ["mysql", "-pS3cret11"],
  });
  assert.deepEqual([run.value.stdout, run.value.stderr], [content, content]);
  assert.deepEqual(run.value.command, ["mysql", "-p[redacted]"]);
});

Deno.test("what was hidden in a setting is not written back over it", async () => {
  await using site = await speakingSite();
  const { value } = await site.call("get_guest_config", { vmid: 100 });
  const notes: string = value.config.description;
  const path = "/nodes/pve1/qemu/100/config";
  const calls: [string, Record<string, unknown>][] = [
    ["set_guest_notes", { vmid: 100, notes: `${notes} and more` }],
    ["change_api", { method: "PUT", path, params: { description: notes } }],
  ];
  for (const [tool, input] of calls) {
    const { code, text } = await site.call(tool, input);
    assert.equal(code, "invalid", text);
    assert.match(text, /description holds \[redacted\], which stands for a secret/);
  }
  assert.match(String(site.fake.state.guests.get(100)?.config.description), /S3cret4/);
});
