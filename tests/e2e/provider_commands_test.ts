import assert from "node:assert/strict";
import { AccountStore } from "../../lib/auth/account_store.ts";
import { AuditTrail } from "../../lib/audit/trail.ts";
import { openDatabase } from "../../lib/database/open.ts";
import { startFakePve } from "../fake_pve.ts";
import { cli, startServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";
import { IdentityProvider } from "../support/identity_provider.ts";
import { AUDIENCE, PUBLIC_URL, startProvided, statusOf } from "../support/provided_site.ts";
import { freePort } from "../support/port.ts";

interface Finding {
  readonly name: string;
  readonly state: string;
  readonly message: string;
}

Deno.test("users are linked, listed, unlinked and clients readmitted by command, each with its rows", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const file = JSON.parse(await Deno.readTextFile(`${site.folder}/config.json`));
  file.database = { url: `sqlite:${site.folder}/test.db` };
  const config = `${site.folder}/config.json`;
  await Deno.writeTextFile(config, JSON.stringify(file));
  const run = (...args: string[]) => cli([...args, "--config", config]);
  const ok = async (...args: string[]) => {
    const { status, out, err } = await run(...args);
    assert.equal(status, 0, err);
    return out;
  };
  const { access_token: token } = await provider.signIn({ subject: "s-9" });
  await ok("user", "create", "ayse", "--role", "Viewer");
  const unknown = await run("user", "link", "aysa", "--subject", "s-9");
  assert.deepEqual([unknown.status, /there is no user aysa.*ayse/.test(unknown.err)], [2, true]);
  const { issuer } = provider;
  assert.equal(
    await ok("user", "link", "ayse", "--subject", "s-9"),
    `linked user ayse to s-9 at ${issuer}`,
  );
  const again = await run("user", "link", "ada", "--subject", "s-9");
  assert.deepEqual([again.status, again.err], [
    1,
    `proxmox-mcp: Cannot link ada to s-9 at ${issuer}: that is ayse already`,
  ]);
  const linksOf = async (name: string) =>
    JSON.parse(await ok("user", "list", "--json"))
      .find((user: { name: string }) => user.name === name).links;
  assert.deepEqual(await linksOf("ayse"), [{ issuer, subject: "s-9", by_group: false }]);
  assert.deepEqual(await linksOf("ada"), []);
  assert.equal(await statusOf(site, token), 200);
  const id = (await site.store.listTokens()).at(-1)!.id;
  assert.match(await ok("token", "list"), /ayse +sign-in: assistant +user +active/);
  await ok("token", "revoke", String(id));
  assert.equal(await statusOf(site, token), 401);
  assert.equal(
    await ok("token", "readmit", String(id)),
    `the client of token ${id} is let in again with its next token`,
  );
  const twice = await run("token", "readmit", String(id));
  assert.equal(twice.status, 2);
  assert.match(twice.err, /it is no revoked sign-in of an identity provider/);
  assert.equal(await statusOf(site, token), 200);
  assert.equal(
    await ok("user", "unlink", "ayse"),
    `unlinked user ayse from ${issuer}; ended tokens ${id + 1}`,
  );
  assert.equal(await statusOf(site, token), 401);
  const none = await run("user", "unlink", "ayse");
  assert.deepEqual([none.status, /they are not linked/.test(none.err)], [2, true]);
  const rows = await site.trail.list({ outcome: "ok" });
  const commands = rows.filter(({ door }) => door === "command");
  assert.deepEqual(commands.map(({ tool }) => tool).reverse(), [
    "user create",
    "user link",
    "token revoke",
    "token readmit",
    "user unlink",
  ]);
  assert.deepEqual(JSON.parse(commands.at(-2)?.arguments ?? ""), {
    name: "ayse",
    issuer,
    subject: "s-9",
  });
});

