import assert from "node:assert/strict";
import { isPbsKind, PbsError } from "../../lib/pbs/api/errors.ts";
import { CallsBackupServers } from "../../lib/pbs/call.ts";
import { PbsReader } from "../../lib/pbs/reader.ts";
import { AppError } from "../../lib/errors.ts";
import { type FakePbs, startFakePbs } from "../fake_pbs.ts";
import { callOf, connect, sectionOf } from "../pbs_site.ts";

type Options = NonNullable<Parameters<typeof sectionOf>[1]>;

async function withPbs(
  options: Options,
  use: (pbs: ReturnType<CallsBackupServers["of"]>, fake: FakePbs) => Promise<void>,
): Promise<void> {
  await using fake = await startFakePbs();
  const servers = await connect({ pbs1: sectionOf(fake, options) });
  try {
    await use(new CallsBackupServers(servers, callOf()).of("pbs1"), fake);
  } finally {
    servers.close();
  }
}

async function failure(work: Promise<unknown>): Promise<PbsError> {
  const error = await work.then(() => null, (error) => error);
  assert.ok(error instanceof PbsError, `${error}`);
  return error;
}

Deno.test("a backup server is read with its own form of token, over a pinned certificate", () =>
  withPbs({}, async (pbs, fake) => {
    assert.equal((await pbs.get("/version")).version, "4.2");
    const stores = await pbs.list("/admin/datastore");
    assert.ok(stores.length > 0);
    assert.ok(fake.requests.every(({ authorized }) => authorized));
  }));

Deno.test("a CA file is trusted for a name that is in the certificate", async () => {
  await using fake = await startFakePbs();
  const ca_file = await Deno.makeTempFile();
  await Deno.writeTextFile(ca_file, fake.caPem);
  const servers = await connect({ pbs1: sectionOf(fake, { fingerprint: null, ca_file }) });
  const { signal } = new AbortController();
  const reader = new PbsReader(servers.get("pbs1")!.client, { signal });
  assert.equal((await reader.get("/version")).version, "4.2");
  assert.ok((await reader.list("/admin/datastore")).length > 0);
  servers.close();
  await Deno.remove(ca_file);
});

Deno.test("another certificate than the pinned one is told, and nothing is sent", () =>
  withPbs({ fingerprint: "ab".repeat(32) }, async (pbs, fake) => {
    const error = await failure(pbs.post("/admin/datastore/{store}/gc", { store: "store1" }));
    assert.equal(error.kind, "untrusted");
    assert.match(
      error.message,
      /^cannot trust the certificate of backup server pbs1 at 127.* backup_servers\.pbs1\.fingerprint/,
    );
    assert.deepEqual(fake.requests, []);
  }));

Deno.test("a rejected token is told apart from a right that it lacks, though both are 401", async () => {
  await withPbs({ token_value: "wrong/secret" }, async (pbs) => {
    const error = await failure(pbs.get("/version"));
    assert.equal(error.kind, "token_rejected");
    assert.match(error.message, /^backup server pbs1 rejected the API token root@pam!\S+; check/);
    assert.doesNotMatch(error.message, /wrong/);
  });
  await withPbs({ as: "backup" }, async (pbs, fake) => {
    const said =
      "a@pbs!bk does not have permission to change owner of backup group 'vm/1' to b@pbs";
    fake.failNext({}, 401, said);
    const error = await failure(pbs.list("/admin/datastore"));
    assert.deepEqual([error.kind, error.code], ["denied", "forbidden"]);
  });
});

