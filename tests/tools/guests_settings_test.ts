import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { GUESTS_INSIDE } from "./cases/guests_inside.ts";
import { GUESTS_SETTINGS } from "./cases/guests_settings.ts";
import { guest, set } from "./guests.ts";
import { testTools } from "./harness.ts";
import { changes, lastChange } from "./requests.ts";

testTools(GUESTS_INSIDE);
testTools(GUESTS_SETTINGS);

Deno.test("update_vm switches the guest agent and keeps its other settings", async () => {
  await using site = await Site.start();
  const config = site.fake.state.guests.get(101)?.config;
  assert.ok(config);
  config.agent = "enabled=1,fstrim_cloned_disks=1";
  const same = await site.call("update_vm", { vmid: 101, agent: true });
  assert.deepEqual(same.value?.changes, {}, same.text);
  const off = await site.call("update_vm", { vmid: 101, agent: false });
  assert.equal(off.value?.changes.agent.to, "0,fstrim_cloned_disks=1", off.text);
  const on = await site.call("update_vm", { vmid: 101, agent: true });
  assert.equal(on.value?.changes.agent.to, "1,fstrim_cloned_disks=1", on.text);
});

Deno.test("what renames a guest leads its answer with the new name", async () => {
  await using site = await Site.start();
  const vm = await site.call("update_vm", { vmid: 101, name: "db2" });
  const container = await site.call("update_container", { vmid: 202, hostname: "cache2" });
  assert.deepEqual([vm.value.name, container.value.name], ["db2", "cache2"]);
  const other = await site.call("update_vm", { vmid: 101, onboot: false, memory: 2048 });
  assert.equal(other.value.name, "db2");
});

Deno.test("update_vm notices somebody else's change and shows it", async () => {
  await using site = await Site.start();
  const { requests, state } = site.fake;
  const config = state.guests.get(101)!.config;
  const receive = requests.push.bind(requests);
  // Between the reading of the digest and the writing, somebody changes the memory.
  requests.push = (request) => {
    if (request.method === "PUT") config.memory = "2222";
    return receive(request);
  };
  const answer = await site.call("update_vm", { vmid: 101, cpus: 3 });
  assert.equal(answer.code, "conflict");
  assert.match(
    answer.text,
    /was changed meanwhile \(memory: "4096" → "2222"\); nothing was written/,
  );
  assert.notEqual(config.cores, 3);
});

Deno.test("execute_vm_command tells the true end of a command", async () => {
  await using site = await Site.start();
  const run = (command: unknown, more: Record<string, unknown> = {}) =>
    site.call("execute_vm_command", { vmid: 100, command, ...more }, { role: "write" });
  const failed = await run("echo out; echo err >&2; exit 3");
  assert.equal(failed.isError, false, failed.text);
  assert.deepEqual(
    [failed.value.exit_code, failed.value.stdout, failed.value.stderr],
    [3, "out\n", "err\n"],
  );
  assert.deepEqual(failed.value.command, ["/bin/sh", "-c", "echo out; echo err >&2; exit 3"]);
  assert.match(failed.value.notes[0], /shell: \/bin\/sh/);
  const argv = await run(["echo", "a b"]);
  assert.deepEqual([argv.value.exit_code, argv.value.stdout], [0, "a b\n"]);
  const killed = await run(["kill-me"]);
  assert.equal(killed.value.signal, 9);
  assert.equal(killed.value.exit_code, undefined);
  const big = await run(["big"]);
  assert.equal(big.value.stdout_truncated, true);
  const slow = await run(["sleep", "2"]);
  assert.equal(slow.value.exit_code, 0);
  const late = await run(["sleep", "1000"], { timeout_seconds: 1 });
  assert.equal(late.code, "timeout");
  assert.match(late.text, /still runs after 1 s/);
});

Deno.test("execute_vm_command says what to do when the guest cannot be reached", async () => {
  await using site = await Site.start();
  const dead = await site.call("execute_vm_command", { vmid: 102, command: ["true"] });
  assert.equal(dead.code, "unavailable");
  assert.match(
    dead.text,
    /QEMU guest agent is not running; wait if the guest has just started, else install qemu-guest-agent in it/,
  );
  const missing = await site.call("execute_vm_command", { vmid: 100, command: ["/bin/nosuch"] });
  assert.equal(missing.code, "unavailable");
  assert.match(
    missing.text,
    /most often the guest has no program \/bin\/nosuch that can be run: as a string/,
  );
});