Deno.test("a link needs to know the provider", async () => {
  await using folder = await Folder.make();
  const config = await folder.write("config.json", {
    proxmox: { host: "127.0.0.1" },
    auth: { user: "a@pve", token_name: "t", token_value_file: "token" },
  });
  for (const args of [["migrate"], ["user", "create", "ayse"]]) {
    assert.equal((await cli([...args, "--config", config])).status, 0);
  }
  const link = ["user", "link", "ayse", "--subject", "s", "--config", config];
  const refused = await cli(link);
  assert.deepEqual([refused.status, /name it with --issuer/.test(refused.err)], [2, true]);
  const linked = await cli([...link, "--issuer", "https://id.example"]);
  assert.deepEqual([linked.status, linked.out], [
    0,
    "linked user ayse to s at https://id.example",
  ]);
  const database = await openDatabase(`sqlite:${folder.at("proxmox-mcp.db")}`);
  try {
    assert.equal((await new AccountStore(database).listUsers()).length, 1);
    assert.equal((await new AuditTrail(database).list({ tool: "user link" })).length, 1);
  } finally {
    await database.close();
  }
});

Deno.test("check reads the provider's document and keys, and serve names it and locks for it", async (t) => {
  await using provider = await IdentityProvider.start({ audience: AUDIENCE });
  const pve = await startFakePve();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => pve.close());
  const folder = stack.use(await Folder.make());
  await folder.write("ca.pem", pve.caPem);
  await folder.write("token", pve.token.value);
  const configWith = (oauth: Record<string, unknown>) =>
    folder.write("config.json", {
      proxmox: { host: pve.host, port: pve.port, ca_file: "ca.pem" },
      auth: { user: pve.token.user, token_name: pve.token.name, token_value_file: "token" },
      server: { port: 0, public_url: PUBLIC_URL, oauth },
    });
  const check = async (oauth: Record<string, unknown>): Promise<Finding | undefined> => {
    const { out } = await cli(["check", "--json", "--config", await configWith(oauth)]);
    return JSON.parse(out).findings.find(({ name }: Finding) => name === "sign-in");
  };
  const { issuer } = provider;
  const good = { ...provider.config, claims: { roles: { a: "Viewer" } } };
  await t.step("good", async () => {
    assert.deepEqual(await check(good), {
      name: "sign-in",
      state: "ok",
      message:
        `by ${issuer} (document ${issuer}/.well-known/oauth-authorization-server, 1 keys), with ` +
        `tokens for the audience ${AUDIENCE}; 1 groups give a role`,
      remedy: null,
    });
    const named = await check({ ...good, jwks_url: `${issuer}/jwks` });
    assert.deepEqual([named?.state, named?.message.includes(`keys at ${issuer}/jwks`)], [
      "ok",
      true,
    ]);
  });
  await t.step("not good", async () => {
    const cases: [Record<string, unknown>, RegExp][] = [
      [{ issuer }, /invalid peer certificate/],
      [{ ...good, issuer: `${issuer}/realm` }, /Cannot find the document of .*: it has none$/],
      [{ ...good, ca_file: "none.pem" }, /^Cannot read server\.oauth\.ca_file .*: no such file/],
      [{ ...good, issuer: `https://localhost:${freePort()}` }, /refused/],
    ];
    for (const [oauth, reason] of cases) {
      const found = await check(oauth);
      assert.equal(found?.state, "fail");
      assert.match(found.message, reason);
    }
  });
  await t.step("serve", async () => {
    const config = await configWith(good);
    const { out } = await cli(["flags", "--config", config]);
    assert.ok(out.includes(new URL(issuer).host), out);
    await using server = await startServe(["--config", config], { flags: out.split(/\s+/) });
    assert.match(await server.line(/^ {2}sign-in /), new RegExp(`by ${issuer}$`));
    assert.match(await server.line(/^ {2}lock /), /locked/);
    const { access_token } = await provider.signIn({
      subject: "s",
      username: "ayse",
      groups: ["a"],
    });
    const response = await fetch(server.url, {
      method: "POST",
      headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
      body: JSON.stringify({ method: "tools/call", params: { name: "get_nodes" } }),
    });
    const text = await response.text();
    assert.equal(response.status, 200, `${text}\n${server.lines.join("\n")}`);
  });
});
