import assert from "node:assert/strict";
import { Site } from "../site.ts";

Deno.test("a firewall rule whose IP set is gone is told to have no effect, and opens nothing", async () => {
  await using site = await Site.start();
  const { firewall } = site.fake.state;
  firewall.options = { enable: 1, policy_in: "DROP" };
  firewall.ipsets = ["admins"];
  firewall.rules = [
    { type: "in", action: "ACCEPT", enable: 1, proto: "tcp", dport: "8006", source: "+admins" },
    { type: "in", action: "ACCEPT", enable: 1, proto: "tcp", dport: "8006", source: "10.0.0.0/8" },
  ];
  const sound = await site.call("get_firewall_rules");
  assert.equal(sound.value.rules[0].broken, undefined);
  const planned = { pos: 1, digest: sound.value.digest };
  assert.equal(
    (await site.call("delete_firewall_rule", { ...planned, dry_run: true })).isError,
    false,
  );
  firewall.ipsets = [];
  const { value } = await site.call("get_firewall_rules");
  assert.equal(value.digest, sound.value.digest);
  assert.match(value.rules[0].broken, /source: no such ipset 'admins'/);
  assert.match(value.warnings.join(), /rule 0 has no effect: source: no such ipset/);
  assert.equal(value.rules[1].broken, undefined);
  const closing = await site.call("delete_firewall_rule", planned);
  assert.equal(closing.isError, true, "only a rule without effect would be left");
  assert.match(closing.text, /port 8006/);
  const gone = await site.call("delete_firewall_rule", { pos: 0, digest: value.digest });
  assert.equal(gone.isError, false, gone.text);
  assert.doesNotMatch(gone.value.undo, /broken/);
});

Deno.test("a network that is written and not applied is told as that, and shown before it is applied", async () => {
  await using site = await Site.start();
  const node = site.fake.state.nodes.get("pve2");
  assert.ok(node);
  assert.equal((await site.call("get_network", { node: "pve2" })).value.unapplied, undefined);
  node.networkChanges = [
    "--- /etc/network/interfaces\t2026-11-01",
    "+++ /etc/network/interfaces.new\t2026-11-27",
    "@@ -12,3 +12,3 @@",
    " iface vmbr0 inet static",
    "-\taddress 10.0.0.2/24",
    "+\taddress 10.9.9.9/24",
    "",
  ].join("\n");
  const { value } = await site.call("get_network", { node: "pve2" });
  assert.equal(value.unapplied.length, 6);
  assert.match(value.unapplied.at(-1), /^\+\s*address 10\.9\.9\.9/);
  assert.match(value.warnings.join(), /what is written, not what is in use/);
  const apply = { method: "PUT", path: "/nodes/pve2/network" };
  const planned = await site.call("change_api", { ...apply, dry_run: true });
  const { notes } = planned.value.dry_run;
  assert.ok(notes.includes("this is applied now:"), planned.text);
  assert.match(notes.join(), /address 10\.9\.9\.9/);
  const applied = await site.call("change_api", apply);
  assert.equal(applied.isError, false, applied.text);
  assert.equal(node.networkChanges, undefined);
  const revert = { ...apply, method: "DELETE", dry_run: true };
  assert.deepEqual((await site.call("change_api", revert)).value.dry_run.notes, [
    "nothing is thrown away",
  ]);
});
