import assert from "node:assert/strict";
import { UserLinks } from "../../lib/auth/user_links.ts";
import type { Site } from "../site.ts";
import { startProvided, statusOf } from "../support/provided_site.ts";

async function rolesOf(site: Site): Promise<Record<string, string | undefined>> {
  const users = await site.store.listUsers();
  return Object.fromEntries(users.map(({ username, role }) => [username, role?.name]));
}

const now = () => Math.floor(Date.now() / 1000);
const ADMIN = { sub: "s-1", preferred_username: "ayse", groups: ["pve-admins"], scope: "admin" };

Deno.test("a name that only looks like another user's makes no second one", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const wide = await provider.sign({ ...ADMIN, preferred_username: "ａｄａ" });
  assert.equal(await statusOf(site, wide), 401);
  assert.ok(site.lines.some((line) => line.includes("there is a user ada already")));
  const apart = await provider.sign({ ...ADMIN, preferred_username: "ays\u0327e" });
  assert.equal(await statusOf(site, apart), 200);
  assert.deepEqual(Object.keys(await rolesOf(site)).toSorted(), ["ada", "ay\u015fe"]);
  const create = (username: string) =>
    site.store.createUser({ username, roleName: null, isSuperuser: false, createdAt: new Date() });
  await assert.rejects(create("ａｄａ"), { code: "invalid" });
});

Deno.test("a time of issue that is a fraction counts as the second that it is in", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  assert.equal(await statusOf(site, await provider.sign({ ...ADMIN, iat: now() - 9.5 })), 200);
  const [link] = await new UserLinks(site.database, site.store).list();
  assert.ok(Number.isInteger(link?.groupsAt), String(link?.groupsAt));
});

Deno.test("a token that is said to be issued in time to come keeps no later one from counting", async () => {
  const start = Date.now();
  let time = start;
  await using all = await startProvided({ now: () => new Date(time) });
  const { site, provider } = all;
  const at = Math.floor(start / 1000);
  const exp = at + 7200;
  assert.equal(await statusOf(site, await provider.sign({ ...ADMIN, iat: at + 86_400, exp })), 200);
  time = start + 3_600_000;
  const lowered = { ...ADMIN, groups: ["pve-readers"], iat: at + 3_600, exp };
  assert.equal(await statusOf(site, await provider.sign(lowered)), 200);
  assert.equal((await rolesOf(site)).ayse, "Viewer");
});

Deno.test("of two tokens at once the newest gives the role, whatever the other has made of it meanwhile", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const viewer = { ...ADMIN, groups: ["pve-readers"], iat: now() - 30 };
  assert.equal(await statusOf(site, await provider.sign(viewer)), 200);
  const links = new UserLinks(site.database, site.store);
  const [link] = await links.list();
  assert.ok(link);
  const roles = await site.store.listRoles();
  const idOf = (name: string) => roles.find((role) => role.name === name)?.id ?? null;
  // Both have read the link before either has changed anything.
  const older = { roleId: idOf("Administrator"), issuedAt: now() - 20 };
  const newest = { roleId: idOf("Viewer"), issuedAt: now() - 10 };
  assert.equal(await links.setRole(link, older), true);
  assert.equal(await links.setRole(link, newest), true);
  assert.equal((await rolesOf(site)).ayse, "Viewer");
});
