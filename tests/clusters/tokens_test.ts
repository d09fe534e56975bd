import assert from "node:assert/strict";
import { cli } from "../support/cli.ts";

const AUTH = { user: "a@pve", token_name: "t", token_value: "00000000-0000" };

Deno.test("a token is limited to clusters, is shown with them, and the limit can be taken away", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/config.json`;
  const cluster = (host: string) => ({ proxmox: { host }, auth: AUTH });
  const clusters = { home: cluster("127.0.0.1"), dc2: cluster("127.0.0.2") };
  const database = { url: `sqlite:${folder}/test.db` };
  await Deno.writeTextFile(file, JSON.stringify({ clusters, database }));
  const run = (...args: string[]) => cli([...args, "--config", file]);
  await run("migrate");
  await run("user", "create", "ayse", "--superuser");
  const create = ["token", "create", "--user", "ayse", "--name", "x", "--permission", "read"];
  const refused = await run(...create, "--cluster", "home,dc3");
  assert.equal(refused.status, 2);
  assert.match(refused.err, /Cannot create token: .*no cluster dc3: did you mean dc2\?/);
  const made = await run(...create, "--cluster", "home", "--cluster", "dc2");
  assert.equal(made.status, 0, made.err);
  assert.match(made.err, /limits: cluster home,dc2/);
  assert.match((await run("token", "list")).out, /cluster home,dc2$/m);
  const [token] = JSON.parse((await run("token", "list", "--json")).out);
  assert.deepEqual(token.limits.clusters, ["home", "dc2"]);
  await run("token", "update", String(token.id), "--cluster", "dc2");
  assert.match((await run("token", "list")).out, /cluster dc2$/m);
  await run("token", "update", String(token.id), "--clear", "cluster");
  assert.doesNotMatch((await run("token", "list")).out, /cluster/);
  const rows = await run("audit", "list", "--cluster", "dc2");
  assert.deepEqual([rows.status, /token create/.test(rows.out)], [0, false], rows.err);
  const unknown = await run("audit", "list", "--cluster", "dc3");
  assert.equal(unknown.status, 2);
  assert.match(
    unknown.err,
    /Cannot list calls: the config names no cluster dc3: did you mean dc2\?/,
  );
  await Deno.remove(folder, { recursive: true });
});
