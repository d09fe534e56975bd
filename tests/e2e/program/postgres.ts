import assert from "node:assert/strict";
import { dirname } from "node:path";
import { runAsOwner, urlOf } from "../../auth/postgres.ts";
import { sharedPostgres as postgres } from "../../auth/shared_postgres.ts";
import { startFakePve } from "../../fake_pve.ts";
import { Folder } from "../../support/folder.ts";
import type { Form, Program } from "../../support/forms.ts";
import { freePort } from "../../support/port.ts";

/** The program on PostgreSQL by its address, and by its Unix socket. */
export async function usePostgres(t: Deno.TestContext, form: Form): Promise<void> {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const server = await postgres();
  const database = `form_${form.lock}`;
  await runAsOwner(server, { database: "postgres", sql: `CREATE DATABASE ${database}` });
  await folder.write("ca.pem", pve.caPem);
  const installOn = async (name: string, host: string): Promise<Program> => {
    await folder.write(`${name}-url`, urlOf({ host, port: server.port }, { database }));
    await folder.write(`${name}.json`, {
      proxmox: { host: pve.host, port: pve.port, ca_file: "ca.pem" },
      auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
      server: { port: freePort(), require_lock: true },
      database: { url_file: `${name}-url` },
    });
    const program = await form.install({ folder: folder.path, config: `${name}.json` });
    return {
      ...program,
      run: async (args) => {
        const result = await program.run(args, { PGHOST: "192.0.2.1", PGUSER: "nobody" });
        assert.match(`${result.status}`, /^[01]$/, result.err);
        return result;
      },
    };
  };

  await t.step("migrates, makes users and tokens, serves and checks on PostgreSQL", async () => {
    const program = await installOn("address", server.host);
    const early = await program.run(["user", "list"]);
    assert.match(early.err, /^proxmox-mcp: Cannot use the database: .*run `.+ migrate`$/);
    const migrated = await program.run(["migrate"]);
    assert.match(migrated.out, /schema version 0 -> \d+$/, migrated.err);
    await program.run(["user", "create", "ayse", "--superuser"]);
    const create = ["token", "create", "--user", "ayse", "--name", "x", "--permission", "read"];
    const { out: token } = await program.run(create);
    await using running = await program.start({ PGHOST: "192.0.2.1", PGUSER: "nobody" });
    assert.ok(running.lines.includes(`  lock     locked (${form.lock})`), running.lines.join("\n"));
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
    assert.match((await program.run(["check"])).out, /^ok {4}tokens {4}1 of 1 are active$/m);
  });

  await t.step("reaches PostgreSQL through its Unix socket", async () => {
    const program = await installOn("socket", encodeURIComponent(dirname(server.real.caFile)));
    await using running = await program.start();
    assert.ok(running.lines.includes(`  lock     locked (${form.lock})`), running.lines.join("\n"));
    const { out } = await program.run(["check"]);
    assert.match(out, /^ok {4}store {5}postgres:.* schema up to date$/m);
  });
}
