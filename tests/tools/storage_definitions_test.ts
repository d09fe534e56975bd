import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { addSpare, STORAGE_DEFINITIONS } from "./cases/storage_definitions.ts";
import { guest } from "./guests.ts";
import { testTools } from "./harness.ts";
import { restrict, startProbed } from "./probe.ts";
import { changes, lastChange } from "./requests.ts";

testTools(STORAGE_DEFINITIONS);

const SECRET = "hunter2-and-more";

const SHARE = {
  storage: "share",
  type: "cifs",
  server: "10.0.0.7",
  share: "pve",
  username: "ada",
  password: SECRET,
};

Deno.test("a storage's password reaches Proxmox and nobody else", async () => {
  await using site = await Site.start();
  const told: unknown[] = [];
  const call = async (tool: string, args: Record<string, unknown>) => {
    const answer = await site.call(tool, args);
    told.push(answer);
    return answer;
  };
  const plan = await call("add_storage", { ...SHARE, dry_run: true });
  assert.equal(plan.value.dry_run.requests[0].body.password, "[redacted]");
  const undo = site.fake.fault({ method: "POST", path: /^\/storage$/ }, {
    kind: "status",
    status: 500,
    message: `create storage failed: mount error with password ${SECRET}\n`,
  });
  assert.match((await call("add_storage", SHARE)).text, /mount error with password \[redacted\]/);
  undo();
  const added = await call("add_storage", SHARE);
  assert.equal(added.isError, false, added.text);
  assert.equal(lastChange(site).body.password, SECRET);
  assert.equal((await call("add_storage", SHARE)).value.unchanged, true);
  const changed = await call("update_storage", { storage: "share", password: `${SECRET}!` });
  assert.deepEqual(changed.value.changes, { password: { to: "another one" } });
  assert.equal(changed.value.undo, undefined);
  assert.equal(site.fake.state.storages.get("share")?.options.password, `${SECRET}!`);
  told.push(await site.trail.list({}), site.lines);
  assert.ok(!JSON.stringify(told).includes(SECRET));
});

Deno.test("what is so already is not sent, and a change is put back by what undo names", async () => {
  await using site = await Site.start();
  const update = (args: Record<string, unknown>) =>
    site.call("update_storage", { storage: "nfs1", ...args });
  for (
    const args of [
      { enabled: true },
      { nodes: [] },
      { content: ["rootdir", "iso", "backup", "images"] },
    ]
  ) assert.equal((await update(args)).value.unchanged, true, JSON.stringify(args));
  assert.equal(changes(site).length, 0);
  const before = structuredClone(site.fake.state.storages.get("nfs1"));
  for (
    const args of [
      { enabled: false, nodes: ["pve2", "pve1"] },
      { content: ["iso"] },
    ]
  ) {
    const { value, text } = await update(args);
    assert.ok(value?.undo, text);
    const [, json = ""] = /^update_storage (.*)$/.exec(value.undo) ?? [];
    const back = await site.call("update_storage", JSON.parse(json));
    assert.equal(back.isError, false, back.text);
    assert.deepEqual(site.fake.state.storages.get("nfs1"), before, JSON.stringify(args));
  }
});

Deno.test("a definition that others have changed meanwhile is left alone", async () => {
  await using site = await Site.start();
  // Between the reading and the writing somebody else is faster.
  const original = site.fake.state.storages.get("local");
  assert.ok(original);
  site.fake.fault({ method: "PUT", path: /^\/storage\/local$/ }, {
    kind: "status",
    status: 500,
    message:
      "update storage failed: detected modified configuration - file changed by other user? Try again.\n",
  });
  const { code, text } = await site.call("update_storage", { storage: "local", enabled: false });
  assert.equal(code, "conflict");
  assert.match(text, /the configuration was changed meanwhile: read it again, then retry$/);
  const stale = await site.call("change_api", {
    method: "PUT",
    path: "/storage/local",
    params: { disable: true, digest: "0".repeat(40) },
  });
  assert.match(stale.text, /detected modified configuration/);
  assert.equal(original.disabled, undefined);
});

Deno.test("a storage is not removed while anything names it, or while that is unknown", async () => {
  let at = 0;
  await using site = await startProbed({ monotonic: () => at });
  const allow = (...privileges: string[]) => {
    restrict(site, ["Sys.Audit", "Datastore.Audit", "Datastore.Allocate", ...privileges]);
    at += 3_000;
  };
  addSpare(site);
  const remove = () => site.call("remove_storage", { storage: "spare" });
  const { config } = guest(site, 101);
  for (
    const value of ["spare:iso/x.iso,media=cdrom", "file=spare:iso/x.iso,media=cdrom"]
  ) {
    config.ide2 = value;
    const { code, text } = await remove();
    assert.equal(code, "conflict", text);
    assert.match(text, /storage spare is in use: ide2 of VM 101 \(db1\); take it out there first$/);
  }
  config.ide2 = "none,media=cdrom";
  config.description = "spare: x";
  allow();
  const hidden = await remove();
  assert.equal(hidden.code, "unavailable", hidden.text);
  assert.match(hidden.text, /in use is unknown: some guests cannot be seen: grant .* VM\.Audit on/);
  allow("VM.Audit");
  const { isError, text } = await remove();
  assert.equal(isError, false, text);
  assert.equal(site.fake.state.storages.has("spare"), false);
});
