import assert from "node:assert/strict";
import { table } from "../../lib/cli/table.ts";
import { join } from "node:path";
import { auditFields } from "../../lib/audit/log.ts";
import { type AuditRow, EMPTY_ROW } from "../../lib/audit/row.ts";
import { LineQueue } from "../../lib/cli/serve/line_queue.ts";
import { StrangerLog } from "../../lib/http/stranger_log.ts";
import { createLog, type LogOptions } from "../../lib/log/log.ts";
import {
  formatLine,
  LOG_ATTRIBUTES,
  type LogFormat,
  parseLogFormat,
} from "../../lib/log/format.ts";
import { Folder } from "../support/folder.ts";

const OLD_FORMAT = "%(asctime)s - %(name)s - %(levelname)s - %(message)s";
const NOW = new Date(2026, 6, 28, 14, 3, 9, 42);

const ROW: AuditRow = {
  ...EMPTY_ROW,
  time: new Date("2026-07-28T12:03:09.042Z"),
  requestId: "r-1",
  user: "ayse",
  tokenId: 3,
  tokenName: "laptop",
  address: "10.0.0.5",
  door: "mcp",
  tool: "start_vm",
  scope: "write",
  arguments: '{"vmid":101,"password":"[redacted]"}',
  vmid: 101,
  upid: "UPID:pve1:00:00:00:qmstart:101:root@pam!mcp:",
  durationMs: 12,
};

function format(source: string): LogFormat {
  const parsed = parseLogFormat(source);
  assert.ok(!("problem" in parsed), JSON.stringify(parsed));
  return parsed;
}

function collect(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLog({
    level: "INFO",
    format: format(OLD_FORMAT),
    file: null,
    stderr: (line) => lines.push(line),
    now: () => NOW,
    ...options,
  });
  return { log, lines };
}

async function inFolder(work: (folder: string) => void | Promise<void>): Promise<void> {
  await using folder = await Folder.make();
  await work(folder.path);
}

Deno.test("createLog writes the old format as Python does", () => {
  const { log, lines } = collect();
  log.info("Server started", { port: 8812, host: "::1", note: "two words" });
  assert.deepEqual(lines, [
    "2026-07-28 14:03:09,042 - proxmox_mcp - INFO - " +
    'Server started port=8812 host=::1 note="two words"',
  ]);
});

Deno.test("createLog leaves out what is below its level, which may change", () => {
  const { log, lines } = collect({ level: "WARNING", format: format("%(levelname)s %(message)s") });
  log.debug("a");
  log.info("b");
  log.warning("c");
  log.error("d");
  log.setLevel("DEBUG");
  log.debug("e");
  assert.deepEqual(lines, ["WARNING c", "ERROR d", "DEBUG e"]);
});

Deno.test("createLog's audit line holds AUDIT and every fact, whatever the level", () => {
  const { log, lines } = collect({ level: "CRITICAL" });
  log.audit(auditFields(ROW));
  assert.deepEqual(lines, [
    "2026-07-28 14:03:09,042 - proxmox_mcp.audit - INFO - AUDIT time=2026-07-28T12:03:09.042Z " +
    "request_id=r-1 user=ayse token_id=3 token_name=laptop address=10.0.0.5 door=mcp " +
    "tool=start_vm scope=write outcome=ok vmid=101 " +
    "upid=UPID:pve1:00:00:00:qmstart:101:root@pam!mcp: duration_ms=12 " +
    'arguments={"vmid":101,"password":"[redacted]"}',
  ]);
});

Deno.test("createLog writes one JSON object per line", () => {
  const { log, lines } = collect({ format: format("json") });
  log.audit(auditFields(ROW));
  log.error("broken\nline", { level: "spoofed", at: { deep: "\u202e" } });
  const [audit, error] = lines.map((line) => JSON.parse(line));
  assert.equal(audit.message, "AUDIT");
  assert.deepEqual(audit.arguments, { vmid: 101, password: "[redacted]" });
  assert.equal(audit.token_id, 3);
  assert.deepEqual(error, {
    time: NOW.toISOString(),
    level: "ERROR",
    name: "proxmox_mcp",
    message: "broken\nline",
    at: { deep: "\u202e" },
  });
  assert.ok(lines.every((line) => !/[\n\u202e]/.test(line)));
});