Deno.test("each form of a lack of rights is forbidden, and names what is lacking where that is said", () =>
  withPbs({ as: "none" }, async (pbs, fake) => {
    const forms: [number, string, RegExp][] = [
      [
        403,
        "permission check failed",
        /refused the API token nobody@pbs!\S+: permission check failed/,
      ],
      [
        403,
        "permission check failed - missing Datastore.Modify|Datastore.Prune on /datastore/store1",
        /lacks the privilege Datastore\.Modify or Datastore\.Prune on \/datastore\/store1/,
      ],
      [
        400,
        "missing permissions 'Datastore.Verify' on '/datastore/store1'",
        /lacks the privilege Datastore\.Verify on \/datastore\/store1/,
      ],
      [400, "task access not allowed", /tasks of others need Sys\.Audit on \/system\/tasks/],
      [400, "not allowed to list permissions of a@pbs!ro", /not allowed to list/],
      [400, "backup owner check failed (a@pbs!bk != root@pam!full)", /belongs to another token/],
      [400, "API tokens cannot access this API endpoint", /API tokens cannot/],
    ];
    for (const [status, said, shown] of forms) {
      fake.failNext({}, status, said);
      const error = await failure(pbs.list("/admin/datastore"));
      assert.deepEqual([error.kind, error.code, error.reason], ["denied", "forbidden", said]);
      assert.match(error.message, shown);
    }
    // As the simulated server refuses it by itself.
    const refused = await failure(
      pbs.list("/admin/datastore/{store}/snapshots", { store: "store1" }),
    );
    assert.match(refused.message, /lacks the privilege Datastore\.Audit or Datastore\.Backup on/);
  }));

Deno.test("what fails with status 400 has its kind by what was recorded", () =>
  withPbs({}, async (pbs, fake) => {
    const said: [string, string, string][] = [
      ["no such datastore 'x1'", "missing", "not_found"],
      ["ENOENT: No such file or directory", "missing", "not_found"],
      [
        `unable to load blob '"/mnt/ds1/vm/1/2026-11-26T14:10:48Z/index.json.blob"' - No such file or directory (os error 2)`,
        "missing",
        "not_found",
      ],
      ['read dir "/mnt/ds1/vm/999" - ENOENT: No such file or directory', "missing", "not_found"],
      [
        'unable to open chunk store at "/mnt/ds2/.chunks" - No such file or directory (os error 2)',
        "store_away",
        "unavailable",
      ],
      [
        "datastore 'store2' is unavailable: offline maintenance mode: disk swap",
        "offline",
        "unavailable",
      ],
      ["failed to delete snapshot - cannot remove protected snapshot", "protected", "conflict"],
      ["client error (Connect)", "daemon_away", "unavailable"],
      [
        "parameter verification failed - 'name': datastore 'store1' already exists.",
        "exists",
        "conflict",
      ],
      [
        "parameter verification failed:\n- 'backup-id': property is missing and it is not optional\n- 'x': schema does not allow additional properties.",
        "invalid_parameters",
        "invalid",
      ],
      [
        "unknown variant `qemu`, expected one of `vm`, `ct`, `host`",
        "invalid_parameters",
        "invalid",
      ],
      ["datastore 'usb1' is not mounted", "store_away", "unavailable"],
      ["datastore 'x1' is unavailable: datastore is being deleted", "offline", "unavailable"],
      ["datastore 'x1' is in read-only maintenance mode: move", "offline", "unavailable"],
      ["something new", "other", "internal"],
    ];
    for (const [text, kind, code] of said) {
      fake.failNext({}, 400, text);
      const error = await failure(pbs.list("/admin/datastore"));
      assert.deepEqual([error.kind, error.code], [kind, code], text);
      assert.doesNotMatch(error.message, /\n/);
    }
    fake.failNext({}, 400, said[9]?.[0] ?? "");
    const { errors } = await failure(pbs.list("/admin/datastore"));
    assert.deepEqual(Object.keys(errors), ["backup-id", "x"]);
  }));

