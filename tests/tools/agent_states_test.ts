import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { guest, waits } from "./guests.ts";
import { changes, lastChange, sent } from "./requests.ts";

const RUN = { vmid: 100, command: ["make"] };
const STATUS = { path: /exec-status$/ };
const LATE = {
  kind: "status",
  status: 500,
  message: "VM 100 qga command 'guest-exec-status' failed - got timeout\n",
} as const;

/** A site where something happens before each question about a command that runs for some. */
async function running(happens: (site: Site, pause: number) => void): Promise<Site> {
  let pauses = 0;
  const site: Site = await Site.start({
    sleep: () => Promise.resolve(happens(site, ++pauses)),
  });
  site.fake.state.exec = () => ({ exitcode: 0, out: "done\n", polls: 3 });
  return site;
}

async function runs(happens: (site: Site, pause: number) => void) {
  await using site = await running(happens);
  return await site.call("execute_vm_command", RUN);
}

Deno.test("execute_vm_command waits while a snapshot holds the guest's file systems frozen", async () => {
  const { value, text } = await runs((site, pause) => guest(site, 100).agent.frozen = pause < 5);
  assert.equal(value?.stdout, "done\n", text);
});

Deno.test("execute_vm_command waits for an agent that gives no answer for a while", async () => {
  const { value, text } = await runs((site, pause) => {
    guest(site, 100).agent.running = pause > 3;
    if (pause === 5) site.fake.fault(STATUS, LATE);
  });
  assert.equal(value?.stdout, "done\n", text);
});

Deno.test("execute_vm_command follows a guest to the node that it moves to", async () => {
  await using site = await running((site) => guest(site, 100).node = "pve2");
  const { value, text } = await site.call("execute_vm_command", RUN);
  assert.equal(value?.stdout, "done\n", text);
  assert.ok(sent(site, "GET", /^\/nodes\/pve2\/qemu\/100\/agent\/exec-status$/) > 0);
});

