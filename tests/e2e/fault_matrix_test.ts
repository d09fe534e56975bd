import assert from "node:assert/strict";
import type { FakeRequest, FaultMatch } from "../fake_pve.ts";
import { Site, type ToolAnswer } from "../site.ts";
import { until } from "../support/until.ts";
import { type CallKind, CALLS, putBack, watchCommands } from "./faults/calls.ts";
import { type ProxmoxFault, proxmoxFaults } from "./faults/faults.ts";
import { type Expected, readTable } from "./faults/table.ts";
import { REQUEST_SECONDS, VirtualTime } from "./faults/virtual_time.ts";

/**
 * What callers see of each fault, by the kind of call: a read, a change that is done at once, a start that is
 * waited for (struck where it is sent, and while its task is followed over HTTP+SSE), a command in a guest
 * (struck where it is sent, and where its output is read). Where the transport that verifies by a CA and the
 * one that pins a certificate differ, both are given.
 */
const MATRIX = `
| fault                               | read               | change             | start              | follow               | exec               | output               |
| ----------------------------------- | ------------------ | ------------------ | ------------------ | -------------------- | ------------------ | -------------------- |
| connection refused                  | unavailable        | unavailable        | unavailable        | unavailable          | unavailable        | unavailable          |
| another certificate                 | unavailable        | unavailable        | unavailable        | unavailable          | unavailable        | unavailable          |
| no answer                           | timeout            | timeout?           | timeout?           | timeout?             | timeout?           | timeout?             |
| half an answer, then nothing        | timeout            | timeout?           | timeout?           | timeout?             | timeout?           | timeout?             |
| an answer that never ends           | timeout            | timeout?           | timeout?           | timeout?             | timeout?           | timeout?             |
| closed before it is read            | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| closed after it is done             | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| closed once when it is done         | ok                 | unavailable?       | unavailable?       | ok                   | unavailable?       | unavailable?         |
| reset in the body                   | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| JSON that is cut off                | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| a login page                        | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| data: null                          | unavailable        | ok                 | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| no data                             | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| no object                           | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| data of other types                 | unavailable        | ok                 | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| 200 with errors                     | invalid            | invalid            | invalid            | invalid?             | invalid            | invalid?             |
| status 400                          | invalid            | invalid            | invalid            | invalid?             | invalid            | invalid?             |
| status 401                          | unavailable        | unavailable        | unavailable        | unavailable?         | unavailable        | unavailable?         |
| status 403                          | forbidden          | forbidden          | forbidden          | forbidden?           | forbidden          | forbidden?           |
| status 404 of a proxy               | unavailable        | unavailable        | unavailable        | unavailable?         | unavailable        | unavailable?         |
| status 500                          | internal           | internal           | internal           | internal?            | internal           | internal?            |
| status 500, told in the status line | internal, conflict | internal, conflict | internal, conflict | internal?, conflict? | internal, conflict | internal?, conflict? |
| status 501                          | unavailable        | unavailable        | unavailable        | unavailable?         | unavailable        | unavailable?         |
| status 502 once                     | ok                 | unavailable?       | unavailable?       | ok                   | unavailable?       | ok                   |
| status 502 of a proxy               | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| status 503                          | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| status 504                          | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| status 595                          | unavailable        | unavailable        | unavailable        | unavailable?         | unavailable        | unavailable?         |
| status 596                          | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| status 599                          | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| redirect within                     | unavailable        | unavailable        | unavailable        | unavailable?         | unavailable        | unavailable?         |
| redirect to elsewhere               | unavailable        | unavailable        | unavailable        | unavailable?         | unavailable        | unavailable?         |
| redirect of a body                  | unavailable        | unavailable        | unavailable        | unavailable?         | unavailable        | unavailable?         |
| 28 MiB                              | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| a gzip bomb                         | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| gzip that is none                   | unavailable, ok    | unavailable?, ok   | unavailable?, ok   | unavailable?, ok     | unavailable?, ok   | unavailable?, ok     |
| 200 KiB of headers                  | ok, unavailable    | ok, unavailable?   | ok, unavailable?   | ok, unavailable?     | ok, unavailable?   | ok, unavailable?     |
| headers that contradict             | unavailable        | unavailable?       | unavailable?       | unavailable?         | unavailable?       | unavailable?         |
| the task has gone                   | -                  | -                  | -                  | not_found?           | -                  | -                    |
| the task's log hangs                | -                  | -                  | ok                 | ok                   | -                  | -                    |
| what is pending cannot be read      | -                  | ok                 | -                  | -                    | -                  | -                    |
| the task fails                      | -                  | -                  | internal           | internal             | -                  | -                    |
| the task has warnings               | -                  | -                  | ok                 | ok                   | -                  | -                    |
| the task ends in no known way       | -                  | -                  | internal           | internal             | -                  | -                    |
`;

const ARRIVAL_MS = 20;

interface Cell {
  readonly kind: CallKind;
  readonly fault: ProxmoxFault;
  readonly expected: Expected;
  readonly mark: string;
}

