/** The program in each form that it is given out in, tried by what its users have: HTTP, commands, files and signals. */
import assert from "node:assert/strict";
import { Folder } from "../support/folder.ts";
import { findForms, type Form } from "../support/forms.ts";
import { AUDIT } from "./program/audit.ts";
import { AUTHENTICATION } from "./program/authentication.ts";
import { tryToEscape } from "./program/escapes.ts";
import { serveEncrypted } from "./program/encrypted.ts";
import { Ground, Running } from "./program/ground.ts";
import { followGuide } from "./program/guide.ts";
import { signIn } from "./program/pages.ts";
import { usePostgres } from "./program/postgres.ts";
import { ignoreProxies, missCas } from "./program/proxies.ts";
import { REACH } from "./program/reach.ts";
import { reload } from "./program/reload.ts";
import { tryAll } from "./program/steps.ts";
import { TRANSPORTS } from "./program/transports.ts";
import { doWork } from "./program/work.ts";
import { distrust } from "./program/trust.ts";

const kept = await Folder.make();
Deno.test.afterAll(() => kept[Symbol.asyncDispose]());

for (const form of await findForms(kept.path)) {
  Deno.test(`the program as ${form.name}`, (t) => program(t, form));
}

async function program(t: Deno.TestContext, form: Form): Promise<void> {
  await t.step("nothing escapes", () => tryToEscape(form));
  await using ground = await Ground.make(form);
  await t.step("a command that comes too early leaves no file behind", () => comeEarly(ground));
  await t.step("the guide", (t) => followGuide(t, ground));
  await t.step("what callers do", async (t) => {
    await using site = await Running.start(ground);
    const steps = { ...TRANSPORTS, ...AUTHENTICATION, ...REACH, ...AUDIT };
    await tryAll(t, { site, steps });
    await reload(t, { ground, site });
  });
  await t.step("work", (t) => doWork(t, ground));
  await t.step("a person signs in", () => signIn(ground));
  await t.step("HTTPS", (t) => serveEncrypted(t, ground));
  await distrust(t, ground);
  await t.step("no proxy is used, and the system's CAs are trusted", () => ignoreProxies(ground));
  await t.step("a system without CAs is told", () => missCas(ground));
  await t.step("PostgreSQL", (t) => usePostgres(t, form));
}

/** Who serves next gets a fresh database. */
async function comeEarly(ground: Ground): Promise<void> {
  await ground.configure();
  const { status, err } = await ground.program.run(["user", "list"]);
  assert.equal(status, 1);
  assert.match(err, /: it has no schema yet, .* run `.* migrate`$/);
  const entries = await Array.fromAsync(Deno.readDir(ground.folder.at("proxmox-config")));
  assert.ok(!entries.some(({ name }) => name.includes(".db")), "there is a database");
}