Deno.test("GET and DELETE send a query and no body, POST and PUT a body of true types and no query", () =>
  withPbs({}, async (pbs, fake) => {
    const backup = { "backup-type": "vm", "backup-id": "101" } as const;
    const rows = await pbs.list("/admin/datastore/{store}/snapshots", { store: "store1" }, backup);
    assert.ok(rows.length > 0);
    assert.ok(rows.every((row) => row["backup-id"] === "101"), "the filter was not read");
    await pbs.page("/nodes/{node}/tasks", { node: "localhost" }, {
      statusfilter: ["ok", "error"],
      limit: 5,
    });
    await pbs.post("/admin/datastore/{store}/prune", { store: "store1" }, {
      ...backup,
      "keep-last": 1,
      "dry-run": true,
    });
    const [read, , prune] = fake.requests;
    assert.deepEqual(read?.query, { ...backup });
    assert.deepEqual(prune?.query, {});
    assert.deepEqual(prune?.body, { ...backup, "keep-last": 1, "dry-run": true });
  }));

Deno.test("a change is sent once; what it came to is unknown when no answer comes", () =>
  withPbs({ timeout_seconds: 0.3 }, async (pbs, fake) => {
    fake.fault({ method: "POST" }, { kind: "hang" });
    const late = await failure(pbs.post("/admin/datastore/{store}/gc", { store: "store1" }));
    assert.deepEqual([late.kind, late.code], ["no_answer", "timeout"]);
    assert.match(late.message, /within 0\.3 s; whether the change was made is unknown/);
    fake.fault({ method: "POST" }, { kind: "drop" });
    const broken = await failure(pbs.post("/admin/datastore/{store}/gc", { store: "store1" }));
    assert.match(broken.message, /whether the change was made is unknown/);
    assert.equal(fake.requests.filter(({ method }) => method === "POST").length, 2);
  }));

Deno.test("a read is tried again after a broken connection, at most twice", () =>
  withPbs({}, async (pbs, fake) => {
    fake.fault({ path: /version/ }, { kind: "drop_before" }, { times: 2 });
    assert.equal((await pbs.get("/version")).version, "4.2");
  }));

Deno.test("an answer that is cut off or no JSON is told as such", () =>
  withPbs({}, async (pbs, fake) => {
    fake.fault({}, { kind: "body", body: '{"data":[' });
    const error = await failure(pbs.list("/admin/datastore"));
    assert.equal(error.kind, "garbled");
  }));

Deno.test("a server that is silent three times is not asked for a while, and delays no other", async () => {
  await using dead = await startFakePbs();
  await using alive = await startFakePbs();
  const servers = await connect({ dead: sectionOf(dead), alive: sectionOf(alive) });
  await dead.unplug();
  const call = new CallsBackupServers(servers, callOf());
  const first = await call.readEach((reader) => reader.get("/version"));
  assert.deepEqual(first.results.map(({ server }) => server), ["alive"]);
  assert.deepEqual(first.failures.map(({ server }) => server), ["dead"]);
  await call.readEach((reader) => reader.get("/version"));
  await call.readEach((reader) => reader.get("/version"));
  const [last] = (await call.readEach((reader) => reader.get("/version"))).failures;
  assert.ok(isPbsKind(last?.error, "away"), String(last?.error));
  assert.match(last.error.message, /^backup server dead does not answer \(3 failures in a row\)/);
  servers.close();
});

Deno.test("an unknown backup server is not found, and the near one is named", async () => {
  await using fake = await startFakePbs({ empty: true });
  const servers = await connect({ pbs1: sectionOf(fake) });
  const call = new CallsBackupServers(servers, callOf());
  assert.throws(() => call.of("psb1"), (error: AppError) => {
    assert.equal(error.code, "not_found");
    assert.match(error.message, /did you mean pbs1\?/);
    return true;
  });
  assert.throws(() => call.of("constructor"), /no backup server/);
  servers.close();
});

/** Never run: it must not compile, or not stop compiling, without these. */
export function typed(pbs: ReturnType<CallsBackupServers["of"]>) {
  // @ts-expect-error no such path
  pbs.get("/admin/datastores");
  // @ts-expect-error no such parameter
  pbs.list("/admin/datastore/{store}/snapshots", { store: "a" }, { nonsense: 1 });
  // @ts-expect-error a boolean is not 1
  pbs.post("/admin/datastore/{store}/prune", { store: "a" }, { "dry-run": 1 });
}