Deno.test("secrets in arguments reach neither the audit nor the log", async () => {
  await using site = await Site.start();
  const secret = "hunter2-hunter2";
  await site.call("execute_vm_command", {
    vmid: 100,
    command: `mysql --password=${secret} -e 'select 1'`,
  });
  const [row] = await site.trail.list({ limit: 1 });
  assert.ok(row && !row.arguments.includes(secret), row?.arguments);
  assert.ok(site.lines.some((line) => line.includes("AUDIT")));
  assert.ok(!site.lines.join("\n").includes(secret));
  assert.ok(!site.lines.join("\n").includes(site.fake.token.value));
});

Deno.test("update_container takes a snapshot first where the storage can", async () => {
  await using site = await Site.start();
  const { value, text } = await site.call("update_container", {
    vmid: 200,
    swap: 0,
    unset: ["searchdomain"],
    snapshot_first: true,
  });
  assert.match(value?.snapshot ?? "", /^before_\d{8}T\d{6}$/, text);
  assert.match(value.undo, new RegExp(`rollback_snapshot to ${value.snapshot}`));
  assert.equal(guest(site, 200).snapshots.at(-1)?.name, value.snapshot);
  const body = changes(site).find(({ path }) => /snapshot$/.test(path))?.body;
  assert.ok(!("vmstate" in (body as object)));
});

Deno.test("set_cloud_init shows no password in a dry run, and no refused one", async () => {
  await using site = await Site.start();
  const args = { vmid: 150, password: "hunter2-hunter2", drive_storage: "local-lvm" };
  const { value, text } = await site.call("set_cloud_init", { ...args, dry_run: true });
  assert.doesNotMatch(text, /hunter2/);
  assert.equal(value.dry_run.requests[0].body.cipassword, "[redacted]");
  const undo = site.fake.fault({ method: "PUT", path: /config$/ }, {
    kind: "status",
    status: 400,
    message: "Parameter verification failed.\n",
    errors: { cipassword: "value may not contain 'hunter2-hunter2'" },
  });
  const refused = await site.call("set_cloud_init", args);
  undo();
  assert.equal(refused.code, "invalid", refused.text);
  assert.doesNotMatch(refused.text, /hunter2/);
});

Deno.test("set_cloud_init keeps the other half of an address and tells an unwritten drive", async () => {
  await using site = await Site.start();
  set(150, { ipconfig1: "ip=dhcp,ip6=auto", ide2: "local-lvm:vm-150-cloudinit,media=cdrom" })(site);
  site.fake.fault({ method: "PUT", path: /cloudinit$/ }, {
    kind: "status",
    status: 500,
    message: "drive is away\n",
  });
  const { value, text } = await site.call("set_cloud_init", {
    vmid: 150,
    interface: 1,
    ip: "10.0.3.2/24",
  });
  assert.equal(value?.changes.ipconfig1.to, "ip=10.0.3.2/24,ip6=auto", text);
  assert.match(value.notes[0], /the settings are written, but not the drive: drive is away/);
  const absent = /VM 150 has no net1: ipconfig1 counts once add_nic has added it/;
  assert.match(value.notes.join("; "), absent);
  const there = await site.call("set_cloud_init", { vmid: 150, ip: "10.0.3.2/24" });
  assert.doesNotMatch(there.text, /has no net/);
});

Deno.test("set_cloud_init starts a stopped VM afterwards, once, and tells what became of it", async () => {
  await using site = await Site.start();
  const args = { vmid: 150, user: "ada", drive_storage: "local-lvm", start: true };
  const { value: plan } = await site.call("set_cloud_init", { ...args, dry_run: true });
  const paths = plan.dry_run.requests.map(({ path }: { path: string }) => path.split("/150/")[1]);
  assert.deepEqual(paths, ["config", "cloudinit", "status/start"]);
  site.fake.state.outcomes.push({ id: "150", exit: "start failed: no memory", times: 1 });
  const failed = await site.call("set_cloud_init", args);
  assert.equal(guest(site, 150).config.ciuser, "ada");
  assert.match(
    failed.value?.notes[0],
    /^the settings are written, but VM 150 was not started: .*no memory/,
    failed.text,
  );
  const started = await site.call("set_cloud_init", args);
  assert.equal(started.value?.guest_status, "running", started.text);
  const before = changes(site).length;
  const again = await site.call("set_cloud_init", args);
  assert.deepEqual([again.value.unchanged, changes(site).length], [true, before]);
});

Deno.test("a change in between is a conflict that shows what was changed", async () => {
  await using site = await Site.start();
  for (
    const [tool, args] of [
      ["set_guest_notes", { notes: "mine" }],
      ["set_guest_tags", { add: ["mine"] }],
    ] as const
  ) {
    const undo = site.fake.fault({ method: "PUT", path: /qemu\/101\/config$/ }, {
      kind: "status",
      status: 500,
      message: "checksum mismatch (file change by other user?)\n",
    });
    const answer = await site.call(tool, { vmid: 101, ...args });
    undo();
    assert.equal(answer.code, "conflict", answer.text);
    assert.match(answer.text, /the configuration was changed meanwhile/);
  }
});

