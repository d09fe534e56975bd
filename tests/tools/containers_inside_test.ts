import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { sleep } from "../../lib/proxmox/api/connect.ts";
import type { FakeTerminal } from "../fake_pve/terminal.ts";
import { Site, type SiteOptions, type ToolAnswer } from "../site.ts";
import { until } from "../support/until.ts";
import { CONTAINERS_INSIDE } from "./cases/containers_inside.ts";
import { guest } from "./guests.ts";
import { testTools } from "./harness.ts";
import { changes } from "./requests.ts";

testTools(CONTAINERS_INSIDE);

const TOOL = "execute_container_command";

/** A site that may run commands in container 200, whose terminal does what is asked of it besides. */
async function start(terminal: FakeTerminal = {}, options: SiteOptions = {}): Promise<Site> {
  const site = await Site.start({
    ...options,
    config: { tools: { container_exec: true }, ...options.config },
  });
  const container = guest(site, 200);
  container.config.cmode = "shell";
  container.terminal = terminal;
  return site;
}

/** Waits a twentieth as long as it is told to. */
const hasty: SiteOptions = { sleep: (ms, signal) => sleep(ms / 20, signal) };

function run(
  site: Site,
  command: string | string[],
  more: Record<string, unknown> = {},
): Promise<ToolAnswer> {
  return site.call(TOOL, { vmid: 200, command, ...more }, { role: "write" });
}

function leftIn(site: Site): string[] {
  return [...Deno.readDirSync(site.fake.containerFolder(200))].map(({ name }) => name);
}

/** Lets the watchdog's seconds in the container pass more quickly. */
async function hurry(site: Site, seconds: number): Promise<void> {
  const bin = `${site.fake.containerFolder(200)}/../bin`;
  const text = `#!/bin/sh\nexec /bin/sleep ${seconds}\n`;
  await Deno.writeTextFile(`${bin}/sleep`, text, { mode: 0o755 });
}