Deno.test("createLog keeps one event on one line and secrets out", () => {
  const { log, lines } = collect({
    format: format("%(message)s"),
    secrets: ["1234-abcd"],
  });
  log.warning("Login failed\n2026 - AUDIT forged \u001b[2J", {
    header: "Bearer S3cret",
    a: "x\r\ny",
  });
  log.error("got 1234-abcd", { password: "S3cret", nested: [{ token: "S3cret" }] });
  assert.deepEqual(lines, [
    'Login failed\\n2026 - AUDIT forged \\u001b[2J header="Bearer [redacted]" a="x\\r\\ny"',
    'got [redacted] password="[redacted]" nested=[{"token":"[redacted]"}]',
  ]);
});

Deno.test("createLog appends to its file and rotates it by size", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "a.log");
    const { log, lines } = collect({
      file,
      format: format("%(message)s"),
      maxFileBytes: 20,
      keepFiles: 2,
    });
    for (const word of ["first", "second", "third", "fourth", "fifth", "sixth", "seventh"]) {
      log.info(`${word} line`);
    }
    log.close();
    const read = (name: string) => Deno.readTextFile(join(folder, name));
    assert.equal(await read("a.log"), "seventh line\n");
    assert.equal(await read("a.log.1"), "sixth line\n");
    assert.equal(await read("a.log.2"), "fifth line\n");
    assert.deepEqual([...Deno.readDirSync(folder)].length, 3);
    assert.equal(lines.length, 7);
    assert.equal((await Deno.stat(file)).mode! & 0o777, 0o640);
  });
});

Deno.test("createLog keeps audit lines in a file of their own, which no other line rotates", async () => {
  await inFolder(async (folder) => {
    const [file, audit_file] = [join(folder, "a.log"), join(folder, "audit.log")];
    const { log, lines } = collect({
      ...{ file, audit_file, format: format("%(name)s %(message).5s"), maxFileBytes: 60 },
    });
    log.audit(auditFields(ROW));
    for (let count = 0; count < 50; count++) log.warning("x");
    await Deno.rename(audit_file, `${audit_file}.moved`);
    log.reopen();
    log.audit(auditFields(ROW));
    log.close();
    assert.equal(await Deno.readTextFile(`${audit_file}.moved`), "proxmox_mcp.audit AUDIT\n");
    assert.equal(await Deno.readTextFile(audit_file), "proxmox_mcp.audit AUDIT\n");
    assert.doesNotMatch(await Deno.readTextFile(file), /AUDIT/);
    assert.equal(lines.length, 52, "standard error gets all");
  });
});

Deno.test("createLog goes on in a new file after reopen", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "a.log");
    const { log } = collect({ file, format: format("%(message)s") });
    log.info("one");
    await Deno.rename(file, `${file}.moved`);
    log.info("two");
    log.reopen();
    log.info("three");
    log.close();
    assert.equal(await Deno.readTextFile(`${file}.moved`), "one\ntwo\n");
    assert.equal(await Deno.readTextFile(file), "three\n");
  });
});

Deno.test("createLog refuses a file that cannot be opened, and survives one that breaks later", async () => {
  await inFolder(async (folder) => {
    assert.throws(
      () => collect({ file: join(folder, "none", "a.log") }),
      (error: Error) => /^Cannot open log file .*: no such file or folder$/.test(error.message),
    );
    const inner = join(folder, "inner");
    await Deno.mkdir(inner);
    const { log, lines } = collect({
      file: join(inner, "a.log"),
      format: format("%(message)s"),
    });
    await Deno.remove(inner, { recursive: true });
    log.reopen();
    log.info("still told");
    log.info("still told again");
    await Deno.mkdir(inner);
    log.info("written");
    log.close();
    assert.match(lines[0] ?? "", /^ERROR Cannot reopen log file .*: no such file or folder/);
    assert.deepEqual(lines.slice(1, 3), ["still told", "still told again"]);
    assert.match(lines.at(-1) ?? "", /can be written again$/);
    assert.equal(await Deno.readTextFile(join(inner, "a.log")), "written\n");
  });
});

