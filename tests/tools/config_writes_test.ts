import assert from "node:assert/strict";
import { unsettable } from "../../lib/proxmox/guest/unset.ts";
import { contract } from "../fake_pve/contract.ts";
import { Site } from "../site.ts";
import { guest, set, waits } from "./guests.ts";
import { changes, lastChange } from "./requests.ts";

Deno.test("a container's write that fails tells what was written all the same", async () => {
  await using site = await Site.start();
  set(202, { net0: "name=eth0,bridge=nosuch,hwaddr=BC:24:11:58:7A:90,type=veth" })(site);
  const first = await site.call("update_container", { vmid: 202, description: "first" });
  assert.equal(first.code, "not_found", first.text);
  assert.match(
    first.text,
    /: bridge 'nosuch' does not exist; written all the same: description: unset → "first"$/,
  );
  const { swap } = guest(site, 202).config;
  const notes = await site.call("set_guest_notes", { vmid: 202, notes: "second" });
  assert.match(notes.text, /written all the same: description: "first" → "second"$/);
  const nothing = await site.call("update_container", { vmid: 202, unset: ["cmode"] });
  assert.equal(nothing.isError, false, nothing.text);
  assert.equal(guest(site, 202).config.swap, swap);
});

Deno.test("a write that fails and leaves something waiting says so, and revert takes it back", async () => {
  await using site = await Site.start();
  set(100, { boot: "order=scsi0;net0" })(site);
  waits(100, { cores: 8 })(site);
  const { requests } = site.fake;
  const receive = requests.push.bind(requests);
  // The part of the request that the node had done before it failed.
  requests.push = (request) => {
    if (request.method === "PUT") {
      guest(site, 100).pendingDelete.push("scsi0");
      guest(site, 100).pending.boot = "order=net0";
    }
    return receive(request);
  };
  const undo = site.fake.fault({ method: "PUT", path: /100\/config$/ }, {
    kind: "status",
    status: 400,
    message: "Parameter verification failed.\n",
    errors: { scsi0: "hotplug problem - can't unplug bootdisk 'scsi0'\n" },
  });
  const failed = await site.call("update_vm", { vmid: 100, memory: 512 });
  undo();
  requests.push = receive;
  assert.equal(failed.code, "invalid", failed.text);
  assert.match(
    failed.text,
    /can't unplug bootdisk 'scsi0'; waits for the next start all the same: boot: "order=scsi0;net0" → "order=net0", scsi0: "[^"]*" removed; use update_vm or update_container with revert: true to take it back$/,
  );
  const plan = await site.call("update_vm", { vmid: 100, revert: true, dry_run: true });
  assert.deepEqual(Object.keys(plan.value.dry_run.changes).toSorted(), ["boot", "cores", "scsi0"]);
  const reverted = await site.call("update_vm", { vmid: 100, revert: true });
  assert.deepEqual(reverted.value?.pending, [], reverted.text);
  assert.deepEqual(reverted.value.changes.boot, { from: "order=net0", to: "order=scsi0;net0" });
  assert.deepEqual(lastChange(site).body.revert.split(",").toSorted(), ["boot", "cores", "scsi0"]);
  assert.deepEqual(guest(site, 100).pending, {});
  const before = changes(site).length;
  const again = await site.call("update_vm", { vmid: 100, revert: true });
  assert.deepEqual(again.value?.changes, {}, again.text);
  assert.equal(changes(site).length, before);
});

Deno.test("revert takes nothing back that the same call sets", async () => {
  await using site = await Site.start();
  waits(100, { cores: 8, cpu: "host" })(site);
  const { value, text } = await site.call("update_vm", { vmid: 100, cpus: 4, revert: true });
  assert.equal(lastChange(site).body.revert, "cpu", text);
  assert.deepEqual(value.pending, ["cores"]);
});

Deno.test("a failed write whose outcome cannot be read says that it is unknown", async () => {
  await using site = await Site.start();
  const failure = { kind: "status", status: 500, message: "disk is away\n" } as const;
  site.fake.fault({ method: "PUT", path: /101\/config$/ }, failure);
  const { requests } = site.fake;
  const receive = requests.push.bind(requests);
  requests.push = (request) => {
    if (request.method === "PUT") site.fake.fault({ path: /101\/pending$/ }, failure);
    return receive(request);
  };
  const { text } = await site.call("update_vm", { vmid: 101, cpus: 3 });
  assert.match(
    text,
    /: disk is away; whether some of it was written is unknown \(disk is away\)$/,
  );
});

Deno.test("unset knows every parameter of Proxmox's own description", () => {
  for (const type of ["qemu", "lxc"] as const) {
    const path = `/nodes/{node}/${type}/{vmid}/config`;
    const put = contract().methods.find((api) => api.method === "PUT" && api.path === path);
    const control = ["delete", "force", "revert", "skiplock"];
    const keys = Object.keys(put?.parameters ?? {}).filter((key) => !control.includes(key))
      .map((key) => key.replace("[n]", "0"));
    assert.ok(keys.length > 20);
    for (const key of keys) {
      const { problem } = unsettable(key, { type, names: {} });
      assert.doesNotMatch(problem ?? "", /no setting/, `${type} ${key}`);
    }
  }
});

Deno.test("update_vm tells what waits for the next start even when it changes nothing", async () => {
  await using site = await Site.start();
  waits(100, { cpu: "host" })(site);
  const same = await site.call("update_vm", { vmid: 100, cpu_type: "host" });
  assert.deepEqual([same.value?.changes, same.value?.pending], [{}, ["cpu"]], same.text);
  const other = await site.call("update_vm", { vmid: 100, onboot: false });
  assert.deepEqual(other.value?.pending, ["cpu"], other.text);
});

Deno.test("tags and notes that Proxmox would store as they are already are no change", async () => {
  await using site = await Site.start();
  const before = changes(site).length;
  for (
    const [tool, args] of [
      ["set_guest_tags", { vmid: 100, tags: ["Web", "prod", "WEB"] }],
      ["set_guest_tags", { vmid: 100, add: ["PROD"], remove: ["None"] }],
      ["update_vm", { vmid: 100, tags: ["Web", "Prod"] }],
    ] as const
  ) {
    const { value, text } = await site.call(tool, args);
    assert.deepEqual(value?.changes, {}, text);
  }
  assert.equal(changes(site).length, before);
  await site.call("set_guest_notes", { vmid: 202, notes: "Owned by ada" });
  assert.equal(guest(site, 202).config.description, "Owned by ada\n");
  const same = await site.call("set_guest_notes", { vmid: 202, notes: "Owned by ada" });
  assert.deepEqual(same.value?.changes, {}, same.text);
  const removed = await site.call("set_guest_tags", { vmid: 100, remove: ["WEB"], add: ["Blue"] });
  assert.deepEqual(removed.value?.changes.tags, { from: "prod;web", to: "blue;prod" });
});
