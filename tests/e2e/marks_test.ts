import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { asking, hold, tokenOf } from "../support/approval.ts";
import { startOwnTokens } from "../support/own_token.ts";
import { guest } from "../tools/guests.ts";
import { changes, lastChange } from "../tools/requests.ts";

const MARK = /by ada, proxmox-mcp [0-9a-f-]{36}/;

function descriptionOf(site: Site, vmid: number, name: string): string | undefined {
  return guest(site, vmid).snapshots.find((each) => each.name === name)?.description;
}

Deno.test("backups and snapshots made with the shared token tell who made them, and the row", async () => {
  await using site = await Site.start();
  const { value, text } = await site.call("create_snapshot", { vmid: 100, name: "bare" });
  assert.equal(value?.exit_status, "OK", text);
  const [row] = await site.trail.list({ tool: "create_snapshot" });
  assert.equal(descriptionOf(site, 100, "bare"), `by ada, proxmox-mcp ${row?.requestId}`);

  const update = { vmid: 100, description: "mine", snapshot_first: true };
  const updated = await site.call("update_vm", update);
  assert.equal(updated.isError, false, updated.text);
  assert.match(guest(site, 100).snapshots.at(-1)?.description ?? "", MARK);
  assert.equal(guest(site, 100).config.description, "mine", "a guest's own notes are its owner's");

  const long = "x".repeat(500).replaceAll("x", "\\");
  await site.call("create_backup", { vmid: 100, storage: "nfs1", notes: long });
  assert.equal(lastChange(site).body["notes-template"], "\\\\".repeat(500), "Proxmox takes 1024");
  const raw = { path: "/nodes/pve1/vzdump", method: "POST", params: { vmid: "100" } };
  await site.call("change_api", raw);
  assert.deepEqual(lastChange(site).body, raw.params, "without a storage there are no notes");
});

Deno.test("a dry run shows the mark, and a plan that waits is the same when it is approved", async () => {
  await using site = await Site.start();
  const args = { vmid: 100, name: "before", description: "upgrade" };
  const { value } = await site.call("create_snapshot", { ...args, dry_run: true });
  assert.match(
    value.dry_run.requests[0].body.description,
    /^upgrade \(by ada, proxmox-mcp [0-9a-f-]+\)$/,
  );
  assert.deepEqual(changes(site), []);

  const token = await asking(site);
  const boss = await tokenOf(site.store, "boss");
  const plan = await hold(site, token, ["create_snapshot", args]);
  assert.equal(plan.requests[0].body.description, "upgrade (by ada, proxmox-mcp)");
  assert.equal((await hold(site, token, ["create_snapshot", args])).id, plan.id);
  await site.call("approve_plan", { id: plan.id }, { token: boss });
  const done = await site.call("create_snapshot", args, { token });
  assert.equal(done.value?.exit_status, "OK", done.text);
  assert.match(descriptionOf(site, 100, "before") ?? "", MARK);
});

Deno.test("an identical call follows the task of the first, whatever their marks", async () => {
  await using site = await Site.start({ pve: { taskPolls: Infinity } });
  const args = { vmid: 100, name: "once", timeout_seconds: 1 };
  const first = await site.call("create_snapshot", { ...args, wait: false });
  const second = await site.call("create_snapshot", { ...args, wait: false });
  assert.equal(second.value?.upid, first.value?.upid, second.text);
  assert.equal(changes(site).length, 1);
});

Deno.test("what is made with a user's own Proxmox token bears no mark: Proxmox knows who it was", async () => {
  await using own = await startOwnTokens();
  const { site } = own;
  const omar = await own.user("omar", site.fake.tokenFor("operator"));
  const args = { vmid: 150, name: "mine", description: "as I say" };
  const { value, text } = await site.call("create_snapshot", args, { token: omar });
  assert.match(value?.upid, /:operator@pve!op:$/, text);
  assert.equal(descriptionOf(site, 150, "mine"), "as I say");
});
