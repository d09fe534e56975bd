import assert from "node:assert/strict";
import { BackupSite } from "../support/backup_site.ts";
import { limited } from "../tools/limited.ts";
import { sharedStore } from "./shared_store.ts";

type Args = Record<string, unknown>;

/** Where a verification that names no datastore takes place, or why it does not. */
async function verify(world: BackupSite, args: Args, token?: string): Promise<string> {
  const { code, text, value } = await world.site.call(
    "verify_backups",
    args,
    token ? { token } : {},
  );
  if (value === undefined) return `${code}: ${text}`;
  const [post] = world.pbs().requests.filter(({ method }) => method === "POST").slice(-1);
  const { ns = "" } = post?.body as { ns?: string };
  return `${value.server}:${value.datastore}/${value.unchanged ? "" : ns} ${value.cluster ?? ""}`
    .trim();
}

Deno.test("a guest's backups are verified where its cluster stores them, found by the guest alone", async () => {
  await using world = await sharedStore();
  assert.equal(await verify(world, { group: "dc2-web1" }), "pbs1:store1/tenant-a dc2");
  assert.equal(await verify(world, { group: "web1" }), "pbs1:store1/ default");
  assert.equal(await verify(world, { group: 100, cluster: "dc2" }), "pbs1:store1/ dc2");
  const token = await limited(world.site, { clusters: ["dc2"] });
  const own = { group: 100, ignore_verified: false };
  assert.equal(await verify(world, own, token), "pbs1:store1/tenant-a");
  assert.match(
    await verify(world, { group: "vm/100" }),
    /^invalid: .*have backups of vm\/100: name the server, .*: pbs1:store1, pbs1:store1\/tenant-a$/,
  );
  assert.match(await verify(world, { group: "vm/999" }), /^not_found: .*no datastore has backups/);
  const elsewhere = await verify(world, { group: 102, cluster: "dc2" }, token);
  assert.match(elsewhere, /^not_found|^forbidden/);
  const { code, text } = await world.site.call("prune_backups", { group: "web1", keep_last: 1 });
  assert.equal(code, "invalid", text);
});

Deno.test("what no cluster stores is found all the same, and only what is really several is asked for", async () => {
  await using world = await BackupSite.start({ stored: false });
  const both =
    /^invalid: .*backups of guest 100: name the .*: pbs1:offsite, pbs1:store1, pbs1:store1\/tenant-a$/;
  assert.match(await verify(world, { group: "web1" }), both);
  assert.equal(await verify(world, { group: "host/mailserver" }), "pbs1:store1/");
  for (const [name, store] of world.pbs().state.datastores) {
    store.groups = store.groups.filter(({ ns }) => name === "store1" && ns === "");
  }
  assert.equal(await verify(world, { group: "web1" }), "pbs1:store1/");
  const snapshots = /offsite\/snapshots$/;
  world.pbs().fault({ path: snapshots }, { kind: "status", status: 500 }, { times: 99 });
  const doubt = await verify(world, { group: "web1", ignore_verified: false });
  assert.match(doubt, /^unavailable: .*offsite.*pbs1:store1 has backups of guest 100, but whether/);
});
