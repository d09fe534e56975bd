import assert from "node:assert/strict";
import { AccountStore } from "../../lib/auth/account_store.ts";
import { SignIns } from "../../lib/auth/sign_ins.ts";
import { linkUser, readmitClient, unlinkUser, UserLinks } from "../../lib/auth/user_links.ts";
import { deleteUser, setActive } from "../../lib/auth/user_changes.ts";
import { openDatabase } from "../../lib/database/open.ts";
import type { Site } from "../site.ts";
import { AYSE, startProvided, startProvidedSite, statusOf } from "../support/provided_site.ts";

async function userOf(site: Site, name: string) {
  const user = (await site.store.listUsers()).find(({ username }) => username === name);
  return user && { role: user.role?.name ?? null, isActive: user.isActive };
}

async function rowsOf(site: Site, name: string) {
  const tokens = await site.store.listTokens();
  return tokens.filter(({ user }) => user.username === name)
    .map(({ id, name, permission, isActive }) => ({ id, name, permission, isActive }));
}

async function linksOf(site: Site) {
  const links = await new UserLinks(site.database, site.store).list();
  return links.map(({ username, subject, groupsAt }) => [username, subject, groupsAt !== null]);
}

Deno.test("a member of a group becomes a user with its strongest role, and has one row per client", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const groups = ["pve-readers", "pve-admins", "pve-ops"];
  const first = await provider.signIn({ ...AYSE, groups }, { scope: "openid user write" });
  const call = (token: string) => site.call("get_nodes", {}, { token });
  assert.equal((await call(first.access_token)).isError, false);
  assert.deepEqual(await userOf(site, "ayse"), { role: "Administrator", isActive: true });
  assert.deepEqual(await linksOf(site), [["ayse", "s-ayse", true]]);
  const [row] = await rowsOf(site, "ayse");
  assert.deepEqual([row?.name, row?.permission], ["sign-in: assistant", "admin"]);
  const again = await provider.signIn({ ...AYSE, groups });
  const other = await provider.signIn({ ...AYSE, groups }, { client: "editor" });
  for (const { access_token } of [first, again, other]) await call(access_token);
  assert.deepEqual((await rowsOf(site, "ayse")).map(({ name }) => name), [
    "sign-in: assistant",
    "sign-in: editor",
  ]);
  const [last, , , , made] = await site.trail.list({});
  assert.deepEqual([last?.user, last?.tool, last?.tokenName], [
    "ayse",
    "get_nodes",
    "sign-in: editor",
  ]);
  assert.deepEqual([made?.user, made?.door, made?.tool], ["ayse", "sign_in", "user_create"]);
  assert.deepEqual(JSON.parse(made?.arguments ?? ""), {
    issuer: provider.issuer,
    role: "Administrator",
    subject: "s-ayse",
  });
  assert.equal(
    site.lines.some((line) => line.includes(first.access_token.split(".")[2] ?? "?")),
    false,
    "a token in the log",
  );
});

Deno.test("the role follows the groups of the newest token, and none takes everything", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const now = Math.floor(Date.now() / 1000);
  const token = (groups: unknown, iat: number) =>
    provider.sign({ sub: "s-1", preferred_username: "ayse", groups, iat, scope: "admin" });
  const admin = await token("pve-admins", now - 20);
  assert.equal(await statusOf(site, admin), 200);
  const session = await site.openSession(admin);
  assert.equal(await statusOf(site, await token(["pve-readers"], now - 10)), 200);
  assert.deepEqual(await userOf(site, "ayse"), { role: "Viewer", isActive: true });
  const denied = await site.call("stop_vm", { vmid: 100 }, { token: admin });
  assert.equal(denied.code, "forbidden", "an older token still has what its groups gave");
  await site.post({ jsonrpc: "2.0", id: 2, method: "tools/list" }, session);
  assert.equal(await statusOf(site, await token(["pve-admins"], now - 15)), 200);
  assert.equal((await userOf(site, "ayse"))?.role, "Viewer", "an older token has changed the role");
  assert.equal(await statusOf(site, await token([], now)), 401);
  assert.equal(await statusOf(site, admin), 401);
  assert.ok(site.lines.some((line) => line.includes("ayse is in no group of claims.roles")));
  assert.equal(await statusOf(site, await token(["pve-ops"], now + 1)), 200);
  const changes = (await site.trail.list({ tool: "user_role" })).map(({ arguments: told }) =>
    JSON.parse(told).role
  );
  assert.deepEqual(changes, ["Operator", null, "Viewer"]);
});