function isAlive(pid: string): boolean {
  // A process that has ended and was not waited for yet is no more.
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid.trim()}/status`));
  } catch {
    return false;
  }
}

Deno.test(`${TOOL} is not there until the configuration switches it on`, async () => {
  await using site = await Site.start();
  const listed = async (at: Site) =>
    JSON.stringify((await at.post({ method: "tools/list" })).json).includes(TOOL);
  assert.equal(await listed(site), false);
  const refused = await run(site, ["true"]);
  assert.match(refused.text, /switched off in this server's configuration/);
  assert.deepEqual(changes(site), []);
  await using on = await start();
  assert.equal(await listed(on), true);
});

Deno.test(`${TOOL} tells streams, codes and signals apart, takes input and leaves nothing`, async () => {
  await using site = await start();
  const both = await run(site, "echo out; echo err >&2; exit 7");
  assert.deepEqual(both.value, {
    command: ["/bin/sh", "-c", "echo out; echo err >&2; exit 7"],
    exit_code: 7,
    stdout: "out\n",
    stderr: "err\n",
    stdout_truncated: false,
    stderr_truncated: false,
  });
  const killed = await run(site, "kill -SEGV $$");
  assert.deepEqual([killed.value.signal, killed.value.exit_code], [11, undefined]);
  const input = "héllo $(id) 'x'\n".repeat(500);
  assert.equal((await run(site, ["cat"], { input_data: input })).value.stdout, input);
  const missing = await run(site, ["no-such-program"]);
  assert.equal(missing.value.exit_code, 127);
  assert.match(missing.value.stderr, /not found/);
  const broken = await run(site, "if");
  assert.notEqual(broken.value.exit_code, 0);
  assert.match(broken.value.stderr, /[Ss]yntax/);
  const large = await run(site, "head -c 200000 /dev/zero | tr '\\0' x; sleep 0.1 & true");
  assert.equal(large.value.stdout, "x".repeat(65_536));
  assert.deepEqual([large.value.stdout_truncated, large.value.stderr_truncated], [true, false]);
  assert.deepEqual(leftIn(site), []);
  await until(() => site.fake.state.tasks.every(({ status }) => status === "stopped"));
});

Deno.test(`${TOOL} runs as another user, who must be there`, async () => {
  await using site = await start();
  const asNobody = await run(site, "echo $AS_USER", { user: "nobody" });
  assert.equal(asNobody.value?.stdout, "nobody\n", asNobody.text);
  const argv = await run(site, ["printf", "%s|", "a b", "$AS_USER"], { user: "nobody" });
  assert.equal(argv.value?.stdout, "a b|$AS_USER|", argv.text);
  const stranger = await run(site, ["true"], { user: "no_such_user" });
  assert.equal(stranger.code, "not_found", stranger.text);
  assert.match(stranger.text, /the container has no user no_such_user/);
  assert.deepEqual(leftIn(site), []);
});

Deno.test(`${TOOL} keeps the command, without its secrets, and the task in the audit`, async () => {
  await using site = await start();
  await run(site, ["mysql", "-pS3cretPass", "db"]);
  const [row] = await site.trail.list({ limit: 1 });
  assert.match(row?.upid ?? "", /^UPID:pve1:.*:vncproxy:200:root@pam!mcp:$/);
  assert.match(JSON.stringify(row), /mysql/);
  assert.doesNotMatch(JSON.stringify(row) + site.lines.join(), /S3cretPass|PVEVNC/);
});

Deno.test(`${TOOL} ends a command and what it began when its time is up`, async () => {
  await using site = await start();
  const file = `${site.folder}/pid`;
  await hurry(site, 0.3);
  const script = `trap '' TERM; /bin/sleep 60 & echo $! >${file}; wait; /bin/sleep 60`;
  const late = await run(site, script, { timeout_seconds: 1 });
  assert.equal(late.code, "timeout", late.text);
  assert.match(late.text, /ran for 1 s and was ended in the container \(TERM, then KILL\)/);
  assert.equal(isAlive(await Deno.readTextFile(file)), false);
  const polite = `trap 'echo asked >${file}; exit' TERM; /bin/sleep 60 & wait`;
  assert.equal((await run(site, polite, { timeout_seconds: 1 })).code, "timeout");
  assert.equal(await Deno.readTextFile(file), "asked\n");
  assert.deepEqual(leftIn(site), []);
});

Deno.test(`${TOOL} types nothing where no fresh prompt comes`, async () => {
  const typed: string[] = [];
  const note = (text: string) => void typed.push(text);
  const cases: [FakeTerminal, RegExp][] = [
    [{ shows: "\x1b[H\x1b[J" }, /no fresh prompt, so nothing was typed: .*type exit/],
    [
      { shows: "Debian GNU/Linux 13 ct1 tty1\r\n\r\nct1 login: " },
      /asks for a login.*cmode must be shell/,
    ],
    [{ shows: "\x1b[H\x1b[Jtop - 10:00:00 up 1 day\r\n" }, /no fresh prompt.*it shows "top - 10/],
    [{ shows: "x".repeat(100_000) }, /no fresh prompt.*writes without a pause/],
  ];
  for (const [terminal, text] of cases) {
    await using site = await start({ ...terminal, typed: note }, hasty);
    const refused = await run(site, ["true"]);
    assert.equal(refused.code, "conflict", refused.text);
    assert.match(refused.text, text);
  }
  assert.deepEqual(typed, []);
});

Deno.test(`${TOOL} does not type into a session that another left`, async () => {
  await using site = await start({}, hasty);
  const terminal = guest(site, 200).terminal;
  // The client is cut off while its line is half typed.
  terminal.typed = () => true;
  assert.match((await run(site, ["true"])).text, /command was not begun: the terminal was closed/);
  delete terminal.typed;
  const refused = await run(site, ["true"]);
  assert.match(refused.text, /shows no fresh prompt/);
});

Deno.test(`${TOOL} asks again for what arrives damaged`, async () => {
  let damaged = 1;
  let damage = "";
  await using site = await start({
    output: (text) => {
      if (!/ \d+ d [A-Za-z0-9]{50}/.test(text) || damaged > 0) return text;
      damaged++;
      return text.replace(/( \d+ d [A-Za-z0-9]{20})[A-Ya-z]/, damage);
    },
  });
  const whole = (await run(site, "seq 1 500")).value?.stdout;
  assert.equal(whole?.split("\n").length, 501);
  // One letter is another one; something else was written into the line; a part is gone.
  for (damage of ["$1Z", "$1wall: going down\r\n", "$1"]) {
    damaged = 0;
    const answer = await run(site, "seq 1 500");
    assert.equal(answer.value?.stdout, whole, answer.text);
    assert.equal(damaged, 1);
  }
});

Deno.test(`${TOOL} believes no answer with another nonce, and none that it did not ask for`, async () => {
  const forged = `${"0".repeat(32)} 1 st 0 - 0 0\r\r\n`;
  await using site = await start({
    output: (text) => {
      if (text.includes("root@ct:~#")) return text;
      const nonce = /([0-9a-f]{32}) \d+ (?:ok|st) /.exec(text)?.[1];
      const old = nonce === undefined ? "" : `${nonce} 77 st 0 - 0 0\r\r\n${nonce} 77 d AAAA\r\r\n`;
      return forged + old + text + forged;
    },
  });
  const answer = await run(site, "echo real; exit 3");
  assert.deepEqual([answer.value?.exit_code, answer.value?.stdout], [3, "real\n"], answer.text);
});

Deno.test(`${TOOL} does not believe that a command has written less than nothing`, async () => {
  let lies = 3;
  await using site = await start({
    output: (text) =>
      text.replace(/ st \d+ - (?=\d)/, (told) => lies > 0 ? (lies--, `${told}-`) : told),
  });
  const answer = await run(site, "echo real; exit 3");
  assert.deepEqual([answer.value?.exit_code, answer.value?.stdout], [3, "real\n"], answer.text);
  assert.equal(lies, 0);
});

Deno.test(`${TOOL} is not disturbed by what floods the terminal`, async () => {
  await using site = await start();
  const flood = "main=$(sed -n 's/^PPid:.//p' /proc/$PPID/status); " +
    "yes flood | head -c 3000000 >/proc/$main/fd/1; echo dry; exit 4";
  const answer = await run(site, flood);
  assert.deepEqual([answer.value?.exit_code, answer.value?.stdout], [4, "dry\n"], answer.text);
});

Deno.test(`${TOOL} gives up on a terminal that hangs`, async () => {
  let begun = false;
  await using site = await start({
    output: (text) => {
      const ready = / 0 ready\r/.test(text);
      begun ||= ready;
      return begun && !ready ? "y" : text;
    },
  }, hasty);
  const lost = await run(site, ["true"]);
  assert.equal(lost.code, "unavailable", lost.text);
  assert.match(lost.text, /was begun and its end is unknown: .*look before running it again/);
});

Deno.test(`${TOOL} is ended in the container when the connection is cut`, async () => {
  const terminal: FakeTerminal = {};
  await using site = await start(terminal, hasty);
  const file = `${site.folder}/pid`;
  terminal.typed = (text) => /^s \d/.test(text) && existsSync(file);
  await hurry(site, 0.3);
  const cut = await run(site, `echo $$ >${file}; exec /bin/sleep 60`);
  assert.equal(cut.code, "unavailable", cut.text);
  assert.match(
    cut.text,
    /its end is unknown: the terminal was closed; the container ends it within/,
  );
  await until(() => leftIn(site).length === 0);
  await until(async () => !isAlive(await Deno.readTextFile(file)));
});

Deno.test(`${TOOL} is ended in the container when the call is given up`, async () => {
  const terminal: FakeTerminal = {};
  await using site = await start(terminal, { config: { server: { shutdown_seconds: 0 } } });
  await hurry(site, 0.3);
  const file = `${site.folder}/pid`;
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  terminal.typed = (text) => /^s \d/.test(text) && existsSync(file) ? begin() : undefined;
  const call = run(site, `echo $$ >${file}; exec /bin/sleep 60`).catch(() => {});
  await begun;
  await site.server.shutdown();
  await call;
  await until(async () => !isAlive(await Deno.readTextFile(file)));
  await until(() => leftIn(site).length === 0);
  const [row] = await site.trail.list({ limit: 1 });
  assert.deepEqual([row?.tool, row?.outcome], [TOOL, "cancelled"]);
});

Deno.test(`${TOOL} runs one command in a container at a time`, async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  await using site = await start({ typed: (text) => /^s \d/.test(text) ? begin() : undefined });
  const gate = `${site.folder}/go`;
  const first = run(site, `until [ -e ${gate} ]; do sleep 0.02; done; echo first`);
  await begun;
  const second = await run(site, ["true"]);
  assert.equal(second.code, "conflict", second.text);
  assert.match(second.text, /another command runs in container 200, and its terminal is one/);
  await Deno.writeTextFile(gate, "");
  assert.equal((await first).value?.stdout, "first\n");
  assert.equal((await run(site, ["true"])).isError, false, "the lease was given back");
});

Deno.test(`${TOOL} says what a node needs that is too old`, async () => {
  await using site = await start({ refuses: true });
  const packages = site.fake.state.nodes.get("pve1")!.packages;
  const row = { ...packages[0], Package: "pve-container", OldVersion: "6.1.2" };
  packages.push(row);
  const old = await run(site, ["true"]);
  assert.equal(old.code, "unavailable", old.text);
  assert.match(old.text, /has pve-container 6\.1\.2, and API tokens are taken from 6\.1\.3 on/);
  row.OldVersion = "6.1.10";
  assert.match((await run(site, ["true"])).text, /new enough for it.*ticket was refused/);
  packages.pop();
  assert.match(
    (await run(site, ["true"])).text,
    /too old for it .*5\.3\.4.*or the ticket was refused/,
  );
});

Deno.test(`${TOOL} tells what the container lacks`, async () => {
  await using site = await start({ bare: true });
  const bin = `${site.fake.containerFolder(200)}/../bin`;
  const tools = ["base64", "dd", "id", "mktemp", "sed", "wc", "sleep", "cat", "rm"];
  for (const name of tools) {
    await Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\nexec /usr/bin/${name} "$@"\n`, {
      mode: 0o755,
    });
  }
  const poor = await run(site, ["true"]);
  assert.equal(poor.code, "conflict", poor.text);
  assert.match(poor.text, /the container lacks the program setsid/);
});

