import assert from "node:assert/strict";
import { loadConfig } from "../../lib/config/config.ts";
import { Site } from "../site.ts";
import { ACCESS } from "./cases/access.ts";
import { testTools } from "./harness.ts";
import { limited } from "./limited.ts";
import { ALL_ON } from "./probe.ts";
import { changes } from "./requests.ts";

testTools(ACCESS);

const TOKEN = { user: "operator@pve", name: "backup" };
const PATH = /^\/access\/users\/operator(?:@|%40)pve\/token\/backup$/;

function start(): Promise<Site> {
  return Site.start({ config: { tools: ALL_ON } });
}

function isThere(site: Site): boolean {
  return site.fake.state.tokens.some(({ name }) => name === TOKEN.name);
}

async function files(site: Site): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(`${site.folder}/secrets`))).map(({ name }) => name);
}

/** Has something happen at the moment at which Proxmox makes a token, and catches its secret. */
function atCreation(site: Site, act: () => void): { secret: string } {
  const caught = { secret: "" };
  const { tokens } = site.fake.state;
  tokens.push = (token) => {
    caught.secret = token.value;
    act();
    return Array.prototype.push.call(tokens, token);
  };
  return caught;
}

async function assertUntold(site: Site, secret: string, texts: readonly string[]): Promise<void> {
  assert.match(secret, /^[0-9a-f-]{36}$/);
  const rows = await site.trail.list({});
  assert.ok(JSON.stringify(rows).includes("create_proxmox_token"));
  for (const text of [...texts, JSON.stringify(rows), site.lines.join("\n")]) {
    assert.ok(!text.includes(secret), text);
  }
}

Deno.test("the secret of a Proxmox token stands in its file and nowhere else", async () => {
  await using site = await start();
  const caught = atCreation(site, () => {});
  const made = await site.call("create_proxmox_token", TOKEN);
  assert.equal(made.isError, false, made.text);
  assert.equal(await Deno.readTextFile(made.value.secret_file), `${caught.secret}\n`);
  const again = await site.call("create_proxmox_token", TOKEN);
  assert.equal(again.code, "conflict", again.text);
  const users = await site.call("get_users_and_permissions", { list: "users" });
  assert.match(users.text, /"name":"backup"/);
  await assertUntold(site, caught.secret, [made.text, again.text, users.text]);
});

Deno.test("a token whose secret cannot be kept is deleted again", async () => {
  await using site = await start();
  const caught = atCreation(
    site,
    () => Deno.removeSync(`${site.folder}/secrets`, { recursive: true }),
  );
  const lost = await site.call("create_proxmox_token", TOKEN);
  assert.equal(lost.code, "unavailable", lost.text);
  assert.match(
    lost.text,
    /the file \S+backup cannot be written: no such file or folder; the token was deleted again$/,
  );
  assert.equal(isThere(site), false);
  assert.deepEqual(changes(site).map(({ method }) => method), ["POST", "DELETE"]);
  await assertUntold(site, caught.secret, [lost.text]);
});

Deno.test("a token that cannot be deleted again is told of", async () => {
  await using site = await start();
  const caught = atCreation(
    site,
    () => Deno.removeSync(`${site.folder}/secrets`, { recursive: true }),
  );
  site.fake.fault({ method: "DELETE", path: PATH }, { kind: "status", status: 595 });
  const lost = await site.call("create_proxmox_token", TOKEN);
  assert.match(
    lost.text,
    /cannot be written: .*; the token is there all the same and could not be deleted again \(.*595.*\): use delete_proxmox_token/,
  );
  assert.equal(isThere(site), true);
  await assertUntold(site, caught.secret, [lost.text]);
});

Deno.test("a token is deleted again whose answer was lost on the way", async () => {
  await using site = await start();
  site.fake.fault({ method: "POST", path: PATH }, { kind: "truncate" });
  const lost = await site.call("create_proxmox_token", TOKEN);
  assert.equal(lost.code, "unavailable", lost.text);
  assert.match(lost.text, /; the token was deleted again$/);
  assert.deepEqual([isThere(site), await files(site)], [false, []]);
});

Deno.test("an answer without a secret leaves neither token nor file", async () => {
  await using site = await start();
  const body = JSON.stringify({ data: { "full-tokenid": "operator@pve!backup" } });
  site.fake.fault({ method: "POST", path: PATH }, { kind: "body", body });
  const lost = await site.call("create_proxmox_token", TOKEN);
  assert.match(lost.text, /Proxmox's answer holds no secret; the token/);
  assert.equal(isThere(site), false);
  assert.deepEqual(await files(site), []);
});

Deno.test("where no file can be made no token is made, and what Proxmox refuses leaves no file", async () => {
  await using site = await start();
  const path = `${site.folder}/secrets/operator@pve!backup`;
  await Deno.symlink("/dev/null", path);
  const taken = await site.call("create_proxmox_token", TOKEN);
  assert.equal(taken.code, "conflict", taken.text);
  assert.match(taken.text, /the file \S+ is there already: move it away first/);
  assert.deepEqual(changes(site), []);
  await Deno.remove(path);
  site.fake.fault({ method: "POST", path: PATH }, {
    kind: "status",
    status: 500,
    message: "cluster not ready - no quorum?\n",
  });
  const refused = await site.call("create_proxmox_token", TOKEN);
  assert.equal(refused.code, "unavailable", refused.text);
  assert.deepEqual(await files(site), []);
  const planned = await site.call("create_proxmox_token", { ...TOKEN, dry_run: true });
  assert.match(planned.value.dry_run.notes.join(), /the secret is written to \S+backup/);
  assert.deepEqual(await files(site), []);
});

Deno.test("tokens are made only where the config says where their secrets go, by who is not limited", async () => {
  await using plain = await Site.start();
  const off = await plain.call("create_proxmox_token", TOKEN);
  assert.equal(off.code, "forbidden", off.text);
  assert.match(
    off.text,
    /is switched off in this server's configuration: tools\.secrets_dir is not/,
  );
  const file = `${plain.folder}/config.json`;
  const written = JSON.parse(await Deno.readTextFile(file));
  await Deno.writeTextFile(file, JSON.stringify({ ...written, tools: ALL_ON }));
  await plain.server.reload(await loadConfig({ file, env: () => undefined }));
  const still = await plain.call("create_proxmox_token", TOKEN);
  assert.match(still.text, /is switched off in this/, "the process may not write there yet");
  await using site = await start();
  const token = await limited(site, { vmids: [{ from: 100, to: 200 }] });
  for (const tool of ["create_proxmox_token", "delete_proxmox_token"]) {
    const refused = await site.call(tool, TOKEN, { token });
    assert.equal(refused.code, "forbidden", refused.text);
  }
  const own = { user: site.fake.token.user, name: site.fake.token.name };
  const needed = await site.call("delete_proxmox_token", own);
  assert.match(needed.text, /this server itself uses root@pam!mcp/);
  assert.deepEqual(changes(site), []);
});

Deno.test("create_proxmox_token tells when its user's time is over", async () => {
  await using site = await start();
  const user = site.fake.state.users.get(TOKEN.user);
  assert.ok(user);
  const notes = async () => {
    const { value } = await site.call("create_proxmox_token", { ...TOKEN, dry_run: true });
    return value.dry_run.notes.join();
  };
  assert.doesNotMatch(await notes(), /expire/);
  user.expire = Math.floor(Date.now() / 1000) - 60;
  assert.match(await notes(), /operator@pve has expired on 20.*, and its tokens with it/);
  user.expire += 86_400;
  assert.match(await notes(), /operator@pve expires on 20.*, and its tokens with it/);
});
