import assert from "node:assert/strict";
import { type FakePve, startFakePve } from "../fake_pve.ts";
import { cli } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";

interface Place extends AsyncDisposable {
  readonly fake: FakePve;
  readonly folder: Folder;
  run(args: readonly string[], status?: number): Promise<{ out: string; err: string }>;
}

/** A cluster, a config whose own secret nobody can read, and the user ayse. */
async function place(more: { auth?: object; audit?: object } = {}): Promise<Place> {
  const fake = await startFakePve();
  const folder = await Folder.make();
  await folder.write("ca.pem", fake.caPem);
  const config = await folder.write("config.json", {
    proxmox: { host: fake.host, port: fake.port, ca_file: "ca.pem" },
    auth: { user: "a@pve", token_name: "t", token_value_file: "gone", ...more.auth },
    audit: more.audit ?? { key_file: "key" },
  });
  const run = async (args: readonly string[], status = 0) => {
    const result = await cli([...args, "--config", config]);
    assert.equal(result.status, status, `${args.join(" ")}: ${result.err}${result.out}`);
    return result;
  };
  await run(["migrate"]);
  await run(["user", "create", "ayse", "--role", "Operator"]);
  return {
    fake,
    folder,
    run,
    [Symbol.asyncDispose]: async () => {
      await fake.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const SET = ["user", "proxmox-token", "ayse"];

Deno.test("user proxmox-token tries a token, keeps it encrypted, lists it, removes it, and is audited", async () => {
  await using at = await place();
  const { fake, folder, run } = at;
  const { name, user, value } = fake.tokenFor("operator");
  const id = `${user}!${name}`;
  const file = await folder.write("secret", `${value}\n`);
  const kept = await run([...SET, "--token-id", id, "--file", file, "--by", "root"]);
  const [tried = "", done] = kept.out.split("\n");
  assert.match(
    tried,
    /^tried operator@pve!op: Proxmox VE 9\.2\.11; \d+ of the \d+ tools of scope write cannot work: /,
  );
  assert.match(tried, /create_backup \(Datastore\.AllocateSpace on /);
  assert.equal(done, "calls of ayse go out with operator@pve!op");
  const users = JSON.parse((await run(["user", "list", "--json"])).out);
  assert.equal(users[0].proxmox_token, id);

  const whole = await folder.write("whole", `${id}=${value}`);
  const again = JSON.parse((await run([...SET, "--file", whole, "--json"])).out);
  assert.deepEqual([again.user, again.token_id, again.tried], ["ayse", id, true]);
  const removed = await run([...SET, "--remove"]);
  assert.equal(removed.out, "removed operator@pve!op: calls of ayse go out with the server's own");
  assert.equal((await run([...SET, "--remove"])).out, "ayse has no Proxmox token");

  const rows = (await run(["audit", "list", "--json"])).out.split("\n")
    .map((line) => JSON.parse(line));
  const told = rows.filter(({ tool, outcome }: { tool: string; outcome: string }) =>
    tool === "user proxmox-token" && outcome === "ok"
  ).map((row) => ({ by: row.user, args: JSON.parse(row.arguments) }));
  assert.deepEqual(told.map(({ args }) => args).toReversed(), [
    { user: "ayse", token_id: id, tried: true },
    { user: "ayse", token_id: id, tried: true },
    { user: "ayse", remove: true },
    { user: "ayse", remove: true },
  ]);
  assert.equal(told.at(-1)?.by, "root");
  const all = JSON.stringify([kept, users, again, removed, rows]);
  assert.ok(!all.includes(value), "the secret was told");
  for await (const { name } of Deno.readDir(folder.path)) {
    if (!name.startsWith("proxmox-mcp.db")) continue;
    assert.ok(!(await Deno.readTextFile(folder.at(name))).includes(value), `${name} holds it`);
  }
});

Deno.test("user proxmox-token refuses what cannot work, in one line, and keeps nothing", async () => {
  await using at = await place();
  const { fake, folder, run } = at;
  const { value } = fake.tokenFor("operator");
  const secret = await folder.write("secret", value);
  const stranger = await folder.write("stranger", `operator@pve!op=${crypto.randomUUID()}`);
  const empty = await folder.write("empty", "operator@pve!op=");
  const cases: [string[], number, RegExp][] = [
    [SET, 2, /give either --file FILE or --remove$/],
    [[...SET, "--remove", "--file", secret], 2, /give either --file FILE or --remove$/],
    [
      [...SET, "--file", secret],
      2,
      /it does not say whose it is; give --token-id USER@REALM!NAME$/,
    ],
    [[...SET, "--file", secret, "--token-id", "ayse"], 2, /must be USER@REALM!NAME/],
    [[...SET, "--file", folder.at("none")], 2, /none holds: no such file or folder$/],
    [[...SET, "--file", empty], 2, /It is empty$/],
    [
      [...SET, "--file", stranger, "--token-id", "x@pve!y"],
      2,
      /--token-id names x@pve!y, the file another$/,
    ],
    [["user", "proxmox-token", "ayse2", "--file", stranger], 2, /there is no user ayse2.*ayse\?/],
    [
      [...SET, "--file", stranger],
      1,
      /^proxmox-mcp: Cannot keep the Proxmox token of ayse: Proxmox rejected the API token operator@pve!op; see .*--no-try keeps it all the same$/,
    ],
  ];
  for (const [args, status, message] of cases) {
    const { err, out } = await run(args, status);
    assert.match(err, message);
    assert.match(err, /^[^\n]+$/);
    assert.doesNotMatch(err, /redacted/, err);
    assert.equal(out, "");
    assert.ok(!err.includes(value));
  }
  const list = async () => JSON.parse((await run(["user", "list", "--json"])).out)[0].proxmox_token;
  assert.equal(await list(), null);
  await fake.unplug();
  assert.match((await run([...SET, "--file", stranger], 1)).err, /cannot reach Proxmox/);
  await run([...SET, "--file", stranger, "--no-try"]);
  assert.equal(await list(), "operator@pve!op");
});

Deno.test("user proxmox-token needs the audit's key, and check tells whose tokens it does not open", async () => {
  await using at = await place({ audit: {} });
  const file = await at.folder.write("whole", "ayse@pve!mcp=secret");
  const { err } = await at.run([...SET, "--file", file, "--no-try"], 1);
  assert.match(
    err,
    /encrypted under audit\.key_file, which the config does not name; name a file there and run `.*migrate`/,
  );

  await using other = await place();
  const whole = await other.folder.write("whole", "ayse@pve!mcp=secret");
  await other.run([...SET, "--file", whole, "--no-try"]);
  await other.folder.write("key", "ab".repeat(32));
  await other.folder.write("gone", "secret");
  const { out } = await cli(["check", "--config", other.folder.at("config.json")]);
  assert.match(out, /own-tokens +those of ayse were not kept under this audit\.key_file/);
});

Deno.test("auth.require_own_token needs the key, and check names who has no token", async () => {
  const folder = await Folder.make();
  await using _ = folder;
  const config = await folder.write("config.json", {
    proxmox: { host: "127.0.0.1", port: 1 },
    auth: { user: "a@pve", token_name: "t", token_value: "x", require_own_token: true },
  });
  const { err } = await cli(["user", "list", "--config", config]);
  assert.match(
    err,
    /auth\.require_own_token needs audit\.key_file: tokens of users are kept under it$/,
  );

  await using at = await place({ auth: { require_own_token: true } });
  await at.folder.write("gone", "secret");
  const { out } = await cli(["check", "--config", at.folder.at("config.json")]);
  assert.match(out, /own-tokens +refused for want of a Proxmox token of their own: ayse/);
  assert.match(out, /user proxmox-token NAME/);
});