const files = (site: Site) => guest(site, 100).agent.files;

const bytes = (...values: number[]) => String.fromCharCode(...values);

Deno.test("read_guest_file gives text as text, other content as base64, and both in parts", async () => {
  await using site = await Site.start();
  const text = "naïve → Ünïcode\n";
  files(site).set("/text", bytes(...new TextEncoder().encode(text)));
  files(site).set("/binary", bytes(0, 1, 255, 254, 10));
  files(site).set("/latin1", bytes(0x63, 0x61, 0x66, 0xe9));
  const read = async (file: string, more = {}) =>
    (await site.call("read_guest_file", { vmid: 100, file, ...more })).value;
  assert.equal((await read("/text")).content, text);
  assert.deepEqual(await read("/binary"), {
    content: "AAH//go=",
    encoding: "base64",
    bytes_read: 5,
    truncated: false,
  });
  assert.equal((await read("/binary", { max_bytes: 5 })).truncated, false, "nothing is behind it");
  assert.equal((await read("/latin1")).encoding, "base64");
  let offset = 0;
  let whole = "";
  for (;;) {
    const part = await read("/text", { offset, max_bytes: 4 });
    assert.equal(part.encoding, "utf-8", `at ${offset}`);
    whole += part.content;
    assert.equal(part.truncated, part.next_offset !== undefined);
    if (!part.truncated) break;
    assert.ok(part.next_offset > offset);
    offset = part.next_offset;
  }
  assert.equal(whole, text);
});

Deno.test("read_guest_file works with a Proxmox that knows neither offset nor count", async () => {
  await using site = await Site.start();
  files(site).set("/text", "0123456789");
  site.fake.fault({ path: /file-read$/ }, {
    kind: "status",
    status: 400,
    message: "Parameter verification failed.\n",
    errors: {
      count:
        "property is not defined in schema and the schema does not allow additional properties",
    },
  });
  const { value, text } = await site.call("read_guest_file", {
    vmid: 100,
    file: "/text",
    offset: 2,
    max_bytes: 3,
  });
  assert.equal(value?.content, "234", text);
  assert.deepEqual([value.truncated, value.next_offset], [true, 5]);
  assert.deepEqual(site.fake.requests.at(-1)?.query, { file: "/text" });
});

Deno.test("write_guest_file writes text of any script, binary content and the longest text", async () => {
  await using site = await Site.start();
  const write = (file: string, content: string, encoding = "text") =>
    site.call("write_guest_file", { vmid: 100, file, content, encoding });
  const read = async (file: string) =>
    (await site.call("read_guest_file", { vmid: 100, file, max_bytes: 100_000 })).value;
  assert.equal((await write("/t", "Ağaç = 木\n")).isError, false);
  assert.equal(lastChange(site).body.encode, false);
  assert.equal((await read("/t")).content, "Ağaç = 木\n");
  assert.equal((await write("/b", "AAH//go=", "base64")).value?.bytes_written, 5);
  assert.equal((await read("/b")).content, "AAH//go=");
  const longest = await write("/long", "x".repeat(61_440));
  assert.equal(longest.isError, false, longest.text);
  assert.equal((await read("/long")).bytes_read, 61_440);
});

Deno.test("what is told to undo a change is what the tools take", async () => {
  await using site = await Site.start();
  const args = { vmid: 150, user: "ada", password: "hunter2-hunter2", drive_storage: "local-lvm" };
  const first = await site.call("set_cloud_init", args);
  assert.equal(
    first.value?.undo,
    "update_vm of 150: unset ciuser, unset cipassword; remove_hardware of 150: ide2",
    first.text,
  );
  const keys = async (...ssh_public_keys: string[]) => {
    const answer = await site.call("set_cloud_init", { vmid: 150, ssh_public_keys });
    return answer.value?.undo;
  };
  await keys("ssh-rsa AAAA+/= a@b", "ssh-rsa BBBB");
  assert.equal(
    await keys("ssh-rsa CCCC"),
    'set_cloud_init of 150: ssh_public_keys back to ["ssh-rsa AAAA+/= a@b","ssh-rsa BBBB"]',
  );
  const second = await site.call("set_cloud_init", { vmid: 150, user: "bob", password: "other-1" });
  assert.equal(
    second.value?.undo,
    'set_cloud_init of 150: user back to "ada", password anew: the former value is not known',
    second.text,
  );
  await site.call("set_guest_tags", { vmid: 201, tags: [] });
  const tags = await site.call("set_guest_tags", { vmid: 201, tags: ["new"] });
  assert.equal(tags.value?.undo, "update_container of 201: unset tags", tags.text);
});