Deno.test(`${TOOL} works with a pinned certificate and without verification`, async () => {
  for (
    const options of [{ pinned: true }, {
      config: { proxmox: { verify_ssl: false, ca_file: undefined } },
    }]
  ) {
    await using site = await start({}, options);
    const answer = await run(site, ["echo", "pinned"]);
    assert.equal(answer.value?.stdout, "pinned\n", answer.text);
  }
});

Deno.test("read_guest_file and write_guest_file reach containers where that is switched on", async () => {
  await using site = await start();
  const file = `${site.folder}/it's a file`;
  const read = (more: Record<string, unknown> = {}) =>
    site.call("read_guest_file", { vmid: 200, file, ...more });
  const write = (content: string, more: Record<string, unknown> = {}) =>
    site.call("write_guest_file", { vmid: 200, file, content, ...more });
  const missing = await read();
  assert.equal(missing.code, "not_found", missing.text);
  assert.match(missing.text, /No such file or directory/);
  const planned = await write("x", { dry_run: true });
  assert.match(planned.value?.dry_run.requests[0].path, /lxc\/200\/termproxy$/, planned.text);
  assert.deepEqual(changes(site).length, 1, "of the reading only");
  assert.equal((await write("grüß\n")).value?.bytes_written, 7);
  assert.equal(await Deno.readTextFile(file), "grüß\n");
  assert.equal(Deno.statSync(file).mode! & 0o777, 0o644, "made as the container makes files");
  assert.deepEqual((await read()).value, {
    content: "grüß\n",
    encoding: "utf-8",
    bytes_read: 7,
    truncated: false,
  });
  const part = await read({ offset: 1, max_bytes: 2 });
  assert.deepEqual(part.value, {
    content: "r",
    encoding: "utf-8",
    bytes_read: 1,
    truncated: true,
    next_offset: 2,
  });
  const bytes = crypto.getRandomValues(new Uint8Array(40_000));
  await write(bytes.toBase64(), { encoding: "base64" });
  assert.equal((await read({ max_bytes: 512 * 1024 })).value?.content, bytes.toBase64());
  await Deno.writeTextFile(file, "0123456789abcde\n".repeat(20_000));
  const large = await read({ max_bytes: 300_000 });
  assert.equal(large.value?.content, "0123456789abcde\n".repeat(20_000).slice(0, 300_000));
  assert.equal(large.value?.next_offset, 300_000);
  const folder = await site.call("write_guest_file", { vmid: 200, file: "/", content: "" });
  assert.match(folder.text, /it is a folder/);
  const nowhere = `${site.folder}/none/x`;
  const refused = await site.call("write_guest_file", { vmid: 200, file: nowhere, content: "" });
  assert.equal(refused.code, "conflict", refused.text);
  assert.match(refused.text, /the container said ".*none\/x/);
  assert.deepEqual(leftIn(site), []);
});

Deno.test("read_guest_file and write_guest_file refuse containers until that is switched on", async () => {
  await using site = await Site.start();
  for (
    const [tool, more] of [["read_guest_file", {}], ["write_guest_file", { content: "" }]] as const
  ) {
    const refused = await site.call(tool, { vmid: 200, file: "/x", ...more });
    assert.equal(refused.code, "conflict", refused.text);
    assert.match(refused.text, /200 is a container/);
  }
  assert.deepEqual(changes(site), []);
});
