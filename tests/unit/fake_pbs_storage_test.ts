import assert from "node:assert/strict";
import { type FakePbs, startFakePbs } from "../fake_pbs.ts";
import { type FakePve, startFakePve, type TokenKind } from "../fake_pve.ts";
import { Site } from "../site.ts";

interface Both {
  pbs: FakePbs;
  pve: FakePve;
  [Symbol.asyncDispose](): Promise<void>;
}

async function startBoth(): Promise<Both> {
  const pbs = await startFakePbs();
  const pve = await startFakePve({ backupServer: pbs, taskPolls: 0 });
  return {
    pbs,
    pve,
    async [Symbol.asyncDispose]() {
      await pve.close();
      await pbs.close();
    },
  };
}

interface Asking {
  as?: TokenKind;
  body?: Record<string, unknown>;
}

async function ask(pve: FakePve, line: string, { as = "full", body }: Asking = {}) {
  const [method = "GET", path = "/"] = line.split(" ");
  const { name, user, value } = pve.tokenFor(as);
  const client = Deno.createHttpClient({ caCerts: [pve.caPem] });
  const response = await fetch(`${pve.url}/api2/json${path}`, {
    client,
    method,
    headers: {
      authorization: `PVEAPIToken=${user}!${name}=${value}`,
      "content-type": "application/json",
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const { data, message } = await response.json();
  client.close();
  return { status: response.status, data, message };
}

const content = "GET /nodes/pve1/storage/pbs1/content?content=backup";

Deno.test("a backup server is a storage that names it", async () => {
  await using both = await startBoth();
  const { pbs, pve } = both;
  const { data } = await ask(pve, "GET /storage/pbs1");
  assert.deepEqual({ ...data, digest: undefined }, {
    storage: "pbs1",
    type: "pbs",
    shared: 1,
    content: "backup",
    server: "127.0.0.1",
    port: pbs.port,
    datastore: "store1",
    username: "pve@pbs!pve",
    fingerprint: pbs.fingerprint,
    "prune-backups": "keep-all=1",
    digest: undefined,
  });
  const { data: identity } = await ask(pve, "GET /nodes/pve2/storage/pbs1/identity");
  assert.deepEqual(identity, { type: "pbs", id: pbs.state.instanceId });
});

Deno.test("its content is what the server has at that moment, as the storage tells it", async () => {
  await using both = await startBoth();
  const { pbs, pve } = both;
  const { data: before } = await ask(pve, content);
  const ids = new Set(before.map((one: { vmid: number }) => one.vmid));
  assert.deepEqual([...ids].sort(), [100, 101, 102, 110, 150, 200, 201]);
  const of = (vmid: number) => before.filter((one: { vmid: number }) => one.vmid === vmid);
  assert.equal(of(201).find((one: { size: number }) => one.size === 1)?.format, "pbs-ct");
  assert.ok(
    of(101).some((one: { verification?: { state: string } }) =>
      one.verification?.state === "failed"
    ),
  );
  assert.ok(of(110).every((one: { encrypted?: string }) => /^d1:e3:/.test(one.encrypted ?? "")));
  const [kept] = of(150).filter((one: { protected?: number }) => one.protected === 1);
  assert.equal(kept.notes, "before upgrade");
  const { data: whole } = await ask(
    pve,
    `GET /nodes/pve1/storage/pbs1/content/${encodeURIComponent(kept.volid)}`,
  );
  assert.equal(whole.notes, "before upgrade\nsecond line");
  pbs.takeBackup({ store: "store1", type: "vm", id: "120", owner: "pve@pbs!pve" });
  const { data: after } = await ask(pve, content);
  assert.equal(after.length, before.length + 1);
});

Deno.test("the content leaves out what one may not back up, without a word", async () => {
  await using both = await startBoth();
  const { status, data } = await ask(both.pve, content, { as: "auditor" });
  assert.deepEqual([status, data], [200, []]);
});

Deno.test("a backup to it is made there, and its deletion takes it away there", async () => {
  await using both = await startBoth();
  const { pbs, pve } = both;
  const count = () =>
    pbs.state.datastores.get("store1")?.groups.find((one) => one.id === "100" && one.ns === "")
      ?.snapshots.length;
  const before = count() ?? 0;
  await ask(pve, "POST /nodes/pve1/vzdump", { body: { vmid: "100", storage: "pbs1" } });
  assert.equal(count(), before + 1);
  const { data } = await ask(pve, `${content}&vmid=100`);
  const { volid } = data.at(-1);
  await ask(pve, `DELETE /nodes/pve1/storage/pbs1/content/${encodeURIComponent(volid)}`);
  assert.equal(count(), before);
});

Deno.test("a guest is restored from it, unless its backup is encrypted or damaged", async () => {
  await using both = await startBoth();
  const { pve } = both;
  const { data } = await ask(pve, content);
  const newest = (vmid: number) =>
    data.filter((one: { vmid: number }) => one.vmid === vmid)
      .sort((a: { ctime: number }, b: { ctime: number }) => b.ctime - a.ctime)[0].volid;
  const restore = async (vmid: number, archive: string) => {
    const body = { vmid, archive, storage: "local-lvm", unique: true };
    await ask(pve, "POST /nodes/pve1/qemu", { body });
    return pve.state.tasks.at(-1)?.exitstatus;
  };
  assert.equal(await restore(500, newest(100)), "OK");
  assert.equal(pve.state.guests.get(500)?.config.name, "web1");
  assert.match(String(await restore(501, newest(110))), /missing key/);
  assert.match(String(await restore(502, newest(101))), /wrong digest/);
});

Deno.test("a rehearsal restores the newest backup on it that is good", async () => {
  await using pbs = await startFakePbs();
  await using site = await Site.start({
    pve: { backupServer: pbs, taskPolls: 0 },
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 10))),
  });
  const { value: web, text } = await site.call("rehearse_restore", { vmid: 100 });
  assert.equal(web?.result, "proved", text);
  assert.match(web.volid, /^pbs1:backup\/vm\/100\//);
  const { value: db } = await site.call("rehearse_restore", { vmid: 101 });
  const snapshots = pbs.state.datastores.get("store1")?.groups.find((one) => one.id === "101")
    ?.snapshots.filter((one) => !one.damaged);
  assert.equal(Date.parse(db?.archive_time) / 1000, snapshots?.at(-1)?.time);
});

Deno.test("a storage whose server is down is not active, and its content is an error", async () => {
  await using both = await startBoth();
  const { pbs, pve } = both;
  await pbs.unplug();
  const { data } = await ask(pve, "GET /nodes/pve1/storage?storage=pbs1");
  assert.equal(data[0].active, 0);
  const { status, message } = await ask(pve, content);
  assert.equal(status, 500);
  assert.match(message, /Can't connect to 127\.0\.0\.1:\d+/);
});