Deno.test("parseLogFormat and formatLine follow Python's % operator", () => {
  const values = Object.fromEntries(LOG_ATTRIBUTES.map((name) => [name, name])) as Record<
    typeof LOG_ATTRIBUTES[number],
    string | number
  >;
  const attributes = { ...values, levelname: "INFO", message: "m", levelno: 20, msecs: 42 };
  const cases: [string, string][] = [
    ["%(levelname)-8s|%(message)s", "INFO    |m"],
    ["%(levelname)8s|%(message)s", "    INFO|m"],
    ["%(levelname).2s|%(message)s", "IN|m"],
    ["%(levelno)05d %(message)s", "00020 m"],
    ["%(levelno)+d %(message)s", "+20 m"],
    ["%(msecs)03d %(msecs).1f %(message)s", "042 42.0 m"],
    ["100%% %(message)s", "100% m"],
  ];
  for (const [source, line] of cases) {
    const parsed = format(source);
    assert.ok(parsed.kind === "text");
    assert.equal(formatLine(parsed.parts, attributes), line);
  }
});

Deno.test("parseLogFormat says what it cannot use", () => {
  const cases: [string, RegExp][] = [
    ["%(asctime)s", /must hold %\(message\)s, or be "json"/],
    ["%(message)s %(nope)s", /holds %\(nope\), but there are only asctime/],
    ["%(message)d", /message is text: write %\(message\)s/],
    ["%(message)s %s", /holds %, which is not of the form/],
    ["%(message)", /not of the form %\(name\)s/],
    ["%(message)x", /a field ends in s, d or f/],
    ["%(message)999s", /wider than 200/],
    ["{message}", /must hold/],
    ["%(message)s\n", /line breaks/],
  ];
  for (const [source, problem] of cases) {
    const parsed = parseLogFormat(source);
    assert.ok("problem" in parsed, source);
    assert.match(parsed.problem, problem);
  }
});

Deno.test("StrangerLog writes ten short lines a second and counts the rest", () => {
  const { log, lines } = collect({ format: format("%(message)s") });
  let now = 0;
  const strangers = new StrangerLog(log, () => now);
  const fail = () =>
    strangers.write("warning", {
      message: "Login failed: no token",
      path: `/mcp/${"x".repeat(35_000)}`,
      fields: { address: "2001:db8:1111:2222:3333:4444:5555:6666", request_id: "r".repeat(36) },
    });
  for (let count = 0; count < 1_700; count++) fail();
  assert.equal(lines.length, 10);
  for (const line of lines) assert.ok(line.length <= 200, line);
  now = 1_000;
  fail();
  assert.equal(lines[10], "Left out 1690 more lines about requests without a good token");
  assert.equal(lines.length, 12);
  strangers.flush();
  assert.equal(lines.length, 12, "there is nothing more to tell");
});

Deno.test("LineQueue never waits for its reader, and tells what was lost", async () => {
  const written: string[] = [];
  let stalled = Promise.withResolvers<void>();
  const queue = new LineQueue({
    maxBytes: 20,
    write: async (bytes) => {
      await stalled.promise;
      written.push(new TextDecoder().decode(bytes.subarray(0, 5)));
      return Math.min(5, bytes.length);
    },
  });
  queue.push("first");
  queue.push("second");
  for (let count = 0; count < 1_000; count++) queue.push("too much");
  await queue.flush(1);
  assert.deepEqual(written, []);
  stalled.resolve();
  await queue.flush(10_000);
  assert.equal(
    written.join(""),
    "first\nsecond\n1000 lines were lost: nobody read standard error\n",
  );
  stalled = Promise.withResolvers();
  stalled.reject(new Deno.errors.BrokenPipe());
  queue.push("nobody there");
  await queue.flush(10_000);
});

Deno.test("a table's cells show what is not seen as escapes", () => {
  const cell = "a\u202eb\u001b[31m\u009b0m\u{e0041}\nc";
  assert.equal(table(["name"], [[cell]]).split("\n").length, 2);
  assert.match(
    table(["name"], [[cell]]),
    /^a\\u202eb\\u001b\[31m\\u009b0m\\udb40\\udc41\\nc$/m,
  );
});