Deno.test("who is in no group comes in by a link, whose role nobody's groups change", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const { access_token } = await provider.signIn({ subject: "s-2", username: "veli" });
  const refused = await site.post({ method: "tools/list" }, site.headers(access_token));
  assert.deepEqual([refused.status, refused.json.error.message], [
    401,
    "Authentication required. Provide a valid token.",
  ]);
  const line = site.lines.at(-1) ?? "";
  assert.match(line, /nobody here is s-2; to let them in: .*user link NAME --subject s-2/);
  await site.store.createUser({
    username: "veli",
    roleName: "Viewer",
    isSuperuser: false,
    createdAt: new Date(),
  });
  const subject = { issuer: provider.issuer, subject: "s-2" };
  await linkUser(site.store, { ...subject, username: "veli" }, new Date());
  assert.equal(await statusOf(site, access_token), 200);
  const { access_token: grouped } = await provider.signIn(
    { subject: "s-2", username: "veli", groups: ["pve-admins"] },
    { scope: "admin" },
  );
  assert.equal(await statusOf(site, grouped), 200);
  assert.equal((await userOf(site, "veli"))?.role, "Viewer");
  await assert.rejects(
    linkUser(site.store, { ...subject, username: "ada" }, new Date()),
    { code: "conflict", message: /that is veli already$/ },
  );
  const { issuer } = provider;
  const ended = await unlinkUser(site.store, { issuer, username: "veli" });
  assert.equal(ended.length, 1);
  assert.equal(await statusOf(site, grouped), 401);
  assert.deepEqual(await linksOf(site), []);
  await linkUser(site.store, { ...subject, username: "veli" }, new Date());
  assert.equal(await statusOf(site, grouped), 200, "who is linked anew begins anew");
});

Deno.test("a user who is there already is never taken over by a name", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const people = [{ username: "ada" }, { username: "no/name" }, {}];
  const reasons = [
    "there is a user ada already, who is somebody else; to let them in: ",
    "a name has 1 to 150 letters",
    "it has no claim preferred_username",
  ];
  for (const [at, person] of people.entries()) {
    const { access_token } = await provider.signIn({
      ...person,
      subject: `thief; rm -rf ${at}`,
      groups: ["pve-admins"],
    });
    assert.equal(await statusOf(site, access_token), 401);
    const line = site.lines.at(-1) ?? "";
    assert.ok(line.includes(reasons[at] ?? "?"), line);
    assert.ok(line.includes(`user link NAME --subject 'thief; rm -rf ${at}'`), line);
  }
  assert.equal((await site.store.listUsers()).length, 1);
  assert.deepEqual(await linksOf(site), []);
});

Deno.test("what a call may do is the least of the token's scopes, the row and the role", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const scopeOf = async (scope: string, groups: string[]) => {
    const { access_token } = await provider.signIn({
      ...AYSE,
      subject: groups.join(),
      groups,
      username: groups.join(),
    }, { scope });
    const { json } = await site.post({ method: "tools/list" }, site.headers(access_token));
    const names: string[] = json.result.tools.map(({ name }: { name: string }) => name);
    return ["get_nodes", "start_vm", "stop_vm"].filter((name) => names.includes(name)).length;
  };
  assert.equal(await scopeOf("openid user write admin", ["pve-admins"]), 3);
  assert.equal(await scopeOf("openid user write", ["pve-admins"]), 2);
  assert.equal(await scopeOf("openid", ["pve-admins"]), 1);
  assert.equal(await scopeOf("openid user write admin", ["pve-ops"]), 2);
  assert.equal(await scopeOf("openid user write admin", ["pve-readers"]), 1);
  const scp = await provider.sign({
    sub: "pve-admins",
    groups: ["pve-admins"],
    scp: ["write", "other"],
  });
  const { json } = await site.post({ method: "tools/list" }, site.headers(scp));
  assert.ok(json.result.tools.some(({ name }: { name: string }) => name === "start_vm"));
});

Deno.test("a token that names no scope of ours has the default one, within the role", async () => {
  await using all = await startProvided({ oauth: { default_scope: "admin" } });
  const { site, provider } = all;
  const scopesOf = async (claims: Record<string, unknown>) => {
    const token = await provider.sign({ preferred_username: claims.sub, ...claims });
    const { json } = await site.post({ method: "tools/list" }, site.headers(token));
    const names: string[] = json.result.tools.map(({ name }: { name: string }) => name);
    return ["get_nodes", "start_vm", "stop_vm"].filter((name) => names.includes(name)).length;
  };
  const admin = { sub: "s-3", groups: ["pve-admins"] };
  assert.equal(await scopesOf(admin), 3);
  assert.equal(await scopesOf({ ...admin, scope: "openid profile" }), 3);
  assert.equal(
    await scopesOf({ ...admin, scope: "openid user" }),
    1,
    "a lower scope was asked for",
  );
  assert.equal(await scopesOf({ sub: "s-4", groups: ["pve-ops"] }), 2);
  assert.equal(await scopesOf({ sub: "s-5", groups: ["pve-readers"] }), 1);
});

