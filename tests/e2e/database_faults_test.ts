import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Site } from "../site.ts";
import { until } from "../support/until.ts";

/** Something that goes wrong with the database's file; the function that it returns ends it. */
type Begin = (site: Site, file: string) => Promise<() => Promise<void>>;

const FAULTS: Readonly<Record<string, { begin: Begin; says: RegExp }>> = {
  "its disk is full": { begin: fill, says: /the disk is full; free some space/ },
  "its file was removed": {
    begin: async (_site, file) => {
      await Deno.rename(file, `${file}.old`);
      return () => Deno.rename(`${file}.old`, file);
    },
    says: /The service is not available/,
  },
  "its file was replaced": {
    begin: async (_site, file) => {
      await Deno.copyFile(file, `${file}.new`);
      await Deno.rename(file, `${file}.old`);
      await Deno.rename(`${file}.new`, file);
      return () => Deno.rename(`${file}.old`, file);
    },
    says: /The service is not available/,
  },
  "its write-ahead log was removed": {
    begin: async (_site, file) => {
      await Deno.rename(`${file}-wal`, `${file}.log`);
      return () => Deno.rename(`${file}.log`, `${file}-wal`);
    },
    says: /The service is not available/,
  },
  "its write-ahead log is another one": {
    begin: async (_site, file) => {
      await Deno.rename(`${file}-wal`, `${file}.log`);
      await Deno.rename(`${file}-shm`, `${file}.index`);
      new DatabaseSync(file).close();
      return async () => {
        await Deno.rename(`${file}.log`, `${file}-wal`);
        await Deno.rename(`${file}.index`, `${file}-shm`);
      };
    },
    says: /The service is not available/,
  },
  "another process holds it": {
    begin: (_site, file) => {
      const other = new DatabaseSync(file);
      other.exec("BEGIN IMMEDIATE");
      return Promise.resolve(() => Promise.resolve(other.close()));
    },
    says: /another process holds it; try again/,
  },
};

/** Lets the file grow no more, and writes rows until it is full. */
async function fill(site: Site): Promise<() => Promise<void>> {
  const limit = (pages: number) =>
    site.database.transaction((tx) => tx.all(`PRAGMA max_page_count = ${pages}`));
  await limit(1);
  while (!(await site.call("get_nodes")).isError);
  return async () => void await limit(1_000_000);
}

Deno.test("a database that cannot be used answers nothing, changes nothing and loses no row", async (t) => {
  await using site = await Site.start();
  for (const [name, { begin, says }] of Object.entries(FAULTS)) {
    await t.step(name, async () => {
      assert.equal((await site.call("get_nodes")).isError, false);
      const sent = site.fake.requests.length;
      const end = await begin(site, `${site.folder}/test.db`);
      const told: string[] = [];
      try {
        const answers = await Promise.all([
          site.post({ method: "tools/call", params: { name: "get_vms" } }),
          site.post({
            method: "tools/call",
            params: { name: "start_vm", arguments: { vmid: 101 } },
          }),
        ]);
        for (const { json } of answers) {
          assert.equal(json.result?.structuredContent, undefined, "it was answered");
          told.push(json.error?.message ?? json.result.content[0].text);
        }
      } finally {
        await end();
      }
      assert.match(told.join("\n"), says);
      assert.ok(told.every((text) => !text.includes(site.folder)), told.join("\n"));
      const changes = site.fake.requests.slice(sent).filter(({ method }) => method !== "GET");
      assert.deepEqual(changes, []);
      const next = await site.call("get_nodes");
      assert.equal(next.isError, false, next.text);
      assert.equal((await site.trail.verify()).ok, true);
    });
  }
});

Deno.test("what came of a change is kept until it can be written, whatever the database says meanwhile", async () => {
  await using site = await Site.start();
  site.fake.state.taskPolls = Infinity;
  const starting = site.call("start_vm", { vmid: 101 });
  await until(() => site.fake.requests.some(({ path }) => /\/tasks\/.*\/status$/.test(path)));
  const rename = (from: string, to: string) =>
    site.database.write(`ALTER TABLE ${from} RENAME TO ${to}`);
  await rename("proxmox_mcp_audit", "put_away");
  site.fake.finishTasks();
  assert.match((await starting).text, /could not be kept \(.*\); it was carried out/);
  const sent = site.fake.requests.length;
  assert.match((await site.call("get_nodes")).text, /its schema is not there/);
  assert.equal(site.fake.requests.length, sent, "nothing is read that nothing tells of");
  assert.ok(site.lines.some((line) => /they wait for the database \(.*schema/.test(line)));
  await rename("put_away", "proxmox_mcp_audit");
  assert.equal((await site.call("get_nodes")).isError, false);
  const rows = await site.trail.list({ tool: "start_vm" });
  assert.deepEqual(rows.map(({ outcome, vmids }) => [outcome, vmids]), [["ok", [101]]]);
  assert.equal((await site.trail.verify()).ok, true);
});

Deno.test("once a database is found to be damaged no call is answered, whatever of it can still be read", async () => {
  await using site = await Site.start();
  assert.equal((await site.call("get_nodes")).isError, false);
  const file = `${site.folder}/test.db`;
  const other = new DatabaseSync(file);
  const [{ rootpage, size }] = other.prepare(
    `SELECT rootpage, page_size AS size FROM sqlite_schema, pragma_page_size()
      WHERE name = 'proxmox_mcp_running'`,
  ).all() as [{ rootpage: number; size: number }];
  other.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  other.close();
  const spoilt = await Deno.open(file, { write: true });
  await spoilt.seek((rootpage - 1) * size, Deno.SeekMode.Start);
  await spoilt.write(new Uint8Array(size).fill(7));
  spoilt.close();
  const found = await site.call("start_vm", { vmid: 101 });
  assert.match(found.text, /its file is damaged; restore it/);
  const sent = site.fake.requests.length;
  const { status } = await site.post({ method: "tools/call", params: { name: "get_nodes" } });
  assert.equal(status, 503);
  assert.equal(site.fake.requests.length, sent);
  await until(() => site.lines.some((line) => /is damaged; .* restart the server/.test(line)));
});
