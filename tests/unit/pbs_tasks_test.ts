import assert from "node:assert/strict";
import { AppError } from "../../lib/errors.ts";
import { inflated } from "../../lib/pbs/api/inflate.ts";
import { readBounded } from "../../lib/upstream/body.ts";
import { CallsBackupServers } from "../../lib/pbs/call.ts";
import { grantsOf, mayAt, mayWithin } from "../../lib/pbs/grants.ts";
import { parsePbsUpid } from "../../lib/pbs/upid.ts";
import { Changing } from "../../lib/proxmox/changing.ts";
import { Planning } from "../../lib/proxmox/planning.ts";
import { Touched } from "../../lib/proxmox/touched.ts";
import { apiPath } from "../../lib/upstream/path.ts";
import { startFakePbs } from "../fake_pbs.ts";
import { callOf, connect, sectionOf } from "../pbs_site.ts";

const MIB = 1024 * 1024;
const unreadable = () => new Error("cannot be unpacked");

Deno.test("parsePbsUpid tells when a backup server's task began and whose it is", () => {
  for (const about of ["verificationjob:store1\\x3av\\x2ddaily", "logrotate:"]) {
    assert.deepEqual(
      parsePbsUpid(`UPID:vm:000066B6:000AC821:0000002C:6B083D90:${about}:root@pam!full:`),
      { startTime: new Date(0x6B083D90 * 1000), user: "root@pam!full" },
    );
  }
  const wrong = [
    "UPID:pve1:0000C530:001C9BEC:5D5AA7B6:vzdump:101:root@pam:",
    "UPID:vm:000066B6:000AC821:0000002C:6B083D90:prune:a/b:root@pam!full:",
    "",
  ];
  for (const text of wrong) {
    assert.throws(() => parsePbsUpid(text), (error: AppError) => error.code === "invalid");
  }
});

Deno.test("a change's task is followed to its end, with the end of its log", async () => {
  await using fake = await startFakePbs();
  const servers = await connect({ pbs1: sectionOf(fake) });
  const call = callOf();
  const pbs = new CallsBackupServers(servers, call).of("pbs1");
  const upid = await pbs.post("/admin/datastore/{store}/verify", { store: "store1" }, {
    "backup-type": "vm",
    "backup-id": "101",
  });
  assert.deepEqual(call.sent, ["POST pbs1:/admin/datastore/store1/verify 101"]);
  const state = await pbs.task(upid, { timeoutMs: 10_000 });
  assert.deepEqual([state.status, state.exit_status], ["stopped", "OK"]);
  assert.match(state.log_tail.at(-1) ?? "", /TASK OK$/);
  servers.close();
});

Deno.test("a task that never was is no success: its end is unknown", async () => {
  await using fake = await startFakePbs();
  const servers = await connect({ pbs1: sectionOf(fake) });
  const pbs = new CallsBackupServers(servers, callOf()).of("pbs1");
  const never = "UPID:pbs:000066B6:000AC821:0000002C:5B083D90:verify:store1:root@pam!full:";
  await assert.rejects(pbs.task(never), (error: AppError) => {
    assert.equal(error.code, "unavailable");
    assert.match(
      error.message,
      /backup server pbs1 does not know how the task ended, or never had/,
    );
    return true;
  });
  servers.close();
});

Deno.test("a task whose state is not told has an end that is unknown, and does not go on", async () => {
  await using fake = await startFakePbs();
  const servers = await connect({ pbs1: sectionOf(fake) });
  const pbs = new CallsBackupServers(servers, callOf()).of("pbs1");
  const upid = await pbs.post("/admin/datastore/{store}/gc", { store: "store1" });
  const odd = { kind: "body", body: '{"data":{"status":"novel"}}' } as const;
  fake.fault({ path: /\/status$/ }, odd, { times: Infinity });
  await assert.rejects(pbs.task(upid), {
    code: "unavailable",
    message: /its end is unknown: .* does not tell whether the task has ended/,
  });
  servers.close();
});