Deno.test("a revoked sign-in refuses further tokens of that client until it is readmitted", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const first = (await provider.signIn(AYSE)).access_token;
  const other = (await provider.signIn(AYSE, { client: "editor" })).access_token;
  for (const token of [first, other]) assert.equal(await statusOf(site, token), 200);
  const session = await site.openSession(first);
  const [row] = await rowsOf(site, "ayse");
  await site.store.revokeToken(row!.id);
  const inSession = await site.post({ jsonrpc: "2.0", id: 2, method: "tools/list" }, session);
  assert.equal(inSession.status, 401);
  assert.equal(await statusOf(site, first), 401);
  assert.ok(site.lines.at(-1)?.includes(`token ${row!.id} of ayse: revoked`));
  assert.equal(await statusOf(site, (await provider.signIn(AYSE)).access_token), 401);
  assert.equal(await statusOf(site, other), 200);
  await readmitClient(site.store, row!.id);
  assert.equal(await statusOf(site, first), 200);
  const rows = (await rowsOf(site, "ayse")).map(({ name, isActive }) => [name, isActive]);
  assert.deepEqual(rows, [
    ["sign-in: assistant", false],
    ["sign-in: editor", true],
    ["sign-in: assistant", true],
  ]);
  const [, active] = await rowsOf(site, "ayse");
  for (const id of [row!.id, active!.id, 999]) {
    await assert.rejects(readmitClient(site.store, id), { code: "not_found" });
  }
});

Deno.test("a disabled user is refused at once, and a deleted one leaves nothing behind", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const { access_token } = await provider.signIn(AYSE);
  assert.equal(await statusOf(site, access_token), 200);
  const ayse = { username: "ayse", force: true };
  await setActive(site.store, { ...ayse, active: false });
  assert.equal(await statusOf(site, access_token), 401);
  await setActive(site.store, { ...ayse, active: true });
  assert.equal(await statusOf(site, access_token), 200);
  const before = await site.store.listUsers();
  await deleteUser(site.store, { ...ayse, withTokens: true });
  assert.deepEqual(await linksOf(site), []);
  const { id } = before.find(({ username }) => username === "ayse")!;
  assert.deepEqual(await new SignIns(site.database, site.store).ofUser(id), []);
});

Deno.test("parallel first calls on two instances make one user and one row", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const open = () => openDatabase(`sqlite:${site.folder}/test.db`);
  await using twin = await startProvidedSite(provider, { openDatabase: open, username: "bob" });
  const tokens = await Promise.all(
    Array.from({ length: 6 }, async () => (await provider.signIn(AYSE)).access_token),
  );
  const statuses = await Promise.all(
    tokens.map((token, at) => statusOf(at % 2 === 0 ? site : twin, token)),
  );
  assert.deepEqual(statuses, tokens.map(() => 200));
  assert.equal((await rowsOf(site, "ayse")).length, 1);
  assert.equal((await new AccountStore(twin.database).listUsers()).length, 3);
});

Deno.test("a client that a provider lets anybody register cannot fill the tokens", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const { access_token } = await provider.signIn(AYSE);
  assert.equal(await statusOf(site, access_token), 200);
  const { user } = (await site.store.listTokens()).at(-1)!;
  const signIns = new SignIns(site.database, site.store);
  for (let at = 1; at < 200; at++) {
    await signIns.open(
      {
        username: user.username,
        name: `client ${at}`,
        tokenHash: at.toString(16).padStart(128, "0"),
        permission: "admin",
        expires: null,
        allowedIps: "",
        createdAt: new Date(),
      },
      {
        kind: "provider",
        issuer: provider.issuer,
        clientId: `client ${at}`,
        clientName: "",
        grant: `grant ${at}`,
      },
    );
  }
  const sign = (client: string) =>
    provider.sign({ sub: AYSE.subject, groups: ["pve-admins"], client_id: client });
  assert.equal(await statusOf(site, await sign("one more")), 401);
  assert.match(site.lines.at(-1) ?? "", /signed in with 200 clients .* token revoke ID/);
  assert.equal(await statusOf(site, await sign("assistant")), 200);
});

Deno.test("a reload takes over what groups give", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const { access_token } = await provider.signIn({ ...AYSE, groups: ["new"] });
  assert.equal(await statusOf(site, access_token), 401);
  const { loadConfig } = await import("../../lib/config/config.ts");
  const file = JSON.parse(await Deno.readTextFile(`${site.folder}/config.json`));
  file.server.oauth.claims.roles = { new: "Operator" };
  const config = await loadConfig({
    file: `${site.folder}/config.json`,
    env: () => undefined,
    readFile: (path) =>
      path.endsWith("config.json")
        ? Promise.resolve(JSON.stringify(file))
        : Deno.readTextFile(path),
  });
  assert.deepEqual(await site.server.reload(config), []);
  assert.equal(await statusOf(site, access_token), 200);
  assert.equal((await userOf(site, "ayse"))?.role, "Operator");
});