Deno.test("execute_vm_command ends when an agent stays away", async () => {
  const minutes = { now: Date.now() };
  await using site = await Site.start({
    now: () => new Date(minutes.now),
    sleep: (ms) => Promise.resolve(void (minutes.now += ms)),
  });
  site.fake.state.exec = (_, { agent }) => {
    agent.running = false;
    return { exitcode: 0, polls: 1 };
  };
  const begun = minutes.now;
  const { code, text } = await site.call("execute_vm_command", { ...RUN, timeout_seconds: 600 });
  assert.equal(code, "unavailable");
  assert.match(
    text,
    /the command was started \(pid \d+ .* unknown: QEMU guest agent is not running/,
  );
  assert.ok(minutes.now - begun < 40_000);
});

Deno.test("execute_vm_command says why output is lost that an agent could not hand over in time", async () => {
  const { code, text } = await runs((site, pause) => {
    if (pause > 1) return;
    guest(site, 100).agent.processes.clear();
    site.fake.fault(STATUS, LATE);
  });
  assert.equal(code, "unavailable");
  assert.match(
    text,
    /got timeout; megabytes of output take an agent too long: write them to a file/,
  );
});

Deno.test("execute_vm_command leaves open whether a command runs that an agent did not answer to", async () => {
  await using site = await Site.start();
  const message = "VM 100 qga command 'guest-exec' failed - got timeout\n";
  site.fake.fault({ path: /agent\/exec$/ }, { ...LATE, message });
  const { text } = await site.call("execute_vm_command", RUN);
  assert.match(text, /got timeout; whether the change was made is unknown/);
});

Deno.test("what an agent's settings forbid is no privilege of the Proxmox token", async () => {
  await using site = await Site.start();
  guest(site, 100).agent.blocked = ["guest-exec", "guest-network-get-interfaces"];
  const run = await site.call("execute_vm_command", RUN);
  assert.equal(run.code, "unavailable", run.text);
  assert.match(run.text, /"Command guest-exec has been disabled: .*"; wait if a backup/);
  const { value } = await site.call("get_guest_ips", { vmids: [100] });
  assert.match(value.guests[0].error, /Command guest-network-get-interfaces has been disabled/);
});

Deno.test("words of an agent are not taken for Proxmox's own", async () => {
  await using site = await Site.start();
  guest(site, 100).agent.error = "no quorum, only root can start";
  const { code, text } = await site.call("execute_vm_command", RUN);
  assert.equal(code, "conflict", text);
  assert.match(text, /Agent error: "no quorum, only root can start"$/);
});

Deno.test("a VM that is paused is told as such, not as one without an agent", async () => {
  await using site = await Site.start();
  guest(site, 100).paused = true;
  const file = await site.call("read_guest_file", { vmid: 100, file: "/etc/hostname" });
  assert.equal(file.code, "conflict");
  assert.match(file.text, /VM 100 is paused; resume it first/);
  const { value } = await site.call("get_guest_ips", { vmids: [100] });
  assert.equal(value.guests[0].error, "VM 100 is paused; resume it first");
});

Deno.test("get_guest tells the agent as it is, whatever waits for the next start", async () => {
  await using site = await Site.start();
  waits(100, { agent: "0" })(site);
  assert.equal((await site.call("get_guest", { vmid: 100 })).value.agent, "running");
  waits(101, { agent: "1" })(site);
  assert.equal((await site.call("get_guest", { vmid: 101 })).value.agent, "disabled");
});

Deno.test("a shell runs what is beyond ASCII as it was given, though it is handed ASCII", async () => {
  await using site = await Site.start();
  site.fake.state.exec = ([program = "", ...args]) => {
    const { code, stdout, stderr } = new Deno.Command(program, { args }).outputSync();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { exitcode: code, out: text(stdout), err: text(stderr) };
  };
  const run = async (command: string | string[]) => {
    const { value, text } = await site.call("execute_vm_command", { vmid: 100, command });
    assert.ok(value, text);
    assert.match(lastChange(site).body.command.join(""), /^[\n -~]+$/);
    return [value.exit_code, value.stdout];
  };
  const line = `x='tek %s \\t'; printf '%s|' "$x" "ğüşöç \\\\ €"\nprintf %d 7; exit 3`;
  assert.deepEqual(await run(line), [3, "tek %s \\t|ğüşöç \\ €|7"]);
  assert.deepEqual(await run(["printf", "%s|", "ı's", "a\\n\n", "", "\\0304 日本"]), [
    0,
    "ı's|a\\n\n||\\0304 日本|",
  ]);
  assert.deepEqual(await run(["yokböyle"]), [127, ""]);
});

Deno.test("what an agent cannot be handed is refused before anything is sent", async () => {
  await using site = await Site.start();
  const cases = [
    ["execute_vm_command", { command: ["echo", "a\0b"] }, /command: must hold no NUL character/],
    ["execute_vm_command", { command: ["", "a"] }, /command: must name a program/],
    ["read_guest_file", { file: "/tmp/ışık" }, /paths to an agent in ASCII only; .*use execute_vm/],
    ["read_guest_file", { file: "/etc/a\0b" }, /in ASCII only/],
    ["write_guest_file", { file: "/tmp/ışık", content: "x" }, /in ASCII only/],
  ] as const;
  for (const [tool, args, told] of cases) {
    const { code, text } = await site.call(tool, { vmid: 100, ...args });
    assert.equal(code, "invalid", text);
    assert.match(text, told);
  }
  guest(site, 100).config.ostype = "win11";
  for (const command of ["echo ışık", ["echo", "ışık"]]) {
    const { code, text } = await site.call("execute_vm_command", { vmid: 100, command });
    assert.equal(code, "invalid", text);
    assert.match(text, /commands to an agent in ASCII only: .*use write_guest_file/);
  }
  assert.deepEqual(changes(site), []);
});