/** What must never be in an answer, a row or a line of the log. */
const LEAKS = /<\/?[a-z!]|hunter2|file:\/\/|\n\s+at |\n/i;

const TRANSPORTS = ["by a CA", "by a pinned certificate"];

for (const [variant, name] of TRANSPORTS.entries()) {
  Deno.test(`what callers see of each fault of Proxmox, trusted ${name}`, async (t) => {
    const asked: string[] = [];
    await using elsewhere = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      ({ url }) => {
        asked.push(url);
        return Response.json({ data: "taken in" });
      },
    );
    const faults = await proxmoxFaults({ url: `http://127.0.0.1:${elsewhere.addr.port}/x` });
    const table = readTable(MATRIX, variant);
    assert.deepEqual(table.map(({ fault }) => fault), Object.keys(faults));
    using time = new VirtualTime();
    await using site = await startSite(time, variant === 1);
    for (const { fault: title, cells } of table) {
      for (const kind of CALLS) {
        const [fault, expected] = [faults[title], cells.get(kind.name)];
        if (!fault || !expected) continue;
        await t.step(`${title}: ${kind.name}`, async () => {
          const cell = { kind, fault, expected, mark: crypto.randomUUID() };
          await provoke(site, time, cell);
        });
      }
    }
    assert.deepEqual(asked, [], "a redirect was followed");
    assert.ok(!site.fake.requests.some(({ path }) => path.includes("elsewhere")));
  });
}

async function startSite(time: VirtualTime, pinned: boolean): Promise<Site> {
  const { now, monotonic, sleep } = time;
  const config = { proxmox: { timeout_seconds: REQUEST_SECONDS } };
  const site = await Site.start({ now, monotonic, sleep, config, pinned });
  watchCommands(site);
  return site;
}

async function provoke(site: Site, time: VirtualTime, cell: Cell): Promise<void> {
  const { fault, kind, mark } = cell;
  const { fake, lines } = site;
  const before = { requests: fake.requests.length, lines: lines.length, seq: await lastSeq(site) };
  const strikes = fault.strikes ?? kind.strikes;
  const end = await fault.begin(site, strikes);
  const calling = kind.call(site, mark);
  if (fault.endless) {
    await until(() => isStruck(fake.requests.slice(before.requests), strikes));
    // What was sent has to arrive, too.
    await new Promise((resolve) => setTimeout(resolve, ARRIVAL_MS));
    time.expire();
  }
  const answer = await calling.finally(end);
  const done = kind.done(site, mark);
  putBack(site);
  // A node that has not answered is left alone for a minute at most.
  time.pass(60_000);
  checkAnswer(answer, cell, done);
  const changes = fake.requests.slice(before.requests).filter(({ method }) => method !== "GET");
  assert.ok(changes.length <= 1, "a change was sent twice");
  await checkRows(site, { answer, since: before.seq, sent: changes.length > 0 });
  for (const text of [answer.text, ...lines.slice(before.lines)]) {
    assert.ok(!LEAKS.test(text) && !text.includes(fake.token.value), `it leaks: ${text}`);
  }
  await until(() => fake.unanswered === 0);
  for (const node of ["pve1", "pve2"]) {
    const next = await site.call("get_node_status", { node });
    assert.ok(!next.isError, `it is over: ${next.text}`);
  }
}

function isStruck(requests: readonly FakeRequest[], { method, path }: FaultMatch): boolean {
  return requests.some((request) =>
    (method ?? request.method) === request.method && path?.test(request.path)
  );
}

async function lastSeq({ trail }: Site): Promise<number> {
  return (await trail.list({ limit: 1 }))[0]?.seq ?? 0;
}

function checkAnswer(answer: ToolAnswer, { expected, fault, kind }: Cell, done: boolean): void {
  const { code = "ok", isError, text } = answer;
  const doubt = isError && /unknown|may have been/.test(text);
  assert.deepEqual({ code, doubt }, expected, text);
  assert.ok(isError || done, "a success for what failed");
  assert.ok(!isError || !done || doubt || kind.name === "read", `it was done: ${text}`);
  if (isError && fault.says) assert.match(text, fault.says);
  if (isError) assert.match(text, /^Cannot [^:]+: ./);
}

/** One row that tells how it ended, and before it the intent of a change that was sent. */
async function checkRows(
  { trail }: Site,
  { answer, sent, since }: { answer: ToolAnswer; sent: boolean; since: number },
): Promise<void> {
  const newer = ({ seq }: { seq: number }) => seq > since;
  const rows = (await trail.list({ limit: 10 })).filter(newer);
  const intents = (await trail.list({ outcome: "intent", limit: 10 })).filter(newer);
  const [row, ...others] = rows;
  assert.equal(others.length, 0, "more than one row");
  const failed = answer.code === "invalid" ? "invalid" : "error";
  assert.equal(row?.outcome, answer.isError ? failed : "ok");
  if (!sent) return;
  const [intent, ...more] = intents;
  assert.equal(more.length, 0);
  assert.equal(intent?.callId, row.callId);
  assert.ok((intent?.seq ?? Infinity) < row.seq, "the intent comes first");
}