Deno.test("what is not permitted, or not written down as intended, is not sent", async () => {
  await using fake = await startFakePbs();
  const servers = await connect({ pbs1: sectionOf(fake) });
  const order: string[] = [];
  const changing = (permit: () => Promise<boolean>, announce: () => Promise<boolean>) => {
    const touched = new Touched(
      async () => await permit() && await announce(),
      async () => void await permit(),
    );
    const shared = {
      client: null as never,
      personal: false,
      share: null as never,
      seen: () => [],
    };
    const { signal } = new AbortController();
    return new Changing({
      shared,
      touched,
      holds: { assure: () => Promise.resolve() },
      planning: new Planning({ dryRun: false }),
      call: {
        caller: "token 1",
        dryRun: false,
        signal,
        sharing: undefined,
      },
      explained: (error) => Promise.resolve(error),
    });
  };
  const collect = (by: Changing) => {
    const call = {
      ...callOf(),
      elsewhere: by.elsewhere.bind(by),
    };
    const pbs = new CallsBackupServers(servers, call).of("pbs1");
    return pbs.post("/admin/datastore/{store}/gc", { store: "store1" });
  };
  const note = (what: string) => () => {
    order.push(`${what} after ${fake.requests.length} requests`);
    return Promise.resolve(true);
  };
  const refuse = () => Promise.reject(new AppError("forbidden", "halted"));
  await assert.rejects(collect(changing(refuse, note("announced"))), /halted/);
  await assert.rejects(collect(changing(note("permitted"), refuse)), /halted/);
  assert.deepEqual(fake.requests, []);
  order.length = 0;
  const able = changing(note("permitted"), note("announced"));
  assert.match(String(await collect(able)), /^UPID:/);
  assert.deepEqual(order, ["permitted after 0 requests", "announced after 0 requests"]);
  assert.match(able.upid ?? "", /:garbage_collection:store1:/);
  servers.close();
});

Deno.test("a dry run sends nothing", async () => {
  await using fake = await startFakePbs();
  const servers = await connect({ pbs1: sectionOf(fake) });
  const call = callOf({ dryRun: true });
  const pbs = new CallsBackupServers(servers, call).of("pbs1");
  const groups = apiPath("/admin/datastore/{store}/groups", { store: "store1" });
  const upid = await pbs.call("DELETE", groups, { "backup-type": "vm", "backup-id": "101" });
  assert.equal((await pbs.task(upid)).status, "running");
  assert.deepEqual(call.sent, ["DELETE pbs1:/admin/datastore/store1/groups 101"]);
  assert.deepEqual(fake.requests, []);
  servers.close();
});

Deno.test("inflated unpacks deflate, with zlib's frame and without", async () => {
  for (const format of ["deflate", "deflate-raw"] as const) {
    const packed = new Blob(['{"data":1}']).stream().pipeThrough(new CompressionStream(format));
    const response = new Response(packed, { headers: { "content-encoding": "deflate" } });
    assert.deepEqual(await (await inflated(response, unreadable)).json(), { data: 1 });
  }
  assert.equal(await (await inflated(new Response("plain"), unreadable)).text(), "plain");
});

/** A body that says it is packed. */
function packed(body: BodyInit): Response {
  return new Response(body, { headers: { "content-encoding": "deflate" } });
}

Deno.test("inflated unpacks no more than is read, however much a body stands for", async () => {
  const spaces = new Blob([new Uint8Array(200 * MIB).fill(32)]).stream();
  const bomb = await new Response(spaces.pipeThrough(new CompressionStream("deflate"))).bytes();
  const before = Deno.memoryUsage().rss;
  const response = await inflated(packed(bomb), unreadable);
  await assert.rejects(readBounded(response, () => new Error("too large")), /too large/);
  const grown = Math.round((Deno.memoryUsage().rss - before) / MIB);
  assert.ok(grown < 60, `${grown} MiB`);
});

Deno.test("a body that cannot be unpacked is told as that, a connection that breaks as what it is", async () => {
  const told = (response: Promise<Response>) => response.then((each) => each.text());
  await assert.rejects(told(inflated(packed("hello"), unreadable)), /cannot be unpacked/);
  let pulled = 0;
  const breaking = new ReadableStream({
    pull: (controller) =>
      pulled++ === 0
        ? controller.enqueue(new Uint8Array([0x78, 0x9c]))
        : controller.error(new Error("reset")),
  }, { highWaterMark: 0 });
  await assert.rejects(told(inflated(packed(breaking), unreadable)), /reset/);
});

Deno.test("a role on a deeper path replaces those above it", () => {
  const grants = grantsOf({
    "/": { "Sys.Audit": true },
    "/remote": { "Remote.Audit": true },
    "/datastore/store1": { "Datastore.Audit": false },
  });
  assert.equal(mayAt(grants, "/system/tasks", "Sys.Audit"), true);
  assert.equal(mayAt(grants, "/remote/offsite", "Remote.Audit"), true);
  assert.equal(mayAt(grants, "/remote/offsite", "Sys.Audit"), false);
  assert.equal(mayAt(grants, "/datastore", "Datastore.Audit"), false);
  assert.equal(mayWithin(grants, "/datastore", "Datastore.Audit"), true);
  assert.equal(mayAt(grants, "/datastore/store1/ns", "Datastore.Audit"), false, "not propagated");
});
