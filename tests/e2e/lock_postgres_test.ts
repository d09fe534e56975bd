import assert from "node:assert/strict";
import { dirname } from "node:path";
import { permissionFlags } from "../../lib/cli/flags.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { runAsOwner, urlOf } from "../auth/postgres.ts";
import { sharedPostgres as postgres } from "../auth/shared_postgres.ts";
import { startFakePve } from "../fake_pve.ts";
import { spawnCli, startServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";

Deno.test("serve on PostgreSQL is locked by its flags, in a process and in a worker", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const server = await postgres();
  const database = server.real === null ? "postgres" : "locked";
  if (server.real !== null) {
    await runAsOwner(server, { database: "postgres", sql: "CREATE DATABASE locked" });
  }
  await folder.write("ca.pem", pve.caPem);
  await folder.write("database", urlOf(server, { database }));
  const config = await folder.write("config.json", {
    proxmox: { host: pve.host, port: pve.port, ca_file: "ca.pem" },
    auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
    server: { port: 0, require_lock: true },
    database: { url_file: "database" },
  });
  const flags = permissionFlags(await loadConfig({ file: config, env: () => undefined }));
  const locked = (args: readonly string[]) =>
    spawnCli([...args, "--config", config], {
      flags,
      env: { PGHOST: "192.0.2.1", PGUSER: "nobody" },
    });

  const early = await locked(["serve"]);
  assert.equal(early.status, 1);
  assert.match(
    early.err,
    /^proxmox-mcp: Cannot use the database: .*run `deno run -A main\.ts migrate`$/,
  );
  const migrated = await locked(["migrate"]);
  assert.match(migrated.out, /schema version 0 -> \d+$/, migrated.err);
  assert.equal((await locked(["user", "create", "ayse", "--superuser"])).status, 0);
  const create = ["token", "create", "--user", "ayse", "--name", "x", "--permission", "read"];
  const token = (await locked(create)).out;

  for (const [how, chosen] of [["flags", flags], ["worker", ["-A"]]] as const) {
    await using running = await startServe(["--config", config], { flags: chosen });
    assert.ok(running.lines.includes(`  lock     locked (${how})`), running.lines.join("\n"));
    const store = running.lines.find((line) => line.startsWith("  store")) ?? "";
    assert.match(store, /^ {2}store +postgres:\/\/\[redacted\]@127\.0\.0\.1:\d+\/\w+$/);
    const answer = await fetch(running.url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ method: "tools/call", params: { name: "get_nodes", arguments: {} } }),
    });
    const { result, error } = await answer.json();
    assert.equal(result?.isError ?? false, false, running.lines.join("\n"));
    assert.equal(error, undefined, running.lines.join("\n"));
    running.kill("SIGTERM");
    assert.equal((await running.status).code, 0);
  }
  const checked = await locked(["check"]);
  assert.match(checked.out, /^ok {4}lock {6}locked \(flags\)$/m);
  assert.match(checked.out, /^ok {4}tokens {4}1 of 1 are active$/m);
});

Deno.test({
  name: "migrate through a Unix socket needs that socket and no address",
  fn: async () => {
    await using folder = await Folder.make();
    const server = await postgres();
    await runAsOwner(server, { database: "postgres", sql: "CREATE DATABASE socketed" });
    const sockets = encodeURIComponent(dirname(server.real.caFile));
    const config = await folder.write("config.json", {
      proxmox: { host: "127.0.0.1" },
      auth: { user: "a@pve", token_name: "t", token_value: "x" },
      database: { url: urlOf({ host: sockets, port: server.port }, { database: "socketed" }) },
    });
    const flags = permissionFlags(await loadConfig({ file: config, env: () => undefined }));
    const socket = `unix:${decodeURIComponent(sockets)}/.s.PGSQL.${server.port}`;
    assert.ok(flags.includes(`--allow-net=127.0.0.1:8812,127.0.0.1:8006,${socket}`));
    const migrated = await spawnCli(["migrate", "--config", config], { flags });
    assert.match(migrated.out, /schema version 0 -> \d+$/, migrated.err);
    const checked = await spawnCli(["check", "--config", config], { flags });
    assert.match(checked.out, /^ok {4}store {5}postgres:.* schema up to date$/m);
    assert.match(checked.out, /^ok {4}lock {6}locked \(flags\)$/m);
  },
});
